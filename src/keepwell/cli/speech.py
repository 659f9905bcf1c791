"""`keepwell speech download`: a speech model for this machine, fetched only when somebody says so."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepwell.cli.helping import examples
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.listening.downloading import Model

NAMES = "tiny, base, small, medium, large-v3"


def add_to(app: typer.Typer) -> None:
    """Add `keepwell speech` and its subcommand."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "download",
        help=_(
            "Fetch a speech model, with which recordings are transcribed on this machine. It asks first; what is "
            "broken off goes on where it was."
        ),
        epilog=examples(
            "keepwell speech download base",
            "keepwell speech download small --to ~/models/whisper-small --yes",
        ),
    )(download)
    app.add_typer(group, name="speech", help=_("Get what listens to recordings."))


def download(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help=_("Which: {names}. Larger ones hear better and take longer.").format(names=NAMES),
        ),
    ] = "base",
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help=_("Where to. Default: where this home's office looks.")),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Do not ask."))] = False,
) -> None:
    """Say what comes from where, ask, fetch, and say how it is used."""
    from keepwell.listening.audio.sound import needed
    from keepwell.listening.downloading import download as fetched
    from keepwell.listening.downloading import model_named, whole

    model = model_named(name)
    needed("faster_whisper")
    folder = to.expanduser() if to else _of_office(session_of(context).place)
    if whole(model, folder):
        typer.echo(_("The model “{name}” is in {folder} already.").format(name=name, folder=folder))
    else:
        _ask(model, folder, yes=yes)
        with working(_("Fetching")) as report:
            fetched(model, folder, tell=report)
        typer.echo(_("The model “{name}” is in {folder}.").format(name=name, folder=folder))
    if to:
        typer.echo(_("Let Keepwell use it: KEEPWELL_SPEECH_MODEL={folder}").format(folder=folder))
    else:
        typer.echo(_("It is used from the next start on: keepwell serve"))


def _of_office(home: str) -> Path:
    """The folder in which the office of a home looks for a model."""
    from keepwell.site import running

    running.ready(home)
    from django.conf import settings

    from keepwell.conversations.actions.transcribing import MODEL

    return Path(settings.OFFICE) / MODEL


def _ask(model: "Model", folder: Path, *, yes: bool) -> None:
    """Say what would be fetched, and go on only if that is wanted."""
    from keepwell.listening.downloading import place

    said = _("{size:,.0f} MB of {at}, revision {revision} (licence MIT), from {place}, to {folder}").format(
        size=model.bytes / 1e6, at=model.at, revision=model.revision[:8], place=place(), folder=folder
    )
    typer.echo(said, err=True)
    if yes:
        return
    if not sys.stdin.isatty():
        raise KeepwellError(
            _("A download is allowed by a person, and nobody is here to be asked."),
            ways=[_("Say that it is meant: keepwell speech download {name} --yes").format(name=model.name)],
        )
    typer.confirm(_("Fetch it?"), abort=True, err=True)
