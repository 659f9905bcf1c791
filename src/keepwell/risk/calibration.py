"""Setting chances right: learnt on what came after the model, kept only if it helps on what came later still."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from keepwell.risk.judging import Floats

_EDGE = 1e-6
_FOR_STEPS = 1000  # leavers from which steps (isotonic) are tried beside a line


@dataclass(frozen=True)
class Calibration:
    """What turns a model's chance into the one that is said.

    kind "none": as it is. "line" (Platt): log-odds x slope + shift. "steps" (isotonic): between `points` of
    (chance, chance said), in a line.
    """

    kind: str = "none"
    slope: float = 1.0
    shift: float = 0.0
    points: tuple[tuple[float, float], ...] = ()

    @property
    def keeps_order(self) -> bool:
        """Whether a higher chance given is a higher chance said: one that turns accounts round is no calibration."""
        return self.slope > 0

    def of(self, chances: Floats) -> Floats:
        """The chances to say."""
        if self.kind == "line":
            return chance(log_odds(chances) * self.slope + self.shift)
        if self.kind == "steps":
            said, right = np.array(self.points).T
            return np.asarray(np.interp(chances, said, right), np.float64)
        return chances

    def body(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "kind": self.kind,
            "slope": self.slope,
            "shift": self.shift,
            "points": [list(p) for p in self.points],
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Calibration":
        """Of plain values."""
        points = tuple((float(said), float(right)) for said, right in body["points"])
        return cls(str(body["kind"]), float(body["slope"]), float(body["shift"]), points)


def kinds_for(left: Floats) -> tuple[str, ...]:
    """The kinds of calibration that so many leavers can carry."""
    return ("line", "steps") if left.sum() >= _FOR_STEPS else ("line",)


def calibrated(kind: str, left: Floats, chances: Floats) -> Calibration:
    """The calibration of that kind that fits best. Both outcomes must be among `left`.

    Sources: Platt 1999; Zadrozny and Elkan 2002.
    """
    if kind == "line":
        from sklearn.linear_model import LogisticRegression

        line = LogisticRegression(C=np.inf, solver="newton-cholesky")
        line.fit(log_odds(chances)[:, None], left.astype(np.int64))
        return Calibration("line", float(line.coef_[0, 0]), float(line.intercept_[0]))
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=_EDGE, y_max=1 - _EDGE, out_of_bounds="clip").fit(chances, left)
    pairs = zip(steps.X_thresholds_.tolist(), steps.y_thresholds_.tolist(), strict=True)
    return Calibration("steps", points=tuple(pairs))


def log_odds(chances: Floats) -> Floats:
    """log(p / (1 - p)), held away from the ends."""
    held = np.clip(chances, _EDGE, 1 - _EDGE)
    found: Floats = np.log(held / (1 - held))
    return found


def chance(odds: Floats) -> Floats:
    """The chance of log-odds."""
    found: Floats = 1 / (1 + np.exp(-odds))
    return found
