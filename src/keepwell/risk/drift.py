"""Whether a model still fits the company: how often accounts leave, what they look like, how right its chances are.

What accounts look like is held between two single days: the newest day the model learnt from and the newest day there
is. A feature has changed where its index (`keepwell.risk.profile`) is that of another company and also greater than
any between two days of training as far apart: months that end on other days of the week, a season, and accounts that
all grow older are no reason to learn again, as the model has seen as much.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from keepwell.lib.days import from_number
from keepwell.lib.text import gettext as _
from keepwell.metrics.tabular import Tabular, table_of
from keepwell.risk.calibration import calibrated
from keepwell.risk.features import Feature
from keepwell.risk.judging import Estimate, Floats, estimates, numbered
from keepwell.risk.observations import Observations
from keepwell.risk.profile import Profile, index, months_between, shares_of

CALM, CHANGED = 0.1, 0.25
_LEAST_LEFT = 20  # leaving rows needed to speak of the base rate and of calibration
_NAMED = 5  # features named in the advice
_KINDS = {
    "feature": pa.string(), "label": pa.string(), "index": pa.float64(), "usual": pa.float64(),
    "unknown_then": pa.float64(), "unknown_now": pa.float64(), "changed": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True)
class Shift:
    """How much a feature has changed since training.

    index: population stability index of now beside the newest day of training. usual: the greatest between two days
    of training as far apart, None where there were too few. unknown_then and unknown_now: shares of rows.
    """

    feature: str
    label: str
    index: float
    usual: float | None
    unknown_then: float
    unknown_now: float

    @property
    def changed(self) -> bool:
        """Whether it is another company by this feature, and more so than the model has seen come and go."""
        return self.index >= CHANGED and (self.usual is None or self.index > self.usual)


@dataclass(frozen=True)
class Drift(Tabular):
    """What has changed since training, and what to do. Estimates are None where too few have left since.

    `then` and `now` are the days, as numbers, whose features are compared; `then` is None of a model kept before its
    newest day was noted, which is held beside all it learnt from. `slope` is of what happened over the log-odds said:
    1 is right, below 1 the chances are too extreme. `expected_rate` is the mean chance the model gave the same rows.
    """

    shifts: tuple[Shift, ...]  # changed ones first, then the greatest
    base_rate_then: float
    base_rate_now: Estimate | None
    expected_rate: float | None
    slope: Estimate | None
    then: int | None
    now: int
    newer: bool = True  # whether outcomes are known by now that the model has not learnt from

    @property
    def retrain(self) -> bool:
        """Whether training again is advised: never while it would learn from the same outcomes as before."""
        return self.newer and bool(self.advice())

    def advice(self) -> list[str]:
        """Why to train again, or what it must wait for, one sentence each; none where all is calm."""
        said = []
        changed = [shift.label for shift in self.shifts if shift.changed]
        if changed:
            text = (
                _("Train again: {features} look different from when the model was learnt.")
                if self.newer
                else _(
                    "{features} look different from when the model was learnt, but of no later month is it known"
                    " yet who left: training again would give the same model."
                )
            )
            said.append(text.format(features=", ".join(changed[:_NAMED])))
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

    def rows(self) -> list[dict[str, Any]]:
        """A row a feature, as plain values."""
        return [{**asdict(shift), "changed": shift.changed} for shift in self.shifts]

    def to_arrow(self) -> pa.Table:
        """A row a feature."""
        return table_of(self.rows(), _KINDS)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **asdict(self),
            "shifts": self.rows(),
            "then": None if self.then is None else from_number(self.then).isoformat(),
            "now": from_number(self.now).isoformat(),
            "retrain": self.retrain,
            "advice": self.advice(),
        }


def drift(profile: Profile, now: Observations, chances: Floats | None = None, *, seed: int = 0) -> Drift:
    """Compare observations of now with those a model was learnt from.

    Features are compared on the newest day observed. `chances` are what was said of the same rows; of those that have
    matured the base rate and calibration are judged, with intervals from drawing accounts.
    """
    day = int(now.as_of.max())
    newest = now.where(now.as_of == day)
    shifts = [
        _shift(profile, feature, newest.values[:, place], day)
        for place, feature in enumerate(now.features)
        if feature.name in profile.looks
    ]
    shifts.sort(key=lambda shift: (not shift.changed, -shift.index))
    matured = now.outcomes.matured
    left = now.outcomes.left[matured]
    rate = expected = slope = None
    if _LEAST_LEFT <= left.sum() <= len(left) - _LEAST_LEFT:
        entries = numbered(now.accounts[matured])
        measures = {"base": lambda weights: float(weights @ left / weights.sum()) if weights.sum() else None}
        rate = estimates(measures, entries, seed=seed)["base"]
        if chances is not None:
            said = chances[matured]
            expected, slope = float(said.mean()), _slope(left, said, entries, seed)
    return Drift(tuple(shifts), profile.base_rate, rate, expected, slope, then=profile.newest_day, now=day)


def _shift(profile: Profile, feature: Feature, column: Floats, day: int) -> Shift:
    """Of a feature on the newest day there is; beside all of training where its newest day was not noted."""
    look = profile.looks[feature.name]
    counts = np.bincount(look.places(column, feature.categories), minlength=look.bins)
    shares, then = np.array(shares_of(counts)), np.array(look.newest or look.shares)
    usual = None
    if profile.newest_day is not None:
        usual = look.usual_over(months_between(profile.newest_day, day))
    rows = min(len(column), profile.newest_rows or len(column))
    found = float(index(shares, then, rows))
    return Shift(feature.name, _(feature.label), found, usual, float(then[-1]), float(shares[-1]))


def _outside(estimate: Estimate, value: float) -> bool:
    if estimate.low is None or estimate.high is None:
        return False
    return not estimate.low <= value <= estimate.high


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
