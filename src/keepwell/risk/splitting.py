"""Which observations a model may learn from, and which it is judged on: forward in time, with a gap.

At a moment T (a day; the state at the end of the day before) an observation of day D is known to the end of its
horizon where D + horizon <= T. Only such rows are learnt from, and only rows of T and later are judged, so that
nothing learnt overlaps anything judged. Rows of both kinds of outcome are taken as they come, never resampled.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.judging import Ints, numbered

Bools = NDArray[np.bool_]

FOLDS = 4


@dataclass(frozen=True)
class Fold:
    """What is learnt from and what is judged; `moment` is the day of the learning, None without days."""

    moment: int | None
    learn: Bools
    judged: Bools


def known_by(as_of: Ints, matured: Bools, horizon: int, moment: int) -> Bools:
    """Rows whose outcome is known at the moment."""
    known: Bools = matured & (as_of + horizon <= moment)
    return known


def forward(as_of: Ints, matured: Bools, horizon: int, *, most: int = FOLDS) -> list[Fold]:
    """Up to `most` folds forward in time, oldest first; none where the history is shorter than one horizon's gap.

    The days judged are the later half of those that have anything to learn from, in blocks of about as many days
    each; where there are few, the newest days with one fold each.
    """
    days = np.unique(as_of[matured])
    if not len(days):
        return []
    able = days[days >= days[0] + horizon]
    wanted = min(len(able), max(most, (len(able) + 1) // 2))
    if not wanted:
        return []
    folds = []
    for block in np.array_split(able[-wanted:], min(most, wanted)):
        first, last = int(block[0]), int(block[-1])
        judged = matured & (as_of >= first) & (as_of <= last)
        folds.append(Fold(first, known_by(as_of, matured, horizon, first), judged))
    return folds


def by_account(accounts: NDArray[Any], matured: Bools, *, folds: int = 5, seed: int = 0) -> list[Fold]:
    """Folds that share out accounts at random: all that can be done with rows of a single day.

    They cannot show whether the features look ahead.
    """
    entry = numbered(accounts)
    share = np.random.default_rng(seed).permutation(int(entry.max()) + 1) % folds
    part = share[entry]
    return [Fold(None, matured & (part != place), matured & (part == place)) for place in range(folds)]


def later_slice(as_of: Ints, matured: Bools, horizon: int, *, share: float = 0.25) -> Fold | None:
    """The newest part of the days to judge settings on, and what was known by then; None where nothing was."""
    days = np.unique(as_of[matured])
    if len(days) < 2:
        return None
    first = int(days[-max(1, round(share * len(days)))])
    learn = known_by(as_of, matured, horizon, first)
    if not learn.any():
        return None
    return Fold(first, learn, matured & (as_of >= first))


def some_accounts(accounts: NDArray[Any], most: int, *, seed: int = 0) -> Bools:
    """Rows of so many accounts drawn at random that about `most` rows remain; all rows where they are no more."""
    entry = numbered(accounts)
    if len(entry) <= most:
        return np.ones(len(entry), np.bool_)
    size = int(entry.max()) + 1
    kept = np.zeros(size, np.bool_)
    kept[np.random.default_rng(seed).permutation(size)[: max(1, round(size * most / len(entry)))]] = True
    return kept[entry]
