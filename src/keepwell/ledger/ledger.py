"""The ledger as figures see it: its rows, and all that must be printed beside a figure made from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.book.engines.following import Stored, Work
from keepwell.ledger import notices
from keepwell.ledger.facts import versions
from keepwell.ledger.policies import Policies
from keepwell.ledger.stored import StoredRows
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near


@dataclass(frozen=True)
class QuotedRate:
    """From `valid_from` on, one unit of `currency` is worth `rate` units of the reporting currency."""

    currency: str
    valid_from: date
    rate: Decimal


@dataclass(frozen=True)
class Ledger:
    """Rows of the ledger and what they rest on.

    rows: see `keepwell.ledger.rows`. leaving: see `keepwell.ledger.notices`. covered: the day before which everything
    is known. attributes: rows account_id, known_on (day number) and the columns by which accounts can be cut; None
    where nothing is known of accounts. cut: what the figures say of the moment they were made from. excluded: how
    many rows or accounts are in no figure, by reason. renewals: account_id and day of each subscription that comes up
    for renewal. stored: the same rows as they lie in files, where they do. What not every figure needs is given as a
    way to get it, and got once.
    """

    rows: Frame
    engine: Engine
    policies: Policies
    covered: date
    reporting: str
    currencies: tuple[str, ...]
    quoted: tuple[QuotedRate, ...] = ()
    stored: StoredRows | None = None
    leaving: Frame | None = None
    attributes_from: Callable[[], Frame] | None = None
    cycles: Frame | None = None
    figures: Frame | None = None
    renewals_from: Callable[[], Frame] | None = None
    names: Frame | None = None
    never_paid_from: Callable[[], int] | None = None
    fiscal_start: int = 1
    data_from: date | None = None
    simulated: bool = False
    cut: Mapping[str, Any] = field(default_factory=dict)
    excluded_from: Callable[[], Mapping[str, int]] | None = None

    @cached_property
    def attributes(self) -> Frame | None:
        """What is known of accounts over time; None where nothing is."""
        return None if self.attributes_from is None else self.attributes_from()

    @cached_property
    def excluded(self) -> Mapping[str, int]:
        """How many rows or accounts are in no figure, by reason."""
        return {} if self.excluded_from is None else self.excluded_from()

    @cached_property
    def renewals(self) -> Frame | None:
        """Days on which subscriptions come up for renewal; None where subscriptions say nothing of it."""
        return None if self.renewals_from is None else self.renewals_from()

    def rates(self, on: date) -> dict[str, Rate]:
        """The rates in force on a day, for every currency the ledger holds.

        Raises KeepwellError where one is missing: no account is ever dropped for want of a rate.
        """
        newest: dict[str, QuotedRate] = {}
        for quoted in self.quoted:
            known = newest.get(quoted.currency)
            if quoted.valid_from <= on and (known is None or known.valid_from < quoted.valid_from):
                newest[quoted.currency] = quoted
        missing = [c for c in self.currencies if c != self.reporting and c not in newest]
        if missing:
            firsts = sorted(str(q.valid_from) for q in self.quoted if q.currency in missing)
            raise KeepwellError(
                _("There is no rate from {currencies} to {reporting} on {day}.").format(
                    currencies=", ".join(missing), reporting=self.reporting, day=on
                ),
                seen=_("the first rate is of {day}").format(day=firsts[0]) if firsts else _("no rates"),
                ways=[
                    _("Load them: keepwell import rates FILE (currency, valid_from, rate)."),
                    *(
                        [
                            _("Or ask only about periods that begin on {day} or later.").format(
                                day=self.rated_from
                            )
                        ]
                        if self.rated_from
                        else []
                    ),
                    _("Or choose the day whose rates count: --rates-on DAY."),
                ],
            )
        rates = {
            c: Rate.of(c, newest[c].rate, self.reporting) for c in self.currencies if c != self.reporting
        }
        return {**rates, self.reporting: Rate(self.reporting, 1, 1)}

    @cached_property
    def never_paid(self) -> int | None:
        """How many accounts are in no figure as they never paid; None where nobody told of accounts."""
        return None if self.never_paid_from is None else self.never_paid_from()

    @cached_property
    def rated_from(self) -> date | None:
        """The first day on which there is a rate for every currency the ledger holds; None where there never is."""
        foreign = [c for c in self.currencies if c != self.reporting]
        firsts = {
            c: min((q.valid_from for q in self.quoted if q.currency == c), default=None) for c in foreign
        }
        days = [day for day in firsts.values() if day is not None]
        return max(days, default=date.min) if len(days) == len(foreign) else None

    @cached_property
    def first_day(self) -> date | None:
        """The first day on which anybody pays; None where nobody ever does."""
        found = self.engine.collect(self.rows.select(first=nw.col("day").min()))
        first = found["first"].to_pylist()[0]
        return None if first is None else from_number(first)

    def attribute(self, name: str) -> Frame:
        """An attribute of accounts over time: account_id, segment, valid_from, valid_until (days).

        Raises KeepwellError with near names where accounts have no such column.
        """
        columns = self.attribute_names
        if self.attributes is None or name not in columns:
            close = near(name, columns)
            raise KeepwellError(
                _("Accounts have no column “{name}”.").format(name=name),
                ways=[
                    *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                    _("The columns are: {names}.").format(names=", ".join(columns) or _("none")),
                ],
            )
        if name not in self._attributes:
            self._attributes[name] = self.engine.persist(versions(self.attributes, name))
        return self._attributes[name]

    @cached_property
    def _attributes(self) -> dict[str, Frame]:
        """What was asked for so far: a cut asks for it again and again."""
        return {}

    @property
    def attribute_names(self) -> list[str]:
        """The columns by which accounts can be cut."""
        if self.attributes is None:
            return []
        return [c for c in self.attributes.collect_schema().names() if c not in ("account_id", "known_on")]

    def follow(
        self, columns: Sequence[str], work: Work, outputs: Mapping[str, pa.Schema]
    ) -> dict[str, Frame]:
        """What `work` makes of these columns of the rows, account by account (see `Engine.follow`), by output."""
        rows: Frame | Stored
        if self.stored is None:
            rows = self.rows.select(*columns)
        else:
            found = self.stored.select(*columns)
            rows, work = found.rows, found.only_counting(work)
        files = self.engine.follow(rows, work, outputs, sort=["account_id", "day", "currency"])
        return {
            name: self.engine.scan([str(file) for file in files[name]], schema)
            for name, schema in outputs.items()
        }

    def known_leavers(self) -> Frame:
        """Days over which accounts are leaving (see `keepwell.ledger.notices`)."""
        return self.leaving if self.leaving is not None else self.engine.frame(notices.SCHEMA.empty_table())

    def finished(self, end: date) -> bool:
        """Whether everything before `end` is known."""
        return end <= self.covered
