"""What the tests of features share: a book written row by row, and what was known of its accounts on a day."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.book.tables import table_named
from keepwell.risk.features import all_features
from keepwell.risk.leaks import values_on

DAY = date(2026, 1, 1)


def ago(days: int, hour: int = 12) -> datetime:
    """The moment so many days before DAY; 1 is the day before."""
    return datetime.combine(DAY - timedelta(days=days), time(hour))


def on(days: int) -> date:
    """The day so many days before DAY."""
    return DAY - timedelta(days=days)


class Company:
    """A book to which rows are told; each is known when it happened unless it says otherwise."""

    def __init__(self, home: Path) -> None:
        self.book = Book.create(home, reporting_currency="EUR")
        self.engine: Engine = engine_named("duckdb")
        self._told = 0

    def tell(self, table: str, *rows: dict[str, Any]) -> None:
        """Write rows of a table; keys that are left out are made up."""
        entry, made = table_named(table), []
        for row in rows:
            self._told += 1
            keyed = {entry.key[0]: f"{table}{self._told}", "currency": "EUR", **row}
            for column in entry.instants:
                if keyed.get(column.name) is not None:
                    keyed[column.day_name] = keyed[column.name].date()
            happened = keyed.get(entry.occurred) if entry.occurred else None
            known = keyed.pop("known_at", None) or happened or datetime(2020, 1, 1)  # noqa: DTZ001 - instants are kept naive, in UTC
            keyed["known_at"] = known if isinstance(known, datetime) else datetime.combine(known, time())
            made.append(keyed)
        schema = entry.schema().append(pa.field("known_at", pa.timestamp("us")))
        told = pa.Table.from_pylist(made, schema=schema)
        with self.book.writer() as writer:
            writer.put(table, told, known_at=datetime.now(UTC))
            writer.cover(table, "", DAY + timedelta(days=100))
            writer.commit()

    def customer(self, account: str, since: int = 800, mrr: int = 10_000, **more: Any) -> None:
        """An account that has paid for so many days, by a subscription of its own name."""
        self.tell("accounts", {"account_id": account, "created_on": on(since), **more})
        self.tell(
            "subscriptions",
            {
                "subscription_id": account,
                "account_id": account,
                "started_on": on(since),
                "mrr": mrr,
                "quantity": 10.0,
                "product": "Core",
            },
        )

    def known(self, *features: str, day: date = DAY) -> dict[str, dict[str, Any]]:
        """What was known on the day, by account and feature."""
        chosen = [all_features()[name] for name in features]
        seen = values_on(self.book, self.engine, day, chosen)
        return {account: {name: row[name] for name in features} for account, row in seen.items()}
