"""Where the parts of features come from: one file a source, found by its name.

A source turns what was known on a day into rows of accounts: account_id, `age` (days before the day, 1 for the day
before it) and whatever its parts aggregate. Only rows that had happened and were known by the end of the day before
can be had from a `Then`, so a source cannot look ahead without going around it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache, cached_property

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.book.moment import Moment
from keepwell.book.tables import table_named
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _


@dataclass(frozen=True)
class Then:
    """What had happened and was known by the end of the day before `day`.

    `moment` is as known then, and so is `ledger`.
    """

    moment: Moment
    ledger: Ledger
    day: int

    @property
    def engine(self) -> Engine:
        """What computes."""
        return self.moment.engine

    def has(self, table: str) -> bool:
        """Whether the book holds the table at all."""
        return self.moment.has(table)

    def frame(self, table: str, on: str, reach: int | None = None) -> Frame:
        """Rows of a table of which the day in column `on` was before then, with their `age`.

        With `reach`, only those of so many days.
        """
        return self._before(self.moment.frame(table), table, on, reach)

    def standing(self, table: str) -> Frame:
        """All rows of a table as they were known then, of whatever day."""
        return self._of_heirs(self.moment.frame(table))

    def versions(self, table: str, on: str) -> Frame:
        """Every version known by then of such rows."""
        return self._before(self.moment.versions(table), table, on, None)

    def once(self, rows: Callable[["Then"], Frame]) -> Frame:
        """Lazy rows that several sources are made from: planned once, whoever asks for them."""
        if rows not in self._asked:
            self._asked[rows] = rows(self)
        return self._asked[rows]

    @cached_property
    def _asked(self) -> dict[Callable[["Then"], Frame], Frame]:
        return {}

    @property
    def rates(self) -> dict[str, Rate]:
        """What currencies were worth on the day before. Raises KeepwellError where that was not known."""
        try:
            return self.ledger.rates(from_number(self.day - 1))
        except KeepwellError as error:
            known = _("Or, if they are loaded: load them again with --known-at occurred.")
            raise KeepwellError(error.wrong, seen=error.seen, ways=[*error.ways, known]) from error

    @property
    def begins(self) -> int:
        """The moment at which the day begins, as `minutes`."""
        return int((self._night(self.day) - datetime(1970, 1, 1)).total_seconds()) // 60  # noqa: DTZ001 - UTC, naive

    def _before(self, rows: Frame, table: str, on: str, reach: int | None) -> Frame:
        asked = [nw.col(on) < self.day]
        if reach is not None:
            asked.append(nw.col(on) >= self.day - reach)
            instants = {c.day_name: c.name for c in table_named(table).instants}
            if on in instants:
                # Days are worked out of what is stored; of moments the files keep statistics, and those too old
                # are not even opened.
                asked.append(nw.col(instants[on]) >= self._night(self.day - reach))
        before = rows.filter(*asked).with_columns(age=(self.day - nw.col(on)).cast(nw.Int64))
        return self._of_heirs(before)

    def _of_heirs(self, rows: Frame) -> Frame:
        """Rows of accounts that had merged into another as rows of that one, those of before the merger too.

        From then on they are one customer, whose past must not look like a leap on the day of the merger.
        """
        columns = rows.collect_schema().names()
        if self._heirs is None or "account_id" not in columns:
            return rows
        whose = nw.coalesce("heir", "account_id").alias("account_id")
        others = [name for name in columns if name != "account_id"]
        return rows.join(self._heirs, on="account_id", how="left").select(whose, *others)

    @cached_property
    def _heirs(self) -> Frame | None:
        """account_id and heir of accounts that had merged by then, whatever came in between; None where none had."""
        accounts = self.moment.frame("accounts")
        # An account that counts nowhere brings nothing along.
        counts = nw.col("excluded").is_null() | (nw.col("excluded") == "")
        merged = accounts.filter(nw.col("merged_on") < self.day, nw.col("merged_into") != "", counts)
        merged = merged.select("account_id", "merged_into")
        found = self.engine.collect(merged)
        into = dict(zip(*(column.to_pylist() for column in found.columns), strict=True))
        if not into:
            return None
        return self.engine.frame(
            pa.table({"account_id": list(into), "heir": [_last(into, account) for account in into]})
        )

    def _night(self, day: int) -> datetime:
        """The moment at which a company day begins, naive in UTC."""
        begins = datetime.combine(from_number(day), time(), self.moment.settings.zone)
        return begins.astimezone(UTC).replace(tzinfo=None)


def _last(into: Mapping[str, str], account: str) -> str:
    """Where an account has come to after all its mergers; those that lead in a circle are followed round once."""
    seen = {account}
    while (after := into.get(account, account)) not in seen:
        seen.add(after)
        account = after
    return account


def minutes(moment: str) -> nw.Expr:
    """Whole minutes from 1970 to the moment in a column: engines disagree on the difference of two moments."""
    at = nw.col(moment)
    years = at.dt.year()
    days = (years - 1970) * 365 + (years - 1969) // 4 + at.dt.ordinal_day() - 1  # from 1901 to 2099
    return days * 1440 + at.dt.hour() * 60 + at.dt.minute()


@dataclass(frozen=True)
class Source:
    """Rows that parts are made of: account_id, age and more, out of one table of the book."""

    table: str
    rows: Callable[[Then], Frame]


@cache
def all_sources() -> dict[str, Source]:
    """Every source by its name."""
    return {
        module.name: importlib.import_module(f"{__name__}.{module.name}").SOURCE
        for module in pkgutil.iter_modules(__path__)
        if module.name != "base"
    }
