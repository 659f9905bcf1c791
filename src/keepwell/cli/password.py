"""`keepwell password`: a way back in where no mail goes out, for whoever runs the machine to hand over."""

import os
from typing import Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _


def add_to(app: typer.Typer) -> None:
    """Add `keepwell password`."""
    app.command(
        "password",
        help=_("Print a link by which a member sets a new password: it works once, within an hour."),
        epilog=examples("keepwell password ada@example.com"),
    )(password)


def password(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help=_("The address the member signs in with."))],
) -> None:
    """Print the link; that it was made stands on the trail."""
    from keepwell.site import running

    home = session_of(context).place
    running.ready(home)
    running.prepare()
    from django.conf import settings

    from keepwell.members.actions import password_link

    path = password_link(email=email)
    typer.echo(_("Open this to set a new password (once, within an hour):"))
    here = "" if "KEEPWELL_URL" in os.environ else running.running()
    typer.echo(f"  {here or settings.ADDRESS}{path}")
