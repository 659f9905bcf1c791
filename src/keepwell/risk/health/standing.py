"""Where each account stands in a check-up: signal by signal, step by step, and as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.text import gettext as _
from keepwell.risk.health.checkup import CheckUp, Limits, Signal

if TYPE_CHECKING:
    from keepwell.risk.observations import Observations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# How a signal is: what it has earned of its weight. Not known earns nothing and costs nothing.
FINE, NEAR, OVER = 1.0, 0.5, 0.0

# How an account, or a step of it, is. Not known is never healthy.
UNKNOWN, POOR, CONCERNING, HEALTHY = range(4)
STANDINGS = ("unknown", "poor", "concerning", "healthy")
LABELS = {
    "unknown": _("not known"),
    "poor": _("Poor"),
    "concerning": _("Concerning"),
    "healthy": _("Healthy"),
}


@dataclass(frozen=True)
class Standing:
    """Scores over what is known, of n observations.

    score (n,): 0 to 100, NaN where too little is known. known (n,): share of the weight known, 0 to 100.
    standing (n,): one of UNKNOWN, POOR, CONCERNING, HEALTHY. signals (n, s): FINE, NEAR, OVER, or NaN where not
    known, in the order of the check-up's signals. steps: the same three for each step alone.
    """

    checkup: CheckUp
    score: Floats
    known: Floats
    standing: Ints
    signals: Floats
    steps: dict[str, "StepStanding"]


@dataclass(frozen=True)
class StepStanding:
    """As `Standing`, of the signals of one step."""

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
    weights = np.array([signal.weight for signal in checkup.signals])
    score, known = _score(earned, weights, checkup.limits)
    steps = {}
    for step in checkup.steps:
        own = np.array([signal.step == step for signal in checkup.signals])
        of_step = _score(earned[:, own], weights[own], checkup.limits)
        steps[step] = StepStanding(*of_step, named(of_step[0], checkup.limits))
    return Standing(checkup, score, known, named(score, checkup.limits), earned, steps)


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
    is_known = ~np.isnan(earned)
    known = is_known @ weights
    gained = np.where(is_known, earned, 0.0) @ weights
    share = 100 * known / weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        score = 100 * gained / known
    return np.where(share >= limits.known - 1e-9, score, np.nan), share
