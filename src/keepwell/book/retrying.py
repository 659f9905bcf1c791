"""Quarantined rows tried again: as they are, once what they lacked is there, or as a person corrected them."""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book.book import Book
from keepwell.book.checks import UNREADABLE_LINE, WRONG_COLUMNS
from keepwell.book.engines import engine_named
from keepwell.book.loading import Loading, Progress
from keepwell.book.mapping import Mapping, sources_of
from keepwell.book.quarantine import ID, Quarantined, corrected, harmless_cell, quarantined
from keepwell.book.reading import Source
from keepwell.book.report import FileReport, ImportReport
from keepwell.book.scratch import scratch
from keepwell.book.store import telling
from keepwell.book.tables import table_named
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

Row = dict[str, str | None]


def retry(
    book: Book,
    *,
    table: str | None = None,
    file: Path | None = None,
    create_accounts: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> list[ImportReport]:
    """Try quarantined rows again, read as they were read the first time; a report for each file they came from.

    `file` is an export of the quarantine after a person corrected it: only its rows are tried, with its values.
    Rows that can be taken in now leave the quarantine; the others stay, and trying again changes nothing. Lines that
    could not be split into columns, and that nobody has split since, cannot be tried: they are read and stay.
    Raises BadInput where the file is no export.
    """
    changed = corrected(file) if file else None
    if changed is not None and not changed:
        raise BadInput(
            _("{file} is no export of the quarantine: it has no column {id}.").format(file=file, id=ID),
            ways=[
                _("Export the rows first: keepwell quarantine export wrong.csv"),
                _("A file corrected as a whole is simply imported again, under the same name."),
            ],
        )
    engine = engine_named("duckdb")
    try:
        waiting = quarantined(book.moment(engine), table=table_named(table).name if table else None)
    finally:
        engine.close()
    groups: dict[tuple[str, str, str, str, str], list[tuple[Quarantined, Row]]] = {}
    whole: list[Quarantined] = []
    for row in waiting:
        if changed is not None and row.id not in changed:
            continue
        said = _values(row, changed)
        if said is None:
            whole.append(row)
        else:
            groups.setdefault((row.table, row.file, row.source, row.mapping, row.known), []).append(
                (row, said)
            )
    reports = []
    for (name, file_name, source, mapping, known), rows in groups.items():
        with scratch(book.store) as folder, telling(book.home):
            loading = Loading(
                book=book,
                table=table_named(name),
                folder=folder,
                known_at=_since(known),
                now=now or datetime.now(UTC),
                create_accounts=create_accounts,
                source=source,
                tell=progress or (lambda _text: None),
                retried=[row.id for row, _said in rows],
            )
            said_before = Mapping.from_toml(tomllib.loads(mapping))
            found = _source(file_name, said_before, rows, folder)
            reports.append(loading.load([(found, said_before)], complete_to=None))
    _count_in(reports, whole)
    return reports


def _count_in(reports: list[ImportReport], whole: Sequence[Quarantined]) -> None:
    """Let the reports tell of lines that could not be tried, each with the other rows of its file."""
    for row in whole:
        report = next((r for r in reports if r.table == row.table and r.files[0].name == row.file), None)
        if report is None:
            report = ImportReport(row.table, [FileReport(row.file, _("Quarantine"))])
            reports.append(report)
        report.files[0].read += 1
        report.files[0].quarantined += 1
        report.reasons[row.reason] = report.reasons.get(row.reason, 0) + 1


def _values(row: Quarantined, changed: dict[str, Row] | None) -> Row | None:
    """The values to try a row with; None where it is a line that still has to be split into columns."""
    whole = row.reason not in (WRONG_COLUMNS, UNREADABLE_LINE)
    if changed is None:
        return dict(row.row) if whole else None
    new = changed[row.id]
    if whole:
        return {
            name: said if harmless_cell(said) == harmless_cell(new.get(name)) else new.get(name)
            for name, said in row.row.items()
        }
    return {name: value for name, value in new.items() if name} if any(new[n] for n in new if n) else None


def _source(name: str, mapping: Mapping, rows: Sequence[tuple[Quarantined, Row]], folder: Path) -> Source:
    needed = _needed(mapping)
    columns = tuple(dict.fromkeys([*(n for _row, said in rows for n in said), *needed]))
    columns = tuple(n for n in columns if any(n in said for _row, said in rows)) + tuple(
        n for n in needed if not any(n in said for _row, said in rows)
    )
    data = {n: pa.array([said.get(n) for _row, said in rows], pa.string()) for n in columns}
    data["_line"] = pa.array([row.line for row, _said in rows], pa.int64())
    path = folder / "again.parquet"
    pq.write_table(pa.table(data), path)
    return Source(name, "parquet", (path,), columns, kind=_("Quarantine"), lines="column", rows=len(rows))


def _needed(mapping: Mapping) -> Iterable[str]:
    parts = [part for said in mapping.columns.values() for part in sources_of(said, ())]
    return [*parts, *mapping.key_columns, *(r.where for r in (*mapping.negative, *mapping.leave_out))]


def _since(known: str) -> datetime | str | None:
    if not known or known == "occurred":
        return known or None
    return datetime.fromisoformat(known)
