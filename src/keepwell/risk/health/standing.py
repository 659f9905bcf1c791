"""Where each account stands in a check-up: signal by signal, step by step, and as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.features import N_
from keepwell.risk.health.checkup import CheckUp, Limits, Signal
from keepwell.risk.reasons import asked

if TYPE_CHECKING:
    from keepwell.risk.observations import Observations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# How a signal is: what it has earned of its weight. Not known earns nothing and costs nothing.
FINE, NEAR, OVER = 1.0, 0.5, 0.0

# How an account, or a step of it, is. Not known is never healthy.
UNKNOWN, POOR, CONCERNING, HEALTHY = range(4)
STANDINGS = ("unknown", "poor", "concerning", "healthy")
LABELS = {  # for people; `gettext` when shown
    "unknown": N_("not known"),
    "poor": N_("Poor"),
    "concerning": N_("Concerning"),
    "healthy": N_("Healthy"),
}


@dataclass(frozen=True)
class Standing:
    """Scores over what is known, of n observations.

    score (n,): 0 to 100, NaN where too little is known. known (n,): share of the weight known, 0 to 100, of the
    weight that can be asked: what is not there for an account of its kind, as the renewal of one without a contract,
    is not missing. standing (n,): one of UNKNOWN, POOR, CONCERNING, HEALTHY. signals (n, s): FINE, NEAR, OVER, or NaN
    where not known, in the order of the check-up's signals. asked (n, s): whether a signal can be asked. steps: the
    first three for each step alone.
    """

    checkup: CheckUp
    score: Floats
    known: Floats
    standing: Ints
    signals: Floats
    asked: Flags
    steps: dict[str, "StepStanding"]


@dataclass(frozen=True)
class StepStanding:
    """As `Standing`, of the signals of one step; not known where none of them can be asked."""

    score: Floats
    known: Floats
    standing: Ints


def standing(checkup: CheckUp, observations: "Observations") -> Standing:
    """Hold each observation against the thresholds of its segment."""
    earned = np.column_stack(
        [
            points(signal, observations.column(signal.feature), observations.segment)
            for signal in checkup.signals
        ]
    )
    names = [feature.name for feature in observations.features]
    can_be = asked(observations)[:, [names.index(signal.feature) for signal in checkup.signals]]
    can_be &= np.column_stack([of_kind(signal, observations) for signal in checkup.signals])
    weights = can_be * np.array([signal.weight for signal in checkup.signals])
    score, known = _score(earned, weights, checkup.limits)
    steps = {}
    for step in checkup.steps:
        own = np.array([signal.step == step for signal in checkup.signals])
        of_step = _score(earned[:, own], weights[:, own], checkup.limits)
        steps[step] = StepStanding(*of_step, named(of_step[0], checkup.limits))
    return Standing(checkup, score, known, named(score, checkup.limits), earned, can_be, steps)


def of_kind(signal: Signal, observations: "Observations") -> Flags:
    """Whose kind of account the signal is meant for."""
    if not signal.only:
        return np.ones(len(observations), np.bool_)
    found: Flags = observations.kind.astype(str) == signal.only
    return found


def points(signal: Signal, values: Floats, segments: Sequence[str] | NDArray[np.object_]) -> Floats:
    """FINE, NEAR or OVER of each value by the bounds of its segment; NaN where the value is not known."""
    threshold = np.full(len(values), signal.bounds.threshold)
    close = np.full(len(values), signal.bounds.near)
    for name, bounds in signal.segments.items():
        own = np.asarray(segments, dtype=object) == name
        threshold[own], close[own] = bounds.threshold, bounds.near
    # Compared the other way round where less is worse, so that one rule serves both.
    side = 1.0 if signal.worse == "above" else -1.0
    earned = np.where(
        side * values > side * threshold, OVER, np.where(side * values > side * close, NEAR, FINE)
    )
    return np.where(np.isnan(values), np.nan, earned)


def named(score: Floats, limits: Limits) -> Ints:
    """What a score is called; UNKNOWN where there is none."""
    told = np.where(score >= limits.healthy, HEALTHY, np.where(score >= limits.concerning, CONCERNING, POOR))
    return np.where(np.isnan(score), UNKNOWN, told)


def _score(earned: Floats, weights: Floats, limits: Limits) -> tuple[Floats, Floats]:
    known = np.where(np.isnan(earned), 0.0, weights).sum(axis=1)
    gained = (np.nan_to_num(earned) * weights).sum(axis=1)
    whole = weights.sum(axis=1)
    share = np.divide(100 * known, whole, out=np.zeros_like(whole), where=whole > 0)
    score = np.divide(100 * gained, known, out=np.full_like(known, np.nan), where=known > 0)
    return np.where(share >= limits.known - 1e-9, score, np.nan), share
