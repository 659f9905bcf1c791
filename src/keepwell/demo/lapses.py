"""When a silence of an irregular buyer becomes a lapse: the ledger's rule, computed here apart from it.

The truth needs to know what the ledger will call leaving before there is a ledger. It is written a second time on
purpose: one more check of both.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass
from math import ceil

import numpy as np

from keepwell.demo.clock import Clock, Ints
from keepwell.lib.days import Grain, from_number, number, periods

_ENOUGH = 30  # gaps that a segment needs before its own figures are used, and the company likewise
_UNKNOWN = (30.0, 90)  # usual gap and limit while nothing is known


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
    first_day, last_day = from_number(int(clock.starts[0])), from_number(clock.end)
    quarters = [number(p.start) for p in periods(Grain.QUARTER, first_day, last_day)]
    figures = _frozen(account, day, gap, segment[account], quarters)
    limit, patience = _limits(day, gap, segment[account], quarters, figures)
    return Silences(account, day, next_day, day + limit + 1, patience)


_Figures = dict[tuple[int, int], tuple[float, int]]


def _frozen(account: Ints, day: Ints, gap: Ints, of: Ints, quarters: list[int]) -> _Figures:
    """By (quarter's first day, segment): the median gap, and the day by which 90% had bought a second time.

    Each account has one voice, the median of its own gaps, else those who buy often would speak for all.
    """
    figures: _Figures = {}
    own: dict[int, list[int]] = {}  # each account's gaps known so far, in order of size
    first: dict[int, int] = {}
    segment = dict(zip(account.tolist(), of.tolist(), strict=True))
    in_time = iter(np.argsort(day, kind="stable").tolist())
    row = next(in_time, None)
    for start in quarters:
        while row is not None and day[row] < start:
            if gap[row]:
                insort(own.setdefault(int(account[row]), []), int(gap[row]))
                first.setdefault(int(account[row]), int(gap[row]))
            row = next(in_time, None)
        for s in range(int(of.max(initial=0)) + 1):
            inside = [a for a in own if segment[a] == s]
            used = inside if sum(len(own[a]) for a in inside) >= _ENOUGH else list(own)
            if sum(len(own[a]) for a in used) >= _ENOUGH:
                usual = float(np.median([_median(own[a]) for a in used]))
                ninth = float(np.quantile([first[a] for a in used], 0.9))
                figures[start, s] = usual, ceil(round(ninth * 10) / 10)
    return figures


def _limits(day: Ints, gap: Ints, segment: Ints, quarters: list[int], figures: _Figures) -> tuple[Ints, Ints]:
    out, patience = np.zeros(len(day), dtype=np.int64), np.zeros(len(day), dtype=np.int64)
    own: list[int] = []
    for i in range(len(day)):
        own = own if gap[i] else []
        if gap[i]:
            insort(own, int(gap[i]))
        quarter = quarters[max(0, bisect_left(quarters, int(day[i]) + 1) - 1)]
        usual, first = figures.get((quarter, int(segment[i])), _UNKNOWN) if day[i] >= quarter else _UNKNOWN
        out[i] = _limit(own, usual) if own else first
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
