"""The reference pages of docs/: every table of the book, every command, every metric and definition."""

import inspect
from collections.abc import Iterator
from itertools import chain
from typing import Any

MADE = "<!-- Written by `make reference` out of the code: change it there. -->\n"


def pages() -> dict[str, str]:
    """The pages by file name."""
    return {
        "tables.md": _joined(_tables()),
        "metrics.md": _joined(chain(_metrics(), _definitions())),
        "cli.md": _joined(_commands()),
    }


def _joined(lines: Iterator[str]) -> str:
    return "\n".join([MADE, *lines]).rstrip() + "\n"


def _tables() -> Iterator[str]:
    from keepwell.book.tables import all_tables

    yield "# What can be loaded\n"
    yield (
        "Columns are matched by these names, by the names other systems use, or by a saved mapping. Columns\n"
        "nobody foresaw are kept too. *Personal* columns lie apart from the facts and can be erased.\n"
    )
    for table in all_tables().values():
        yield f"## {table.name}\n"
        yield f"{table.help}\n"
        yield f"Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
        yield "| column | kind | | means |"
        yield "|---|---|---|---|"
        for column in (*table.columns, *table.inputs):
            marks = [
                word
                for word, holds in (
                    ("needed", column.required),
                    ("personal", column.personal),
                    ("instead", column in table.inputs),
                )
                if holds
            ]
            meaning = " ".join(
                part
                for part in (
                    column.help,
                    f"One of: {', '.join(column.choices)}." if column.choices else "",
                )
                if part
            )
            yield f"| `{column.name}` | {column.kind} | {', '.join(marks)} | {meaning} |"
        yield ""


def _metrics() -> Iterator[str]:
    from keepwell.metrics.registry import all_metrics

    yield "# Metrics\n"
    yield "How days, balances and the lines of a statement are meant: [measuring.md](measuring.md).\n"
    for metric in all_metrics().values():
        yield f"## {metric.label}\n"
        yield f"`{metric.name}`, version {metric.version}: {metric.formula}.\n"
        yield f"A {metric.unit}; {metric.better} is better.\n"
        yield f"{inspect.cleandoc(metric.meaning)}\n"


def _definitions() -> Iterator[str]:
    from keepwell.metrics.definitions import all_definitions

    yield "# Definitions of churn\n"
    yield "`keepwell definitions` shows them side by side, each with the accounts that make it differ from ours.\n"
    for entry in all_definitions().values():
        yield f"## {entry.label}\n"
        yield f"`{entry.name}`, version {entry.version}. Source: {entry.source}\n"
        yield f"{inspect.cleandoc(entry.meaning)}\n"


def _commands() -> Iterator[str]:
    import typer

    from keepwell.cli.main import app

    yield "# The command line\n"
    yield (
        "Exit codes: 0 done, 1 a fault of ours, 2 a question that cannot be asked as it stands, 3 input\n"
        "that cannot be used, 4 a book that cannot be opened or written, 130 stopped by the keyboard. An\n"
        "import ends with 0 where some rows wait in quarantine and others were taken in, and with 3 where\n"
        "every row it read waits there. JSON answers have their schemas in [schemas/](schemas/).\n"
    )
    yield from _command(typer.main.get_command(app), "keepwell")


def _command(command: Any, path: str) -> Iterator[str]:
    yield f"## {path}\n"
    yield f"{command.help or ''}\n".replace("\b\n", "")
    parameters = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    if parameters:
        yield "| | means |"
        yield "|---|---|"
        for parameter in parameters:
            names = ", ".join(f"`{name}`" for name in _names(parameter))
            yield f"| {names} | {getattr(parameter, 'help', '') or ''} |"
        yield ""
    shown = [line.strip() for line in (command.epilog or "").replace("\b", "").splitlines()[1:]]
    shown = [line for line in shown if line.startswith("keepwell")]
    if shown:
        yield "\n".join(["```console", *[f"$ {line}" for line in shown], "```", ""])
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _command(below, f"{path} {name}")


def _names(parameter: Any) -> list[str]:
    if parameter.param_type_name == "argument":
        return [str(parameter.metavar or parameter.name.upper())]
    return [name for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("-")]
