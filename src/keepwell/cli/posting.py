"""`keepwell post`: bring the ledger up to date with what was loaded."""

from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext

if TYPE_CHECKING:
    from keepwell.ledger.keeping import Posting


def add_to(app: typer.Typer) -> None:
    """Add `keepwell post`."""
    app.command(
        "post",
        help=_(
            "Bring the ledger up to date with what was loaded; a night costs about as much as what changed."
        ),
        epilog=examples("keepwell post", "keepwell post --full", "keepwell --engine spark post"),
    )(post)


def post(
    context: typer.Context,
    *,
    full: Annotated[
        bool, typer.Option("--full", help=_("Post every account again, changed or not."))
    ] = False,
) -> None:
    """Post, and say what was posted."""
    from keepwell.book.book import Book
    from keepwell.ledger.keeping import post_book

    session = session_of(context)
    book = Book.open(session.place)
    with session.computing() as engine, working(_("Posting the ledger")) as report:
        done = post_book(book, engine, full=full, progress=report)
    if done is None:
        session.show(Answer({"posted": False}, [], [_("The ledger is up to date already.")]))
        return
    data = {
        "posted": True,
        "full": done.full,
        "accounts": done.accounts,
        "load": done.load,
        "covered": done.covered,
        "never_paid": done.never_paid,
    }
    notes = [_posted(done)]
    if done.never_paid:
        never = ngettext(
            "{n:,} account never paid and is in no figure.",
            "{n:,} accounts never paid and are in no figure.",
            done.never_paid,
        )
        notes.append(never.format(n=done.never_paid))
    notes.append(_("Covered: every day before {day}").format(day=done.covered))
    sheet = Sheet([Column(name) for name in data], [list(data.values())])
    session.show(Answer(data, [], notes, csv=sheet))


def _posted(done: "Posting") -> str:
    if done.full:
        said = ngettext(
            "Posted the one account that pays.", "Posted all {n:,} accounts that pay.", done.accounts
        )
    else:
        said = ngettext(
            "Posted the {n:,} account that changed.", "Posted the {n:,} accounts that changed.", done.accounts
        )
    return said.format(n=done.accounts)
