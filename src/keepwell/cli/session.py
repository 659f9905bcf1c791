"""What one run of the command knows: where the book is, what computes, how to answer."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import typer

from keepwell.cli.out import Answer
from keepwell.cli.periods import asked_period, day_asked
from keepwell.cli.progress import Report, say_nothing, working
from keepwell.lib.days import Grain
from keepwell.lib.text import gettext as _
from keepwell.metrics.periods import last_finished

if TYPE_CHECKING:
    from keepwell.book.engines import Engine
    from keepwell.company import Company
    from keepwell.lib.days import Period


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
    report: Report = field(default=say_nothing, repr=False)  # how far the work on the company is

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
        from keepwell.book.minding import minding
        from keepwell.book.store import Store

        engine = engine_named(self.engine)
        try:
            with minding(Store(self.place)):
                yield engine
        finally:
            engine.close()

    @contextlib.contextmanager
    def company(self, *, as_known_on: str = "", grace: int | None = None) -> Iterator["Company"]:
        """The book's company: as it is, or as it was known at the end of a day, or with another grace."""
        from keepwell.book.minding import minding
        from keepwell.book.store import Store
        from keepwell.company import open as open_company

        day = day_asked(as_known_on)
        policies = None if grace is None else {"grace_days": grace}
        with (
            working(_("Reading the ledger")) as self.report,
            minding(Store(self.place)),
            open_company(self.place, engine=self.engine, as_known_on=day, policies=policies) as company,
        ):
            yield company

    def say(self, lines: Sequence[str]) -> None:
        """Tell a person something beside the answer, whatever its format."""
        for line in lines:
            typer.echo(line, err=True)

    def show(self, answer: Answer) -> None:
        """Write an answer to the output, in the format asked for."""
        answer.write(self.format.value, sys.stdout)


def session_of(context: typer.Context) -> Session:
    """The session that the options before the subcommand made."""
    session = context.obj
    assert isinstance(session, Session)
    return session


def period_of(company: "Company", start: str, end: str, name: str) -> "Period":
    """The period asked for; none asked for is the last finished quarter of the company's year."""
    fiscal_start = company.ledger.fiscal_start
    asked = asked_period(start, end, name, fiscal_start=fiscal_start)
    return asked or last_finished(Grain.QUARTER, company.covered, fiscal_start=fiscal_start)
