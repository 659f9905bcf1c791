"""How much an account has ahead of it, from the curve of how long others stayed: never one over the churn rate."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.metrics.curves import MONTH, Curve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TAIL = 365  # days at the curve's end whose rate of leaving goes on beyond it


@dataclass(frozen=True)
class Life:
    """The share of accounts still paying at each age in days, up to `last`, the last with 30 at risk.

    Beyond it nothing was seen; there accounts are taken to leave as fast, day by day, as over the curve's last year.
    """

    shares: Floats
    tail: float  # leaving a day beyond `last`, as the negative logarithm of the share that stays

    @property
    def last(self) -> int:
        """The last age in days for which enough accounts were watched."""
        return len(self.shares) - 1

    @classmethod
    def of(cls, curve: Curve) -> "Life":
        """Of a Kaplan-Meier curve. Raises KeepwellError where too few accounts were ever watched."""
        last = curve.mean_up_to
        if last is None:
            raise KeepwellError(
                _("There is not enough history to say how long accounts stay."),
                seen=_("{size} accounts were watched; 30 are needed at once.").format(size=curve.size),
                ways=[
                    _("Load earlier subscriptions and purchases."),
                    _("Or ask without cutting accounts into groups."),
                ],
            )
        days = np.array([p.day for p in curve.points], np.int64)
        known = np.array([p.survival for p in curve.points])
        shares = known[np.searchsorted(days, np.arange(last + 1), side="right") - 1]
        shares = np.maximum(shares, 1e-9)
        start = max(0, last - _TAIL)
        return cls(shares, float(np.log(shares[start] / shares[last]) / max(1, last - start)))

    def staying(self, ages: Ints, days: float) -> Floats:
        """The chance that accounts that have reached these ages pay `days` later too."""
        return np.exp(self._logs(ages.astype(np.float64) + days) - self._logs(ages))

    def _logs(self, ages: Floats | Ints) -> Floats:
        seen = np.clip(ages, 0, self.last).astype(np.int64)
        beyond = np.maximum(np.asarray(ages, np.float64) - self.last, 0.0)
        found: Floats = np.log(self.shares[seen]) - self.tail * beyond
        return found


@dataclass(frozen=True)
class MonthsAhead:
    """Months that accounts will pay, discounted; and which share of them lies beyond what the curve has seen."""

    months: Floats
    beyond: Floats


def months_ahead(life: Life, ages: Ints, *, months: float, discount: float, saved_life: float) -> MonthsAhead:
    """The months that accounts kept today will still pay, each worth less the later it comes.

    Sum over months m = 0, 1, … before `months` of S(age + m) / S(age), raised to 1 / `saved_life` (an account that
    was about to leave and was kept leaves that much faster), over (1 + discount) ^ (m / 12). A part of a month
    counts as such.
    """
    total, beyond = np.zeros(len(ages)), np.zeros(len(ages))
    power = 1 / max(saved_life, 1e-9)
    for month, part in _months(months):
        later = life.staying(ages, month * MONTH) ** power * part / (1 + discount) ** (month / 12)
        total += later
        beyond += np.where(ages + month * MONTH > life.last, later, 0.0)
    share: Floats = np.divide(beyond, total, out=np.zeros(len(ages)), where=total > 0)
    return MonthsAhead(total, share)


def _months(months: float) -> Iterator[tuple[int, float]]:
    whole = int(months)
    yield from ((month, 1.0) for month in range(whole))
    if months > whole:
        yield whole, months - whole


def lives(curves: tuple[Curve, ...], whole: Curve) -> dict[str, Life]:
    """A life for each group whose curve carries one; the company's, under "", for all others.

    Raises KeepwellError where not even the company has enough history.
    """
    found = {"": Life.of(whole)}
    for curve in curves:
        if curve.group and curve.mean_up_to is not None and curve.mean_up_to >= _TAIL:
            found[curve.group] = Life.of(curve)
    return found
