"""How good a model of mood is: measured on texts of accounts that it was not taught by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.listening.mood.labels import Label, Mood
from keepwell.listening.mood.model import told
from keepwell.metrics.intervals import wilson

ABOVE = 0.6  # the lower end of what it ranks rightly must lie here at least: .5 is chance
_DRAWS = 500

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """Of `n` texts of one mood, how many were told as it, how many as the other one; of the rest it was not sure."""

    n: int
    right: int
    wrong: int


@dataclass(frozen=True)
class Quality:
    """`ranked`: of a good and a bad text, the share of pairs in which the good one comes out better (AUC).

    `low` and `high` are its 95% interval, accounts drawn again; `by_hand` the same of turns that members labelled
    alone, None where they are few.
    """

    ranked: float
    low: float
    high: float
    good: Share
    bad: Share
    by_hand: float | None = None

    @property
    def proven(self) -> bool:
        """Whether it lies clearly above chance."""
        return self.low >= ABOVE

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "ranked": round(self.ranked, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "good": vars(self.good),
            "bad": vars(self.bad),
            "by_hand": None if self.by_hand is None else round(self.by_hand, 4),
        }


def ranked(good: Floats, bad: Floats) -> float:
    """The share of pairs of a good and a bad one in which the good one is higher, a tie counted half.

    >>> ranked(np.array([3.0, 2.0]), np.array([1.0, 2.0]))
    0.875
    """
    ones = np.ones
    place = _places(np.r_[good, bad])
    return float(_weighted(place, np.r_[ones(len(good)), 0 * bad], np.r_[0 * good, ones(len(bad))]))


def _places(scores: Floats) -> NDArray[np.int64]:
    """The place of each score among those there are, equal ones in one."""
    return np.unique(scores, return_inverse=True)[1]


def _weighted(place: NDArray[np.int64], good: Floats, bad: Floats) -> float:
    """The same of scores at these places with each text weighing so much."""
    of_good, of_bad = np.bincount(place, good), np.bincount(place, bad)
    below = np.cumsum(of_bad) - of_bad
    whole = of_good.sum() * of_bad.sum()
    return float((of_good @ (below + of_bad / 2)) / whole) if whole else float("nan")


def measured(labels: Sequence[Label], scores: Floats, chances: Floats, *, few: int, seed: int = 0) -> Quality:
    """The quality of scores that were given to texts by models which had not seen their accounts.

    Neutral ones are left out. There must be good and bad ones. `few`: fewer of both by hand tell nothing.
    """
    sure = np.array([one.mood is not Mood.NEUTRAL for one in labels])
    some = [one for one in labels if one.mood is not Mood.NEUTRAL]
    scores, chances = scores[sure], chances[sure]
    good = np.array([one.mood is Mood.GOOD for one in some])
    accounts = np.unique([one.account for one in some], return_inverse=True)[1]
    dice = np.random.default_rng(seed)
    place, drawn = _places(scores), []
    for _draw in range(_DRAWS):
        times = dice.poisson(1.0, accounts.max() + 1)[accounts]
        drawn.append(_weighted(place, times * good, times * ~good))
    low, high = (float(end) for end in np.nanquantile(drawn, [0.025, 0.975]))
    fewer = int(min(good.sum(), (~good).sum()))
    if high - low < 1 / fewer:  # hardly a pair is wrong, and drawing again cannot tell how few that rests on
        low = min(low, (wilson(fewer, fewer) or (0.0, 1.0))[0])
    hand = np.array([one.by_hand for one in some])
    enough = min((hand & good).sum(), (hand & ~good).sum()) >= few
    moods = [told(float(chance)) for chance in chances]
    return Quality(
        ranked(scores[good], scores[~good]),
        low,
        high,
        _share(moods, good, Mood.GOOD, Mood.BAD),
        _share(moods, ~good, Mood.BAD, Mood.GOOD),
        ranked(scores[hand & good], scores[hand & ~good]) if enough else None,
    )


def _share(moods: Sequence[Mood | None], which: NDArray[np.bool_], right: Mood, wrong: Mood) -> Share:
    of = [mood for mood, is_one in zip(moods, which, strict=True) if is_one]
    return Share(len(of), of.count(right), of.count(wrong))
