"""A public company without contracts, from its file to what would have been said; skipped without the data."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli.main import main

ROOT = Path(__file__).parents[4]
SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", ROOT.parent / "shared" / "data"))


@pytest.mark.slow
def test_a_wholesaler_is_read_with_the_mapping_in_the_docs_learnt_from_and_looked_back_at(
    tmp_path: Path, ask: Callable[..., Any]
) -> None:
    file = SHARED / "online_retail" / "online_retail.parquet"
    if not file.exists():
        pytest.skip("shared/data/online_retail is not here")
    home, mapping = str(tmp_path / "home"), str(ROOT / "docs" / "examples" / "online_retail.toml")
    told = ("--mapping", mapping, "--create-accounts", "--known-at", "occurred")
    assert main(["--home", home, "import", "purchases", str(file), *told]) == 0
    made = ask("--home", home, "risk", "train", "--horizon", "60")
    judged = {name: one["measures"]["auc"]["value"] for name, one in made["card"]["judged"].items()}
    assert judged["logistic"] > judged["silence"] > 0.85  # silence beyond its own rhythm is what leaving is
    past = ask("--home", home, "risk", "backtest", "--horizon", "60", "--month", "2011-08")
    assert {day["day"] for day in past["days"]} == {"2011-09-01"}
    assert all(day["accounts"] > 1000 for day in past["days"])
