"""When a silence of an irregular buyer becomes a lapse: the ledger's rule, computed here apart from it.

The truth needs to know what the ledger will call leaving before there is a ledger. It is written a second time on
purpose: one more check of both.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass
from math import ceil

import numpy as np

from keepwell.demo.clock import Clock, Flags, Ints
from keepwell.lib.days import Grain, from_number, number, periods

_ENOUGH = 30  # gaps that a segment needs before its own figures are used


@dataclass(frozen=True)
class Silences:
    """Each purchase day of each account, in order, and the day on which the silence after it would be a lapse."""

    account: Ints
    day: Ints
    next_day: Ints  # -1 where there is none
    lapse: Ints
    patience: Ints  # the limit to be expected after the next purchase

    def lapsed(self, end: int) -> tuple[Ints, Ints]:
        """Accounts and days of all lapses before `end`."""
        over = ((self.next_day < 0) | (self.next_day >= self.lapse)) & (self.lapse < end)
        return self.account[over], self.lapse[over]


def silences(account: Ints, day: Ints, segment: Ints, clock: Clock) -> Silences:
    """Cycle and limit of each purchase day, fixed from what was known then. `segment` is by account."""
    pairs = np.unique(np.stack([account, day], axis=1), axis=0)
    account, day = pairs[:, 0], pairs[:, 1]
    same = np.r_[account[1:] == account[:-1], False]
    next_day = np.where(same, np.r_[day[1:], 0], -1)
    after = np.r_[False, same[:-1]]
    gap = np.where(after, day - np.r_[0, day[:-1]], 0)
    figures = _frozen(day, gap, after, segment[account], clock)
    limit, patience = _limits(day, gap, after, segment[account], figures)
    return Silences(account, day, next_day, day + limit + 1, patience)


_Figures = dict[tuple[int, int], tuple[float, int]]


def _frozen(day: Ints, gap: Ints, after: Flags, of: Ints, clock: Clock) -> _Figures:
    """By (quarter's first day, segment): the median gap, and the day by which 90% had bought a second time."""
    first, last = from_number(int(clock.starts[0])), from_number(clock.end)
    starts = [number(p.start) for p in periods(Grain.QUARTER, first, last)]
    second = after & ~np.r_[False, after[:-1]]
    figures: _Figures = {}
    for start in starts:
        known = after & (day < start)
        for s in range(int(of.max(initial=0)) + 1):
            own = known & (of == s)
            used = own if own.sum() >= _ENOUGH else known
            if used.any():
                figures[start, s] = (
                    float(np.median(gap[used])), ceil(round(float(np.quantile(gap[used & second], 0.9)) * 10) / 10)
                )  # fmt: skip
    return figures


def _limits(day: Ints, gap: Ints, after: Flags, segment: Ints, figures: _Figures) -> tuple[Ints, Ints]:
    quarters = sorted({q for q, _s in figures})
    out = np.full(len(day), 10_000, dtype=np.int64)
    patience = out.copy()
    own: list[int] = []
    for i in range(len(day)):
        own = own if after[i] else []
        if after[i]:
            insort(own, int(gap[i]))
        place = bisect_left(quarters, int(day[i]) + 1) - 1
        known = figures.get((quarters[place], int(segment[i]))) if place >= 0 else None
        usual = known[0] if known else _median(own or [0])
        if own:
            out[i] = _limit(own, usual)
        elif known:
            out[i] = known[1]
        if own or known:
            guess = int(_median(own)) if own else int(usual)
            patience[i] = _limit(sorted([*own, guess]), usual)
    return out, patience


def _limit(own: list[int], usual: float) -> int:
    n = len(own)
    cycle = (n * _median(own) + 3 * usual) / (n + 3)
    place = 0.9 * (n - 1)
    low = int(place)
    high = own[low] + (place - low) * (own[min(low + 1, n - 1)] - own[low])
    return ceil(round(max(3 * cycle, high), 6))


def _median(values: list[int]) -> float:
    middle = len(values) // 2
    return float(values[middle]) if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
