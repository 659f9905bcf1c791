"""docs/benchmarks-office.md, written from what was measured."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.office_load import AT_ONCE, Times
from bench.office_pages import PEOPLE
from bench.office_writes import Written
from bench.report import GIB, machine, row

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-office.md"
LIBRARIES = ("keepwell", "django", "granian", "psycopg")
MOST_QUERIES, MOST_TIMES = 12, 4.0  # fewer questions than that; no slower than so many empty pages


@dataclass(frozen=True)
class Seen:
    """A page as it was measured: `empty` is the empty page's p95 just before and after it."""

    name: str
    queries: int
    times: Times
    empty: float

    @property
    def ratio(self) -> float:
        """Its p95 over that of the empty page."""
        return self.times.at(0.95) / self.empty

    @property
    def verdict(self) -> str:
        """What it misses."""
        missed = [
            *(["queries"] if self.queries >= MOST_QUERIES else []),
            *(["time"] if self.ratio > MOST_TIMES else []),
            *([f"{self.times.wrong} errors"] if self.times.wrong else []),
        ]
        return f"missed: {', '.join(missed)}" if missed else "met"

    def line(self) -> str:
        """Its row."""
        p50, p95 = (f"{self.times.at(share) * 1000:.0f} ms" for share in (0.5, 0.95))
        return row([self.name, str(self.queries), p50, p95, f"{self.ratio:.1f}", self.verdict])


@dataclass
class Chapter:
    """One database: how large it is, every page, and what fifty people wrote at once."""

    database: str
    rows: dict[str, int]
    size: int
    empty: Times
    seen: list[Seen] = field(default_factory=list)
    mixed: Times | None = None
    written: Written | None = None

    def lines(self) -> list[str]:
        """Its part of the page."""
        counted = ", ".join(f"{many:,} {what}" for what, many in self.rows.items())
        missed = [one for one in self.seen if one.verdict != "met"]
        worst = max(self.seen, key=lambda one: one.ratio)
        p50, p95 = (f"{self.empty.at(share) * 1000:.0f} ms" for share in (0.5, 0.95))
        return [
            f"## {self.database}",
            "",
            f"{counted}; {self.size / GIB:.1f} GiB.",
            "",
            f"- {len(self.seen) - len(missed)} of {len(self.seen)} pages meet both goals"
            + (f"; missed by: {', '.join(one.name for one in missed)}." if missed else "."),
            f"- The empty page: p50 {p50}, p95 {p95}. The slowest beside it: {worst.name}, {worst.ratio:.1f} times.",
            f"- The most questions of a page: {max(one.queries for one in self.seen)}.",
            *self._mixed(),
            *self._written(),
            "",
            row(["page", "queries", "p50", "p95", "times the empty page's p95", "goals"]),
            row(["---", "---:", "---:", "---:", "---:", "---"]),
            *[one.line() for one in self.seen],
            "",
        ]

    def _mixed(self) -> list[str]:
        if self.mixed is None:
            return []
        p50, p95 = (f"{self.mixed.at(share) * 1000:.0f} ms" for share in (0.5, 0.95))
        return [
            f"- All pages mixed, {len(self.mixed.taken)} of them: p50 {p50}, p95 {p95}, {self.mixed.wrong} errors."
        ]

    def _written(self) -> list[str]:
        one = self.written
        if one is None:
            return []
        return [
            f"- {AT_ONCE} people closing {one.closed} follow-ups and alerts at once in {one.asked} forms, a quarter"
            f" of them contested: {one.times.wrong} errors, {one.closed - one.kept} lost, {one.trail} entries of the"
            f" trail; p50 {one.times.at(0.5) * 1000:.0f} ms, p95 {one.times.at(0.95) * 1000:.0f} ms."
        ]


def write(page: Path, command: str, chapters: Sequence[Chapter]) -> None:
    """Write the page."""
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    head = [
        "# Benchmarks of the office",
        "",
        f"Written by `{command}` on {at}. Every figure here was measured by that run; nothing is edited by hand.",
        "",
        *machine(libraries),
        "",
        *_HOW,
        "",
    ]
    page.write_text("\n".join([*head, *[line for one in chapters for line in one.lines()]]).rstrip() + "\n")


_PEOPLE = ", ".join(f"{many} {role}s" for role, many in PEOPLE.items())
_HOW = f"""\
## How

- The office is filled once by `bench/office_filling.py`: a simulated company and a real night over it, from which the
  large office is copied with chance (seed 1). The book stays the small one: pages read the office.
- The site runs as `keepwell web` runs it, one process with {max(4, os.cpu_count() or 1)} threads, with its real
  middleware, sessions and rights. {AT_ONCE} people ({_PEOPLE}) are signed in by real sessions and each hold
  one connection open over 127.0.0.1; all ask for the same page at once, wait for it, and ask again, for another
  account, alert or follow-up of theirs. They share the machine with the server, so that what is told is a ratio,
  not a speed.
- Before anything is timed, the database's files are read through and every page is opened by everybody once: neither
  the disk nor what is made once is measured.
- The empty page is a signed-in page with the whole frame and nothing in it. It is measured in the same run before and
  after every few pages, four times as often as they are; a page's ratio is its p95 over the mean of the p95 of the
  empty page before and after it.
- Goals: every page asks the database fewer than {MOST_QUERIES} questions (the most of all roles, counted in process,
  those of session and member included), and its p95 is at most {MOST_TIMES:.0f} times the empty page's.
- Administrators see every account; a manager, member or viewer one portfolio in twenty. Pages that fewer may open
  are opened by {AT_ONCE} sessions of those who may.""".splitlines()
