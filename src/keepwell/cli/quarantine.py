"""`keepwell quarantine list|export|retry`: rows that could not be taken in, until they are put right."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.importing import COUNTS, LABELS, left_quarantine, reason_said
from keepwell.cli.importing import answer as imported
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.book.moment import Moment
    from keepwell.book.quarantine import Quarantined
    from keepwell.book.report import ImportReport

Table = Annotated[str, typer.Option("--table", metavar="TABLE", help=_("Only rows meant for this table."))]
File = Annotated[str, typer.Option("--file", metavar="NAME", help=_("Only rows of the file of this name."))]
SHOWN = 100


def add_to(app: typer.Typer) -> None:
    """Add `keepwell quarantine` and its subcommands."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "list",
        help=_("Show the rows in quarantine with file, line, column, value and reason."),
        epilog=examples(
            "keepwell quarantine list",
            "keepwell quarantine list --table purchases --limit 1000",
            "keepwell --format json quarantine list --file orders.csv",
        ),
    )(list_)
    group.command(
        "export",
        help=_("Write them to a CSV that can be corrected and retried."),
        epilog=examples("keepwell quarantine export wrong.csv --table purchases"),
    )(export)
    group.command(
        "retry",
        help=_(
            "Try them again: as they are, once what they lacked is there, or as corrected in an exported file."
        ),
        epilog=examples("keepwell quarantine retry", "keepwell quarantine retry wrong.csv"),
    )(retry)
    app.add_typer(group, name="quarantine", help=_("List, export and retry rows that could not be taken in."))


def list_(
    context: typer.Context,
    *,
    table: Table = "",
    file: File = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("At most so many rows."))] = SHOWN,
) -> None:
    """Show what waits, and how much of it there is."""
    from keepwell.book.book import Book
    from keepwell.book.quarantine import quarantined

    session = session_of(context)
    book = Book.open(session.place)
    with session.computing() as engine:
        moment = book.moment(engine)
        meant = _known(table)
        _refuse_unknown(file, moment)
        counts = {said: n for said, n in moment.quarantined(file or None).items() if meant in (None, said[0])}
        rows = quarantined(moment, table=meant, file=file or None, limit=limit)
    session.show(answer(rows, counts, limit))


def _refuse_unknown(file: str, moment: "Moment") -> None:
    """Refuse the name of a file of which no row waits: it may be mistyped."""
    from keepwell.book.quarantine import files_waiting

    if not file or file in (names := files_waiting(moment)):
        return
    close = near(file, names)
    raise KeepwellError(
        _("No row of a file “{name}” is in quarantine.").format(name=file),
        ways=[
            _("Did you mean {names}?").format(names=", ".join(close))
            if close
            else _("See what is there: keepwell quarantine list")
        ],
    )


def answer(rows: "Sequence[Quarantined]", counts: dict[tuple[str, str], int], limit: int) -> Answer:
    """A line for each thing wrong with a row, and the counts by table and reason."""
    problems = [(row, problem) for row in rows for problem in row.problems]
    summary = Sheet(
        [Column("table", _("Table")), Column("reason", _("Reason")), Column("rows", _("Rows"), number=True)],
        [(table, reason_said(reason), count) for (table, reason), count in sorted(counts.items())],
    )
    detail = Sheet(
        [
            Column("table", _("Table")),
            Column("file", _("File")),
            Column("line", _("Line"), number=True),
            Column("column", _("Column")),
            Column("value", _("Value")),
            Column("wrong", _("What is wrong")),
        ],
        [(row.table, row.file, row.line, p.column, p.value, p.sentence) for row, p in problems],
    )
    data = {
        "counts": [{"table": t, "reason": r, "rows": n} for (t, r), n in sorted(counts.items())],
        "rows": [
            {
                "id": row.id,
                "table": row.table,
                "file": row.file,
                "line": row.line,
                "problems": [
                    {"column": p.column, "value": p.value, "reason": p.reason, "sentence": p.sentence}
                    for p in row.problems
                ],
                "row": dict(row.row),
            }
            for row in rows
        ],
    }
    if not counts:
        return Answer(data, [], [_("Nothing is in quarantine.")], csv=detail)
    notes = [
        _("Correct and retry: keepwell quarantine export wrong.csv, then keepwell quarantine retry wrong.csv")
    ]
    if len(rows) >= limit:
        notes.insert(0, _("The first {n:,} rows; more with --limit.").format(n=limit))
    return Answer(data, [summary, detail], notes, csv=detail)


def export(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_("The CSV to write."))],
    *,
    table: Table = "",
    file: File = "",
) -> None:
    """Write the rows with their ids, so that corrected ones find their way back."""
    from keepwell.book.book import Book
    from keepwell.book.quarantine import export as written
    from keepwell.book.quarantine import quarantined

    session = session_of(context)
    book = Book.open(session.place)
    with session.computing() as engine:
        moment = book.moment(engine)
        _refuse_unknown(file, moment)
        rows = quarantined(moment, table=_known(table), file=file or None)
    try:
        count = written(rows, path)
    except OSError as error:
        raise BadInput(_("{path} cannot be written.").format(path=path), seen=str(error)) from None
    notes = [
        ngettext("Wrote {n:,} row to {path}.", "Wrote {n:,} rows to {path}.", count).format(
            n=count, path=path
        ),
        _("Correct them there, then: keepwell quarantine retry {path}").format(path=path),
    ]
    columns = [Column("rows"), Column("file")]
    session.show(
        Answer({"rows": count, "file": path.as_posix()}, [], notes, csv=Sheet(columns, [(count, path)]))
    )


def retry(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help=_("An exported file, corrected; none tries all as they are.")),
    ] = None,
    *,
    table: Table = "",
    create_accounts: Annotated[
        bool, typer.Option("--create-accounts", help=_("Make accounts of the ids the book does not know."))
    ] = False,
) -> None:
    """Try again, and say what left the quarantine."""
    from keepwell.book.book import Book
    from keepwell.book.retrying import retry as tried

    session = session_of(context)
    if path is not None and not path.is_file():
        raise BadInput(
            _("There is no file {path}.").format(path=path),
            ways=[_("Export the rows first: keepwell quarantine export {path}").format(path=path)],
        )
    book = Book.open(session.place)
    with working(_("Trying again")) as report:
        reports = tried(
            book,
            table=_known(table),
            file=path,
            create_accounts=create_accounts,
            progress=lambda text: report(0, None, text),
        )
    session.show(tried_again(reports))


def tried_again(reports: "Sequence[ImportReport]") -> Answer:
    """What became of rows tried again, in one table, with what is still wrong."""
    names = [Column("table", _("Table")), Column("file", _("File"))]
    counts = [Column(name, LABELS[name], number=True) for name in COUNTS]
    rows = [
        [one.table, file.name, *[getattr(file, name) for name in COUNTS]]
        for one in reports
        for file in one.files
    ]
    left: Counter[str] = Counter()
    for one in reports:
        left.update(one.reasons)
    released = sum(one.released for one in reports)
    notes = [left_quarantine(released)]
    notes += [
        _("in quarantine: {n:,} × {reason}").format(n=n, reason=reason_said(reason))
        for reason, n in left.most_common()
    ]
    if left.keys() & {"wrong_columns", "unreadable_line"}:
        notes.append(
            _(
                "Lines that could not be split into columns cannot be tried as they are: export them, write each"
                " value into the column it belongs to, and retry that file."
            )
        )
    if left:
        notes.append(_("Look at them: keepwell quarantine list"))
    sheet = Sheet([*names, *counts], rows)
    return Answer([imported(one).data for one in reports], [sheet] if rows else [], notes, csv=sheet)


def _known(table: str) -> str | None:
    from keepwell.book.tables import table_named

    return table_named(table).name if table else None
