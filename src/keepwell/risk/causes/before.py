"""What goes before leaving: which signals move, how many days before, and by how much.

An event study. Each observation of an account that left is placed by its days before leaving; its value is taken
beside those accounts of the same kind, seen on the same day, that stayed for as long as is looked back. The gap is
counted in the spread of those that stayed, so that clicks and days can be laid beside each other. What counts is how
far an account's gap has moved from its own in the oldest third of what is looked back at: small accounts leave more
often, and have always been small. Intervals come from drawing accounts. That a signal moves before leaving does not
say that it is the cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.tabular import Tabular, table_of
from keepwell.risk.judging import Estimate, mean, numbered

if TYPE_CHECKING:
    from keepwell.risk.features import Feature
    from keepwell.risk.observations import Observations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP = 30  # days in a place before leaving
FEWEST = 20  # leavers known in a place below which nothing is said of it
_FEWEST_PLACES = 6  # so that the oldest third is two months at least
_TAIL = 0.01  # values beyond these quantiles count as the quantile: one giant is not a trend
_CLOCKS = ("tenure",)  # grows with every day, whoever leaves
DRAWS = 300


@dataclass(frozen=True)
class Place:
    """At least `since` and fewer than `until` days before leaving.

    gap: beside those that stayed, on average over the leavers known there. moved: the same less their own oldest gap,
    of the `leavers` that were known then too.
    """

    since: int
    until: int
    leavers: int
    gap: float | None
    moved: Estimate


@dataclass(frozen=True)
class Path:
    """How one feature moves before leaving, the nearest place first."""

    feature: "Feature"
    places: tuple[Place, ...]

    @property
    def before(self) -> int:
        """Which way it has moved just before leaving, beyond chance: up (+1), down (-1), or neither (0)."""
        moved = self.places[0].moved
        return 1 if moved.above_zero else -1 if moved.below_zero else 0

    @property
    def days(self) -> int | None:
        """How many days before leaving it begins to show, without a break from then on; None where it never does."""
        seen = None
        for place in self.places:
            apart = place.moved.above_zero if self.before > 0 else place.moved.below_zero
            if not self.before or not apart:
                break
            seen = place.until
        return seen

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it."""
        places = [
            {"days_from": p.since, "days_to": p.until, "leavers": p.leavers, "gap": p.gap, **vars(p.moved)}
            for p in self.places
        ]
        return {"feature": self.feature.name, "before": self.before, "days": self.days, "places": places}


@dataclass(frozen=True)
class Before(Tabular):
    """Every feature's way to leaving; those that move most just before leaving come first."""

    leavers: int
    look_back: int
    segment: str | None
    paths: tuple[Path, ...]

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it."""
        paths = [path.to_dict() for path in self.paths]
        return {"leavers": self.leavers, "look_back": self.look_back, "segment": self.segment, "paths": paths}

    def to_arrow(self) -> pa.Table:
        """A row a feature and place."""
        rows = [
            {"feature": path["feature"], **{name: place[name] for name in _KINDS if name != "feature"}}
            for path in self.to_dict()["paths"]
            for place in path["places"]
        ]
        return table_of(rows, _KINDS)


_KINDS = {
    "feature": pa.string(), "days_from": pa.int64(), "days_to": pa.int64(), "leavers": pa.int64(),
    "gap": pa.float64(), "value": pa.float64(), "low": pa.float64(), "high": pa.float64(),
}  # fmt: skip


def before_leaving(observations: "Observations", *, segment: str | None = None, seed: int = 0) -> Before:
    """The way of every number feature to leaving, of all accounts or of one segment.

    The horizon of the observations' outcomes is how far is looked back. Raises KeepwellError where too few left,
    and with near names where no account was of that segment.
    """
    _refuse_unknown(segment, observations)
    outcomes = observations.outcomes
    kept = outcomes.matured if segment is None else outcomes.matured & (observations.segment == segment)
    seen = observations.where(kept)
    places = range(0, outcomes.horizon - outcomes.horizon % STEP, STEP)
    departures = _departures(seen)
    leavers = len(np.unique(departures[departures >= 0]))
    if leavers < FEWEST or len(places) < _FEWEST_PLACES:
        raise KeepwellError(
            _("Too few accounts left, or too few days are looked back at, to tell what goes before leaving."),
            seen=_("{leavers} departures; {days} days").format(leavers=leavers, days=outcomes.horizon),
            ways=[_("Look at more months, at all segments together, or further back: at least {days} days.").format(
                days=_FEWEST_PLACES * STEP)],
        )  # fmt: skip
    strata, stayed = _strata(seen.as_of, seen.kind), seen.outcomes.left == 0
    left, accounts = departures >= 0, numbered(seen.accounts)
    whose = _Leavers(
        accounts[left], departures[left], (seen.outcomes.left_in[left] // STEP).astype(np.int64), seed
    )
    paths = []
    for place, feature in enumerate(seen.features):
        if feature.categories is None and feature.name not in _CLOCKS:
            gaps = beside(seen.values[:, place], strata, stayed)[left]
            paths.append(Path(feature, tuple(whose.places(gaps, places))))
    paths.sort(key=lambda path: -abs(path.places[0].moved.value or 0) if path.before else 0)
    return Before(leavers, outcomes.horizon, segment, tuple(paths))


def _refuse_unknown(segment: str | None, observations: "Observations") -> None:
    there = {str(one) for one in observations.segment if one}
    if segment is None or segment in there:
        return
    close = near(segment, there)
    raise KeepwellError(
        _("There is no segment “{name}”.").format(name=segment),
        ways=[
            *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
            *([_("There are: {names}.").format(names=", ".join(sorted(there)))] if there else []),
        ],
    )


def _departures(seen: "Observations") -> Ints:
    """A number for each departure, on all observations before it; -1 where the account stayed."""
    left_in = seen.outcomes.left_in
    left = ~np.isnan(left_in)
    found = np.full(len(left_in), -1)
    both = np.stack([numbered(seen.accounts[left]), (seen.as_of[left] + left_in[left]).astype(np.int64)])
    found[left] = np.unique(both, axis=1, return_inverse=True)[1].ravel()
    return found


def _strata(as_of: Ints, kind: NDArray[Any]) -> Ints:
    """Observations of one day and one kind of account bear the same number."""
    both = np.stack([as_of, (kind == "irregular").astype(np.int64)])
    return np.unique(both, axis=1, return_inverse=True)[1].ravel().astype(np.int64)


def beside(values: Floats, strata: Ints, peers: NDArray[np.bool_]) -> Floats:
    """Each value less the mean of the peers of its stratum, in their spread; NaN where that cannot be said."""
    known = peers & ~np.isnan(values)
    if not known.any():
        return np.full(len(values), np.nan)
    held = np.clip(values, *np.nanquantile(values, [_TAIL, 1 - _TAIL]))
    count, size = np.bincount(strata[known], minlength=strata.max() + 1), strata.max() + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(strata[known], held[known], size) / count
        spread = np.sqrt(np.bincount(strata[known], (held[known] - mean[strata[known]]) ** 2, size) / count)
        gaps = (held - mean[strata]) / spread[strata]
    return np.where(np.isfinite(gaps), gaps, np.nan)


@dataclass(frozen=True)
class _Leavers:
    """Observations of leavers: their accounts, departures, and places before leaving, all numbered from 0."""

    accounts: Ints
    departures: Ints
    place: Ints
    seed: int

    def places(self, gaps: Floats, steps: Sequence[int]) -> list[Place]:
        """What `gaps` of these observations come to in each place."""
        known, oldest = ~np.isnan(gaps), self.place >= len(steps) - len(steps) // 3
        own = known & oldest
        size = int(self.departures.max()) + 1
        with np.errstate(invalid="ignore"):
            then = np.bincount(self.departures[own], gaps[own], size) / np.bincount(
                self.departures[own], minlength=size
            )
        moved = gaps - then[self.departures]
        found = []
        for at, since in enumerate(steps):
            here = self.place == at
            rows = here & ~np.isnan(moved)
            leavers = len(np.unique(self.accounts[rows]))
            gap = float(gaps[here & known].mean()) if (here & known).any() else None
            change = (
                mean(moved[rows], self.accounts[rows], draws=DRAWS, seed=self.seed)
                if leavers >= FEWEST
                else Estimate(None)
            )
            found.append(Place(since, since + STEP, leavers, gap, change))
        return found
