"""What a company looked like when a model was learnt, feature by feature, and how much it changed meanwhile.

Features are compared by the population stability index over bins that held a tenth of the training rows each, and
one more for what was not known: sum of (now - then) x ln(now / then) over the bins' shares. Under 0.1 is calm,
from 0.25 it is another company. Source: Siddiqi, Credit Risk Scorecards (2006).

Any two days differ, though: one month ends on a Sunday and the next on a Wednesday, and every account grows older. So
a profile keeps how much the days of training differed among themselves, by how far apart they lay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from keepwell.risk.judging import Floats, Ints
from keepwell.risk.observations import Observations

_BINS = 10
_MONTH = 365.25 / 12  # days
_MOST_DAYS = 60  # the newest days of training that are compared among themselves
_LEAST_SIZE = 1 / 3  # a day with fewer rows than that share of the newest tells of a smaller company
_BEGUN = (
    0.5  # a day with so much more unknown than the newest came before its table began, or while it failed
)


@dataclass(frozen=True)
class Look:
    """What a feature looked like: shares of rows in bins and, last, of rows that do not know it.

    Bins of numbers end at `edges`; those of categories are `words`, and one for any other word. `shares` are of all
    the training rows, `newest` those of its newest day. `usual`: the greatest index between two days of training at
    most one month apart, at most two, and so on; empty where training had too few days to tell.
    """

    shares: tuple[float, ...]
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] | None = None
    newest: tuple[float, ...] = ()
    usual: tuple[float, ...] = ()

    def places(self, column: Floats, words: Sequence[str] | None) -> Ints:
        """(n,) the bin of each value, of which `words` are the categories' now."""
        known = np.isfinite(column)
        found = np.full(len(column), self.bins - 1, np.int64)
        if self.words is None:
            found[known] = np.searchsorted(np.array(self.edges), column[known], side="left")
        elif known.any():
            code_of = {word: code for code, word in enumerate(self.words)}
            codes = np.array([code_of.get(word, len(self.words)) for word in words or ()], np.int64)
            found[known] = codes[column[known].astype(np.int64)]
        return found

    @property
    def bins(self) -> int:
        """How many bins there are, with that of what is not known."""
        return (len(self.edges) if self.words is None else len(self.words)) + 2

    def usual_over(self, months: int) -> float | None:
        """The most that days of training so many months apart differed; None where that cannot be told.

        Over more months than half of training spans there are too few pairs of days, and what half of it shows is
        taken: a model that is left for long is not forgiven ever more.
        """
        return self.usual[min(max(months, 1), len(self.usual)) - 1] if self.usual else None


@dataclass(frozen=True)
class Profile:
    """What the training rows looked like, by feature, the share of them that left, and their newest day.

    `newest_day` is a day number, None of models kept before it was noted; `newest_rows` how many rows it had.
    """

    base_rate: float
    looks: Mapping[str, Look]
    newest_day: int | None = None
    newest_rows: int = 0

    @classmethod
    def of(cls, obs: Observations) -> "Profile":
        """Of matured observations."""
        days, day_of, rows = np.unique(obs.as_of, return_inverse=True, return_counts=True)
        looks = {}
        for place, feature in enumerate(obs.features):
            column = obs.values[:, place]
            known = column[np.isfinite(column)]
            edges: Floats = (
                np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else known
            )
            bare = Look((), tuple(edges.tolist()), feature.categories)
            bin_of = bare.places(column, feature.categories)
            counts = np.bincount(day_of * bare.bins + bin_of, minlength=len(days) * bare.bins)
            table = counts.reshape(len(days), bare.bins)
            looks[feature.name] = Look(
                shares_of(table.sum(axis=0)),
                bare.edges,
                bare.words,
                shares_of(table[-1]),
                _usual(days, table),
            )
        return cls(float(obs.outcomes.left.mean()), looks, int(days[-1]), int(rows[-1]))

    def middle(self, name: str) -> float | None:
        """The middle bin's end of a number: about half the training rows lay at or below it; None where unknown."""
        look = self.looks.get(name)
        return look.edges[len(look.edges) // 2] if look is not None and look.edges else None

    def body(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Profile":
        """Of plain values."""
        looks = {
            name: Look(
                tuple(look["shares"]),
                tuple(look["edges"]),
                None if look["words"] is None else tuple(look["words"]),
                tuple(look.get("newest", ())),
                tuple(look.get("usual", ())),
            )
            for name, look in body["looks"].items()
        }
        return cls(float(body["base_rate"]), looks, body.get("newest_day"), body.get("newest_rows", 0))


def shares_of(counts: Ints) -> tuple[float, ...]:
    """Counts as shares of their sum."""
    return tuple((counts / max(1, counts.sum())).tolist())


def months_between(first: int, last: int) -> int:
    """Months from one day number to another, to the nearest."""
    return round((last - first) / _MONTH)


def index(now: Floats, then: Floats, rows: Floats | float) -> Floats:
    """The population stability index of shares, (..., bins) each, of which the fewer are `rows`.

    An empty bin counts as half a row, so that no index is infinite.
    """
    least = (0.5 / np.maximum(1.0, rows))[..., None]
    here, there = np.maximum(now, least), np.maximum(then, least)
    found: Floats = ((here - there) * np.log(here / there)).sum(axis=-1)
    return found


def _usual(days: Ints, table: Ints) -> tuple[float, ...]:
    """`Look.usual`, of (days, bins) counts of rows, the oldest day first."""
    sizes = table.sum(axis=1)
    unknown = table[:, -1] / sizes
    fit = (sizes >= _LEAST_SIZE * sizes[-1]) & (unknown - unknown[-1] <= _BEGUN)
    days, shares, sizes = (part[fit][-_MOST_DAYS:] for part in (days, table / sizes[:, None], sizes))
    first, last = np.triu_indices(len(days), 1)
    apart = np.maximum(1, np.rint((days[last] - days[first]) / _MONTH)).astype(np.int64)
    months = int(apart.max(initial=0) + 1) // 2
    if not months:
        return ()
    most = np.zeros(int(apart.max()))
    np.maximum.at(most, apart - 1, index(shares[last], shares[first], np.minimum(sizes[last], sizes[first])))
    return tuple(np.maximum.accumulate(most)[:months].tolist())
