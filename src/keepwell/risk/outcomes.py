"""What became of observations, read from the ledger as it is known today."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import from_number, number
from keepwell.metrics.conversion import money_in

Floats = NDArray[np.float64]
Texts = NDArray[Any]


@dataclass(frozen=True)
class Outcomes:
    """What became of each observation within the horizon. NaN means not known, never that nothing happened.

    matured: whether the whole horizon lies before the covered day and the ledger still has the account paying on the
        day it was observed; where not, all that follows is unknown.
    left: 1 where the account departed on a day of the horizon, 0 where it did not.
    left_in: days from the observation to the departure, NaN where there was none.
    leaving_kind: one of LEAVING_KINDS where it left, else "".
    downgraded: 1 where it pays less at the end of the horizon (rates of the observation's day) and has not left.
    notice_in: days to the first notice given of all it pays for, NaN where none within the horizon.
    """

    horizon: int
    matured: NDArray[np.bool_]
    left: Floats
    left_in: Floats
    leaving_kind: Texts
    downgraded: Floats
    notice_in: Floats

    def where(self, mask: NDArray[Any]) -> "Outcomes":
        """Those of some observations: a mask or places."""
        return Outcomes(
            self.horizon,
            self.matured[mask],
            self.left[mask],
            self.left_in[mask],
            self.leaving_kind[mask],
            self.downgraded[mask],
            self.notice_in[mask],
        )

    def __len__(self) -> int:
        return len(self.matured)


def outcomes(ledger: Ledger, accounts: Texts, as_of: NDArray[np.int64], horizon: int) -> Outcomes:
    """What became of accounts observed on days (numbers), within `horizon` days from then on, in their order."""
    found = [_of_day(ledger, accounts[as_of == day], int(day), horizon) for day in np.unique(as_of)]
    if not found:
        none: Floats = np.empty(0)
        return Outcomes(horizon, none.astype(bool), none, none, none.astype(object), none, none)
    order = np.argsort(np.concatenate([np.flatnonzero(as_of == day) for day in np.unique(as_of)]))
    joined: dict[str, Any] = {name: np.concatenate([one[name] for one in found])[order] for name in found[0]}
    return Outcomes(horizon, **joined)


def _of_day(ledger: Ledger, accounts: Texts, day: int, horizon: int) -> dict[str, NDArray[Any]]:
    end = day + horizon
    known = ledger.engine.collect(_became(ledger, day, end))
    became = {row: place for place, row in enumerate(known["account_id"].to_pylist())}
    place = np.array([became.get(account, -1) for account in accounts], dtype=np.int64)
    here = place >= 0

    def column(name: str) -> Floats:
        values = known[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
        return (
            np.where(here, values[np.where(here, place, 0)], np.nan)
            if len(values)
            else np.full(len(place), np.nan)
        )

    pays, departed = column("pays"), column("departed_on")
    matured = here & (pays > 0) & (end <= number(ledger.covered))
    left = matured & (departed < end)
    kinds = np.array([*known["leaving_kind"].fill_null("").to_pylist(), ""], dtype=object)
    less = matured & ~left & (column("paid_then") < column("paid_now"))
    noticed = column("noticed_on")
    return {
        "matured": matured,
        "left": np.where(matured, left, np.nan),
        "left_in": np.where(left, departed - day, np.nan),
        "leaving_kind": np.where(left, kinds[place], ""),
        "downgraded": np.where(matured, less, np.nan),
        "notice_in": np.where(matured & (noticed < end), noticed - day, np.nan),
    }


def _became(ledger: Ledger, day: int, end: int) -> Frame:
    """By account: pays (1 if it does at `day`), departed_on, leaving_kind, paid_now, paid_then, noticed_on."""
    rates = ledger.rates(from_number(day - 1))
    near = ledger.rows.filter(nw.col("day") < end)
    rows = near.with_columns(after_in=money_in(rates, ledger.reporting))
    departs = nw.when(nw.col("paying") == -1, nw.col("day") >= day).then(nw.col("day"))
    moves = rows.group_by("account_id").agg(
        pays=nw.when(nw.col("day") < day).then(nw.col("paying")).otherwise(0).sum().cast(nw.Int64),
        departed_on=departs.min(),
        paid_now=_paid(day),
        paid_then=_paid(end),
    )
    departures = (
        near.filter(nw.col("paying") == -1)
        .select("account_id", departed_on=nw.col("day"), leaving_kind=nw.col("leaving_kind"))
        .unique(subset=["account_id", "departed_on"], keep="any")
    )
    notices = (
        ledger.known_leavers()
        .filter(nw.col("day") >= day, nw.col("day") < end)
        .group_by("account_id")
        .agg(noticed_on=nw.col("day").min())
    )
    return moves.join(departures, on=["account_id", "departed_on"], how="left").join(
        notices, on="account_id", how="left"
    )


def _paid(day: int) -> nw.Expr:
    held = (nw.col("day") < day) & (nw.col("until") >= day)
    return nw.when(held).then(nw.col("after_in")).otherwise(0).sum().cast(nw.Int64)
