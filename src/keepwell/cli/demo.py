"""`keepwell demo`: a simulated company, from its files to its statement and page."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.importing import COUNTS, LABELS
from keepwell.cli.out import Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import Session, session_of
from keepwell.lib.days import add_months
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.book.book import Book
    from keepwell.book.report import ImportReport
    from keepwell.company import Company
    from keepwell.metrics.statement import Statement

HOME = "demo-home"
FILES, PAGE = "company", "statement.html"


def add_to(app: typer.Typer) -> None:
    """Add `keepwell demo`."""
    app.command(
        "demo",
        help=_(
            "Simulate a company of contract and irregular customers, load it, and show its statement and page."
            " Without --home it lives in the folder demo-home. With --serve its office opens then."
        ),
        epilog=examples(
            "keepwell demo", "keepwell demo --serve", "keepwell --home ./trial demo --accounts 200 --seed 7"
        ),
    )(demo)


def demo(
    context: typer.Context,
    *,
    accounts: Annotated[int, typer.Option("--accounts", min=1, help=_("How many accounts it has."))] = 600,
    years: Annotated[int, typer.Option("--years", min=1, max=20, help=_("Over how many years."))] = 4,
    seed: Annotated[int, typer.Option("--seed", help=_("Another number, another company."))] = 1,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help=_("Open its office: here until Ctrl-C at a terminal, else in the background.")
        ),
    ] = False,
) -> None:
    """Simulate, load, post, show."""
    from keepwell.cli.statement import whole

    session = session_of(context)
    if not session.home:
        session.home = HOME
    home = Path(HOME if "://" in session.place else session.place)  # files and page lie on this machine
    book, fresh = _book_for(session)
    reports: list[ImportReport] = []
    if fresh:
        reports = _loaded(book, home / FILES, accounts=accounts, years=years, seed=seed)
    page = home / PAGE
    with session.company() as company:
        from keepwell.cli.pages import write

        found = _statement(company)
        write(str(page), company, found)
        answer = whole(found.to_dict(intervals=True), company.ledger.never_paid)
    if reports:
        answer.sheets = [_load_sheet(reports), *answer.sheets]
    answer.notes = [
        *answer.notes,
        "",
        _("The company is simulated: its files are in {folder}, and what is true of it in {truth}.").format(
            folder=home / FILES, truth=home / FILES / "truth"
        ),
        _("Page with charts: {page}").format(page=page),
        _("Ask it more: keepwell --home {home} statement --list churned").format(home=session.place),
    ]
    if not serve:
        answer.notes += [_("Open its office: keepwell --home {home} serve").format(home=session.place)]
    session.show(answer)
    if serve:
        _open_office(session)


def _open_office(session: Session) -> None:
    """Make the pages ready by what the check-up says, and serve them; a model is learnt by the worker meanwhile.

    Learning takes a minute or more: whoever waits sees the company first, and the risk as soon as it is known.
    """
    from keepwell.cli.serving import HERE, PORT, run_night, serve_home
    from keepwell.site import running

    running.ready(session.place)
    if address := running.running():
        typer.echo(_("Keepwell is at {address}").format(address=address))
        return
    port = running.free_port(HERE, PORT)
    running.ready(session.place, address=f"http://localhost:{port}")
    running.prepare()
    from django.utils import timezone

    from keepwell.demo.arriving import bring
    from keepwell.demo.colleagues import join
    from keepwell.site.jobs import SEEN_FIRST, ask_for_night
    from keepwell.site.models import Run

    if not Run.objects.filter(state=Run.State.DONE).exists():
        join(now=timezone.now())
        _begin_rules()
        run_night(session.place, only=SEEN_FIRST)
        bring(now=timezone.now())
        ask_for_night(by=None, now=timezone.now())
        typer.echo(
            _("The pages are ready. Who may leave is being learnt in the background, for a minute or more.")
        )
    serve_home(session.place, host=HERE, port=port, detach=not sys.stdout.isatty())


def _begin_rules() -> None:
    """Let the rules that come with Keepwell listen to what the simulated customers say."""
    from django.utils import timezone

    from keepwell.conversations.actions.ruling import start_with
    from keepwell.listening.languages.lists import THEMES

    start_with(themes=THEMES, by=None, now=timezone.now())


def _statement(company: "Company") -> "Statement":
    """The statement of the last quarter, or of the shortest longer stretch whose rates are not refused."""
    end = company.covered.replace(day=1)
    for months in (3, 6, 12):
        found = company.statement(add_months(end, -months), end)
        if found.refused is None:
            break
    return found


def _book_for(session: Session) -> "tuple[Book, bool]":
    """The demo's book, and whether it is new; a book of real data is never touched."""
    from keepwell.book.book import Book
    from keepwell.lib.errors import BadBook

    try:
        book = Book.open(session.place)
    except BadBook:
        book = Book.create(session.place, reporting_currency="EUR")
        book.change_settings(simulated=True)
        return book, True
    if not book.settings.simulated:
        raise KeepwellError(
            _("The book at {home} holds data that is not simulated; the demo does not touch it.").format(
                home=session.place
            ),
            ways=[_("Choose another place: keepwell --home demo-home demo")],
        )
    return book, book.manifest.last_load == 0


def _loaded(book: "Book", folder: Path, *, accounts: int, years: int, seed: int) -> "list[ImportReport]":
    from keepwell.demo.load import load
    from keepwell.demo.simulate import simulate

    with working(_("Simulating a company")) as report:
        made = simulate(folder, seed=seed, accounts=accounts, years=years, progress=report)
    with working(_("Loading its files")) as report:
        return load(book, folder, progress=report, until=made.until)


def _load_sheet(reports: "list[ImportReport]") -> Sheet:
    return Sheet(
        [Column("table", _("Table")), *[Column(name, LABELS[name], number=True) for name in COUNTS]],
        [[report.table, *[getattr(report, name) for name in COUNTS]] for report in reports],
        title=_("What was loaded (read = loaded + updated + unchanged + quarantined)"),
    )
