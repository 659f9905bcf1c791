# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""Versions of rows, checked against the obvious way of keeping them."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import narwhals as nw
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.book.history import history
from keepwell.book.tables import all_tables, table_named
from keepwell.lib.errors import BadInput, KeepwellError

DAY_ZERO = datetime(2026, 1, 1, 12)
KEYS = ("a", "b", "c")


@dataclass(frozen=True)
class Said:
    """What a version says: a name, or None where it says that the row is gone."""

    known: datetime
    load: int
    name: str | None


@dataclass
class Reference:
    """All versions of each key, in order of when they became known."""

    versions: dict[str, list[Said]] = field(default_factory=dict)

    def put(self, rows: list[tuple[str, datetime, str | None]], load: int) -> tuple[int, int, int]:
        loaded = updated = unchanged = 0
        for key, known, name in sorted(rows, key=lambda row: row[1]):
            before = self.versions.setdefault(key, [])
            place = len([v for v in before if v.known <= known])
            if place and before[place - 1].name == name:
                unchanged += 1
                continue
            loaded, updated = (loaded, updated + 1) if before else (loaded + 1, updated)
            before.insert(place, Said(known, load, name))
        return loaded, updated, unchanged

    def known(self, until: datetime | None = None) -> dict[str, str]:
        found = {}
        for key, versions in self.versions.items():
            by_then = [v for v in versions if until is None or v.known < until]
            if by_then and by_then[-1].name is not None:
                found[key] = by_then[-1].name
        return found


def arrow(rows):
    return pa.table(
        {
            "account_id": pa.array([r[0] for r in rows], pa.string()),
            "name": pa.array([r[2] for r in rows], pa.string()),
            "known_at": pa.array([r[1] for r in rows], pa.timestamp("us")),
        }
    )


def said(duck, frame):
    table = duck.collect(frame.select("account_id", "name")).to_pylist()
    assert len(table) == len({row["account_id"] for row in table})
    return {row["account_id"]: row["name"] for row in table}


row = st.tuples(
    st.sampled_from(KEYS),
    st.integers(0, 4).map(lambda n: DAY_ZERO + timedelta(days=n)),
    st.sampled_from(["x", "y", "z"]),
)
# Of one key and one moment a file says one thing.
put = st.lists(row, min_size=1, max_size=5, unique_by=lambda r: (r[0], r[1]))
whole = st.lists(st.sampled_from(KEYS), unique=True)
step = st.one_of(put.map(lambda rows: ("put", rows)), whole.map(lambda keys: ("snapshot", keys)))


@pytest.fixture(scope="module")
def engine_here():
    engine = engine_named("duckdb", {"threads": "1"})
    yield engine
    engine.close()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step, min_size=1, max_size=5))
def test_any_sequence_of_files_gives_the_versions_that_were_said(tmp_path_factory, engine_here, steps):
    book, reference = Book.create(tmp_path_factory.mktemp("book")), Reference()
    with book.writer() as writer:
        for kind, what in steps:
            load = writer.last_load + 1
            if kind == "put":
                counts = writer.put("accounts", arrow(what), known_at=DAY_ZERO)
                assert (counts.loaded, counts.updated, counts.unchanged) == reference.put(what, load)
                assert counts.loaded + counts.updated + counts.unchanged == len(what)
                again = writer.put("accounts", arrow(what[-1:]), known_at=DAY_ZERO)
                assert (again.loaded, again.updated, again.unchanged) == reference.put(what[-1:], load + 1)
            else:
                when = DAY_ZERO + timedelta(days=3)
                rows = [(key, when, "s") for key in what]
                lacking = [
                    key
                    for key, versions in reference.versions.items()
                    if key not in what and versions[-1].known <= when and versions[-1].name is not None
                ]
                counts = writer.put(
                    "accounts", arrow(rows), known_at=when, snapshot=True, confirmed=True, unique=True
                )
                assert (counts.loaded, counts.updated, counts.unchanged) == reference.put(rows, load)
                assert counts.gone == len(lacking)
                for key in lacking:
                    reference.versions[key].append(Said(when, load, None))
        writer.commit()
    assert said(engine_here, book.moment(engine_here).frame("accounts")) == reference.known()
    for n in range(-1, 6):
        day = (DAY_ZERO + timedelta(days=n)).date()
        night = datetime.combine(day + timedelta(days=1), datetime.min.time())
        assert said(engine_here, book.moment(engine_here, day).frame("accounts")) == reference.known(night)
    for key in KEYS:
        found = [
            (v.known_at, v.load, v.row["name"] if not v.gone else None)
            for v in history(book, "accounts", key)
        ]
        assert found == [(v.known, v.load, v.name) for v in reference.versions.get(key, [])]


@pytest.fixture
def book(tmp_path):
    return Book.create(tmp_path / "book")


def load(book, rows, **how):
    with book.writer() as writer:
        counts = writer.put("accounts", arrow(rows), known_at=DAY_ZERO, **how)
        writer.commit()
    return counts


def on(n):
    return DAY_ZERO + timedelta(days=n)


def test_loading_a_file_twice_changes_nothing(book):
    rows = [("a", on(0), "x"), ("b", on(0), "y")]
    assert load(book, rows).loaded == 2
    before = book.manifest.tables
    counts = load(book, rows)
    assert (counts.loaded, counts.updated, counts.unchanged) == (0, 0, 2)
    after = book.manifest.tables
    assert {t: v for t, v in after.items() if t != "loads"} == {
        t: v for t, v in before.items() if t != "loads"
    }


def test_the_same_row_loaded_a_day_later_says_nothing_new(book):
    load(book, [("a", on(0), "x")])
    assert load(book, [("a", on(1), "x")]).unchanged == 1


def test_a_file_that_gains_a_column_leaves_rows_without_it_unchanged(book, duck):
    load(book, [("a", on(0), "x"), ("b", on(0), "y")])
    wider = arrow([("a", on(1), "x"), ("b", on(1), "y")]).append_column("colour", pa.array([None, "red"]))
    with book.writer() as writer:
        counts = writer.put("accounts", wider, known_at=on(1))
        writer.commit()
    assert (counts.updated, counts.unchanged) == (1, 1)
    rows = duck.collect(book.moment(duck).frame("accounts").sort("account_id").select("account_id", "colour"))
    assert rows.to_pylist() == [{"account_id": "a", "colour": None}, {"account_id": "b", "colour": "red"}]
    past = duck.collect(book.moment(duck, on(0).date()).frame("accounts").select("colour"))
    assert past["colour"].to_pylist() == [None, None]


def test_versions_made_of_one_line_count_as_one_row(book, duck):
    rows = arrow([("a", on(0), "x"), ("a", on(2), "y"), ("b", on(0), "z")])
    rows = rows.append_column("__line", pa.array([7, 7, 8]))
    with book.writer() as writer:
        assert writer.put("accounts", rows, known_at=on(0), unique=True).loaded == 2
        counts = writer.put("accounts", rows, known_at=on(0))
        assert (counts.loaded, counts.updated, counts.unchanged) == (0, 0, 2)
        later = arrow([("a", on(0), "x"), ("a", on(3), "w")]).append_column("__line", pa.array([7, 7]))
        assert writer.put("accounts", later, known_at=on(0)).updated == 1
        writer.commit()
    assert said(duck, book.moment(duck, on(1).date()).frame("accounts")) == {"a": "x", "b": "z"}
    assert said(duck, book.moment(duck).frame("accounts")) == {"a": "w", "b": "z"}


def test_two_things_said_of_one_key_at_one_moment_are_refused(book):
    with pytest.raises(BadInput, match="twice with different content"):
        load(book, [("a", on(0), "x"), ("a", on(0), "y")])


def test_a_row_that_stands_twice_in_a_file_is_one_row(book, duck):
    counts = load(book, [("a", on(0), "x"), ("a", on(0), "x")])
    assert (counts.loaded, counts.unchanged) == (1, 1)
    assert said(duck, book.moment(duck).frame("accounts")) == {"a": "x"}


def test_a_snapshot_that_loses_more_than_a_twentieth_wants_a_confirmation(book):
    load(book, [(str(n), on(0), "x") for n in range(40)])
    most = [(str(n), on(1), "x") for n in range(38)]
    with pytest.raises(KeepwellError) as refused:
        load(book, most[:37], snapshot=True)
    assert "3 of 40" in str(refused.value)
    assert load(book, most, snapshot=True).gone == 2


def test_keys_a_snapshot_holds_in_quarantine_are_not_gone(book):
    load(book, [("a", on(0), "x"), ("b", on(0), "x"), ("c", on(0), "x")])
    spared = pa.table({"account_id": ["b"]})
    counts = load(book, [("a", on(1), "x")], snapshot=True, confirmed=True, spared=spared)
    assert counts.gone == 1


def test_a_row_that_was_gone_and_comes_back_is_a_new_version(book, duck):
    load(book, [("a", on(0), "x"), ("b", on(0), "x")])
    with book.writer() as writer:
        writer.put("accounts", arrow([("b", on(1), "x")]), known_at=on(1), snapshot=True, confirmed=True)
        writer.commit()
    assert said(duck, book.moment(duck).frame("accounts")) == {"b": "x"}
    assert load(book, [("a", on(2), "x")]).updated == 1
    assert said(duck, book.moment(duck).frame("accounts")) == {"a": "x", "b": "x"}
    assert said(duck, book.moment(duck, on(1).date()).frame("accounts")) == {"b": "x"}


def test_a_company_day_ends_at_midnight_of_the_company(tmp_path, duck):
    book = Book.create(tmp_path / "book", time_zone="Asia/Shanghai")  # eight hours ahead
    load(book, [("a", datetime(2026, 1, 1, 15, 59), "x"), ("b", datetime(2026, 1, 1, 16, 0), "y")])
    assert said(duck, book.moment(duck, date(2026, 1, 1)).frame("accounts")) == {"a": "x"}
    assert said(duck, book.moment(duck, date(2026, 1, 2)).frame("accounts")) == {"a": "x", "b": "y"}


def test_what_a_load_changed_is_known_by_account(book, duck):
    def changed(since):
        return set(
            duck.collect(book.moment(duck).changed_accounts(since).select("account_id"))[
                "account_id"
            ].to_pylist()
        )

    load(book, [("a", on(0), "x"), ("b", on(0), "y"), ("c", on(0), "z")])
    assert changed(0) == {"a", "b", "c"}
    load(book, [("a", on(1), "x"), ("b", on(1), "new")])
    assert changed(1) == {"b"}
    with book.writer() as writer:
        sub = {"subscription_id": ["s"], "account_id": ["c"], "mrr": [100], "currency": ["EUR"]}
        writer.put("subscriptions", pa.table(sub), known_at=on(1))
        writer.put("subscriptions", pa.table({**sub, "account_id": ["a"]}), known_at=on(2))
        writer.commit()
    assert changed(2) == {"a", "c"}
    assert changed(3) == {"a", "c"}
    assert changed(4) == set()


def test_days_are_numbers_in_frames(book, engine):
    with book.writer() as writer:
        rows = pa.table(
            {
                "subscription_id": ["s"],
                "account_id": ["a"],
                "started_on": [date(1970, 1, 11)],
                "mrr": [12345],
                "currency": ["EUR"],
                "seats_note": ["many"],
            }
        )
        writer.put("subscriptions", rows, known_at=on(0))
        writer.put("subscriptions", rows.set_column(3, "mrr", pa.array([99])), known_at=on(3))
        writer.commit()
    found = engine.collect(
        book.moment(engine)
        .frame("subscriptions")
        .select("started_on", "ended_on", "mrr", "seats_note", "load")
    )
    assert found.to_pylist() == [
        {"started_on": 10, "ended_on": None, "mrr": 99, "seats_note": "many", "load": 2}
    ]
    past = engine.collect(book.moment(engine, on(1).date()).frame("subscriptions").select("mrr", "load"))
    assert past.to_pylist() == [{"mrr": 12345, "load": 1}]


def test_a_table_nobody_loaded_is_empty_with_all_its_columns(book, engine):
    moment = book.moment(engine)
    assert not moment.has("purchases")
    assert "occurred_on" in moment.columns("purchases")
    assert engine.collect(moment.frame("purchases").select(nw.len())).to_pylist() == [{"len": 0}]


def test_a_column_that_a_table_got_later_is_empty_in_rows_from_before(book, engine, monkeypatch):
    now = table_named("accounts")
    before = replace(now, columns=tuple(one for one in now.columns if one.name != "segment"))
    with monkeypatch.context() as older:
        older.setitem(all_tables(), "accounts", before)
        with book.writer() as writer:
            for name, at in (("Acme", DAY_ZERO), ("Acme Ltd", DAY_ZERO + timedelta(days=3))):
                writer.put("accounts", pa.table({"account_id": ["a"], "name": [name]}), known_at=at)
            writer.commit()
    for known_on, name in ((None, "Acme Ltd"), (DAY_ZERO.date(), "Acme")):
        moment = book.moment(engine, as_known_on=known_on)
        rows = engine.collect(moment.frame("accounts").select("name", "segment")).to_pylist()
        assert rows == [{"name": name, "segment": None}]
        assert "segment" in moment.columns("accounts")


def test_a_misspelt_table_is_answered_with_near_names(book, duck):
    with pytest.raises(KeepwellError, match="subscriptions"):
        book.moment(duck).frame("subscriptoins")


def test_history_of_a_key_nobody_knows_is_empty(book):
    assert history(book, "accounts", "nobody") == []
