"""`keepwell serve`, `web`, `worker`, `stop` and `night`: the site, and the night's work."""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.site.models import Run, Step

HERE, PORT = "127.0.0.1", 8000
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help=_("The port it listens on."))]
Host = Annotated[str, typer.Option("--host", help=_("The address it listens on; 0.0.0.0 is all of them."))]


def add_to(app: typer.Typer) -> None:
    """Add the commands of the site."""
    app.command(
        "serve",
        help=_(
            "Run the site and its worker until stopped with Ctrl-C; the first start prints a link to join by."
        ),
        epilog=examples("keepwell serve", "keepwell --home ./book serve --port 9000 --detach"),
    )(serve)
    app.command(
        "web",
        help=_("Run the site alone; jobs wait for a worker."),
        epilog=examples("keepwell web --host 0.0.0.0 --port 9000"),
    )(web)
    app.command(
        "worker",
        help=_("Run a worker alone, for a site that runs elsewhere."),
        epilog=examples("keepwell worker"),
    )(worker)
    app.command("stop", help=_("Stop the site of this home."), epilog=examples("keepwell stop"))(stop)
    app.command(
        "night",
        help=_("Run the night's work now: post, learn, score, and make the pages ready. Safe to repeat."),
        epilog=examples("keepwell night"),
    )(night)


def serve(
    context: typer.Context,
    *,
    host: Host = HERE,
    port: Port = PORT,
    detach: Annotated[
        bool, typer.Option("--detach", help=_("Go on in the background; end it with: keepwell stop."))
    ] = False,
) -> None:
    """Prepare, print where it is, and run both."""
    serve_home(session_of(context).place, host=host, port=port, detach=detach)


def serve_home(home: str, *, host: str, port: int, detach: bool) -> None:
    """Run the site of a book's home; in the background with `detach`. Says where it is, and how to stop it."""
    from keepwell.site import running

    address = f"http://localhost:{port}"
    running.ready(home, address=address)
    prepared = running.DETACHED in os.environ
    with ExitStack() as stack:
        stack.enter_context(running.only_site(address))
        running.refuse_taken(host, port)
        if not prepared:
            running.prepare()
        if not detach:
            if not prepared:
                _say_where(home, address, running.first_link(address), detached=False)
            stack.enter_context(running.worker_beside(["--home", home, "worker"]))
            for _each in range(running.transcribers()):
                order = ["--home", home, "conversations", "transcribe", "--stay"]
                stack.enter_context(running.worker_beside(order))
            running.serve_web(host, port)
            return
    _detach(home, host, port, address)


def _detach(home: str, host: str, port: int, address: str) -> None:
    from django.conf import settings

    from keepwell.site import running

    log = settings.OFFICE / running.LOG
    link = running.first_link(address)
    order = ["--home", str(Path(home).absolute()) if "://" not in home else home]
    started = running.apart([*order, "serve", "--host", host, "--port", str(port)], log)
    if not running.answers(address, lambda: started.poll() is None):
        raise KeepwellError(
            _("The site does not answer at {address}.").format(address=address),
            ways=[_("Read why: {log}").format(log=log), _("Another port: keepwell serve --port 9000")],
        )
    _say_where(home, address, link, detached=True)


def _say_where(home: str, address: str, link: str, *, detached: bool) -> None:
    from keepwell.book.book import Book
    from keepwell.book.manifest import numbers
    from keepwell.book.store import Store
    from keepwell.lib.errors import BadBook

    try:
        Book.open(home)
    except BadBook as wrong:
        if numbers(Store(home)):
            typer.echo(wrong.wrong)
        else:
            none = _("There is no book at {home} yet; pages are empty until one is loaded:")
            typer.echo(none.format(home=home))
            typer.echo(f"  keepwell --home {home} import accounts FILE")
    if link:
        typer.echo(_("Open this to become the first administrator (once, within a day):"))
        typer.echo(f"  {link}")
    typer.echo(_("Keepwell is at {address}").format(address=address))
    if detached:
        typer.echo(_("Stop it with: keepwell --home {home} stop").format(home=home))
    else:
        typer.echo(_("Stop it with Ctrl-C."))


def web(context: typer.Context, *, host: Host = HERE, port: Port = PORT) -> None:
    """Answer requests."""
    from keepwell.site import running

    address = f"http://localhost:{port}"
    running.ready(session_of(context).place, address=address)
    running.refuse_taken(host, port)
    running.prepare()
    typer.echo(_("Keepwell is at {address}").format(address=address))
    running.serve_web(host, port)


def worker(context: typer.Context) -> None:
    """Work through the queue."""
    from keepwell.site import running

    running.ready(session_of(context).place)
    if running.BESIDE not in os.environ:
        running.prepare(forks=True)
    running.serve_jobs()


def stop(context: typer.Context) -> None:
    """End the site of this home."""
    from keepwell.site import running

    running.ready(session_of(context).place)
    typer.echo(_("Stopped.") if running.stop() else _("Nothing was running."))


def night(context: typer.Context) -> None:
    """Every step, shown as it runs."""
    from keepwell.site import running

    session = session_of(context)
    running.ready(session.place)
    running.prepare()
    run = run_night(session.place)
    session.show(told(run))


def run_night(home: str, only: Iterable[str] = ()) -> "Run":
    """A night, with a bar for who watches; `only` names the steps of a shorter one."""
    from keepwell.site import nightly

    with working(_("The night")) as report:

        def watch(step: "Step") -> None:
            report(step.done, step.of or None, str(nightly.NAMES[step.name]))

        return nightly.night(home=home, now=datetime.now(UTC), on_demand=True, only=only, watch=watch)


def told(run: "Run") -> Answer:
    """What a night found, step by step."""
    from keepwell.site.nightly import NAMES

    steps = list(run.steps.all())
    rows = [[str(NAMES[one.name]), one.said, _seconds(one)] for one in steps]
    columns = [
        Column("step", _("Step")),
        Column("found", _("Found")),
        Column("seconds", _("Seconds"), number=True),
    ]
    data = {"state": run.state, "steps": [{"name": one.name, "said": one.said} for one in steps]}
    return Answer(data, [Sheet(columns, rows, title=_("The night is done"))], csv=Sheet(columns, rows))


def _seconds(step: "Step") -> str:
    if step.began_at is None or step.ended_at is None:
        return ""
    return f"{(step.ended_at - step.began_at).total_seconds():.1f}"
