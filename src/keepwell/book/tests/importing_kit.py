"""What the tests of the import share: books, files written on the spot, and looks into a book."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.book.importing import ImportReport, import_files
from keepwell.book.quarantine import Quarantined, quarantined

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data"))
SUBSCRIPTIONS = "subscription_id,account_id,started_on,ended_on,mrr,currency\n"
PURCHASES = "purchase_id,account_id,occurred_at,amount,currency\n"


class Desk:
    """A new book, with a folder for files to import into it."""

    def __init__(self, folder: Path, *, time_zone: str = "UTC", accounts: str = "A1 A2 A3") -> None:
        self.folder = folder
        self.book = Book.create(folder / "home", reporting_currency="EUR", time_zone=time_zone)
        if accounts:
            self.load("accounts", "account_id\n" + "\n".join(accounts.split()) + "\n", name="accounts.csv")

    def file(self, content: str | bytes, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(self, table: str, content: str | bytes, *, name: str = "file.csv", **how: Any) -> ImportReport:
        report = import_files(self.book, table, [self.file(content, name)], now=how.pop("now", NOW), **how)
        assert report.reconciles
        return report

    def rows(self, table: str, as_known_on: Any = None) -> list[dict[str, Any]]:
        engine = engine_named("duckdb")
        try:
            frame = self.book.moment(engine, as_known_on).frame(table)
            return engine.collect(frame.sort(frame.collect_schema().names()[0])).to_pylist()
        finally:
            engine.close()

    def aside(self, **which: Any) -> list[Quarantined]:
        engine = engine_named("duckdb")
        try:
            return quarantined(self.book.moment(engine), **which)
        finally:
            engine.close()
