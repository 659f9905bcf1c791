"""Files into the book: looked at, matched, checked, put; and a report in which the counts always reconcile.

What is wrong with a whole file is said before anything is written. What is wrong with a row puts the row aside.
Everything that came from the files becomes visible at once, or nothing does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

from keepwell.book.book import Book
from keepwell.book.loading import Confirm, Loading, Progress
from keepwell.book.mapping import Mapping
from keepwell.book.matching import matched
from keepwell.book.minding import minding
from keepwell.book.preparing import default_currency
from keepwell.book.reading import Source, expand, opened, passed_over
from keepwell.book.report import FileReport, ImportReport
from keepwell.book.scratch import scratch
from keepwell.book.store import telling
from keepwell.book.tables import Table, table_named
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _

__all__ = ["FileReport", "ImportReport", "import_files"]
FILES = "files"  # the source that files belong to unless another is named


def import_files(
    book: Book,
    table: str,
    files: Sequence[Path | str],
    *,
    mapping: Mapping | Path | str | None = None,
    known_at: datetime | str | None = None,
    complete_to: date | None = None,
    snapshot: bool = False,
    create_accounts: bool = False,
    source: str | None = None,
    currency: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    sheet: str | None = None,
    date_order: str | None = None,
    decimal_mark: str | None = None,
    confirm: Confirm | bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
) -> ImportReport:
    """Load files and folders into a table of the book.

    `known_at` is since when the rows are known: a moment, "occurred" (each fact when it happened), or the moment of
    loading. `complete_to` is the day up to which the files are complete, itself not included; by default the day
    after the newest in them. `snapshot` says that the files are all there is. `create_accounts` makes accounts of
    ids that the book does not know. `confirm` is asked before a snapshot takes away much. What is said here goes
    before what the mapping says. Raises BadInput where a file is not what it claims to be, and KeepwellError where
    `known_at` or `complete_to` lies ahead of `now`; the book is as before.
    """
    entry, now = table_named(table), now or datetime.now(UTC)
    _refuse_what_lies_ahead(known_at, complete_to, now, book.settings.zone)
    said = _said(entry, mapping)
    layout = replace(
        said.layout,
        encoding=encoding or said.layout.encoding,
        delimiter=delimiter or said.layout.delimiter,
        header=said.layout.header if header is None else header,
        sheet=sheet or said.layout.sheet,
    )
    said = replace(
        said,
        layout=layout,
        date_order=date_order or said.date_order,
        decimal_mark=decimal_mark or said.decimal_mark,
        constants={**said.constants, **({"currency": currency} if currency else {})},
    )
    tell = progress or (lambda _text: None)
    with _in_hand(book) as folder, telling(book.home), minding(book.store):
        found: list[tuple[Source, Mapping]] = []
        named = [Path(f) for f in files]
        for path in expand(named):
            tell(_("Looking at {name}").format(name=path.name))
            with _of_a_folder(path, named):
                opened_file = opened(path, layout, scratch=folder)
                fitting = matched(opened_file, entry, said)
                fitting = default_currency(entry, fitting, book.settings.reporting_currency)
            found.append((opened_file, fitting))
        loading = Loading(
            book=book,
            table=entry,
            folder=folder,
            known_at=known_at,
            now=now,
            snapshot=snapshot,
            create_accounts=create_accounts,
            source=source or said.source or FILES,
            confirm=confirm,
            tell=tell,
        )
        report = loading.load(found, complete_to=complete_to)
    for place, names in passed_over(named).items():
        report.warnings.append(_skipped(place, names))
    return report


_NAMED = 8  # of what lies in a folder and is not read


def _skipped(folder: Path, names: Sequence[str]) -> str:
    shown = [*names[:_NAMED], *(["…"] if len(names) > _NAMED else [])]
    return _("Skipped in {folder}, {n:,}: {names}").format(
        folder=folder, n=len(names), names=", ".join(shown)
    )


@contextmanager
def _of_a_folder(path: Path, named: Sequence[Path]) -> Iterator[None]:
    """Say of a file that cannot be used, and that nobody named, where it came from and what became of the others."""
    try:
        yield
    except BadInput as error:
        if path in named:
            raise
        way = _(
            "It lies in {folder}, of which nothing was loaded: take it out of there, or name the files to load."
        )
        raise BadInput(
            error.wrong, seen=error.seen, ways=[*error.ways, way.format(folder=path.parent)]
        ) from None


def _refuse_what_lies_ahead(
    known_at: datetime | str | None, complete_to: date | None, now: datetime, zone: tzinfo
) -> None:
    if isinstance(known_at, datetime) and known_at.replace(tzinfo=known_at.tzinfo or UTC) > now:
        raise KeepwellError(
            _("Nothing can be known since {moment}: that moment lies ahead.").format(moment=known_at),
            ways=[_("Leave --known-at out for what is known from now on, or name the day it was told.")],
        )
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    if complete_to is not None and complete_to > tomorrow:
        raise KeepwellError(
            _("No file is complete up to {day}: that day lies ahead.").format(day=complete_to),
            seen=_("today is {day}").format(day=tomorrow - timedelta(days=1)),
            ways=[
                _("A file that holds all of today is complete to tomorrow: --complete-to {day}").format(
                    day=tomorrow
                )
            ],
        )


@contextmanager
def _in_hand(book: Book) -> Iterator[Path]:
    """Where what is read lies meanwhile; a book that was to be made and is not leaves no folder behind either."""
    try:
        with scratch(book.store) as folder:
            yield folder
    finally:
        book.leave_nothing_empty()


def _said(table: Table, mapping: Mapping | Path | str | None) -> Mapping:
    if mapping is None:
        return Mapping(table.name)
    said = mapping if isinstance(mapping, Mapping) else Mapping.load(Path(mapping))
    if said.table != table.name:
        raise BadInput(
            _("The mapping is for {theirs}, not for {table}.").format(theirs=said.table, table=table.name),
            ways=[_("Import into {theirs}, or use another mapping.").format(theirs=said.table)],
        )
    return said
