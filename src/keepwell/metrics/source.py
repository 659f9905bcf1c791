"""What statements are counted from, so that every figure can open into its accounts."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period
from keepwell.metrics.cuts import KEPT_BY, Condition, cut_by, kept_where
from keepwell.metrics.lines import BALANCES, PAYING_AT_CLOSING, PAYING_AT_OPENING
from keepwell.metrics.positions import Positions, rates_day
from keepwell.metrics.standing import LEAVING, MOVED, STILL

# Accounts alike in opening and closing are counted together, so that companies of any size come to few rows. One
# with more of them than this has no intervals of money: so large, they would be narrower than anyone reads.
MOST_ALIKE = 200_000


@dataclass(frozen=True)
class Source:
    """The positions that were asked for: cut by a column of the accounts, and only of those that meet conditions."""

    ledger: Ledger
    over: tuple[Period, ...]
    by: str | None = None
    where: tuple[Condition, ...] = ()
    rates_on: date | None = None

    @cached_property
    def positions(self) -> Positions:
        """Where all accounts stood, before any condition leaves some out."""
        return Positions.over(self.ledger, self.over, self.rates_on)

    def cut(self, positions: Frame) -> Frame:
        """Those of some positions that are counted, each with its `segment`."""
        return cut_by(self.ledger, kept_where(self.ledger, positions, self.where), self.by)

    def cut_still(self, still: Frame) -> Frame:
        """As `cut`, of accounts that hold their place over many periods."""
        held = self.positions.calendar.narrowed
        return cut_by(self.ledger, kept_where(self.ledger, still, self.where, held), self.by, held)

    @property
    def counted(self) -> dict[str, Frame]:
        """All accounts, counted (see `Positions.found`): one by one only where it matters who they are."""
        asked = {*([self.by] if self.by else []), *(condition.column for condition in self.where)}
        return self.positions.found(STILL, MOVED, LEAVING, one_by_one=bool(asked - {KEPT_BY}))

    def on(self, found: Frame, line: str) -> Frame:
        """Of some positions those on a line of the statement."""
        if line == "opening":
            return found.filter(nw.col("line").is_in(PAYING_AT_OPENING))
        if line == "closing":
            return found.filter(nw.col("line").is_in(PAYING_AT_CLOSING))
        if line == "interrupted":
            return found.filter(nw.col("interrupted") == 1)
        if line == "leaving":
            known = self.positions.leaving.select("account_id", "place")
            return found.join(known, on=["account_id", "place"], how="semi")
        return found.filter(nw.col("line") == line)

    @cached_property
    def moved(self) -> Frame:
        """The positions that are counted of accounts that are not still: few, and found once for many lists."""
        return self.ledger.engine.persist(self.cut(self.positions.moved))

    @cached_property
    def everyone(self) -> Frame:
        """All positions that are counted, each with its `segment`."""
        columns = self.moved.collect_schema().names()
        return nw.concat([self.cut(self.positions.unmoved).select(*columns), self.moved], how="vertical")

    @cached_property
    def opened(self) -> pa.Table | None:
        """The accounts of the opening, those alike counted together; None where more than `MOST_ALIKE` differ.

        segment, kept_by, opening, closing, churned (1 or 0), accounts.
        """
        alike = ["segment", "kept_by", "opening", "closing", "churned"]
        churned = nw.when(nw.col("line") == "churned").then(1).otherwise(0).cast(nw.Int64)
        told = self.on(self.everyone, "opening").with_columns(churned=churned)
        counted = told.group_by(*alike).agg(accounts=nw.len().cast(nw.Int64))
        found = self.ledger.engine.collect(counted.head(MOST_ALIKE + 1))
        return found if found.num_rows <= MOST_ALIKE else None

    def list(self, line: str, segment: str | None, kept_by: str | None, most: int | None = None) -> pa.Table:
        """The accounts behind a line, the largest first, in minor units; `segment` and `kept_by` narrow it."""
        found = self.on(self.everyone if line in (*BALANCES, "leaving", "unchanged") else self.moved, line)
        if segment is not None:
            found = found.filter(nw.col("segment") == segment)
        if kept_by is not None:
            found = found.filter(nw.col("kept_by") == kept_by)
        columns = ["account_id", "opening", "closing", "change", "leaving_kind", "kept_by"]
        found = found.with_columns(change=nw.col("closing") - nw.col("opening"))
        found = found.with_columns(size=nw.col(line) if line in BALANCES else nw.col("change").abs())
        if most is not None:
            found = found.sort("size", "account_id", descending=[True, False]).head(most)
        if self.ledger.names is not None:
            found = found.join(self.ledger.names.select("account_id", "name"), on="account_id", how="left")
            columns.insert(1, "name")
        table = self.ledger.engine.collect(found.select(*columns, "size"))
        largest = [("size", "descending"), ("account_id", "ascending")]
        return table.sort_by(largest).drop_columns(["size"])

    @property
    def provenance(self) -> dict[str, Any]:
        """What must be said beside every figure of one period."""
        ledger, (period,) = self.ledger, self.over
        return {
            "policies": ledger.policies.to_dict(),
            "period": str(period),
            "by": self.by,
            "where": " and ".join(str(condition) for condition in self.where) or None,
            "currency": ledger.reporting,
            "rates_on": (self.rates_on or rates_day(ledger, period)).isoformat(),
            "cut": dict(ledger.cut),
            "covered": ledger.covered.isoformat(),
            "excluded": dict(ledger.excluded),
            "simulated": ledger.simulated,
        }
