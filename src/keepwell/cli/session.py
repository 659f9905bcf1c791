"""What one run of the command knows: where the book is, what computes, how to answer."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import typer

from keepwell.cli.out import Answer

if TYPE_CHECKING:
    from keepwell.book.engines import Engine


class EngineName(StrEnum):
    """What can compute."""

    DUCKDB = "duckdb"
    SPARK = "spark"


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass
class Session:
    """The options given before the subcommand."""

    home: str
    engine: str = "duckdb"
    format: Format = Format.TABLE

    @property
    def place(self) -> str:
        """Where the book lives: what was asked for, else the platform's folder for a person's data."""
        if self.home:
            return self.home
        from platformdirs import user_data_dir

        return user_data_dir("keepwell", appauthor=False)

    @contextlib.contextmanager
    def computing(self) -> Iterator["Engine"]:
        """The engine asked for, given back at the end."""
        from keepwell.book.engines import engine_named

        engine = engine_named(self.engine)
        try:
            yield engine
        finally:
            engine.close()

    def show(self, answer: Answer) -> None:
        """Write an answer to the output, in the format asked for."""
        answer.write(self.format.value, sys.stdout)


def session_of(context: typer.Context) -> Session:
    """The session that the options before the subcommand made."""
    session = context.obj
    assert isinstance(session, Session)
    return session
