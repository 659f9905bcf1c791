"""`keepwell backup` and `keepwell restore`: book and office in one file, and back again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _


def add_to(app: typer.Typer) -> None:
    """Add `keepwell backup` and `keepwell restore`."""
    app.command(
        "backup",
        help=_(
            "Write book and office to one new file, as they are at one moment. The site may run meanwhile; whoever"
            " wants to write to the book waits."
        ),
        epilog=examples("keepwell backup backups/2026-11-22.tar"),
    )(backup)
    app.command(
        "restore",
        help=_(
            "Bring book and office of a backup to an empty home. Whoever has been erased since stays erased:"
            " as the list beside the backup says, and the homes named with --erased."
        ),
        epilog=examples(
            "keepwell --home ./book restore backups/2026-11-22.tar",
            "keepwell --home ./book restore backups/2026-11-22.tar --erased ./before",
        ),
    )(restore)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("The file to write; it must be new."))],
) -> None:
    """Write it, and say what it holds."""
    from keepwell.site import running

    session = session_of(context)
    running.ready(session.place)
    running.prepare()
    from keepwell.site.backing.making import back_up

    with working(_("Backing up")):
        made = back_up(file.absolute(), now=datetime.now(UTC))
    data = {"file": str(made.file), "bytes": made.size, "manifest": made.manifest, "files": made.files}
    note = _("{file}: {size:,.1f} MB, the book at version {manifest} and its office.").format(
        file=file, size=made.size / 1e6, manifest=made.manifest
    )
    list_ = _("Beside it lies the list of erased persons: keep both together.")
    session.show(_answer(data, [note, list_]))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help=_("A file that backup wrote."))],
    *,
    erased: Annotated[
        list[str] | None,
        typer.Option("--erased", metavar="DIR", help=_("A home whose erased persons stay erased here too.")),
    ] = None,
) -> None:
    """Bring it back, and say what came."""
    from keepwell.site import running

    session = session_of(context)
    if "://" not in session.place:
        Path(session.place).expanduser().mkdir(parents=True, exist_ok=True)
    running.ready(session.place)
    from keepwell.site.backing.restoring import restore as bring_back

    with working(_("Restoring")):
        found = bring_back(file.absolute(), erased_of=erased or ())
    data = {"manifest": found.manifest, "files": found.files, "erased": found.erased}
    notes = [
        _("Book and office are back at {home}, the book at version {manifest}.").format(
            home=session.place, manifest=found.manifest
        )
    ]
    if found.erased:
        notes.append(
            _("{n} persons erased since the backup was made have been erased again.").format(n=found.erased)
        )
    notes.append(_("Open it: keepwell --home {home} serve").format(home=session.place))
    session.show(_answer(data, notes))


def _answer(data: dict[str, Any], notes: list[str]) -> Answer:
    return Answer(data, [], notes, csv=Sheet([Column(name) for name in data], [list(data.values())]))
