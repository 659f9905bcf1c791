"""Where accounts leave: by salesperson, channel, industry, offer, cohort or any other column of theirs.

Departures are counted against the time accounts were there to leave, and against what one would expect of
accounts of the same segment and kind (of the same kind alone where segments are laid beside each other, and the
other way round). The ratio of a small group is drawn towards 1 as far as chance alone could explain it: each
group's true ratio is taken from a gamma distribution of mean 1 (Clayton and Kaldor, Biometrics 43, 1987), so a group
of three accounts never tops the list by luck. How wide that distribution is, all groups tell together; where they are
few it is hardly known, and every width counts as far as it is likely (Christiansen and Morris, Journal of the
American Statistical Association 92, 1997). One width alone, the likeliest, would make few departures look certain.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import special, stats

from keepwell.book.engines import Frame
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import Period, number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.cuts import KEPT_BY, cut_by
from keepwell.metrics.intervals import small
from keepwell.metrics.tabular import Tabular, table_of

Floats = NDArray[np.float64]

SEGMENT = "segment"
OFFER, COHORT = (
    "offer",
    "cohort",
)  # not columns of accounts: what they first bought, and the year they first paid
YEAR = 365.25
_OLDEST = date(1900, 1, 1)
_WIDEST, _NARROWEST = 0.05, 1e4  # the gamma's shape: groups differ wildly, or not at all
_SHARES = (np.arange(60) + 0.5) / 60  # by which the middle group is drawn towards 1
_HALVINGS = 50
_KINDS = {  # what a group's row is, for scripts and frames
    "group": pa.string(), "accounts": pa.int64(), "small": pa.bool_(), "account_years": pa.float64(),
    "left": pa.int64(), "expected": pa.float64(), "ratio": pa.float64(), "shrunk": pa.float64(),
    "low": pa.float64(), "high": pa.float64(), "surely": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Accounts alike in one thing, and how many of them left in a period.

    account_years: time they were paying in the period. expected: departures that accounts of the same segments and
    kinds would have had in that time. ratio: left / expected, None where nothing was expected. shrunk, low, high:
    the ratio as far as it can be believed, with its 95% interval.
    """

    group: str
    accounts: int
    account_years: float
    left: int
    expected: float
    shrunk: float
    low: float
    high: float

    @property
    def ratio(self) -> float | None:
        """Departures for each one expected, as counted."""
        return self.left / self.expected if self.expected > 0 else None

    @property
    def surely(self) -> str:
        """Where the interval leaves out 1, the side it lies on: "above", "below", else ""."""
        return "above" if self.low > 1 else "below" if self.high < 1 else ""

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it."""
        own = {name: getattr(self, name) for name in _KINDS if name != "small"}
        return {name: small(self.accounts) if name == "small" else own[name] for name in _KINDS}


@dataclass(frozen=True)
class Leaving(Tabular):
    """Groups of one column, the worst first as far as it can be believed."""

    by: str
    period: Period
    groups: tuple[Group, ...]

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it."""
        period = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return {"by": self.by, "period": period, "groups": [group.to_dict() for group in self.groups]}

    def to_arrow(self) -> pa.Table:
        """A row a group."""
        return table_of([group.to_dict() for group in self.groups], _KINDS)


def leaving_by(
    ledger: Ledger, by: str, period: Period, *, offers: Frame | None = None, kinds: Iterable[str] = ()
) -> Leaving:
    """Departures of a period by the value of a column on each account's first paying day.

    `by` is a column of the accounts, "kept_by", "cohort" (the year of the first paying day), or "offer", for which
    `offers` has account_id and value. `kinds` of leaving count, all by default. Raises KeepwellError where there is
    no such column, or nobody paid in the period or left in it.
    """
    if period.end > ledger.covered > period.start:
        period = Period(period.start, ledger.covered)  # no more of it is known
    cells = ledger.engine.collect(_cells(ledger, by, period, offers, tuple(kinds))).to_pylist()
    if not cells:
        raise KeepwellError(
            _("No account paid between {start} and {end}.").format(start=period.start, end=period.end),
            ways=[_("Ask for a period that lies before {day}.").format(day=ledger.covered)],
        )
    if not any(cell["left"] for cell in cells):
        paid = sum(cell["accounts"] for cell in cells)
        raise KeepwellError(
            _("Nobody left between {start} and {end}, so it cannot be said where accounts leave.").format(
                start=period.start, end=period.end
            ),
            seen=ngettext("{n} account paid", "{n} accounts paid", paid).format(n=paid),
            ways=[_("Ask for a longer period, or for every kind of leaving.")],
        )
    rates = _rates(cells)
    names = sorted({cell["value"] for cell in cells})
    own = [[cell for cell in cells if cell["value"] == name] for name in names]
    left = np.array([sum(cell["left"] for cell in group) for group in own], float)
    expected = np.array([sum(rates[_alike(cell)] * cell["days"] for cell in group) for group in own])
    shrunk, low, high = drawn_together(left, expected)
    groups = [
        Group(
            group=name,
            accounts=sum(cell["accounts"] for cell in group),
            account_years=sum(cell["days"] for cell in group) / YEAR,
            left=int(left[place]),
            expected=float(expected[place]),
            shrunk=float(shrunk[place]),
            low=float(low[place]),
            high=float(high[place]),
        )
        for place, (name, group) in enumerate(zip(names, own, strict=True))
    ]
    return Leaving(by, period, tuple(sorted(groups, key=lambda group: (-group.shrunk, group.group))))


def drawn_together(left: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
    """Ratios left / expected drawn towards 1, with 95% intervals; each (groups,).

    left ~ Poisson(ratio x expected), ratio ~ Gamma(shape, mean 1). Every shape counts as far as all groups make it
    likely; before they are looked at, how far the middle group is drawn towards 1 is as likely to be any share.
    """
    middle = float(np.median(expected[expected > 0])) if (expected > 0).any() else 1.0
    shape = np.clip(middle * _SHARES / (1 - _SHARES), _WIDEST, _NARROWEST)[:, None]
    likely = (
        special.gammaln(left + shape)
        - special.gammaln(shape)
        + shape * np.log(shape)
        - (left + shape) * np.log(expected + shape)
    ).sum(axis=1)
    weight = special.softmax(likely)
    a, b = left + shape, expected + shape
    return weight @ (a / b), _quantile(0.025, weight, a, b), _quantile(0.975, weight, a, b)


def _quantile(of: float, weight: Floats, a: Floats, b: Floats) -> Floats:
    """Of a mixture of gammas with shapes a and rates b, each (shapes, groups): between theirs, halved until found."""
    each = stats.gamma.ppf(of, a) / b
    low: Floats = each.min(axis=0)
    high: Floats = each.max(axis=0)
    for _step in range(_HALVINGS):
        middle = (low + high) / 2
        under = weight @ special.gammainc(a, b * middle) < of
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    found: Floats = (low + high) / 2
    return found


def _cells(ledger: Ledger, by: str, period: Period, offers: Frame | None, kinds: tuple[str, ...]) -> Frame:
    """By value, segment and kind of account: accounts, days paying in the period, departures in it."""
    start, end = number(period.start), number(min(period.end, ledger.covered))
    day, turn = nw.col("day"), nw.col("paying")
    from_then = nw.when(day < start).then(nw.lit(start)).otherwise(day)
    departs = (turn == -1) & (day >= start)
    if kinds:
        departs = departs & nw.col("leaving_kind").is_in(list(kinds))
    # Paying from `day` on adds the days left of the period, no longer paying takes them away again.
    each = (
        ledger.rows.filter(day < end, turn != 0)
        .with_columns(days=turn * (nw.lit(end) - from_then), left=nw.when(departs).then(1).otherwise(0))
        .group_by("account_id")
        .agg(
            target=nw.col("first_day").min(),
            days=nw.col("days").sum().cast(nw.Int64),
            left=nw.col("left").sum().cast(nw.Int64),
            kept_by=nw.col("kept_by").max(),
        )
        .filter((nw.col("days") > 0) | (nw.col("left") > 0))
    )
    # What is told apart cannot be what makes accounts alike: every group would be as was to be expected.
    by_segment = by != SEGMENT and SEGMENT in ledger.attribute_names
    segmented = cut_by(ledger, each, SEGMENT if by_segment else None).rename({"segment": "alike"})
    alike = segmented.with_columns(like=nw.lit("") if by == KEPT_BY else nw.col("kept_by"))
    return (
        _valued(ledger, alike, by, offers)
        .group_by("value", "alike", "like")
        .agg(
            accounts=nw.len().cast(nw.Int64),
            days=nw.col("days").sum().cast(nw.Int64),
            left=nw.col("left").sum().cast(nw.Int64),
        )
    )


def _valued(ledger: Ledger, each: Frame, by: str, offers: Frame | None) -> Frame:
    if by == COHORT:
        return each.join(ledger.engine.frame(_years(number(ledger.covered))), on="target", how="left")
    if by == OFFER and offers is not None:
        known = each.join(offers.select("account_id", "value"), on="account_id", how="left")
        return known.with_columns(value=nw.col("value").fill_null(_("(none)")))
    if by == KEPT_BY:
        return each.with_columns(value=nw.col(KEPT_BY))
    return cut_by(ledger, each, by).rename({"segment": "value"})


def _years(end: int) -> pa.Table:
    """The year of each day that can be a first paying day, as text."""
    days = np.arange(number(_OLDEST), end)
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(str)
    return pa.table({"target": days, "value": pa.array(years.tolist(), pa.string())})


def _alike(cell: dict[str, Any]) -> tuple[str, str]:
    return cell["alike"], cell["like"]


def _rates(cells: list[dict[str, Any]]) -> dict[tuple[str, str], float]:
    """Departures a paying day, of all accounts of one segment and kind."""
    days: dict[tuple[str, str], int] = {}
    left: dict[tuple[str, str], int] = {}
    for cell in cells:
        days[_alike(cell)] = days.get(_alike(cell), 0) + cell["days"]
        left[_alike(cell)] = left.get(_alike(cell), 0) + cell["left"]
    return {alike: left[alike] / days[alike] if days[alike] else 0.0 for alike in days}
