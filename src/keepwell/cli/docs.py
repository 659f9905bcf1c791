"""`keepwell docs`: the reference pages, written out of the code so that they cannot rot."""

from pathlib import Path
from typing import Annotated

import typer

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _


def add_to(app: typer.Typer) -> None:
    """Add `keepwell docs`, for those who work on Keepwell."""
    app.command(
        "docs",
        hidden=True,
        help=_("Write the reference pages (commands, tables, metrics, definitions) into a folder."),
    )(docs)


def docs(
    folder: Annotated[Path, typer.Argument(help=_("Folder of the pages."))],
    check: Annotated[
        bool, typer.Option("--check", help=_("Write nothing; fail where a page is not up to date."))
    ] = False,
) -> None:
    """Write the pages, or compare them with what they should be."""
    from keepwell.cli.reference import pages

    stale = []
    for name, content in pages().items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
    if check and stale:
        raise KeepwellError(
            _("Reference pages are not up to date: {names}.").format(names=", ".join(stale)),
            ways=[_("Run make reference and commit what it writes.")],
        )
