"""Where each account stood at the opening and at the closing of periods: what every statement is counted from.

All periods are worked out together. Most accounts do not move in most periods, and hold their place over many: they
are `still`. Most others have one row of the ledger in the period, and are `decided` by it alone. Only the rest has to
be `grouped` by account. Columns of a frame of positions, one row an account that has a line in a period:

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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Engine, Frame
from keepwell.ledger.ledger import Ledger
from keepwell.ledger.rows import LEAVING_KINDS
from keepwell.lib.days import NEVER, Period
from keepwell.lib.money import Rate
from keepwell.metrics.calendar import Calendar, narrowed
from keepwell.metrics.conversion import Prices

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

    `rows` are those of the ledger, of all accounts or of some. `prices` are the rates in force on each period's first
    day, or on the one day that was asked for, and `eras` say from which place to which they stay the same; None where
    it is all. These small tables are made first of all: each one that an engine takes in makes it look again at
    everything that was worked out before.
    """

    ledger: Ledger
    calendar: Calendar
    rows: Frame
    prices: Prices
    eras: Frame | None

    @classmethod
    def over(cls, ledger: Ledger, periods: Sequence[Period], rates_on: date | None = None) -> "Positions":
        """The positions of all accounts in some periods."""
        rates = [ledger.rates(rates_on or period.start) for period in periods]
        return cls(
            ledger,
            Calendar.of(periods, ledger.engine),
            ledger.rows,
            Prices.of(rates, ledger.reporting, ledger.engine),
            _eras(rates, ledger.engine),
        )

    def among(self, rows: Frame) -> "Positions":
        """The positions that some of the rows tell of. They are found once."""
        return replace(self, rows=self.ledger.engine.persist(rows))

    @property
    def everyone(self) -> Frame:
        """All positions, one row an account and period."""
        return nw.concat([self.unmoved, self.moved], how="vertical")

    @property
    def moved(self) -> Frame:
        """Positions of accounts that are not still."""
        return nw.concat([self.decided, self.grouped], how="vertical")

    @property
    def unmoved(self) -> Frame:
        """Positions of accounts that are still."""
        return self.calendar.spread(self.still).select(
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

    @property
    def still(self) -> Frame:
        """Accounts in one currency while nothing moves: account_id, first and last (places), opening, kept_by.

        Where rates move, once for each stretch of places with the same rates.
        """
        rows = self.rows.filter(nw.col("lone"), nw.col("after") > 0)
        held = self.calendar.spanned(
            rows.select("account_id", "currency", "after", "kept_by", "day", "until")
        )
        if self.eras is not None:
            held = narrowed(held.join(self.eras, how="cross"), nw.col("begins"), nw.col("ends"))
        valued = self.prices.priced(held.with_columns(place=nw.col("first")), {"after": "opening"})
        return valued.select("account_id", "first", "last", "opening", "kept_by")

    def _inside(self, rows: Frame) -> Frame:
        """Rows of accounts in one currency that lie inside a period."""
        return _to_the_ends(self.calendar.placed(rows.filter(nw.col("lone"))))

    @property
    def decided(self) -> Frame:
        """Positions of accounts by their only row of the period: what a row does is what the period does."""
        rows = self._inside(self.rows).filter(nw.col("opens"), nw.col("closes"))
        kind, same = nw.col("kind"), nw.col("opening") == nw.col("closing")
        line = (
            nw.when(kind == "churn")
            .then(nw.lit("churned"))
            .when(kind == "reactivation")
            .then(nw.lit("reactivated"))
            # A change too small to move the converted amount leaves the account unchanged.
            .when(kind != "new", same)
            .then(nw.lit("unchanged"))
            .otherwise(kind)
        )
        return self.prices.priced(rows, {"before": "opening", "after": "closing"}).select(
            "account_id",
            "place",
            "opening",
            "closing",
            line=line,
            interrupted=nw.lit(0).cast(nw.Int64),
            leaving_kind=nw.col("leaving_kind"),
            kept_by=nw.col("kept_by"),
            target=_target(),
        )

    @property
    def grouped(self) -> Frame:
        """Positions of all others: what they did is told by their rows of the period together."""
        near, day = self.calendar.longest, nw.col("day")
        # Looked for among the rows with another one near: most have none, and are not even placed.
        some = self.rows.filter((day - nw.col("since") < near) | (nw.col("until") - day < near))
        few = self._inside(some).filter(~(nw.col("opens") & nw.col("closes")))
        together = few if len(self.ledger.currencies) <= 1 else nw.concat([few, self._several_currencies()])
        valued = self.prices.priced(together, {"before": "before_in", "after": "after_in"})
        return _lines(_ends_of_chains(valued)).select(*COLUMNS[:-1], target=_target())

    def leaving(self, leavers: Frame) -> Frame:
        """Of accounts known to be leaving at a closing those that pay then: found by looking up these few alone.

        `leavers` has account_id, place, start, end. Columns: account_id, place, closing, kept_by, target.
        """
        rows = self.rows.select("account_id", "currency", "day", "until", "after", "first_day", "kept_by")
        known = rows.join(leavers, on="account_id", how="inner").filter(
            nw.col("day") < nw.col("end"), nw.col("until") >= nw.col("start")
        )
        closes = nw.when(nw.col("until") >= nw.col("end"))
        pays = self.prices.priced(known, {"after": "closing"}).with_columns(
            own=closes.then(nw.col("after")).otherwise(0), closing=closes.then(nw.col("closing")).otherwise(0)
        )
        return (
            pays.group_by("account_id", "place")
            .agg(
                *[nw.col(name).sum().cast(nw.Int64) for name in ("own", "closing")],
                *[nw.col(name).min() for name in ("first_day", "start", "kept_by")],
            )
            .filter(nw.col("own") > 0)
            .select("account_id", "place", "closing", "kept_by", target=_target())
        )

    def _several_currencies(self) -> Frame:
        """Rows of accounts in several currencies, once for each period in which they are in force or begin."""
        bounds = self.calendar.bounds
        rows = self.rows.filter(
            ~nw.col("lone"), nw.col("day") < bounds[-1], nw.col("until") >= bounds[0]
        ).with_columns(
            first=self.calendar.begun(nw.col("day")) - 1, last=self.calendar.begun(nw.col("until")) - 1
        )
        return _to_the_ends(self.calendar.spread(rows))


def _to_the_ends(rows: Frame) -> Frame:
    """Rows with whether there is no earlier row of their chain in the period, and no later one."""
    return rows.with_columns(opens=nw.col("since") < nw.col("start"), closes=nw.col("until") >= nw.col("end"))


def _target() -> nw.Expr:
    """The day before the period, or the first paying day of an account that joined in it."""
    first, start = nw.col("first_day"), nw.col("start")
    return nw.when(first >= start).then(first).otherwise(start - 1)


def _eras(rates: Sequence[Mapping[str, Rate]], engine: Engine) -> Frame | None:
    """From which place to which rates stay the same, as `begins` and `ends`; None where it is all places."""
    runs = [list(run) for _rates, run in groupby(range(len(rates)), lambda place: rates[place])]
    if len(runs) == 1:
        return None
    return engine.frame(pa.table({"begins": [run[0] for run in runs], "ends": [run[-1] for run in runs]}))


def _ends_of_chains(rows: Frame) -> Frame:
    """Opening and closing of each account and period from its rows, and what happened inside.

    Of an account in one currency the rows inside the period are enough; of others all rows in force at the opening
    are needed too, as a currency that does not move says nothing inside.
    """
    moves = nw.col("day") >= nw.col("start")
    turn = nw.when(moves).then(nw.col("paying")).otherwise(0)
    first = nw.col("day") == nw.col("first_day")

    def at_opening(before: str, after: str) -> nw.Expr:
        was = nw.when(nw.col("lone") & nw.col("opens")).then(nw.col(before)).when(~moves).then(nw.col(after))
        return was.otherwise(0).cast(nw.Int64)

    def at_closing(after: str) -> nw.Expr:
        return nw.when(nw.col("closes")).then(nw.col(after)).otherwise(0).cast(nw.Int64)

    def happened(condition: nw.Expr) -> nw.Expr:
        return nw.when(condition).then(1).otherwise(0).cast(nw.Int64)

    rank = nw.lit(0)
    for place, name in enumerate(LEAVING_KINDS):
        rank = nw.when(nw.col("leaving_kind") == name).then(nw.lit(place)).otherwise(rank)
    return (
        rows.with_columns(
            own_opening=at_opening("before", "after"),
            own_closing=at_closing("after"),
            opening=at_opening("before_in", "after_in"),
            closing=at_closing("after_in"),
            is_new=happened((turn == 1) & first),
            came_back=happened((turn == 1) & ~first),
            # Day and reason of a departure in one number: the largest is why the account left last.
            last_leaving=nw.when(turn == -1)
            .then((nw.col("day") - NEVER) * len(LEAVING_KINDS) + rank)
            .otherwise(None),
        )
        .group_by("account_id", "place")
        .agg(
            *[nw.col(c).sum().cast(nw.Int64) for c in ("opening", "closing", "own_opening", "own_closing")],
            *[nw.col(c).max().cast(nw.Int64) for c in ("is_new", "came_back", "last_leaving")],
            *[nw.col(c).min() for c in ("first_day", "start")],
            # An account counts with the contracts where any of what it pays in the period comes from one.
            kept_by=nw.col("kept_by").min(),
        )
    )


def _lines(ends: Frame) -> Frame:
    """Which line each account is on, by its ends; accounts on none are left out."""
    # Whether it pays is asked of its own money: a forint a month is a paying account, and rounds to no euro cent.
    opened, closed = nw.col("own_opening") > 0, nw.col("own_closing") > 0
    grew, new, back = nw.col("closing") - nw.col("opening"), nw.col("is_new") == 1, nw.col("came_back") == 1
    line = (
        nw.when(opened, ~closed)
        .then(nw.lit("churned"))
        .when(opened, grew > 0)
        .then(nw.lit("expansion"))
        .when(opened, grew < 0)
        .then(nw.lit("contraction"))
        .when(opened)
        .then(nw.lit("unchanged"))
        .when(closed, new)
        .then(nw.lit("new"))
        .when(closed)
        .then(nw.lit("reactivated"))
        .when(new)
        .then(nw.lit("passed_through"))
        .when(back)
        .then(nw.lit("came_back_and_left"))
        .otherwise(nw.lit("none"))
    )
    left = ~nw.col("last_leaving").is_null()
    why: nw.Expr = nw.lit(None, nw.String)
    for place, name in enumerate(LEAVING_KINDS):
        of_this = nw.col("last_leaving") % len(LEAVING_KINDS) == place
        why = nw.when(opened, ~closed, of_this).then(nw.lit(name)).otherwise(why)
    return ends.with_columns(
        line=line,
        interrupted=nw.when(opened, closed, left).then(1).otherwise(0).cast(nw.Int64),
        leaving_kind=why,
    ).filter(nw.col("line") != "none")
