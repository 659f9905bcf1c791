"""`keepwell erase` and `keepwell clean`: what is to be gone for good, and what nobody needs any more."""

import sys
from typing import Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _


def add_to(app: typer.Typer) -> None:
    """Add `keepwell erase` and `keepwell clean`."""
    app.command(
        "erase",
        help=_(
            "Erase a person for good, by the contact's id. Figures stay; later loads do not bring it back."
        ),
        epilog=examples("keepwell erase K-4711", "keepwell erase K-4711 --yes"),
    )(erase)
    app.command(
        "clean",
        help=_("Take away files that no reader can need any more, and what crashes left behind."),
        epilog=examples("keepwell clean", "keepwell clean --keep-days 30"),
    )(clean)


def erase(
    context: typer.Context,
    contact: Annotated[str, typer.Argument(help=_("The id the source knows the person by."))],
    *,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
) -> None:
    """Erase, after asking a person at a terminal."""
    from keepwell.book.book import Book

    session = session_of(context)
    book = Book.open(session.place)
    if not yes:
        if not sys.stdin.isatty():
            raise KeepwellError(
                _("Erasing cannot be undone, and nobody is here to be asked."),
                ways=[_("Say that it is meant: keepwell erase {contact} --yes").format(contact=contact)],
            )
        question = _("Erase {contact} from {home} for good?").format(contact=contact, home=session.place)
        typer.confirm(question, abort=True, err=True)
    with working(_("Erasing")):
        erased = book.erase_person(contact)
    rows = sorted(erased.rows.items())
    note = _("{n:,} rows and {m:,} rows in quarantine are gone for good; figures are unchanged.")
    notes = [note.format(n=sum(erased.rows.values()), m=erased.quarantined)]
    sheet = Sheet([Column("table", _("Table")), Column("rows", _("Rows erased"), number=True)], rows)
    if not rows and not erased.quarantined:
        notes = [_("The book holds nothing of a contact {contact}: look at the id.").format(contact=contact)]
    session.show(
        Answer(
            {"rows": dict(rows), "quarantined": erased.quarantined}, [sheet] if rows else [], notes, csv=sheet
        )
    )


def clean(
    context: typer.Context,
    *,
    keep_days: Annotated[
        int,
        typer.Option("--keep-days", min=0, help=_("Keep what a reader younger than this may still need.")),
    ] = 7,
) -> None:
    """Clean, and say what is gone."""
    from datetime import timedelta

    from keepwell.book.book import Book

    session = session_of(context)
    with working(_("Cleaning")):
        swept = Book.open(session.place).clean(timedelta(days=keep_days))
    data = {"files": swept.files, "bytes": swept.bytes, "manifests": swept.manifests}
    note = _("Took away {files:,} files ({size:,.1f} MB) and {manifests:,} old manifests.").format(
        files=swept.files, size=swept.bytes / 1e6, manifests=swept.manifests
    )
    session.show(Answer(data, [], [note], csv=Sheet([Column(name) for name in data], [list(data.values())])))
