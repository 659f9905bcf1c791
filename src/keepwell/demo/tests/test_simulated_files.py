"""The files of the simulated company: complete, typed as the book wants them, and the same for the same seed."""

import csv
import hashlib
import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from keepwell.book.tables import all_tables
from keepwell.demo.simulate import Simulated, simulate
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import CURRENCIES

HEARD = {"hits", "talks"}  # what the office hears and measures comes from it, not from files
LANGUAGES = {"en", "zh-Hans", "zh-Hant", "hu", "pl"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulate(tmp_path_factory.mktemp("company"), accounts=150, dirt=False)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulate(tmp_path_factory.mktemp("dirty"), accounts=150)


def rows_of(simulated: Simulated, name: str) -> list[dict[str, object]]:
    path = simulated.files[name]
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    with path.open(encoding="utf-8", newline="") as file:
        return [{k: v if v != "" else None for k, v in row.items()} for row in csv.DictReader(file)]


def fingerprint(simulated: Simulated) -> dict[str, str]:
    paths = [p for p in sorted(simulated.folder.rglob("*")) if p.is_file()]
    return {
        p.relative_to(simulated.folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths
    }


READ = {
    "text": str,
    "choice": str,
    "day": lambda v: v if isinstance(v, date) else date.fromisoformat(str(v)),
    "instant": lambda v: v if isinstance(v, datetime) else datetime.fromisoformat(str(v)),
    "money": lambda v: Decimal(str(v)),
    "decimal": float,
    "integer": int,
    "flag": lambda v: {"true": True, "false": False}[str(v).lower()],
}


def test_every_table_of_the_book_but_what_the_office_hears_has_a_file(company: Simulated) -> None:
    assert set(company.files) == set(all_tables()) - HEARD
    assert all(path.exists() and path.stem == name for name, path in company.files.items())
    assert {p.suffix for p in company.files.values()} == {".csv", ".parquet"}


@pytest.mark.parametrize("name", sorted(set(all_tables()) - HEARD))
def test_every_row_is_what_its_table_asks_for(company: Simulated, name: str) -> None:
    table, rows = all_tables()[name], rows_of(company, name)
    known = {
        "accounts": {r["account_id"] for r in rows_of(company, "accounts")},
        "contacts": {r["contact_id"] for r in rows_of(company, "contacts")},
        "currencies": CURRENCIES,
    }
    assert len(rows) == company.rows[name] > 0
    assert set(rows[0]) - {c.name for c in table.columns} <= {"known_at", "service_model", "region"}
    keys = Counter((row.get("known_at"), *(row[k] for k in table.key)) for row in rows)
    assert max(keys.values()) == 1
    for row in rows:
        values = {}
        for column in table.columns:
            value = row.get(column.name)
            assert value is not None or not column.required, (column.name, row)
            if value is None:
                continue
            values[column.name] = READ[column.kind](value)
            assert not column.choices or value in column.choices
            assert column.negative or values[column.name] >= 0
            assert not column.refers or value in known[column.refers]
        for before, after in table.ends_after:
            if before in values and after in values:
                assert values[before] <= values[after], row


def test_the_subscriptions_of_one_product_never_overlap(company: Simulated) -> None:
    spans: dict[tuple[object, object], list[tuple[str, str]]] = {}
    for row in rows_of(company, "subscriptions"):
        spans.setdefault((row["account_id"], row["product"]), []).append(
            (str(row["started_on"]), str(row["ended_on"] or "9999"))
        )
    assert len(spans) > 100
    for held in spans.values():
        held.sort()
        assert all(start < end for start, end in held)
        assert all(first[1] <= second[0] for first, second in pairwise(held))


def test_contracts_do_all_that_contracts_do(company: Simulated) -> None:
    rows = rows_of(company, "subscriptions")
    reasons = {row["end_reason"] for row in rows}
    assert {"renewed", "upgrade", "downgrade", "by_choice", "product dropped", "trial over"} <= reasons
    assert any(row["status"] == "trial" or row["mrr"] == "0.00" for row in rows)
    assert any(row["cancelled_on"] and str(row["ended_on"]) > str(row["cancelled_on"]) for row in rows)
    assert {row["product"] for row in rows} == {"Core", "Analytics", "Connect", "Care"}
    assert len({row["currency"] for row in rows}) >= 5
    assert any(Decimal(str(row["amount"])) < 0 for row in rows_of(company, "purchases"))


def test_nothing_happens_after_the_day_the_files_are_complete_to(company: Simulated) -> None:
    for name in ("events", "tickets", "touches", "answers", "purchases", "invoices", "reasons"):
        column = all_tables()[name].occurred
        assert max(str(row[column])[:10] for row in rows_of(company, name)) < company.until.isoformat(), name


def test_conversations_are_held_in_all_five_languages(company: Simulated) -> None:
    languages = {row["conversation_id"]: row["language"] for row in rows_of(company, "conversations")}
    assert set(languages.values()) == LANGUAGES
    turns = rows_of(company, "turns")
    said = {language: set() for language in LANGUAGES}
    for turn in turns:
        assert "{" not in str(turn["text"])
        said[str(languages[turn["conversation_id"]])].add(turn["text"])
    assert all(len(texts) > 60 for texts in said.values()), {k: len(v) for k, v in said.items()}
    labels = {
        (r["conversation_id"], r["turn_no"]): (r["theme"], r["stance"])
        for r in pq.read_table(company.truth / "turns.parquet").to_pylist()
    }
    assert len(labels) == len(turns)
    stances = {stance for _theme, stance in labels.values()}
    assert stances == {"statement", "denied", "question", "reported", "condition", None}


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    first, again, other = (
        fingerprint(simulate(tmp_path / name, seed=seed, accounts=40, years=2))
        for name, seed in (("first", 7), ("again", 7), ("other", 8))
    )
    assert first == again
    assert first.keys() == other.keys()
    assert all(
        first[name] != other[name] for name in ("accounts.csv", "turns.parquet", "truth/chances.parquet")
    )


def test_without_texts_everything_else_stays_as_it_was(tmp_path: Path) -> None:
    with_texts = simulate(tmp_path / "with", accounts=40, years=2)
    without = simulate(tmp_path / "without", accounts=40, years=2, texts=False)
    assert set(with_texts.files) - set(without.files) == {"conversations", "turns"}
    one, two = fingerprint(with_texts), fingerprint(without)
    assert all(
        one[name] == two[name] for name in ("subscriptions.csv", "events.parquet", "truth/chances.parquet")
    )


def test_the_truth_lies_apart_from_what_can_be_imported(company: Simulated) -> None:
    hidden = {
        "fit",
        "value",
        "burden",
        "bond",
        "squeeze",
        "resolve",
        "relief",
        "chance_90",
        "effect",
        "theme",
        "stance",
    }
    assert company.truth.parent == company.folder
    assert all(path.parent == company.folder for path in company.files.values())
    for name, path in company.files.items():
        columns = set(rows_of(company, name)[0])
        assert name == "goal_readings" or not columns & hidden, path
    note = json.loads((company.truth / "simulation.json").read_text("utf-8"))
    assert note["simulated"] is True
    assert note["seed"] == company.seed


def test_dirt_is_counted_and_added_to_good_rows_only(company: Simulated, dirty: Simulated) -> None:
    assert company.dirt == {}
    faults = Counter(reason for of in dirty.dirt.values() for reason in of)
    assert set(faults) == {
        "unknown_account", "impossible_date", "duplicate_key", "end_before_start", "missing_currency",
    }  # fmt: skip
    for name in company.files:
        bad = sum(dirty.dirt.get(name, {}).values())
        assert dirty.rows[name] == company.rows[name] + bad == len(rows_of(dirty, name))
        key = all_tables()[name].key[0]
        marked = [row for row in rows_of(dirty, name) if str(row[key]).startswith("BAD-")]
        assert len(marked) == bad


def test_a_company_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeepwellError, match="at least one account"):
        simulate(tmp_path, accounts=0)


def test_a_company_of_one_account_can_be_simulated(tmp_path: Path) -> None:
    assert simulate(tmp_path, accounts=1, years=1, dirt=False).rows["accounts"] == 1
