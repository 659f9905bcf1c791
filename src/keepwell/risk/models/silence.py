"""Silence alone: the longer since the last sign of life, the higher the chance. What a careful person would count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, Settings
from keepwell.risk.models.base_rate import shrunk
from keepwell.risk.models.inputs import unknown_features
from keepwell.risk.observations import Observations

# Features that say how long ago an account last gave a sign of life; the shortest of those in days is its silence.
DAYS = ("days_since_use", "days_since_touch_in", "days_since_purchase")
CYCLES = "purchase_gap"  # of an account that buys irregularly: its silence in cycles of its own
_BINS = 20


@dataclass(frozen=True)
class Steps:
    """Chances that never fall as silence grows: `chances[i]` up to `ends[i]` days; `unknown` without any sign."""

    ends: Floats
    chances: Floats
    unknown: float

    def of(self, silence: Floats) -> Floats:
        """The chance of each silence in days, NaN unknown."""
        found = self.chances[np.searchsorted(self.ends[:-1], silence)]
        return np.where(np.isnan(silence), self.unknown, found)


@dataclass(frozen=True)
class Silence(Model):
    """For each kind of account the features that tell its silence, and steps over it; "" is any other kind."""

    name: ClassVar[str] = "silence"
    signs: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, Steps]

    @classmethod
    def fit(  # every kind is learnt in the same way, though this one draws nothing and has nothing to set
        cls,
        obs: Observations,
        *,
        seed: int = 0,  # noqa: ARG003 - see above
        settings: Settings | None = None,  # noqa: ARG003 - see above
    ) -> Self:
        """Count over bins of silence. Raises KeepwellError where no feature tells of it."""
        there = {feature.name for feature in obs.features}
        days = tuple(sign for sign in DAYS if sign in there)
        if not days and CYCLES not in there:
            raise KeepwellError(
                _("No feature tells when an account last gave a sign of life."),
                seen=_("none of {names}").format(names=", ".join((*DAYS, CYCLES))),
                ways=[_("Load events, purchases or touches.")],
            )
        kinds = np.unique(obs.kind.astype(str)).tolist()
        signs = {kind: (CYCLES,) if kind == "irregular" and CYCLES in there else days for kind in kinds}
        signs[""] = days or (CYCLES,)
        steps = {}
        for kind, its in signs.items():
            rows = np.ones(len(obs), np.bool_) if kind == "" else obs.kind == kind
            steps[kind] = _steps(_silence(obs, its)[rows], obs.outcomes.left[rows])
        return cls(signs, steps)

    def chances(self, obs: Observations) -> Floats:
        """The step that the account's silence has reached."""
        found = self.steps[""].of(_silence(obs, self.signs[""]))
        for kind, steps in self.steps.items():
            rows = obs.kind == kind
            found[rows] = steps.of(_silence(obs, self.signs[kind])[rows])
        return found

    def body(self) -> dict[str, Any]:
        """The signs and the steps."""
        steps = {
            kind: {"ends": s.ends.tolist(), "chances": s.chances.tolist(), "unknown": s.unknown}
            for kind, s in self.steps.items()
        }
        return {"signs": {kind: list(its) for kind, its in self.signs.items()}, "steps": steps}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Of the signs and the steps."""
        steps = {
            kind: Steps(np.array(s["ends"]), np.array(s["chances"]), float(s["unknown"]))
            for kind, s in body["steps"].items()
        }
        return cls({kind: tuple(its) for kind, its in body["signs"].items()}, steps)


def _silence(obs: Observations, signs: tuple[str, ...]) -> Floats:
    if not signs:
        return np.full(len(obs), np.nan)
    there = {feature.name for feature in obs.features}
    missing = [sign for sign in signs if sign not in there]
    if missing:
        raise unknown_features(missing, list(there))
    shortest: Floats = np.fmin.reduce(np.stack([obs.column(sign) for sign in signs]), axis=0)
    return shortest


def _steps(silence: Floats, left: Floats) -> Steps:
    """Rates over bins of about equally many rows, made never to fall by isotonic regression."""
    from sklearn.isotonic import isotonic_regression

    rate = shrunk(left.sum(), len(left), 0.5)
    known = ~np.isnan(silence)
    unknown = shrunk(left[~known].sum(), int((~known).sum()), rate)
    if not known.any():
        return Steps(np.array([0.0]), np.array([rate]), unknown)
    ends = np.unique(np.quantile(silence[known], np.linspace(0, 1, _BINS + 1)[1:]))
    bin_of = np.searchsorted(ends[:-1], silence[known])
    rows = np.bincount(bin_of, minlength=len(ends))
    gone = np.bincount(bin_of, left[known], minlength=len(ends))
    rates = np.array([shrunk(g, int(n), rate) for g, n in zip(gone, rows, strict=True)])
    weights = np.maximum(rows, 1).astype(np.float64)
    chances = np.clip(isotonic_regression(rates, sample_weight=weights, increasing=True), 0.0, 1.0)
    return Steps(ends.astype(np.float64), np.asarray(chances, np.float64), unknown)
