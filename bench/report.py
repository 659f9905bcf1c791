"""docs/benchmarks.md, written from what was measured."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.measured import Cost, typical

GIB = 1 << 30
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
LIBRARIES = ("keepwell", "duckdb", "polars", "narwhals", "pyarrow", "deltalake", "numpy")


@dataclass(frozen=True)
class Measure:
    """One comparison: our runs, the peer's, which of their parts count, and how far the ratio may go.

    `part` and `peer_part` name a part of the runs to compare; without, all of it.
    """

    name: str
    ours: Sequence[Cost]
    peer_name: str
    peers: Sequence[Cost]
    goal: float
    goal_said: str
    part: str | None = None
    peer_part: str | None = None

    @property
    def ratio(self) -> float:
        """Our time over the peer's, of the run in the middle of each."""
        return _seconds(self.ours, self.part) / _seconds(self.peers, self.peer_part)

    def line(self) -> str:
        """Its row of the table of figures."""
        ours, theirs = _seconds(self.ours, self.part), _seconds(self.peers, self.peer_part)
        verdict = "met" if self.ratio <= self.goal else "missed"
        said = f"{self.ratio:.3f}" if self.ratio < 0.1 else f"{self.ratio:.2f}"
        cells = [self.name, f"{ours:.2f} s", self.peer_name, f"{theirs:.2f} s", said, self.goal_said, verdict]
        return row(cells)


@dataclass
class Chapter:
    """The measures of one company, and every run behind them."""

    title: str
    measures: list[Measure] = field(default_factory=list)
    runs: list[tuple[str, Sequence[Cost]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write(chapters: Sequence[Chapter], order: str, page: Path = PAGE) -> None:
    """Write the page."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `{order}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC. Every figure here was measured by that run;"
        " nothing is edited by hand.",
        "",
        *machine(),
        "",
        *HOW,
        "",
    ]
    for chapter in chapters:
        lines += _chapter(chapter)
    page.write_text("\n".join(lines).rstrip() + "\n")


HOW = """## How

- Each run is a fresh process. Its time starts after the libraries are imported and ends when the answer is in hand
  and the files are written; it includes starting the engine and opening the book. CPU time is that of all threads and
  child processes. Memory is the highest resident memory (VmHWM, child processes added).
- Ours and the peer's runs alternate; the table shows the run in the middle, the list below it every run.
- The company is written by `keepwell.demo.generator` (seed 1): four currencies, one subscription in a hundred in
  another currency than its account's, switches on the same day, overlaps, gaps and returns, trials, ends ahead.
- The Polars peer (`bench/peers/polars_ledger.py`) reads the raw subscriptions, writes the same ledger to Parquet,
  then makes the same series and triangle from it. It knows no known leavers, quarantine, versions of rows or
  manifest; ours makes the lists of known leavers too. Before anything is timed, a sample is compared with a reading
  day by day (`bench/brute.py`); after timing, series, triangle and every row of the two ledgers are compared.
- The plain scan is DuckDB summing each column of the ledger's Parquet files (of texts, lengths).""".splitlines()


def _chapter(chapter: Chapter) -> list[str]:
    head = ["what", "Keepwell", "beside", "peer", "ratio", "goal", ""]
    lines = [f"## {chapter.title}", "", row(head), row(["---"] * len(head))]
    lines += [measure.line() for measure in chapter.measures]
    lines += ["", *[f"- {note}" for note in chapter.notes], "", "Every run:", ""]
    lines += [row(["run", "wall", "CPU", "peak memory", "parts"]), row(["---"] * 5)]
    for name, costs in chapter.runs:
        for cost in costs:
            parts = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in cost.parts.items())
            memory = f"{cost.peak / GIB:.2f} GiB"
            lines.append(row([name, f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s", memory, parts]))
    return [*lines, ""]


def machine(libraries: str = "") -> list[str]:
    """What this runs on, and with which libraries."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            x.split(":", 1)[1].strip() for x in info.read_text().splitlines() if x.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    libraries = libraries or ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        f"- Machine: {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()}"
        f" {platform.release()}. Load when it began: {os.getloadavg()[0]:.1f}.",
        f"- Python {platform.python_version()}, {libraries}.",
    ]


def _seconds(costs: Sequence[Cost], part: str | None) -> float:
    if part is None:
        return typical(costs).wall
    times = sorted(cost.parts[part] for cost in costs)
    return times[len(times) // 2] if len(times) % 2 else min(times)


def row(cells: Sequence[str]) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |"
