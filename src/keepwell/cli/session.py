"""What one run of the command knows: where the book is, what computes, how to answer."""

import sys
from dataclasses import dataclass
from enum import StrEnum

import typer

from keepwell.cli.out import Answer


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

    def show(self, answer: Answer) -> None:
        """Write an answer to the output, in the format asked for."""
        answer.write(self.format.value, sys.stdout)


def session_of(context: typer.Context) -> Session:
    """The session that the options before the subcommand made."""
    session = context.obj
    assert isinstance(session, Session)
    return session
