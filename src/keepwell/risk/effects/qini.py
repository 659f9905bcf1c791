"""Whether a ranking puts those first whom acting helps: the Qini curve and its coefficient.

Source: Radcliffe, Direct Marketing Analytics Journal (2007); the coefficient as in Devriendt, Moldovan, Verbeke, Big
Data 6 (2018) and in scikit-uplift's `qini_auc_score`: the area between the curve and the straight line of a random
order, over the same area of the best order there could be. 1 is perfect, 0 no better than lots, below 0 worse.
"""

from dataclasses import dataclass

import numpy as np

from keepwell.risk.effects.trial import Flags, Ints, Trial
from keepwell.risk.judging import Floats, Measure


@dataclass(frozen=True)
class Curve:
    """Points of a Qini curve, the first at 0: the share acted on, best first, and what acting on them has gained.

    gain is in outcomes wished for (or leavings spared) beyond what the held out among them had, a row of the trial.
    """

    share: Floats
    gain: Floats


@dataclass(frozen=True)
class _Counted:
    """A trial read so that acting brings about what is counted.

    Where that is not wished for (leaving), being held out is what brings it about: the two arms change places, and a
    ranking is good that puts those first who leave when held out. So the rarer, telling outcome is the one counted.
    """

    exposed: Floats
    happened: Floats

    @classmethod
    def of(cls, trial: Trial) -> "_Counted":
        exposed: Flags = trial.treated if trial.wished else ~trial.treated
        return cls(exposed.astype(np.float64), trial.happened)


class Ranking:
    """A trial sorted once by scores, so that its curve can be drawn for many weights of its rows."""

    def __init__(self, trial: Trial, scores: Floats) -> None:
        counted = _Counted.of(trial)
        self._order, self._ends = _sorted(scores)
        # The best order: exposed for whom it happened, then all for whom it says nothing, at last the unexposed.
        perfect = counted.happened * (2 * counted.exposed - 1)
        self._best, self._best_ends = _sorted(perfect)
        self._counted = counted

    def curve(self, weights: Floats | None = None) -> Curve:
        """The curve, rows of equal score as one point on the way."""
        given = np.ones(len(self._order)) if weights is None else weights
        along, gain = self._points(given, self._order, self._ends)
        total = max(along[-1], 1.0)
        return Curve(along / total, gain / total)

    def coefficient(self, weights: Floats) -> float | None:
        """The Qini coefficient for weights of the rows; None where an arm is empty or nothing differs."""
        along, gain = self._points(weights, self._order, self._ends)
        lots = float(along[-1] * gain[-1] / 2)
        far, most = self._points(weights, self._best, self._best_ends)
        room = float(np.trapezoid(most, far)) - lots
        if not room > 0:
            return None
        return (float(np.trapezoid(gain, along)) - lots) / room

    def benefit_at(self, share: float) -> Measure:
        """The benefit (chance points) of acting on the first `share` of the rows."""

        def measure(weights: Floats) -> float | None:
            w = weights[self._order]
            first = np.cumsum(w) <= share * w.sum()
            exposed, happened = (
                x[self._order][first] for x in (self._counted.exposed, self._counted.happened)
            )
            w = w[first]
            one, other = float(w @ exposed), float(w @ (1 - exposed))
            if not one or not other:
                return None
            came, came_others = float((w * exposed) @ happened), float((w * (1 - exposed)) @ happened)
            return came / one - came_others / other

        return measure

    def _points(self, weights: Floats, order: Ints, ends: Ints) -> tuple[Floats, Floats]:
        """How many rows by the end of each run of equal scores, and their gain.

        It is what happened to the exposed less what happened to the others, times exposed over others.
        """
        w, exposed = weights[order], self._counted.exposed[order]
        came = w * self._counted.happened[order]
        many = np.cumsum(w)[ends]
        many_exposed = np.cumsum(w * exposed)[ends]
        came_exposed = np.cumsum(came * exposed)[ends]
        others = many - many_exposed
        came_others = np.cumsum(came)[ends] - came_exposed
        ratio = np.divide(many_exposed, others, out=np.zeros(len(ends)), where=others > 0)
        return np.r_[0.0, many], np.r_[0.0, came_exposed - came_others * ratio]


def _sorted(scores: Floats) -> tuple[Ints, Ints]:
    """Places from the highest score down, and where each run of equal scores ends."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    return order, np.flatnonzero(np.r_[ranked[1:] != ranked[:-1], True])
