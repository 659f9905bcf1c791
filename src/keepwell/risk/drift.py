"""Whether a model still fits the company: how often accounts leave, what they look like, how right its chances are.

Features are compared by the population stability index over bins that held a tenth of the training rows each, and
one more for what was not known: sum of (now - then) x ln(now / then) over the bins' shares. Under 0.1 is calm,
from 0.25 it is another company. Source: Siddiqi, Credit Risk Scorecards (2006).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from keepwell.lib.text import gettext as _
from keepwell.risk.calibration import calibrated
from keepwell.risk.judging import Estimate, Floats, estimates, numbered
from keepwell.risk.observations import Observations

CALM, CHANGED = 0.1, 0.25
_BINS = 10
_LEAST_SHARE = 1e-4  # an empty bin counts as one row in ten thousand, so that no index is infinite
_LEAST_LEFT = 20  # leaving rows needed to speak of the base rate and of calibration


@dataclass(frozen=True)
class Look:
    """What a feature looked like: shares of rows in bins and, last, of rows that do not know it.

    Bins of numbers end at `edges`; those of categories are `words`, and one for any other word.
    """

    shares: tuple[float, ...]
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Profile:
    """What the training rows looked like, by feature, and the share of them that left."""

    base_rate: float
    looks: Mapping[str, Look]

    @classmethod
    def of(cls, obs: Observations) -> "Profile":
        """Of matured observations."""
        looks = {}
        for place, feature in enumerate(obs.features):
            column = obs.values[:, place]
            known = column[np.isfinite(column)]
            edges: Floats = (
                np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else known
            )
            look = Look((), tuple(edges.tolist()), feature.categories)
            looks[feature.name] = Look(_shares(look, column, feature.categories), look.edges, look.words)
        return cls(float(obs.outcomes.left.mean()), looks)

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
            )
            for name, look in body["looks"].items()
        }
        return cls(float(body["base_rate"]), looks)


@dataclass(frozen=True)
class Shift:
    """How much a feature has changed since training."""

    feature: str
    label: str
    index: float  # population stability index
    unknown_then: float
    unknown_now: float


@dataclass(frozen=True)
class Drift:
    """What has changed since training, and what to do. Estimates are None where too few have left since."""

    shifts: tuple[Shift, ...]  # most changed first
    base_rate_then: float
    base_rate_now: Estimate | None
    expected_rate: float | None  # mean chance the model gave the same rows
    slope: (
        Estimate | None
    )  # of what happened over the log-odds said: 1 is right, below 1 the chances are too extreme
    newer: bool = True  # whether outcomes are known by now that the model has not learnt from

    @property
    def retrain(self) -> bool:
        """Whether training again is advised: never while it would learn from the same outcomes as before."""
        return self.newer and bool(self.advice())

    def advice(self) -> list[str]:
        """Why to train again, or what it must wait for, one sentence each; none where all is calm."""
        said = []
        changed = [shift.label for shift in self.shifts if shift.index >= CHANGED]
        if changed:
            text = (
                _("Train again: {features} look different from when the model was learnt.")
                if self.newer
                else _(
                    "{features} look different from when the model was learnt, but of no later month is it known"
                    " yet who left: training again would give the same model."
                )
            )
            said.append(text.format(features=", ".join(changed[:5])))
        now = self.base_rate_now
        if (
            now
            and now.value is not None
            and self.expected_rate is not None
            and _outside(now, self.expected_rate)
        ):
            text = _("Train again: {now:.1%} left, where the model expected {expected:.1%}.")
            said.append(text.format(now=now.value, expected=self.expected_rate))
        if self.slope is not None and _outside(self.slope, 1.0):
            said.append(
                _("Train again: its high chances are not as high, or its low ones not as low, as it says.")
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "retrain": self.retrain, "advice": self.advice()}


def drift(profile: Profile, now: Observations, chances: Floats | None = None, *, seed: int = 0) -> Drift:
    """Compare observations of now with those a model was learnt from.

    `chances` are what was said of the same rows; of those that have matured the base rate and calibration are
    judged, with intervals from drawing accounts.
    """
    shifts = [
        _shift(
            profile.looks[feature.name],
            feature.name,
            _(feature.label),
            now.values[:, place],
            feature.categories,
        )
        for place, feature in enumerate(now.features)
        if feature.name in profile.looks
    ]
    shifts.sort(key=lambda shift: -shift.index)
    matured = now.outcomes.matured
    left = now.outcomes.left[matured]
    if not _LEAST_LEFT <= left.sum() <= len(left) - _LEAST_LEFT:
        return Drift(tuple(shifts), profile.base_rate, None, None, None)
    entries, said = numbered(now.accounts[matured]), None if chances is None else chances[matured]
    measures = {"base": lambda weights: float(weights @ left / weights.sum()) if weights.sum() else None}
    rate = estimates(measures, entries, seed=seed)["base"]
    if said is None:
        return Drift(tuple(shifts), profile.base_rate, rate, None, None)
    return Drift(
        tuple(shifts), profile.base_rate, rate, float(said.mean()), _slope(left, said, entries, seed)
    )


def _outside(estimate: Estimate, value: float) -> bool:
    if estimate.low is None or estimate.high is None:
        return False
    return not estimate.low <= value <= estimate.high


def _shares(look: Look, column: Floats, words: Sequence[str] | None) -> tuple[float, ...]:
    known = np.isfinite(column)
    if look.words is None:
        bins = len(look.edges) + 1
        bin_of = np.searchsorted(np.array(look.edges), column[known], side="left")
    else:
        bins = len(look.words) + 1
        code_of = {word: code for code, word in enumerate(look.words)}
        codes = np.array([code_of.get(word, bins - 1) for word in words or ()], np.int64)
        bin_of = codes[column[known].astype(np.int64)] if known.any() else np.zeros(0, np.int64)
    counts = np.append(np.bincount(bin_of, minlength=bins), (~known).sum())
    return tuple((counts / max(1, len(column))).tolist())


def _shift(look: Look, name: str, label: str, column: Floats, words: Sequence[str] | None) -> Shift:
    now = np.array(_shares(look, column, words))
    then = np.array(look.shares)
    here, there = np.maximum(now, _LEAST_SHARE), np.maximum(then, _LEAST_SHARE)
    index = float(((here - there) * np.log(here / there)).sum())
    return Shift(name, label, index, float(then[-1]), float(now[-1]))


def _slope(left: Floats, said: Floats, entries: Any, seed: int) -> Estimate | None:
    """Slope of a line of what happened over the log-odds said; interval from drawing accounts."""
    if np.ptp(said) == 0:
        return None
    size, random, drawn = int(entries.max()) + 1, np.random.default_rng(seed), []
    for _draw in range(50):
        rows = np.repeat(np.arange(len(left)), random.poisson(1.0, size)[entries])
        if 0 < left[rows].sum() < len(rows):
            drawn.append(calibrated("line", left[rows], said[rows]).slope)
    low, high = np.quantile(drawn, [0.025, 0.975]) if drawn else (np.nan, np.nan)
    return Estimate(calibrated("line", left, said).slope, float(low), float(high))
