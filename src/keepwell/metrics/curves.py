"""Survival curves from counts of lives: Kaplan-Meier, its interval, the median, the mean life, the log-rank test."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.lib.money import to_decimal
from keepwell.metrics.intervals import SMALL_BASE, Ints, chi_square_tail, normal_quantile
from keepwell.metrics.printing import Rows
from keepwell.metrics.tabular import Tabular

MONTH = 30.4375  # mean days of a month
_NOUGHT = 1e-9
_EXACT = 1e-12  # a share this near to a half is a half

Floats = NDArray[np.float64]


@dataclass
class Life:
    """Counts of lives by age in days: at risk after `entered`, and until the age they left or were last seen at.

    Someone at risk from the start entered at -1.
    """

    entered: Counter[int] = field(default_factory=Counter)
    left: Counter[int] = field(default_factory=Counter)
    censored: Counter[int] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """How many accounts were watched."""
        return sum(self.entered.values())

    @property
    def last(self) -> int:
        """The greatest age seen."""
        return max((*self.left, *self.censored), default=0)

    def without_zeros(self) -> "Life":
        """The same, without ages at which nothing happened."""
        return Life(+self.entered, +self.left, +self.censored)

    def at_risk(self, ages: int) -> Ints:
        """How many were watched at each age before `ages` and had neither left nor been lost to view earlier."""
        change = np.zeros(ages + 1, np.int64)
        for age, n in self.entered.items():
            change[min(age + 1, ages)] += n
        for gone in (self.left, self.censored):
            for age, n in gone.items():
                change[min(age + 1, ages)] -= n
        return change.cumsum()[:ages]

    def departures(self, ages: int) -> Ints:
        """How many left at each age before `ages`."""
        return _dense(self.left, ages)


def _dense(counts: Counter[int], ages: int) -> Ints:
    dense = np.zeros(ages, np.int64)
    for age, n in counts.items():
        dense[age] += n
    return dense


@dataclass(frozen=True)
class Point:
    """The share still paying from `day` (age in days) on, and who was watched on it."""

    day: int
    at_risk: int
    left: int
    censored: int
    survival: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """A group's lives: `group` is None for all accounts.

    `median` is the age in days by which half had left, None where more than half still pay at the end.
    `mean_life` is in days and counts life up to `mean_up_to` only, the last age with 30 accounts at risk; None
    where there never were so many. `lifetime_value` is in minor units and as restricted.
    """

    group: str | None
    size: int
    left: int
    points: tuple[Point, ...]
    median: int | None
    median_interval: tuple[int | None, int | None]
    mean_life: float | None
    mean_up_to: int | None
    mean_mrr: int | None
    lifetime_value: int | None


@dataclass(frozen=True)
class LogRank:
    """Whether groups leave alike: a chi-square, its degrees of freedom and the chance of one as large."""

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True, repr=False)
class Survival(Tabular):
    """Curves by group, and the log-rank test between them where there are several.

    `left_out` counts accounts that were gone before the data begins.
    """

    curves: tuple[Curve, ...]
    log_rank: LogRank | None
    covered: date
    left_out: int
    reporting: str | None

    def to_dict(self) -> dict[str, Any]:
        """groups, each with its points; log_rank or None; ages in days, money as decimal strings."""
        test = self.log_rank
        return {
            "covered": self.covered.isoformat(),
            "left_out": self.left_out,
            "groups": [self._said(c) for c in self.curves],
            "log_rank": test
            and {"statistic": test.statistic, "degrees": test.degrees, "p_value": test.p_value},
        }

    def to_arrow(self) -> pa.Table:
        """One row a point."""
        names = ("day", "at_risk", "left", "censored", "survival", "low", "high")
        flat = [(c, p) for c in self.curves for p in c.points]
        columns: dict[str, pa.Array] = {"group": pa.array([c.group for c, _p in flat], pa.string())}
        for name in names:
            kind = pa.float64() if name in ("survival", "low", "high") else pa.int64()
            columns[name] = pa.array([getattr(p, name) for _c, p in flat], kind)
        return pa.table(columns)

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        heads = ["group", "size", "left", "median", "mean_life", "mean_up_to", "lifetime_value"]
        rows = [
            [round(said[name]) if name == "mean_life" and said[name] else said[name] for name in heads]
            for said in map(self._said, self.curves)
        ]
        return f"Survival in days, all before {self.covered}", heads, rows

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        return as_notebook_html("survival", self.to_dict(), unit=self.reporting)

    def _said(self, curve: Curve) -> dict[str, Any]:
        return {
            "group": curve.group,
            "size": curve.size,
            "left": curve.left,
            "median": curve.median,
            "median_low": curve.median_interval[0],
            "median_high": curve.median_interval[1],
            "mean_life": curve.mean_life,
            "mean_up_to": curve.mean_up_to,
            "mean_mrr": self._money(curve.mean_mrr),
            "lifetime_value": self._money(curve.lifetime_value),
            "points": [vars(p) for p in curve.points],
        }

    def _money(self, minor: int | None) -> str | None:
        return None if minor is None or self.reporting is None else str(to_decimal(minor, self.reporting))


def curve_of(
    life: Life, *, group: str | None = None, worth: int | None = None, confidence: float = 0.95
) -> Curve:
    """Kaplan-Meier: S(t) = product over ages u <= t of (1 - left(u) / at risk(u)).

    The interval is the log-log one on Greenwood's variance, which stays within 0 and 1:
    S(t) ^ exp(± z sqrt(V) / log S(t)), V = sum of left / (at risk (at risk - left)). It is 1 to 1 before anyone
    left and None once nobody is left. With late entry few may be at risk at early ages, and one of few who
    leaves weighs much: look at `at_risk`. `worth` is the MRR times days paid, in minor units.
    """
    ages = life.last + 1
    at_risk, left, censored = life.at_risk(ages), life.departures(ages), _dense(life.censored, ages)
    watched = np.maximum(at_risk, 1)
    share: Floats = np.cumprod(1 - left / watched, dtype=np.float64)
    low, high = _interval(share, at_risk, left, confidence)
    shown = sorted({0, ages - 1, *life.left, *life.censored})
    points = tuple(
        Point(
            t,
            int(at_risk[t]),
            int(left[t]),
            int(censored[t]),
            float(share[t]),
            _or_none(low[t]),
            _or_none(high[t]),
        )
        for t in shown
    )
    enough = np.flatnonzero(at_risk >= SMALL_BASE)
    up_to = int(enough[-1]) if len(enough) and enough[-1] > 0 else None
    mean_life = None if up_to is None else float(share[:up_to].sum())
    paid = int(at_risk[1:].sum()) + int(censored.sum()) if ages else 0
    return Curve(
        group=group,
        size=life.size,
        left=int(left.sum()),
        points=points,
        median=_half(share),
        median_interval=(_half(low), _half(high)),
        mean_life=mean_life,
        mean_up_to=up_to,
        mean_mrr=round(worth / paid) if worth is not None and paid else None,
        lifetime_value=round(worth / paid * mean_life / MONTH)
        if worth is not None and paid and mean_life
        else None,
    )


def _interval(share: Floats, at_risk: Ints, left: Ints, confidence: float) -> tuple[Floats, Floats]:
    """Low and high at each age; not a number where the share is 0."""
    staying = at_risk - left
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(np.where(left > 0, left / (at_risk * staying.astype(np.float64)), 0.0))
        power = normal_quantile(confidence) * np.sqrt(variance) / np.log(share)
        low, high = share ** np.exp(-power), share ** np.exp(power)
    low, high = np.where(share == 1, 1.0, low), np.where(share == 1, 1.0, high)
    return np.where(share <= 0, np.nan, low), np.where(share <= 0, np.nan, high)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _half(curve: Floats) -> int | None:
    """The first age at which the curve is at or below a half."""
    reached = np.flatnonzero(curve <= 0.5 + _EXACT)
    return int(reached[0]) if len(reached) else None


def log_rank(lives: Sequence[Life]) -> LogRank | None:
    """Test whether all groups leave at the same rate at each age; None where there is nothing to compare.

    With n at risk and d leaving at an age, of which n_i and d_i in group i: Z_i is the sum of d_i - d n_i / n, V
    the sum of d (n - d) / (n - 1) times (n_i/n)(1[i=j] - n_j/n), and Z' V^-1 Z is a chi-square. Late entry is
    in the n_i.
    """
    ages = max((life.last for life in lives), default=0) + 1
    at_risk = np.array([life.at_risk(ages) for life in lives], np.float64).reshape(len(lives), ages)
    left = np.array([life.departures(ages) for life in lives], np.float64).reshape(len(lives), ages)
    n, d = at_risk.sum(axis=0), left.sum(axis=0)
    when = (d > 0) & (n > 1)
    share, n, d = at_risk[:, when] / n[when], n[when], d[when]
    z = (left[:, when] - d * share).sum(axis=1)
    weight = d * (n - d) / (n - 1)
    v = np.diag((weight * share).sum(axis=1)) - (weight * share) @ share.T
    # V is singular, as the Z_i sum to 0: scaled to ones on its diagonal, what is not nought stands out.
    scale = np.sqrt(np.where(v.diagonal() > 0, v.diagonal(), 1.0))
    sizes, directions = np.linalg.eigh(v / np.outer(scale, scale))
    kept = sizes > _NOUGHT
    degrees = int(kept.sum())
    if degrees == 0:
        return None
    statistic = float((((z / scale) @ directions[:, kept]) ** 2 / sizes[kept]).sum())
    return LogRank(statistic, degrees, chi_square_tail(statistic, degrees))
