"""What is measured, each in a process of its own: `python -m bench.tasks '{"task": "figures", "home": …}'`."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bench import observing, risk, treating
from bench.company import MONTHS, RATES, UNTIL, book, change_some, files
from bench.measured import Clock


def make_book(clock: Clock, *, folder: str, home: str) -> None:
    """Take a company into a new book."""
    book(Path(folder), Path(home))
    clock.part("load")


def keepwell_figures(clock: Clock, *, home: str, post: bool) -> Any:
    """Post the whole ledger (or take it as it stands), then the series and the triangle."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.ledger.keeping import post_book
    from keepwell.ledger.opening import open_ledger

    clock.begin()
    engine, kept = engine_named("duckdb"), Book.open(home)
    if post:
        post_book(kept, engine, full=True)
        clock.part("post")
    answer = _figures(open_ledger(kept, engine))
    clock.part("figures")
    engine.close()
    return answer


def _figures(ledger: Any) -> dict[str, Any]:
    from keepwell.lib.days import Grain
    from keepwell.metrics.cohorts import cohorts
    from keepwell.metrics.series import series

    made = series(ledger, Grain.MONTH, MONTHS[0], MONTHS[-1])
    triangle = cohorts(
        ledger.rows,
        ledger.engine,
        grain=Grain.MONTH,
        measure="accounts",
        covered=ledger.covered,
        rates=ledger.rates(ledger.covered),
        reporting=ledger.reporting,
    )
    return {
        "series": [_lines(statement) for statement in made],
        "triangle": {c.cohort: [cell.active for cell in c.cells] for c in triangle.cohorts},
    }


def _lines(statement: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "from": statement.period.start.isoformat(),
        "accounts": asdict(statement.accounts),
        "mrr": asdict(statement.mrr),
    }


def polars_figures(clock: Clock, *, folder: str, out: str) -> Any:
    """The peer's ledger, written, then its series and triangle."""
    from bench.peers import polars_ledger

    clock.begin()
    polars_ledger.post(files(Path(folder), "subscriptions"), Path(out))
    clock.part("post")
    answer = polars_ledger.figures(Path(out), RATES, MONTHS, UNTIL)
    clock.part("figures")
    return answer


def change(clock: Clock, *, home: str, folder: str, place: int, of: int) -> int:
    """Load changes of one account in so many."""
    changed = change_some(Path(home), Path(folder), place, of)
    clock.part("load")
    return changed


def night(clock: Clock, *, home: str) -> dict[str, Any]:
    """Post what changed."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.ledger.keeping import post_book

    clock.begin()
    engine = engine_named("duckdb")
    done = post_book(Book.open(home), engine)
    clock.part("post")
    engine.close()
    return {"full": done.full, "accounts": done.accounts} if done else {}


def keepwell_statement(clock: Clock, *, home: str, start: str, end: str) -> Any:
    """One statement from the posted ledger, from opening the book on."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.ledger.opening import open_ledger
    from keepwell.lib.days import Period
    from keepwell.metrics.statement import statement

    clock.begin()
    engine = engine_named("duckdb")
    ledger = open_ledger(Book.open(home), engine)
    clock.part("open")
    made = statement(ledger, Period(date.fromisoformat(start), date.fromisoformat(end)))
    clock.part("statement")
    answer = _lines(made)
    engine.close()
    return answer


def duckdb_scan(clock: Clock, *, paths: Sequence[str]) -> Any:
    """The sum of each column of the ledger's files."""
    from bench.peers import duckdb_plain

    clock.begin()
    answer = duckdb_plain.scan(paths)
    clock.part("scan")
    return answer


def keepwell_import(clock: Clock, *, folder: str, home: str) -> Any:
    """Import a CSV of subscriptions, accounts made out of it, as the command does."""
    from keepwell.cli.main import main as keepwell

    shutil.rmtree(home, ignore_errors=True)
    clock.begin()
    order = ["--home", home, "--format", "json", "import", "subscriptions", f"{folder}/subscriptions.csv"]
    code = keepwell([*order, "--create-accounts"])
    clock.part("import")
    if code:
        raise SystemExit(code)


def duckdb_import(clock: Clock, *, folder: str, out: str) -> None:
    """The same CSV to Parquet, by DuckDB alone."""
    from bench.peers import duckdb_plain

    clock.begin()
    duckdb_plain.csv_to_parquet(f"{folder}/subscriptions.csv", out)
    clock.part("import")


def ledger_files(clock: Clock, *, home: str) -> list[str]:
    """The Parquet files of the ledger as posted."""
    from deltalake import DeltaTable

    clock.begin()
    return sorted(DeltaTable(f"{home}/tables/ledger").file_uris())


def compare_ledgers(clock: Clock, *, ours: Sequence[str], theirs: str) -> Any:
    """Whether two ledgers hold the same rows."""
    from bench.peers import duckdb_plain

    clock.begin()
    return duckdb_plain.same_rows(ours, theirs)


TASKS: Mapping[str, Callable[..., Any]] = {
    task.__name__: task
    for task in (
        make_book,
        keepwell_figures,
        polars_figures,
        change,
        night,
        keepwell_statement,
        duckdb_scan,
        keepwell_import,
        duckdb_import,
        ledger_files,
        compare_ledgers,
        *observing.TASKS,
        *risk.TASKS,
        *treating.TASKS,
    )
}


def main() -> None:
    """Run the task that the first argument describes and print what it cost and answered as one line."""
    order = json.loads(sys.argv[1])
    clock = Clock()
    answer = TASKS[order.pop("task")](clock, **order)
    sys.stdout.write("\n" + json.dumps(clock.report(answer), default=str) + "\n")


if __name__ == "__main__":
    main()
