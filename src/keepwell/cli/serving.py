"""`keepwell serve`, `web`, `worker`, `stop` and `night`: the site, and the night's work."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

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
    app.command("web", help=_("Run the site alone; jobs wait for a worker."))(web)
    app.command("worker", help=_("Run a worker alone, for a site that runs elsewhere."))(worker)
    app.command("stop", help=_("Stop a site that was started with serve --detach."))(stop)
    app.command(
        "night",
        help=_("Run the night's work now: post, learn, score, and make the pages ready. Safe to repeat."),
        epilog=examples("keepwell night"),
    )(night)


def serve(
    context: typer.Context,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    detach: Annotated[
        bool, typer.Option("--detach", help=_("Go on in the background; end it with: keepwell stop."))
    ] = False,
) -> None:
    """Prepare, print where it is, and run both."""
    from keepwell.site import running

    session = session_of(context)
    address = f"http://localhost:{port}"
    running.ready(session.place, address=address)
    running.prepare()
    link = running.first_link(address)
    order = ["--home", session.place]
    from django.conf import settings

    if detach:
        running.stop(settings.OFFICE)
        log = settings.OFFICE / running.LOG
        started = [
            running.beside([*order, *rest], log=log)
            for rest in (["web", "--host", host, "--port", str(port)], ["worker"])
        ]
        (settings.OFFICE / running.PIDS).write_text(" ".join(str(one.pid) for one in started))
        if not running.answers(address):
            raise KeepwellError(
                _("The site does not answer at {address}.").format(address=address),
                ways=[_("Read why: {log}").format(log=log), _("Another port: keepwell serve --port 9000")],
            )
    _say_where(session.place, address, link, detached=detach)
    if detach:
        return
    jobs = running.beside([*order, "worker"])
    try:
        running.serve_web(host, port)
    finally:
        jobs.terminate()
        with suppress(KeyboardInterrupt):
            jobs.wait(30)


def _say_where(home: str, address: str, link: str, *, detached: bool) -> None:
    if link:
        typer.echo(_("Open this to become the first administrator (once, within a day):"))
        typer.echo(f"  {link}")
    typer.echo(_("Keepwell is at {address}").format(address=address))
    if detached:
        typer.echo(_("Stop it with: keepwell --home {home} stop").format(home=home))


def web(context: typer.Context, *, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Answer requests."""
    from keepwell.site import running

    running.ready(session_of(context).place, address=f"http://localhost:{port}")
    running.serve_web(host, port)


def worker(context: typer.Context) -> None:
    """Work through the queue."""
    from keepwell.site import running

    running.ready(session_of(context).place)
    running.serve_jobs()


def stop(context: typer.Context) -> None:
    """End a detached site."""
    from keepwell.site import running
    from keepwell.site.office import office_folder

    running.ready(session_of(context).place)
    stopped = running.stop(office_folder())
    typer.echo(_("Stopped.") if stopped else _("Nothing was running."))


def night(context: typer.Context) -> None:
    """Every step, shown as it runs."""
    from keepwell.site import running

    session = session_of(context)
    running.ready(session.place)
    running.prepare()
    from keepwell.site.models import Step
    from keepwell.site.nightly import NAMES
    from keepwell.site.nightly import night as run_night

    with working(_("The night")) as report:

        def watch(step: Step) -> None:
            report(step.done, step.of or None, str(NAMES[step.name]))

        run = run_night(home=session.place, now=datetime.now(UTC), on_demand=True, watch=watch)
    steps = list(run.steps.all())
    rows = [[str(NAMES[one.name]), one.said, _seconds(one)] for one in steps]
    columns = [
        Column("step", _("Step")),
        Column("found", _("Found")),
        Column("seconds", _("Seconds"), number=True),
    ]
    data = {"state": run.state, "steps": [{"name": one.name, "said": one.said} for one in steps]}
    session.show(Answer(data, [Sheet(columns, rows, title=_("The night is done"))], csv=Sheet(columns, rows)))


def _seconds(step: "object") -> str:
    began, ended = getattr(step, "began_at", None), getattr(step, "ended_at", None)
    return f"{(ended - began).total_seconds():.1f}" if began and ended else ""
