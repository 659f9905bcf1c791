"""`python -m bench.observing`: a month-end's observations of a big company, beside a plain scan of what it reads."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from bench.company import UNTIL, files, sizes
from bench.measured import ROOT, Clock, Cost, run
from bench.report import GIB

MEMORY = 3 * GIB
PAST = date(2025, 12, 1)
_EARLY = datetime(2000, 1, 1, tzinfo=UTC)
_MADE = "made"


def main() -> int:
    """Measure each size and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.observing", description=main.__doc__)
    parser.add_argument("--accounts", type=sizes, default=[1_000_000, 10_000_000], help="1000000,10000000")
    parser.add_argument("--events", type=int, default=30, help="events an account (default 30)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path, default=ROOT / "bench-data")
    asked = parser.parse_args()
    for accounts in asked.accounts:
        home = asked.work / f"observed-{accounts}-{asked.events}"
        if not (home / _MADE).exists():
            _shown("make", run("make_observed", home=home, accounts=accounts, events=accounts * asked.events))
        for _turn in range(asked.runs):
            scan = _shown("DuckDB: scan of the months read", run("scan_months", home=home, day=UNTIL))
            ours = _shown("Keepwell: the newest day", run("observe_day", home=home, day=UNTIL))
            _say(f"  {ours.cpu / scan.cpu:.1f} times the scan (CPU), {ours.wall / scan.wall:.1f} (clock)")
            _shown("Keepwell: a month-end past", run("observe_day", home=home, day=PAST))
    return 0


def make_observed(clock: Clock, *, home: str, accounts: int, events: int) -> dict[str, int]:
    """A book with a company's subscriptions and its events, in order of time, each known when it happened."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.demo.generator import generate
    from keepwell.ledger.keeping import post_book

    place = Path(home)
    shutil.rmtree(place, ignore_errors=True)
    made = generate(place / "files", accounts=accounts, events=events, until=UNTIL)
    clock.part("generate")
    kept = Book.create(place / "book", reporting_currency="EUR")
    with kept.writer() as writer:
        for table in ("accounts", "subscriptions"):
            writer.put(table, files(place / "files", table), known_at=_EARLY, source="bench", unique=True)
            writer.cover(table, "bench", UNTIL)
        writer.put("rates", _rates(), known_at=_EARLY, source="bench")
        clock.part("load accounts")
        writer.put("events", _known(place / "files"), known_at=_EARLY, source="bench", unique=True)
        writer.cover("events", "bench", UNTIL)
        writer.commit()
    clock.part("load events")
    engine = engine_named("duckdb")
    post_book(kept, engine)
    engine.close()
    shutil.rmtree(place / "files" / "known")
    (place / _MADE).touch()
    return made.rows


def _rates() -> Any:
    import pyarrow as pa

    from bench.company import RATES

    return pa.table(
        {
            "currency": list(RATES),
            "valid_from": pa.array([date(2000, 1, 1)] * len(RATES), pa.date32()),
            "rate": [float(rate) for rate in RATES.values()],
        }
    )


def _known(folder: Path) -> list[Path]:
    """The files of events, month by month, with `known_at` the moment each happened."""
    out = folder / "known"
    out.mkdir()
    found = []
    for file in files(folder, "events"):
        rows = duckdb.connect().read_parquet(str(file))
        rows.select("*, occurred_at AS known_at").order("occurred_at").write_parquet(str(out / file.name))
        found.append(out / file.name)
    return found


def scan_months(clock: Clock, *, home: str, day: str) -> dict[str, Any]:
    """The sum of each column that is read, in the generated files of the months that a day's features need."""
    from keepwell.risk.features.sources.events import REACH

    last = date.fromisoformat(day)
    first = date.fromordinal(last.toordinal() - REACH)
    months = [f for f in files(Path(home) / "files", "events") if f"{first:%Y%m}" <= f.stem <= f"{last:%Y%m}"]
    rows = sum(pq.read_metadata(file).num_rows for file in months)
    clock.begin()
    duckdb.connect(config={"memory_limit": "2GiB"}).read_parquet([str(file) for file in months]).aggregate(
        "sum(strlen(account_id)), sum(epoch_us(occurred_at)), sum(epoch(occurred_on)), sum(strlen(kind)),"
        " sum(quantity)"
    ).fetchall()
    clock.part("scan")
    return {"rows": rows}


def observe_day(clock: Clock, *, home: str, day: str) -> dict[str, Any]:
    """Every feature of every account eligible on the day, written to Parquet."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.ledger.opening import open_ledger
    from keepwell.risk.features import all_features
    from keepwell.risk.observations import then_on
    from keepwell.risk.observing import observed

    out = Path(home) / "out"
    shutil.rmtree(out, ignore_errors=True)
    features = list(all_features().values())
    clock.begin()
    engine = engine_named("duckdb", {"memory_limit": "2GiB"})
    book = Book.open(str(Path(home) / "book"))
    then = then_on(book, open_ledger(book, engine), date.fromisoformat(day))
    clock.part("ledger")
    out.mkdir()
    rows, writer = 0, None
    for table in observed(then, features):
        writer = writer or pq.ParquetWriter(out / "observed.parquet", table.schema, compression="zstd")
        writer.write_table(table)
        rows += table.num_rows
    if writer is not None:
        writer.close()
    clock.part("observe")
    engine.close()
    return {"rows": rows}


def _shown(name: str, cost: Cost) -> Cost:
    parts = ", ".join(f"{part} {seconds:.2f}" for part, seconds in cost.parts.items())
    _say(
        f"  {name}: {cost.wall:.2f} s, CPU {cost.cpu:.2f} s, {cost.peak / GIB:.2f} GiB ({parts})"
        f" {json.dumps(cost.said)}"
    )
    return cost


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


TASKS: Sequence[Any] = (make_observed, scan_months, observe_day)

if __name__ == "__main__":
    sys.exit(main())
