"""An S-learner that builds on risk: how acting changes the odds, by how high the risk is and by what it comes from.

A trial is small beside all accounts ever observed, and most of what it would have to learn is who leaves. That is
taken from a risk learnt of all (of other accounts only), and so is the part that each theme has in its log-odds: use,
tickets, contacts, payments. An action that helps against one cause helps those whose risk comes from it. So the trial
is asked for a handful of numbers and not for one a feature.
"""

import numpy as np

from keepwell.risk.effects.trial import PART, RISK, Flags, Trial
from keepwell.risk.judging import Floats

# What a theme's part does to the effect is held to 0 as if 30 units of information said so: an action that takes
# away more than a third of a cause's weight (two deviations of that) would have to show it clearly.
PENALTY = 30.0
_FREE = 4
_ROUNDS = 50
_CERTAIN = 1e-4


class OnRisk:
    """log-odds = a + b r + (arm - share treated) x (c + d r + sum over themes of e x part).

    r is the log-odds of risk, of which a theme's part is what it adds; the e are held to 0 by a penalty.
    """

    def __init__(self, trial: Trial, seed: int) -> None:  # noqa: ARG002 - nothing is drawn; learners are all given a seed
        names = [column.name for column in trial.columns]
        self._risk = names.index(RISK)
        self._parts = [place for place, name in enumerate(names) if name.startswith(PART)]
        self._sign = 1 if trial.wished else -1
        self._share = float(trial.treated.mean())
        self._usual = trial.values[:, self._parts].mean(axis=0)
        self.weights = _weights(self._inputs(trial.values, trial.treated), trial.happened)

    def __call__(self, values: Floats, /) -> Floats:
        """The benefits, in chance points."""
        everyone: Flags = np.ones(len(values), np.bool_)
        one, other = (_share(self._inputs(values, arm) @ self.weights) for arm in (everyone, ~everyone))
        return self._sign * (one - other)

    def _inputs(self, values: Floats, treated: Flags) -> Floats:
        risk = np.clip(values[:, self._risk], _CERTAIN, 1 - _CERTAIN)
        odds = np.log(risk / (1 - risk))[:, None]
        arm = (treated - self._share)[:, None]
        parts = values[:, self._parts] - self._usual
        return np.hstack([np.ones_like(arm), odds, arm, arm * odds, arm * parts])


def _share(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-odds))


def _weights(inputs: Floats, happened: Floats) -> Floats:
    """By Newton's method; the weights of risk, of acting and of their product are free."""
    held = np.r_[np.full(_FREE, 1e-6), np.full(inputs.shape[1] - _FREE, PENALTY)]
    weights: Floats = np.r_[0.0, 1.0, np.zeros(inputs.shape[1] - 2)]
    for _ in range(_ROUNDS):
        shares = _share(inputs @ weights)
        slope = inputs.T @ (happened - shares) - held * weights
        bend = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + np.diag(held)
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights
