"""`python -m bench`: measure Keepwell beside its peers and write docs/benchmarks.md."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset as pads

from bench import brute, report
from bench.company import MONTHS, RATES, UNTIL, company, export, files, sizes
from bench.measured import ROOT, Cost, run
from bench.report import GIB, Chapter, Measure

MEMORY = 4 * GIB
SAMPLE = 150
PERIODS = {
    "month": ("2025-11-01", "2025-12-01"),
    "quarter": ("2025-07-01", "2025-10-01"),
    "year": ("2024-01-01", "2025-01-01"),
}
PEER = "Polars, from raw subscriptions, ledger written"


def main() -> int:
    """Measure what was asked for and write the page; 1 where an answer differs from the peer's."""
    asked = _asked()
    asked.work.mkdir(parents=True, exist_ok=True)
    _say(f"Working in {asked.work}")
    wrong = _check(asked.work, SAMPLE, day_by_day=True)
    if wrong:
        return _failed(wrong)
    chapters = []
    for accounts in asked.accounts:
        chapter, wrong = _company(asked.work, accounts, asked.runs)
        if wrong:
            return _failed(wrong)
        chapters.append(chapter)
        report.write(chapters, asked.said, asked.page)
    if asked.csv:
        chapters.append(_import(asked.work, asked.csv, asked.runs))
    report.write(chapters, asked.said, asked.page)
    _say(f"Written: {asked.page}")
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--accounts", type=sizes, default=[1_000_000, 10_000_000], help="1000000,10000000")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run (default 3)")
    parser.add_argument("--csv", type=int, default=10**9, help="bytes of the CSV to import; 0 for none")
    parser.add_argument("--quick", action="store_true", help="100,000 accounts and 50 MB, once")
    parser.add_argument("--work", type=Path, default=ROOT / "bench-data")
    parser.add_argument("--page", type=Path, default=report.PAGE, help="where to write the page")
    asked = parser.parse_args()
    if asked.quick:
        asked.accounts, asked.runs, asked.csv = [100_000], 1, 50_000_000
    numbers = ",".join(str(n) for n in asked.accounts)
    asked.said = f"python -m bench --accounts {numbers} --runs {asked.runs} --csv {asked.csv}"
    return asked


def _company(work: Path, accounts: int, runs: int) -> tuple[Chapter, list[str]]:
    folder, home, theirs = company(work, accounts), work / f"book-{accounts}", work / "peer.parquet"
    loaded = _shown("load the book", run("make_book", folder=folder, home=home))
    ours, peers = [], []
    for _turn in range(runs):
        ours.append(_shown("Keepwell: post, series, triangle", run("keepwell_figures", home=home, post=True)))
        peers.append(_shown("Polars: the same", run("polars_figures", folder=folder, out=theirs)))
    wrong = _different(ours[-1].said, peers[-1].said, home, theirs)
    chapter = Chapter(f"{accounts:,} accounts, {_rows(folder):,} subscriptions")
    chapter.runs += [("load the book", [loaded]), ("Keepwell, figures", ours), ("Polars, figures", peers)]
    chapter.measures += [
        Measure(
            "full posting, 36-month series, triangle", ours, PEER, peers, 1.0, "no slower; over 1.5 fails"
        ),
        Measure(
            "series and triangle from the posted ledger", ours, PEER, peers, 0.25, "a quarter", part="figures"
        ),
    ]
    chapter.measures += _statements(chapter, home, runs)
    chapter.measures.append(_nights(chapter, folder, home, runs, ours))
    highest = max((cost.peak, name) for name, costs in chapter.runs for cost in costs if "Polars" not in name)
    chapter.notes.append(
        f"Highest memory of any Keepwell run: {highest[0] / GIB:.2f} GiB ({highest[1]}); goal: under 4 GiB,"
        f" {'met' if highest[0] < MEMORY else 'missed'}."
    )
    chapter.notes.append("Series, triangle and every row of the ledger were equal to the peer's.")
    shutil.rmtree(home)
    theirs.unlink()
    return chapter, wrong


def _statements(chapter: Chapter, home: Path, runs: int) -> list[Measure]:
    paths = run("ledger_files", home=home).said
    ours: dict[str, list[Cost]] = {name: [] for name in PERIODS}
    scans: list[Cost] = []
    for _turn in range(max(runs, 3)):
        for name, (start, end) in PERIODS.items():
            done = run("keepwell_statement", home=home, start=start, end=end)
            ours[name].append(_shown(f"Keepwell: statement of a {name}", done))
        scans.append(_shown("DuckDB: scan", run("duckdb_scan", paths=paths)))
    chapter.runs += [(f"Keepwell, statement of a {name}", costs) for name, costs in ours.items()]
    chapter.runs.append(("DuckDB, scan", scans))
    return [
        Measure(
            f"statement of a {name}, book opened", costs, "plain scan of the ledger", scans, 5.0, "5 times"
        )
        for name, costs in ours.items()
    ]


def _nights(chapter: Chapter, folder: Path, home: Path, runs: int, full: Sequence[Cost]) -> Measure:
    nights = []
    for turn in range(max(runs, 3)):
        run("change", home=home, folder=folder, place=turn, of=100)
        done = _shown("Keepwell: a night", run("night", home=home))
        if done.said.get("full"):
            chapter.notes.append(f"Night {turn + 1} was posted in full, not by what changed.")
        nights.append(done)
    start, end = PERIODS["quarter"]
    after = run("keepwell_statement", home=home, start=start, end=end)
    _shown("Keepwell: statement after the nights", after)
    chapter.runs += [
        ("Keepwell, a night", nights),
        ("Keepwell, statement of a quarter after the nights", [after]),
    ]
    name = "a night, 1% of accounts changed"
    return Measure(name, nights, "full posting", full, 0.03, "under 3%", part="post", peer_part="post")


def _import(work: Path, size: int, runs: int) -> Chapter:
    folder, home, out = export(work, size), work / "imported", work / "imported.parquet"
    actual = (folder / "subscriptions.csv").stat().st_size
    ours, peers = [], []
    for _turn in range(runs):
        ours.append(_shown("Keepwell: import", run("keepwell_import", folder=folder, home=home)))
        peers.append(_shown("DuckDB: CSV to Parquet", run("duckdb_import", folder=folder, out=out)))
    chapter = Chapter(f"Import of a CSV of {actual / 1e9:.2f} GB")
    chapter.runs += [("Keepwell, import", ours), ("DuckDB, CSV to Parquet", peers)]
    chapter.measures.append(
        Measure("import, checked, versions kept", ours, "DuckDB, CSV to Parquet", peers, 2.0, "2 times")
    )
    peak = max(cost.peak for cost in ours)
    verdict = "met" if peak < MEMORY else "missed"
    chapter.notes.append(f"Highest memory of Keepwell: {peak / GIB:.2f} GiB; goal: under 4 GiB, {verdict}.")
    shutil.rmtree(home, ignore_errors=True)
    out.unlink(missing_ok=True)
    return chapter


def _check(work: Path, accounts: int, *, day_by_day: bool) -> list[str]:
    """What differs between Keepwell, the peer and the reading day by day on a small company."""
    folder, home, theirs = company(work, accounts), work / "book-sample", work / "sample.parquet"
    run("make_book", folder=folder, home=home)
    ours = run("keepwell_figures", home=home, post=True).said
    peer = run("polars_figures", folder=folder, out=theirs).said
    wrong = _different(ours, peer, home, theirs)
    if day_by_day:
        rows = pads.dataset(files(folder, "subscriptions")).to_table().to_pylist()
        wrong += [f"day by day: {x}" for x in _lines_apart(peer, brute.figures(rows, RATES, MONTHS, UNTIL))]
    shutil.rmtree(home)
    _say(f"Sample of {accounts} accounts: {wrong or 'equal'}")
    return wrong


def _different(ours: Any, peer: Any, home: Path, theirs: Path) -> list[str]:
    wrong = _lines_apart(ours, peer)
    paths = run("ledger_files", home=home).said
    rows = run("compare_ledgers", ours=paths, theirs=theirs).said
    if rows["ours"] != rows["theirs"]:
        wrong.append(f"rows of the ledger: {rows}")
    return wrong


def _lines_apart(ours: Any, peer: Any) -> list[str]:
    """Lines in which an answer differs from the peer's, as far as the peer has them."""
    wrong = [] if ours["triangle"] == peer["triangle"] else ["the triangles differ"]
    for mine, other in zip(ours["series"], peer["series"], strict=True):
        for part in ("accounts", "mrr"):
            for line, value in other[part].items():
                if part == "mrr" and line not in mine[part]:
                    continue
                if mine[part][line] != value:
                    wrong.append(f"{other['from']} {part} {line}: {mine[part][line]} and {value}")
    return wrong


def _rows(folder: Path) -> int:
    return int(pads.dataset(files(folder, "subscriptions")).count_rows())


def _shown(name: str, cost: Cost) -> Cost:
    _say(f"  {name}: {cost.wall:.2f} s, CPU {cost.cpu:.2f} s, {cost.peak / GIB:.2f} GiB")
    return cost


def _failed(wrong: Sequence[str]) -> int:
    _say("The answers differ; nothing was written.\n" + "\n".join(wrong[:40]))
    return 1


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
