"""The quarantine: rows that could not be taken in, each with what is wrong with it, until they are put right.

A row is known again by the name of its file, its content and its ordinal among equal rows of that file, so that
loading the same file again neither doubles it nor leaves it behind once it can be taken in.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw

from keepwell.book.checks import sentence, sentences
from keepwell.book.engines import engine_named
from keepwell.book.moment import Moment
from keepwell.lib.text import NULL_SIGN

ID = "quarantine_id"  # the column of an export by which a corrected row finds its way back
_NUMBER = re.compile(r"^[-+]?[\d.,\s]*\d[\d.,]*%?$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless_cell(value: Any) -> Any:
    """A value as it may stand in a CSV or spreadsheet: a text that a spreadsheet would run is made plain text.

    Every export of texts passes through here. Numbers, signed or not, stay what they are. A null character, at
    which a file would be taken for no text at all, becomes a sign for it.

    >>> harmless_cell("=HYPERLINK(\\"http://x\\")"), harmless_cell("-12.50")
    ('\\'=HYPERLINK("http://x")', '-12.50')
    """
    if not isinstance(value, str):
        return value
    value = value.replace("\0", NULL_SIGN)
    return "'" + value if value.startswith(_FORMULA) and not _NUMBER.match(value) else value


def as_it_was(value: str) -> str:
    """What `harmless_cell` was given."""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a row."""

    column: str
    value: str | None
    reason: str

    @property
    def sentence(self) -> str:
        """As a person is told it."""
        return sentence(self.reason, self.column, self.value)


@dataclass(frozen=True)
class Quarantined:
    """A row put aside: where it stood, its values by the file's own names, and what is wrong with it."""

    id: str
    table: str
    file: str
    line: int
    row: Mapping[str, str | None]
    problems: tuple[Problem, ...]
    key: str | None = None
    mapping: str = ""
    known: str = ""
    source: str = ""

    @property
    def reason(self) -> str:
        """The code of the first thing wrong."""
        return self.problems[0].reason


def quarantined(
    moment: Moment, *, table: str | None = None, file: str | None = None, limit: int | None = None
) -> list[Quarantined]:
    """The rows in quarantine, by table, file and line; at most `limit` of them."""
    frame = moment.frame("quarantine")
    if table:
        frame = frame.filter(nw.col("table") == table)
    if file:
        frame = frame.filter(nw.col("file") == file)
    frame = frame.sort("table", "file", "line", "id")
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in _entries(moment, frame):
        if entry["id"] not in found and limit is not None and len(found) >= limit:
            break
        found.setdefault(entry["id"], []).append(entry)
    return [_joined(entries) for entries in found.values()]


def files_waiting(moment: Moment) -> list[str]:
    """The names of the files of which rows are in quarantine."""
    names = moment.engine.collect(moment.frame("quarantine").select("file").unique())["file"]
    return sorted(names.to_pylist())


def _entries(moment: Moment, frame: Any) -> Iterator[dict[str, Any]]:
    for batch in moment.engine.batches(frame):
        yield from batch.to_pylist()


def _joined(entries: list[dict[str, Any]]) -> Quarantined:
    order = list(sentences())
    entries = sorted(entries, key=lambda e: (order.index(e["reason"]), e["column"]))
    first = entries[0]
    return Quarantined(
        id=first["id"],
        table=first["table"],
        file=first["file"],
        line=first["line"],
        row=json.loads(first["row"]),
        problems=tuple(Problem(e["column"], e["value"], e["reason"]) for e in entries),
        key=first["key"],
        mapping=first["mapping"] or "",
        known=first["known"] or "",
        source=first["source"] or "",
    )


def export(rows: Iterable[Quarantined], path: Path) -> int:
    """Write quarantined rows to a CSV that a person can correct and hand to a retry; how many there are.

    Each row has its id, where it stood, what is wrong with it, and then the columns of its file. No cell can be
    run as a formula.
    """
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row.row))
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([ID, "file", "line", "wrong", *map(harmless_cell, columns)])
        for row in rows:
            wrong = " ".join(problem.sentence for problem in row.problems)
            cells = [row.id, row.file, row.line, wrong, *(row.row.get(name) for name in columns)]
            writer.writerow([harmless_cell(cell) for cell in cells])
    return len(rows)


def corrected(path: Path) -> dict[str, dict[str, str | None]]:
    """The rows of an exported file after a person corrected them, by their id; empty where it is no such file."""
    with path.open(encoding="utf-8-sig", newline="") as raw:
        reader = csv.DictReader(raw)
        if ID not in (reader.fieldnames or ()):
            return {}
        return {
            row[ID]: {
                as_it_was(name): as_it_was(value) if value else None
                for name, value in row.items()
                if name not in (ID, "file", "line", "wrong") and name is not None
            }
            for row in reader
        }


def counts(book: Any) -> dict[tuple[str, str], int]:
    """How many rows wait in quarantine, by table and reason."""
    engine = engine_named("duckdb")
    try:
        found: dict[tuple[str, str], int] = book.moment(engine).quarantined()
        return found
    finally:
        engine.close()
