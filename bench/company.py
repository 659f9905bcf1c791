"""The companies measured: written once a size, and taken into a book."""

import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads

from keepwell.book.book import Book
from keepwell.demo.generator import generate

UNTIL = date(2026, 1, 1)
RATES = {"USD": Fraction(92, 100), "GBP": Fraction(1172, 1000), "CZK": Fraction(405, 10000)}
MONTHS = [date(2023 + month // 12, month % 12 + 1, 1) for month in range(37)]
_MADE = "made"  # written last: a folder without it is begun anew


def company(work: Path, accounts: int) -> Path:
    """The folder of a company with so many accounts; made where there is none."""
    folder = work / f"company-{accounts}"
    if not (folder / _MADE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        generate(folder, accounts=accounts, until=UNTIL)
        (folder / _MADE).touch()
    return folder


def export(work: Path, size: int) -> Path:
    """A folder with one CSV of subscriptions of about so many bytes, and its accounts."""
    folder = work / f"export-{size}"
    if not (folder / _MADE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        made = generate(folder / "parts", accounts=max(1000, size * 1000 // 128_100), form="csv")
        with (folder / "subscriptions.csv").open("wb") as out:
            for place, part in enumerate(made.files["subscriptions"]):
                with part.open("rb") as lines:
                    header = lines.readline()
                    if not place:
                        out.write(header)
                    shutil.copyfileobj(lines, out, 1 << 20)
        made.files["accounts"][0].rename(folder / "accounts.csv")
        shutil.rmtree(folder / "parts")
        (folder / _MADE).touch()
    return folder


def files(folder: Path, table: str) -> list[Path]:
    """The files of a table of a company."""
    return sorted((folder / table).glob("*.parquet"))


def book(folder: Path, home: Path) -> Book:
    """A new book at `home` that holds the company."""
    shutil.rmtree(home, ignore_errors=True)
    made = Book.create(home, reporting_currency="EUR")
    known = datetime.combine(UNTIL, datetime.min.time(), UTC)
    rates = pa.table(
        {
            "currency": list(RATES),
            "valid_from": pa.array([date(2000, 1, 1)] * len(RATES), pa.date32()),
            "rate": [float(rate) for rate in RATES.values()],
        }
    )
    with made.writer() as writer:
        for table in ("accounts", "subscriptions"):
            writer.put(table, files(folder, table), known_at=known, source="bench", unique=True)
            writer.cover(table, "bench", UNTIL)
        writer.put("rates", rates, known_at=known, source="bench")
        writer.commit()
    return made


def change_some(home: Path, folder: Path, place: int, of: int) -> int:
    """Write a new version of every subscription of every `of`-th account into the book; how many accounts.

    The accounts differ with `place`, so that several nights can follow one another.
    """
    numbers = pads.dataset(files(folder, "accounts")).scanner(columns=["account_id"]).to_table()["account_id"]
    chosen = pa.array(numbers.to_pylist()[place::of], pa.string())
    subscriptions = pads.dataset(files(folder, "subscriptions"))
    table = subscriptions.to_table(filter=pads.field("account_id").isin(chosen))
    dearer = pa.array([mrr + 100 if mrr else 0 for mrr in table["mrr"].to_pylist()], pa.int64())
    table = table.set_column(table.schema.get_field_index("mrr"), "mrr", dearer)
    with Book.open(home).writer() as writer:
        writer.put("subscriptions", table, known_at=datetime.now(UTC), source="bench", unique=True)
        writer.commit()
    return len(chosen)


def sizes(text: str) -> Sequence[int]:
    """Numbers of accounts out of “1000000,10000000”."""
    return [int(part.replace("_", "")) for part in text.split(",") if part.strip()]
