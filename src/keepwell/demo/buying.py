"""Irregular buyers: purchases in cycles of their own, seasons, bulk orders and returns."""

import numpy as np

from keepwell.demo.accounts import Accounts
from keepwell.demo.clock import Flags, Floats, Ints
from keepwell.demo.contracts import Rows
from keepwell.demo.forces import P
from keepwell.demo.streams import Random

# How much is bought in each month of the year, beside the average: busy springs, a quiet August.
SEASON = np.array([0.80, 0.95, 1.15, 1.15, 1.10, 1.05, 0.90, 0.75, 1.05, 1.10, 1.10, 0.90])
_SCALE = 1.1285  # a Weibull of shape 2.2 with this scale has mean 1


def buys(age: Floats, cycle: Floats, days: Floats | int, season: float, mood: Floats) -> Floats:
    """The chance of a purchase within `days`, by one that last bought `age` days before the middle of them.

    `mood` is the strain felt: 0 is average, more slows the buying down.
    """
    scale = cycle * _SCALE * np.exp(np.clip(0.30 * mood, -0.5, 0.5)) / season
    rate = P.regularity / scale * np.power(np.maximum(age, 1.0) / scale, P.regularity - 1)
    chance: Floats = 1 - np.exp(-rate * days)
    return chance


class Buying:
    """Purchases as they happen. `last` is the day of the last purchase; `gone` who has silently stopped."""

    def __init__(self, accounts: Accounts, amounts: Random) -> None:
        n = len(accounts)
        self.accounts = accounts
        self.amounts = amounts
        self.rows = Rows()
        self.last = np.full(n, -1, dtype=np.int64)
        self.gone = np.zeros(n, dtype=bool)

    def chance(self, day: int, days: int, month: int, mood: Floats) -> Floats:
        """The chance of each account buying in the step of `days` that begins on `day`."""
        age = day + days / 2 - self.last
        return buys(age, self.accounts.cycle, days, float(SEASON[month]), mood)

    def record(self, who: Flags, day: Ints, mood: Floats) -> None:
        """A purchase by each account flagged, and sometimes a return after it."""
        r, n = self.amounts, len(self.accounts)
        noise, bulk, back, share, wait = (
            r.normal(size=n),
            r.random(n),
            r.random(n),
            r.random(n),
            r.integers(4, 21, n),
        )
        at = np.flatnonzero(who)
        euros = self.accounts.spend[at] * np.exp(0.35 * noise[at] - 0.12 * np.clip(mood[at], -1.5, 1.5))
        euros = np.where(bulk[at] < 0.05, euros * 4, euros)
        self.last[at] = day[at]
        self._add(at, day[at], euros)
        returned = back[at] < 0.04
        give = at[returned]
        self._add(give, day[give] + wait[give], -euros[returned] * (0.1 + 0.5 * share[give]))

    def _add(self, at: Ints, day: Ints, euros: Floats) -> None:
        self.rows.add(account=at, day=day, cents=np.round(euros * 100).astype(np.int64))
