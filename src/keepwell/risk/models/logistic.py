"""Logistic regression: a weight for each feature, what is not known a feature of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, Settings
from keepwell.risk.models.inputs import Inputs
from keepwell.risk.observations import Observations

SETTINGS: Settings = {"strength": 0.1}
GRID: tuple[Settings, ...] = tuple({"strength": strength} for strength in (0.001, 0.01, 0.1, 1.0))

_SKEWED = 2.0  # skewness beyond which a number goes in by its logarithm
_OUTERMOST = 0.001  # share at either end that is drawn in to its neighbours
_ROWS = 100_000  # rows worked on at once


@dataclass(frozen=True)
class Term:
    """One column of the regression, made of the input at `place`.

    A number is (x - middle) / spread within low and high, after a logarithm where `log`; not known is the middle.
    For `level` -1 it is whether the input is not known, for others whether it is that category; both less their
    mean.
    """

    place: int
    level: int | None = None
    middle: float = 0.0
    spread: float = 1.0
    low: float = 0.0
    high: float = 0.0
    log: bool = False

    def of(self, column: Floats) -> Floats:
        """The term's values for an input's values."""
        if self.level is None:
            held = np.clip(_logged(column) if self.log else column, self.low, self.high)
            return np.nan_to_num((held - self.middle) / self.spread)
        hit = np.isnan(column) if self.level < 0 else column == self.level
        found: Floats = hit - self.middle
        return found


@dataclass(frozen=True)
class Logistic(Model):
    """log(p / (1 - p)) = intercept + sum of weight x term, with a ridge penalty of 1 / (2 strength)."""

    name: ClassVar[str] = "logistic"
    inputs: Inputs
    terms: tuple[Term, ...]
    weights: Floats
    intercept: float

    @classmethod
    def fit(
        cls,
        obs: Observations,
        *,
        seed: int = 0,  # noqa: ARG003 - every kind is learnt in the same way, though this one draws nothing
        settings: Settings | None = None,
    ) -> Self:
        """The weights that make what happened likeliest, under the penalty."""
        from sklearn.linear_model import LogisticRegression

        inputs = Inputs.of(obs)
        matrix = inputs.matrix(obs)
        terms = tuple(_terms(matrix, inputs.levels()))
        if not terms:  # nothing is known, or nothing differs
            rate = float(np.clip(obs.outcomes.left.mean(), 1e-6, 1 - 1e-6))
            return cls(inputs, (), np.zeros(0), float(np.log(rate / (1 - rate))))
        strength = (settings or SETTINGS)["strength"]
        regression = LogisticRegression(C=strength, solver="lbfgs", max_iter=500)
        regression.fit(_columns(terms, matrix), obs.outcomes.left.astype(np.int64))
        return cls(inputs, terms, regression.coef_[0].astype(np.float64), float(regression.intercept_[0]))

    def chances(self, obs: Observations) -> Floats:
        """Worked out some rows at a time."""
        odds = np.full(len(obs.values), self.intercept)
        matrix = self.inputs.matrix(obs)
        for start in range(0, len(odds), _ROWS):
            rows = slice(start, start + _ROWS)
            odds[rows] += _columns(self.terms, matrix[rows]) @ self.weights
        found: Floats = 1 / (1 + np.exp(-odds))
        return found

    def contributions(self, obs: Observations) -> Floats:
        """Weight x term, summed over the terms of each feature; 0 for an average account."""
        matrix = self.inputs.matrix(obs)
        found = np.zeros(matrix.shape)
        for term, weight in zip(self.terms, self.weights, strict=True):
            found[:, term.place] += weight * term.of(matrix[:, term.place])
        return self.inputs.spread(obs, found)

    def body(self) -> dict[str, Any]:
        """Inputs, terms and weights."""
        return {
            "inputs": self.inputs.body(),
            "terms": [asdict(term) for term in self.terms],
            "weights": self.weights.tolist(),
            "intercept": self.intercept,
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Of inputs, terms and weights."""
        terms = tuple(Term(**term) for term in body["terms"])
        weights = np.array(body["weights"], np.float64)
        return cls(Inputs.from_body(body["inputs"]), terms, weights, float(body["intercept"]))


def _terms(matrix: Floats, levels: Mapping[int, int]) -> Iterator[Term]:
    """The terms of each input that says anything. Where several are not known together, one term says so for all."""
    silences: set[bytes] = set()
    for place in range(matrix.shape[1]):
        column = matrix[:, place]
        unknown = np.isnan(column)
        if unknown.all():
            continue
        if place in levels:
            for level in range(levels[place]):
                share = float((column == level).mean())
                if 0 < share < 1:
                    yield Term(place, level, middle=share)
        elif (number := _number(place, column[~unknown])) is not None:
            yield number
        which = np.packbits(unknown).tobytes()
        if unknown.any() and which not in silences:
            silences.add(which)
            yield Term(place, -1, middle=float(unknown.mean()))


def _number(place: int, known: Floats) -> Term | None:
    """The term of a number; None where it never differs."""
    spread = known.std()
    if not spread > 0:
        return None
    skew = float(np.mean(((known - known.mean()) / spread) ** 3))
    log = abs(skew) > _SKEWED
    shown = _logged(known) if log else known
    low, high = np.quantile(shown, [_OUTERMOST, 1 - _OUTERMOST])
    held = np.clip(shown, low, high) if high > low else shown
    low, high = float(held.min()), float(held.max())
    return Term(place, None, float(held.mean()), float(held.std()), low, high, log)


def _logged(column: Floats) -> Floats:
    return np.sign(column) * np.log1p(np.abs(column))


def _columns(terms: tuple[Term, ...], matrix: Floats) -> Floats:
    found = np.empty((len(matrix), len(terms)))
    for at, term in enumerate(terms):
        found[:, at] = term.of(matrix[:, term.place])
    return found
