"""Where each account stood at the opening and at the closing of periods: what every statement is counted from.

Found by following the ledger's rows (see `keepwell.metrics.standing`). Columns of a frame of positions, one row an
account that has a line in a period:

    account_id
    place             of the period among those asked for, 0 for the first
    opening, closing  what it pays a month, reporting currency, minor units
    line              "new", "reactivated", "expansion", "contraction", "churned", "unchanged", or, in none of the
                      sums, "passed_through" and "came_back_and_left"
    interrupted       1 where it pays at both ends and not throughout, else 0
    leaving_kind      of the churned: by choice, failed payment, lapse, closed or merged, unknown
    kept_by           what its MRR comes from: "contract" or "irregular"
    target            day number at whose end its segment is read
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.ledger import notices
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period
from keepwell.metrics import steps
from keepwell.metrics.calendar import Calendar
from keepwell.metrics.conversion import Prices
from keepwell.metrics.standing import LEAVING, MOVED, OUTPUTS, STILL, Asked

COLUMNS = [
    "account_id",
    "place",
    "opening",
    "closing",
    "line",
    "interrupted",
    "leaving_kind",
    "kept_by",
    "target",
]


@dataclass(frozen=True)
class Positions:
    """The positions of a ledger's accounts in periods that follow one another without a hole.

    `prices` are those of each era, periods with the same rates, and `eras` the first place of each: the rates are
    those in force on each period's first day, or on the one day that was asked for.
    """

    ledger: Ledger
    calendar: Calendar
    prices: Prices
    eras: tuple[int, ...]
    _known: dict[str, Frame] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def over(cls, ledger: Ledger, periods: Sequence[Period], rates_on: date | None = None) -> "Positions":
        """The positions of all accounts in some periods."""
        rates = [ledger.rates(rates_on or rates_day(ledger, period)) for period in periods]
        eras = tuple(next(run) for _rates, run in groupby(range(len(rates)), lambda place: rates[place]))
        prices = Prices.of([rates[place] for place in eras], ledger.reporting)
        return cls(ledger, Calendar.of(periods, ledger.engine), prices, eras)

    @property
    def everyone(self) -> Frame:
        """All positions, one row an account and period."""
        self._find(STILL, MOVED)
        return nw.concat([self.unmoved, self.moved], how="vertical")

    @property
    def moved(self) -> Frame:
        """Positions of accounts that are not still."""
        return self._find(MOVED)[MOVED].select(*COLUMNS)

    @property
    def unmoved(self) -> Frame:
        """Positions of accounts that are still."""
        return self.spread(self.still)

    @property
    def still(self) -> Frame:
        """Accounts while nothing moves: account_id, first and last (places), opening, kept_by.

        Where rates move, once for each stretch of places with the same rates.
        """
        return self._find(STILL)[STILL].select("account_id", "first", "last", "opening", "kept_by")

    @property
    def leaving(self) -> Frame:
        """Accounts known to be leaving at a closing that pay then: account_id, place, closing, kept_by, target."""
        return self._find(LEAVING)[LEAVING].select("account_id", "place", "closing", "kept_by", "target")

    def spread(self, still: Frame) -> Frame:
        """Positions of some accounts that are still."""
        return self.calendar.spread(still).select(
            "account_id",
            "place",
            "opening",
            closing=nw.col("opening"),
            line=nw.lit("unchanged"),
            interrupted=nw.lit(0).cast(nw.Int64),
            leaving_kind=nw.lit(None, nw.String),
            kept_by=nw.col("kept_by"),
            target=nw.col("start") - 1,
        )

    def found(self, *outputs: str, one_by_one: bool) -> dict[str, Frame]:
        """Some of `standing.OUTPUTS`; unless accounts are told apart `one_by_one`, those alike in one row."""
        asked = Asked(
            bounds=tuple(self.calendar.bounds),
            prices=self.prices,
            eras=self.eras,
            leaving=self._known_leavers() if LEAVING in outputs else notices.SCHEMA.empty_table(),
            one_by_one=one_by_one,
            outputs=outputs,
        )
        return self.ledger.follow(steps.COLUMNS, asked, {name: OUTPUTS[name] for name in outputs})

    def _find(self, *outputs: str) -> dict[str, Frame]:
        """These one by one: followed together, and once."""
        new = [name for name in outputs if name not in self._known]
        if new:
            self._known.update(self.found(*new, one_by_one=True))
        return self._known

    def _known_leavers(self) -> pa.Table:
        """Days over which accounts are leaving that touch a closing."""
        bounds = self.calendar.bounds
        known = self.ledger.known_leavers().filter(nw.col("day") < bounds[-1], nw.col("until") >= bounds[1])
        return self.ledger.engine.collect(known)


def rates_day(ledger: Ledger, period: Period) -> date:
    """The day whose rates count: the period's first; where nobody paid before there were rates, that of the first.

    A company that begins inside a period has nothing at its opening that a rate could move.
    """
    rated, first = ledger.rated_from, ledger.first_day
    if rated is None or period.start >= rated:
        return period.start
    nobody = first is None or period.end <= first or rated <= first
    return rated if nobody else period.start
