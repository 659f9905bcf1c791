"""`keepwell erase` and `keepwell clean`: what is to be gone for good, and what nobody needs any more.

A person is erased from the book first, then from the office beside it, where there is one. Where that cannot be had
at the moment, the office's own night does the rest.
"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext

if TYPE_CHECKING:
    from keepwell.book.erasing import Erased


def add_to(app: typer.Typer) -> None:
    """Add `keepwell erase` and `keepwell clean`."""
    app.command(
        "erase",
        help=_(
            "Erase a person for good, by the contact's id. Figures stay; later loads do not bring it back."
        ),
        epilog=examples(
            "keepwell erase K-4711", "keepwell erase K-4711 --yes", "keepwell erase K-4711 --take-back"
        ),
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
    take_back: Annotated[
        bool,
        typer.Option(
            "--take-back", help=_("Let an id in again that was erased though nobody was known by it.")
        ),
    ] = False,
) -> None:
    """Erase, after asking a person at a terminal."""
    from keepwell.book.book import Book

    session = session_of(context)
    book = Book.open(session.place)
    if take_back:
        session.show(_taken_back(contact, book.let_in_again(contact)))
        return
    if not yes:
        if not sys.stdin.isatty():
            raise KeepwellError(
                _("Erasing cannot be undone, and nobody is here to be asked."),
                ways=[_("Say that it is meant: keepwell erase {contact} --yes").format(contact=contact)],
            )
        question = _("Erase {contact} from {home} for good?").format(contact=contact, home=session.place)
        typer.confirm(question, abort=True, err=True)
    with working(_("Erasing")) as report:
        erased = book.erase_person(contact, even_unknown=yes, progress=report)
    if not erased.remembered:
        _ask_whether_meant(contact, erased)
        erased = book.erase_person(contact)
    office = _erase_in_office(session.place)
    rows = sorted(erased.rows.items())
    sheet = Sheet([Column("table", _("Table")), Column("rows", _("Rows erased"), number=True)], rows)
    data = {
        "rows": dict(rows),
        "quarantined": erased.quarantined,
        "known": erased.known,
        "erased_before": erased.before,
        "near": list(erased.near),
        "office": office,
        "taken_back": False,
    }
    notes = [*_what_became(contact, erased), *_what_became_there(office)]
    session.show(Answer(data, [sheet] if rows else [], notes, csv=sheet))


def _erase_in_office(home: str) -> str:
    """Erase in the office whom the book has erased: `erased`, `nobody` where nobody was left there to be erased,
    `later` where the office cannot be had now, `none` where the home has none.
    """
    from keepwell.site.office import has_office

    if not has_office(home):
        return "none"
    from keepwell.site import running

    running.ready(home)
    from django.db import DatabaseError

    from keepwell.accounts.erasing import erase_as_the_book
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named

    engine = engine_named("duckdb")
    try:
        running.prepare()
        return "erased" if erase_as_the_book(Book.open(home), engine) else "nobody"
    except (KeepwellError, DatabaseError):
        return "later"
    finally:
        engine.close()


def _what_became_there(office: str) -> list[str]:
    if office == "erased":
        return [_("The office holds nothing of them any more either.")]
    if office == "later":
        return [_("The office cannot be had now: its next night erases them there too.")]
    return []


def _ask_whether_meant(contact: str, erased: "Erased") -> None:
    """Ask a person at a terminal whether an id that nobody is known by is the one they mean; no ends the command."""
    for line in _nobody(contact, erased):
        typer.echo(line, err=True)
    typer.echo(_("If it is mistyped, say no: remembered, it keeps out whoever bears it later."), err=True)
    question = _("Remember the id all the same, so that no later load brings the person in?")
    typer.confirm(question, abort=True, err=True)


def _nobody(contact: str, erased: "Erased") -> list[str]:
    said = [_("The book knows nobody by the id {contact}.").format(contact=contact)]
    if erased.near:
        said.append(_("Did you mean {names}?").format(names=", ".join(erased.near)))
    return said


def _what_became(contact: str, erased: "Erased") -> list[str]:
    """What is gone, or that nothing was there, and what holds from now on."""
    if erased.nobody:
        remembered = _("The id is remembered: no later load will bring the person in.")
        back = _("If it was mistyped: keepwell erase {contact} --take-back").format(contact=contact)
        return [*_nobody(contact, erased), remembered, back]
    if not erased.rows and not erased.quarantined and erased.before:
        return [_("{contact} was erased before, and nothing of them came since.").format(contact=contact)]
    n, m = sum(erased.rows.values()), erased.quarantined
    gone = ngettext("{n:,} row is gone for good.", "{n:,} rows are gone for good.", n).format(n=n)
    aside = ngettext(
        "{n:,} row in quarantine is gone for good.", "{n:,} rows in quarantine are gone for good.", m
    ).format(n=m)
    return [gone, *([aside] if m else []), _("Figures are unchanged.")]


def _taken_back(contact: str, found: bool) -> Answer:
    if not found:
        raise KeepwellError(
            _("{contact} is no id that was erased though nobody was known by it.").format(contact=contact),
            ways=[_("Who was known and erased stays so for good; an id never erased needs nothing.")],
        )
    note = _("{contact} is let in again: the next load that names somebody by it brings them in.")
    data = {
        "rows": {},
        "quarantined": 0,
        "known": False,
        "erased_before": True,
        "near": [],
        "office": "none",
        "taken_back": True,
    }
    sheet = Sheet([Column("taken_back")], [[contact]])
    return Answer(data, [], [note.format(contact=contact)], csv=sheet)


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
    with working(_("Cleaning")) as report:
        swept = Book.open(session.place).clean(timedelta(days=keep_days), progress=report)
    data = {"files": swept.files, "bytes": swept.bytes, "manifests": swept.manifests}
    note = _("Took away {files:,} files ({size:,.1f} MB) and {manifests:,} old manifests.").format(
        files=swept.files, size=swept.bytes / 1e6, manifests=swept.manifests
    )
    session.show(Answer(data, [], [note], csv=Sheet([Column(name) for name in data], [list(data.values())])))
