"""`keepwell import`: files into a table of the book, with counts that always reconcile."""

import contextlib
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import day_asked
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext

if TYPE_CHECKING:
    from keepwell.book.report import ImportReport

COUNTS = ("read", "loaded", "updated", "unchanged", "quarantined")
LABELS = {
    "read": _("Read"),
    "loaded": _("Loaded"),
    "updated": _("Updated"),
    "unchanged": _("Unchanged"),
    "quarantined": _("Quarantined"),
}
OCCURRED = "occurred"
STEPS = 3  # of each file: it is looked at, read and loaded; in the end all is committed


def add_to(app: typer.Typer) -> None:
    """Add `keepwell import`."""
    app.command(
        "import",
        help=_(
            "Load files into a table of the book: CSV, Parquet, XLSX, JSON lines, or folders of them."
            " Bad rows wait in quarantine; loading a file twice changes nothing. Exit code 3: no row was taken in."
        ),
        epilog=examples(
            "keepwell import accounts accounts.csv",
            "keepwell import subscriptions subscriptions.csv --create-accounts",
            "keepwell import purchases orders/ --mapping orders.toml --known-at occurred",
            "keepwell import tickets export.xlsx --sheet Tickets --complete-to 2026-10-01",
            "keepwell import accounts all-accounts.csv --snapshot",
        ),
    )(import_)


def import_(
    context: typer.Context,
    table: Annotated[str, typer.Argument(help=_("The table: accounts, subscriptions, purchases, …"))],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", readable=False, help=_("Files or folders."))
    ],
    *,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help=_("A mapping: see keepwell mapping make.")),
    ] = None,
    known_at: Annotated[
        str,
        typer.Option(
            "--known-at",
            metavar="MOMENT",
            help=_(
                "Since when this is known: 'occurred' (each fact when it happened) or a moment; default: now."
            ),
        ),
    ] = "",
    complete_to: Annotated[
        str,
        typer.Option(
            "--complete-to",
            metavar="DAY",
            help=_("The files hold everything before this day; default: the day after the newest in them."),
        ),
    ] = "",
    snapshot: Annotated[
        bool,
        typer.Option("--snapshot", help=_("The files are all there is: keys they lack are marked gone.")),
    ] = False,
    create_accounts: Annotated[
        bool, typer.Option("--create-accounts", help=_("Make accounts of the ids the book does not know."))
    ] = False,
    source: Annotated[str, typer.Option("--source", help=_("The name of where it comes from."))] = "",
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help=_("All amounts are in this one."))
    ] = "",
    encoding: Annotated[
        str, typer.Option("--encoding", help=_("How letters are written, where it is misread."))
    ] = "",
    delimiter: Annotated[
        str, typer.Option("--delimiter", help=_("What stands between columns: ';', '\\t'."))
    ] = "",
    no_header: Annotated[
        bool, typer.Option("--no-header", help=_("The first line is data already."))
    ] = False,
    sheet: Annotated[str, typer.Option("--sheet", help=_("Which sheet of an XLSX file."))] = "",
    date_order: Annotated[
        str, typer.Option("--date-order", metavar="ORDER", help=_("How dates are written: ymd, dmy or mdy."))
    ] = "",
    decimal_mark: Annotated[
        str,
        typer.Option(
            "--decimal-mark", metavar="MARK", help=_("What stands before the decimals: '.' or ','.")
        ),
    ] = "",
    yes: Annotated[
        bool,
        typer.Option("--yes", help=_("Do not ask before a load that takes away much or may count twice.")),
    ] = False,
) -> None:
    """Load, and say what became of every row."""
    from keepwell.book.book import Book
    from keepwell.book.importing import import_files
    from keepwell.book.matching import check_constants
    from keepwell.book.reading import expand
    from keepwell.book.tables import table_named

    session = session_of(context)
    entry = table_named(table)
    paths = expand(files)
    step, steps = itertools.count(), len(paths) * STEPS + 1
    for path in paths:  # before a book is made for files that are not there
        if not path.exists():
            raise BadInput(
                _("There is no file {path}.").format(path=path), ways=[_("Look at its name and folder.")]
            )
        if not os.access(path, os.R_OK):
            raise BadInput(
                _("The file {path} may not be read.").format(path=path),
                ways=[_("Change its permissions, or copy it to where you may read it.")],
            )
    check_encoding(encoding)
    if currency:
        with _asked():
            check_constants(entry, {"currency": currency.upper()})
    with working(_("Importing {table}").format(table=entry.name)) as report:
        done = import_files(
            Book.open(session.place, create=True),
            entry.name,
            files,
            mapping=mapping,
            known_at=_moment(known_at),
            complete_to=day_asked(complete_to),
            snapshot=snapshot,
            create_accounts=create_accounts,
            source=source or None,
            currency=currency.upper() or None,
            encoding=encoding or None,
            delimiter=delimiter_asked(delimiter),
            header=False if no_header else None,
            sheet=sheet or None,
            date_order=one_of("--date-order", date_order, ("ymd", "dmy", "mdy")),
            decimal_mark=one_of("--decimal-mark", decimal_mark, (".", ",")),
            confirm=True if yes else _ask,
            progress=lambda text: report(next(step), steps, text),
        )
    session.show(answer(done))
    if done.read and done.quarantined == done.read:
        raise _none_taken_in(done)


def _none_taken_in(done: "ImportReport") -> BadInput:
    """That every row was put aside, so that a script does not take the load for done."""
    return BadInput(
        ngettext(
            "No row was taken in: the only one waits in quarantine.",
            "No row was taken in: all {n:,} wait in quarantine.",
            done.quarantined,
        ).format(n=done.quarantined),
        seen=", ".join(reason_said(reason) for reason in done.reasons),
        ways=[
            _("See what is wrong with each: keepwell quarantine list --table {table}").format(
                table=done.table
            ),
            _("Load what they lack or correct them, then: keepwell quarantine retry"),
        ],
    )


@contextlib.contextmanager
def _asked() -> Iterator[None]:
    """What an option says cannot be: that is a question of the command line, not of the file."""
    try:
        yield
    except BadInput as error:
        raise KeepwellError(error.wrong, seen=error.seen, ways=error.ways) from None


def check_encoding(said: str) -> None:
    """Raises KeepwellError where an encoding asked for is none."""
    from keepwell.book.reading.encodings import codec_named

    if said:
        with _asked():
            codec_named(said)


def delimiter_asked(said: str) -> str | None:
    """The delimiter asked for: one character, or \\t for a tab. Raises KeepwellError where it is more."""
    letter = "\t" if said == "\\t" else said
    if len(letter) > 1:
        raise KeepwellError(
            _("“{text}” is no delimiter: columns are parted by one character.").format(text=said),
            ways=[_("Write it like: --delimiter ';' or --delimiter '\\t'.")],
        )
    return letter or None


def one_of(option: str, said: str, choices: Sequence[str]) -> str | None:
    """What an option says, where it may only say these. Raises KeepwellError where it says something else."""
    if said and said not in choices:
        raise KeepwellError(
            _("{option} cannot be “{text}”.").format(option=option, text=said),
            ways=[_("Choose one of {names}.").format(names=_(" or ").join(f"“{one}”" for one in choices))],
        )
    return said or None


def _moment(said: str) -> datetime | str | None:
    if not said or said == OCCURRED:
        return said or None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise KeepwellError(
            _("“{text}” is no moment.").format(text=said),
            ways=[_("Write occurred, or a moment such as 2026-01-31T12:00 (UTC).")],
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ask(error: KeepwellError) -> bool:
    """Ask a person at a terminal whether it is meant; nobody there means no."""
    if not sys.stdin.isatty():
        return False
    typer.echo(str(error), err=True)
    return typer.confirm(_("Go on?"), err=True)


def reason_said(reason: str) -> str:
    """Why rows wait in quarantine, in a few words of the reader's language."""
    from keepwell.book.checks import label

    return label(reason)


def left_quarantine(n: int) -> str:
    """How many rows were taken in at last."""
    return ngettext("{n:,} row left the quarantine.", "{n:,} rows left the quarantine.", n).format(n=n)


def answer(done: "ImportReport") -> Answer:
    """What became of every row, file by file."""
    totals = {name: getattr(done, name) for name in COUNTS}
    data = {
        "table": done.table,
        **totals,
        "reconciles": done.reconciles,
        "gone": done.gone,
        "accounts_created": done.accounts_created,
        "released": done.released,
        "covered": done.covered,
        "reasons": done.reasons,
        "warnings": done.warnings,
        "files": [asdict(file) for file in done.files],
    }
    columns = [Column("file", _("File")), Column("kind", _("Kind"))]
    columns += [Column(name, LABELS[name], number=True) for name in COUNTS]
    rows: list[list[Any]] = [[f.name, f.kind, *[getattr(f, name) for name in COUNTS]] for f in done.files]
    plain = Sheet(columns, list(rows))
    if len(rows) > 1:
        rows.append([_("all"), "", *totals.values()])
    title = _("Import into {table}").format(table=done.table)
    return Answer(data, [Sheet(columns, rows, title=title)], list(_notes(done)), csv=plain)


def _notes(done: "ImportReport") -> list[str]:
    notes = [_("read = loaded + updated + unchanged + quarantined")]
    if done.accounts_created:
        made = ngettext(
            "{n:,} account was made of an id in the file.",
            "{n:,} accounts were made of ids in the file.",
            done.accounts_created,
        )
        notes.append(made.format(n=done.accounts_created))
    if done.gone:
        gone = ngettext(
            "{n:,} row the files lack was marked gone.",
            "{n:,} rows the files lack were marked gone.",
            done.gone,
        )
        notes.append(gone.format(n=done.gone))
    if n := sum(file.left_out for file in done.files):
        left_out = ngettext(
            "{n:,} row was left out, as the mapping says.",
            "{n:,} rows were left out, as the mapping says.",
            n,
        )
        notes.append(left_out.format(n=n))
    if done.released:
        notes.append(left_quarantine(done.released))
    for reason, count in sorted(done.reasons.items(), key=lambda item: -item[1]):
        notes.append(_("in quarantine: {n:,} × {reason}").format(n=count, reason=reason_said(reason)))
    if "unknown_account" in done.reasons:
        notes.append(
            _("Load the accounts, then: keepwell quarantine retry (with --create-accounts to make them)")
        )
    if done.quarantined:
        notes.append(_("Look at them: keepwell quarantine list --table {table}").format(table=done.table))
    if done.covered:
        notes.append(
            _("Covered: every day before {day}; if the files hold more, say so: --complete-to DAY").format(
                day=done.covered
            )
        )
    return [*notes, *done.warnings]
