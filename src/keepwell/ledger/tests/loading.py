# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""A company whose source keeps changing, loaded into a book night after night."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
from oracle import histories as h
from oracle.product import policies_of as in_our_words
from oracle.to_arrow import agreeing, batch, tables

from keepwell.book.book import Book
from keepwell.book.moment import Moment
from keepwell.book.tables import table_named
from keepwell.ledger import cycles, notices, rows
from keepwell.ledger.gathering import facts_of
from keepwell.ledger.keeping import FIGURES, covered_of, policies_of, standing
from keepwell.ledger.movements import LEAVING, ROWS
from keepwell.ledger.posting import CYCLES, post
from keepwell.lib.days import from_number

Row = dict[str, Any]
TABLES = ("accounts", "subscriptions", "purchases", "invoices")
DATED = TABLES[1:]
POSTED = ((ROWS, rows.SCHEMA), (LEAVING, notices.SCHEMA), (CYCLES, cycles.SCHEMA))


@dataclass
class Source:
    """What the company's own systems say, by table and key, and the day up to which they say it."""

    rows: dict[str, dict[str, Row]]
    covered: date
    known: datetime
    touched: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in TABLES})
    deleted: set[str] = field(default_factory=set)
    late: dict[str, int] = field(default_factory=dict)  # by how many days a table is behind what is covered
    says_when: bool = False  # whether it says since when it is known how far all this is complete

    def put(self, table: str, key: str, **changes: Any) -> None:
        self.rows[table][key] = {**self.rows[table].get(key, {}), **changes}
        self.touched[table].add(key)

    def delete(self, table: str, key: str) -> None:
        del self.rows[table][key]
        self.touched[table].discard(key)
        self.deleted.add(table)

    def load(self, book: Book) -> None:
        """Load what changed since the last time, whole where rows went away, all in one commit."""
        self.known = max(self.known + timedelta(hours=6), datetime.combine(self.covered, time(3)))
        self.load_again(book, self.covered)
        self.touched = {name: set() for name in TABLES}
        self.deleted = set()

    def load_again(self, book: Book, covered: date) -> None:
        """Load the same into another book, complete up to another day."""
        with book.writer() as writer:
            for name in TABLES:
                whole = name in self.deleted
                keys = self.rows[name].keys() if whole else self.touched[name]
                if keys or whole:
                    found = [self.rows[name][key] for key in sorted(keys)]
                    writer.put(name, arrow(name, found), known_at=self.known, snapshot=whole, confirmed=whole)
            for name in DATED:
                up_to = covered - timedelta(days=self.late.get(name, 0))
                writer.cover(name, "source", up_to, known_at=self.known if self.says_when else None)
            writer.commit()


def arrow(table: str, found: list[Row]) -> pa.Table:
    schema = table_named(table).schema()
    return pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in found], schema=schema)


def seeded_source(seed: int, size: int) -> Source:
    """Many seeded histories in one company."""
    whole, _frozen = batch(agreeing([h.seeded_history(seed * 1000 + k) for k in range(size)]), h.Policies())
    found: dict[str, dict[str, Row]] = {}
    for name in TABLES:
        key = table_named(name).key[0]
        given = tables(whole)[name].to_pylist()
        found[name] = {row[key]: row for row in given}
    for row in found["accounts"].values():
        row["segment"] = row["segment"] and row["segment"].split("-")[1]  # the same few for all
    for row in found["purchases"].values():
        row["occurred_at"] = datetime.combine(row["occurred_on"], time())
    source = Source(found, from_number(whole.covered), datetime(2000, 1, 1))
    source.touched = {name: set(found[name]) for name in TABLES}
    return source


def settle(book: Book, seed: int, **more: Any) -> None:
    """Some policies, the same for every seed."""
    book.change_settings(policies={**in_our_words(h.seeded_policies(seed)).to_dict(), **more})


def _some(source: Source, chance: Random, table: str) -> str:
    return chance.choice(sorted(source.rows[table]))


def _new_subscription(source: Source, chance: Random) -> None:
    start = source.covered - timedelta(days=chance.randrange(-10, 200))
    key = f"new-{chance.randrange(10**9)}"
    source.put(
        "subscriptions",
        key,
        subscription_id=key,
        account_id=_some(source, chance, "accounts"),
        started_on=start,
        ended_on=chance.choice((None, start + timedelta(days=chance.randrange(0, 200)))),
        mrr=chance.choice((0, 1, 1000, 4321)),
        currency=chance.choice(("EUR", "USD")),
    )


def _ended(source: Source, chance: Random) -> None:
    key = _some(source, chance, "subscriptions")
    end = source.covered - timedelta(days=chance.randrange(-40, 90))
    source.put("subscriptions", key, ended_on=max(end, source.rows["subscriptions"][key]["started_on"]))
    source.put("subscriptions", key, end_reason=chance.choice((None, "by_choice", "failed_payment")))


def _noticed(source: Source, chance: Random) -> None:
    day = source.covered - timedelta(days=chance.randrange(-10, 40))
    source.put("subscriptions", _some(source, chance, "subscriptions"), cancelled_on=day)


def _repriced(source: Source, chance: Random) -> None:
    source.put("subscriptions", _some(source, chance, "subscriptions"), mrr=chance.choice((0, 5, 999, 7000)))


def _moved(source: Source, chance: Random) -> None:
    whose = _some(source, chance, "accounts")
    source.put("subscriptions", _some(source, chance, "subscriptions"), account_id=whose)


def _bought(source: Source, chance: Random) -> None:
    day = source.covered - timedelta(days=chance.choice((1, 2, 10, 100)))
    key = f"new-{chance.randrange(10**9)}"
    source.put(
        "purchases",
        key,
        purchase_id=key,
        account_id=_some(source, chance, "accounts"),
        occurred_on=day,
        occurred_at=datetime.combine(day, time()),
        amount=chance.choice((1000, 1, 50_000, -700)),
        currency="EUR",
    )


def _moved_purchase(source: Source, chance: Random) -> None:
    source.put("purchases", _some(source, chance, "purchases"), account_id=_some(source, chance, "accounts"))


def _later(source: Source, chance: Random) -> None:
    source.covered += timedelta(days=chance.choice((1, 7, 30, 95)))


def _taken_back(source: Source, chance: Random) -> None:
    """It was not complete up to the day that it had said."""
    source.covered -= timedelta(days=chance.choice((1, 7, 30, 95)))


def _held_up(source: Source, chance: Random) -> None:
    source.late = {name: chance.choice((0, 0, 3, 40)) for name in DATED}


def _merged(source: Source, chance: Random) -> None:
    day = source.covered - timedelta(days=chance.randrange(-10, 200))
    source.put(
        "accounts",
        _some(source, chance, "accounts"),
        merged_into=_some(source, chance, "accounts"),
        merged_on=chance.choice((day, day, None)),
    )


def _parted(source: Source, chance: Random) -> None:
    merged = sorted(k for k, row in source.rows["accounts"].items() if row["merged_into"])
    source.put("accounts", chance.choice(merged), merged_into=None, merged_on=None)


def _excluded(source: Source, chance: Random) -> None:
    key = _some(source, chance, "accounts")
    now = source.rows["accounts"][key]["excluded"]
    source.put("accounts", key, excluded=None if now else "our own")


def _resegmented(source: Source, chance: Random) -> None:
    source.put("accounts", _some(source, chance, "accounts"), segment=chance.choice(("Small", "Large", None)))


def _invoiced(source: Source, chance: Random) -> None:
    key = f"new-{chance.randrange(10**9)}"
    due = source.covered - timedelta(days=chance.randrange(-3, 60))
    source.put(
        "invoices",
        key,
        invoice_id=key,
        account_id=_some(source, chance, "accounts"),
        issued_on=due - timedelta(days=14),
        due_on=due,
        amount=1000,
        currency="EUR",
    )


def _paid(source: Source, chance: Random) -> None:
    key = _some(source, chance, "invoices")
    source.put("invoices", key, paid_on=source.covered - timedelta(days=chance.randrange(0, 30)))


def _deleted_subscription(source: Source, chance: Random) -> None:
    source.delete("subscriptions", _some(source, chance, "subscriptions"))


def _deleted_purchase(source: Source, chance: Random) -> None:
    source.delete("purchases", _some(source, chance, "purchases"))


CHANGES: tuple[Callable[[Source, Random], None], ...] = (
    _new_subscription,
    _ended,
    _noticed,
    _repriced,
    _moved,
    _bought,
    _moved_purchase,
    _later,
    _taken_back,
    _held_up,
    _merged,
    _parted,
    _excluded,
    _resegmented,
    _invoiced,
    _paid,
    _deleted_subscription,
    _deleted_purchase,
)


def posted(moment: Moment) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that count of each posted table."""
    return {
        name: _tuples(moment.engine.collect(standing(moment, name, schema).select(schema.names)))
        for name, schema in POSTED
    }


def posted_afresh(moment: Moment) -> dict[str, list[tuple[Any, ...]]]:
    """What a full posting of the same facts with the same frozen figures comes to."""
    frozen = moment.frame(FIGURES) if moment.has(FIGURES) else None
    found = post(
        facts_of(moment),
        policies_of(moment),
        covered=covered_of(moment),
        engine=moment.engine,
        frozen=frozen,
    )
    frames = {ROWS: found.rows, LEAVING: found.leaving, CYCLES: found.cycles}
    return {
        name: []
        if (frame := frames[name]) is None
        else _tuples(moment.engine.collect(frame.select(schema.names)))
        for name, schema in POSTED
    }


def _tuples(table: pa.Table) -> list[tuple[Any, ...]]:
    columns = [column.to_pylist() for column in table.columns]
    return sorted(zip(*columns, strict=True), key=lambda row: tuple(map(str, row)))


def assert_posted(moment: Moment) -> None:
    """The posted ledger is, row for row, that of a full posting."""
    found, expected = posted(moment), posted_afresh(moment)
    for name, _schema in POSTED:
        extra, missing = set(found[name]) - set(expected[name]), set(expected[name]) - set(found[name])
        assert not extra, (name, sorted(extra, key=str)[:5], sorted(missing, key=str)[:5])
        assert not missing, (name, sorted(missing, key=str)[:5])
        assert len(found[name]) == len(expected[name]), name


def new_book(folder: Path) -> Book:
    return Book.create(folder, reporting_currency="EUR")
