"""The `keepwell` command: what is said before the subcommand, and how a run ends.

Exit codes for scripts: 0 done, 1 a fault of ours, 2 a question that cannot be asked as it stands, 3 input
that cannot be used (an import of which every row waits in quarantine is one), 4 a book that cannot be opened or
written, 130 stopped by the keyboard.
"""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from keepwell.cli import (
    backing_up,
    causes,
    cohorts,
    conversations,
    cycles,
    definitions,
    demo,
    docs,
    doctor,
    effect,
    erasing,
    events_retention,
    health,
    history,
    importing,
    mapping,
    password,
    posting,
    quarantine,
    risk,
    rules,
    series,
    serving,
    setting_up,
    speech,
    statement,
    survival,
    worth,
)
from keepwell.cli.endings import ending
from keepwell.cli.helping import examples
from keepwell.cli.session import EngineName, Format, Session
from keepwell.lib.text import gettext as _

app = typer.Typer(
    name="keepwell",
    help=_("Measures who stayed and who left, and proves every figure with its list of accounts."),
    epilog=examples(
        "keepwell demo",
        "keepwell --home ./book import subscriptions subscriptions.csv --create-accounts",
        "keepwell --home ./book statement --period 2026-Q3",
        "keepwell --home ./book --format json series --grain quarter",
    ),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help is the same on a screen, in a pipe and in docs/cli.md, and quick
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    setting_up,
    importing,
    mapping,
    quarantine,
    history,
    erasing,
    posting,
    statement,
    series,
    definitions,
    cohorts,
    survival,
    events_retention,
    cycles,
    health,
    risk,
    rules,
    conversations,
    speech,
    worth,
    causes,
    effect,
    serving,
    password,
    backing_up,
    doctor,
    demo,
    docs,
):
    command.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"keepwell {version('keepwell')}")
        raise typer.Exit


@app.callback()
def before_the_command(
    context: typer.Context,
    home: Annotated[
        str,
        typer.Option(
            "--home",
            envvar="KEEPWELL_HOME",
            metavar="DIR",
            help=_(
                "Where the book lives: a folder, or an object-store URL (s3://…). Default: your data folder."
            ),
        ),
    ] = "",
    engine: Annotated[
        EngineName, typer.Option("--engine", envvar="KEEPWELL_ENGINE", help=_("What computes."))
    ] = EngineName.DUCKDB,
    format_: Annotated[
        Format, typer.Option("--format", help=_("How the answer is written to the output."))
    ] = Format.TABLE,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help=_("Print the version.")),
    ] = False,
) -> None:
    """Remember where the book is, what computes, and how to answer."""
    context.obj = Session(home=home, engine=engine.value, format=format_)


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    with ending(arguments) as end:
        command = typer.main.get_command(app)
        if "_KEEPWELL_COMPLETE" in os.environ:  # the shell asks for completions
            command.main(prog_name="keepwell")
        try:
            with command.make_context("keepwell", list(arguments)) as context:
                command.invoke(context)
        except typer.Exit as stop:
            end.code = stop.exit_code
    return end.code


def run() -> None:
    """The entry point of the `keepwell` script."""
    gc.set_threshold(10_000, 20, 20)  # there is little to collect among what is imported and read
    sys.exit(main(sys.argv[1:]))
