"""What would have been said of days past: by what was known by then, and by nothing later."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.risk.calibration import Calibration
from keepwell.risk.keeping import keep
from keepwell.risk.leaks import copied, nightfall
from keepwell.risk.models.silence import Silence
from keepwell.risk.observations import Observations
from keepwell.risk.profile import Profile
from keepwell.risk.trained import Trained
from keepwell.risks import LookedBack, Risks

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LEARNT = [date(2025, 7, 1), date(2026, 1, 1)]
DAYS = [date(2026, 7, 1), date(2026, 8, 1)]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Book, Engine]]:
    folder = tmp_path_factory.mktemp("company")
    made = simulate(folder / "files", seed=5, accounts=200, years=2, dirt=False)
    book = Book.create(folder / "book", reporting_currency="EUR")
    load(book, folder / "files", until=made.until)
    engine = engine_named("duckdb")
    yield book, engine
    engine.close()


def learnt(risks: Risks, seen: Observations | None = None) -> Observations:
    """Put a model that goes by silence to use, quick to learn; it was learnt from some days of the past."""
    seen = seen or risks.observe(LEARNT)
    known = seen.where(seen.outcomes.matured)
    model = Silence.fit(known)
    trained = Trained(
        model, Calibration("none"), (), 0.0, Profile.of(known), 90, int(seen.as_of.max()) + 90, {}
    )
    moment = risks.book.moment(risks.engine)
    keep(risks.book, risks.engine, trained, moment=moment, now=NOW, why="It is the first model.")
    return seen


@pytest.fixture(scope="module")
def found(company: tuple[Book, Engine]) -> dict[str, Any]:
    risks = Risks(*company)
    nothing = list(risks.looked_back(3))
    seen = risks.observe(LEARNT)
    by_checkup = list(risks.looked_back(3))
    learnt(risks, seen)
    return {"nothing": nothing, "check-up": by_checkup, "risk": list(risks.looked_back(3)), "seen": seen}


def test_nothing_is_looked_back_at_before_the_past_has_been_looked_at_for_a_model(
    found: dict[str, Any],
) -> None:
    assert found["nothing"] == []


def test_without_a_model_the_check_up_alone_tells_of_days_past(found: dict[str, Any]) -> None:
    days: list[LookedBack] = found["check-up"]
    assert [one.day for one in days] == [*DAYS, date(2026, 9, 1)]
    assert all(one.chances is None and one.profits is None for one in days)


def test_the_check_up_of_a_day_past_is_what_it_would_say_of_that_day(
    company: tuple[Book, Engine], found: dict[str, Any]
) -> None:
    risks = Risks(*company)
    for one in found["risk"]:
        asked = risks.health(one.day)
        said = dict(zip(asked.observations.accounts, asked.standing.score, strict=True))
        mine = dict(zip(one.observations.accounts, one.health.score, strict=True))
        assert said.keys() == mine.keys()
        assert all(np.isclose(said[pk], mine[pk], equal_nan=True) for pk in said)


@pytest.mark.slow
def test_nothing_that_came_later_counts_for_a_day_past(
    company: tuple[Book, Engine], found: dict[str, Any], tmp_path: Path
) -> None:
    book, engine = company
    after = pa.scalar(nightfall(book, date(2026, 8, 15)), pa.timestamp("us"))

    def without(_name: str, rows: pa.Table) -> pa.Table:
        return rows.filter(pc.less(rows["known_at"], after))

    other = Risks(copied(book, engine, tmp_path / "book", without, until=date(2026, 8, 15)), engine)
    learnt(other, found["seen"])
    other.observe([date(2026, 1, 1)])
    then = {one.day: one for one in other.looked_back(2)}
    now = {one.day: one for one in found["risk"]}
    assert list(then) == DAYS
    for day in DAYS:
        assert then[day].observations.accounts.tolist() == now[day].observations.accounts.tolist()
        np.testing.assert_allclose(then[day].health.score, now[day].health.score)
        for step, found_ in then[day].health.steps.items():
            assert found_.standing.tolist() == now[day].health.steps[step].standing.tolist()
        assert then[day].chances is not None, "enough was known by then to learn from"
        np.testing.assert_allclose(then[day].chances, now[day].chances)
        assert then[day].profits is not None
        assert then[day].profits.profit.tolist() == now[day].profits.profit.tolist()
        assert len(np.unique(then[day].chances)) > 1
