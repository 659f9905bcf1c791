"""How a run ends: with its answer, or with an error a person can act on and a code a script can read."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TextIO

import typer

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

BROKEN_PIPE = 141  # what a shell reports for a program whose reader has left
INTERRUPTED = 130
QUERY_STOPPED = "Query interrupted"  # DuckDB's words when Ctrl-C reaches it in the middle of a query
GLOBAL_OPTIONS = ("--home", "--engine", "--format")


@dataclass
class End:
    """How the run ended."""

    code: int = 0


@contextlib.contextmanager
def ending(arguments: Sequence[str]) -> Iterator[End]:
    """Turn whatever stops a command into words on stderr and an exit code.

    With KEEPWELL_DEBUG=1 errors pass through as they are, with their traceback.
    """
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot write a letter shows a mark instead
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr] # a captured stream has none
    end = End()
    as_json = _asks_for_json(arguments)
    try:
        yield end
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (… | head). What is left must not be written at exit either.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        end.code = BROKEN_PIPE
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(_("Stopped. What was not finished has changed nothing."), err=True)
        end.code = INTERRUPTED
    except Exception as error:
        if QUERY_STOPPED in str(error):  # the keyboard stopped it inside the engine
            typer.echo(_("Stopped. What was not finished has changed nothing."), err=True)
            end.code = INTERRUPTED
            return
        if os.environ.get("KEEPWELL_DEBUG") == "1":
            raise
        if type(error).__name__ == "NoArgsIsHelpError":  # nothing was asked: its message is the help itself
            typer.echo(str(error), err=True)
            end.code = Usage.exit_code
            return
        told = as_told(error, arguments)
        tell(told, as_json, sys.stderr)
        end.code = told.exit_code


class Fault(KeepwellError):
    """Something that went wrong and is ours to mend."""

    exit_code = 1


class Usage(KeepwellError):
    """A command line that cannot be understood."""

    exit_code = 2


def as_told(error: Exception, arguments: Sequence[str]) -> KeepwellError:
    """The error as a person is told it."""
    if isinstance(error, KeepwellError):
        return error
    if isinstance(error, typer.TyperException):
        return _usage(error, arguments)
    return Fault(
        _("Keepwell failed on something it did not expect."),
        seen=f"{type(error).__name__}: {error}".strip(),
        ways=[
            _("Look whether something is missing: keepwell doctor"),
            _("See where it happened, and send it with a report: set KEEPWELL_DEBUG=1 and run it again."),
        ],
    )


def tell(error: KeepwellError, as_json: bool, stream: TextIO) -> None:
    """Write an error: what is wrong, what was seen, the ways out."""
    if as_json:
        content = {
            "wrong": error.wrong,
            "seen": error.seen,
            "ways": list(error.ways),
            "exit_code": error.exit_code,
        }
        stream.write(json.dumps({"error": content}, ensure_ascii=False, indent=2) + "\n")
        return
    bold, plain = ("\x1b[1;31m", "\x1b[0m") if _coloured(stream) else ("", "")
    lines = [f"{bold}{error.wrong}{plain}"]
    if error.seen:
        lines.append(_("Seen: {seen}").format(seen=error.seen))
    lines += [f"  → {way}" for way in error.ways]
    stream.write("\n".join(lines) + "\n")


def _coloured(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _usage(error: typer.TyperException, arguments: Sequence[str]) -> Usage:
    """A mistake on the command line, with the help that shows how it goes."""
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "keepwell"
    ways = []
    option = getattr(error, "option_name", "") or ""
    if option in GLOBAL_OPTIONS:
        ways.append(
            _("Say {option} before the subcommand: keepwell {option} … {command}").format(
                option=option, command=path.removeprefix("keepwell ")
            )
        )
    ways.append(_("See how it goes: {path} --help").format(path=path))
    wrong = error.format_message().replace("Value error, ", "")  # the word of the library that checks values
    return Usage(wrong, seen=" ".join(["keepwell", *arguments]), ways=ways)


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether the command line asks for JSON; an error may come before it has been read."""
    pairs = zip_longest(arguments, arguments[1:])
    return any(one == "--format=json" or (one == "--format" and two == "json") for one, two in pairs)
