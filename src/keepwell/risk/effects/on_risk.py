"""An S-learner that builds on risk: how acting changes the odds, by how high the risk is and by what it comes from.

A trial is small beside all accounts ever observed, and most of what it would have to learn is who leaves. That is
taken from a risk learnt of all (of other accounts only), and so is the part that each theme has in its log-odds: use,
tickets, contacts, payments. An action that helps against one cause helps those whose risk comes from it. So the trial
is asked for a handful of numbers and not for one a feature.
"""

import numpy as np

from keepwell.risk.effects.trial import PART, RISK, Flags, Trial
from keepwell.risk.judging import Floats

# Effects are small and trials too: what risk as a whole does to the change of odds is held to 0 with a deviation of
# 0.1 (1 / sqrt(100)), what one theme's part does with one of 0.06. So a trial that shows little leaves the order of
# risk times what acting does on average, and one that shows more departs from it.
_OF_LEVEL, _OF_RISK, _OF_PARTS = 1e-6, 100.0, 300.0
_ROUNDS = 50
_CERTAIN = 1e-4


class OnRisk:
    """log-odds = a + b r + (arm - share treated) x (c + d r + sum over themes of e x part).

    r is the log-odds of risk, of which a theme's part is what it adds, both less their means in the trial.
    """

    def __init__(self, trial: Trial, seed: int) -> None:  # noqa: ARG002 - nothing is drawn; learners are all given a seed
        names = [column.name for column in trial.columns]
        self._risk = names.index(RISK)
        self._parts = [place for place, name in enumerate(names) if name.startswith(PART)]
        self._sign = 1 if trial.wished else -1
        self._share = float(trial.treated.mean())
        self._usual = self._odds(trial.values).mean(axis=0)
        held = [_OF_LEVEL, _OF_LEVEL, _OF_LEVEL, _OF_RISK, *[_OF_PARTS] * len(self._parts)]
        start = np.r_[_odds_of(trial.happened.mean()), 1.0, np.zeros(len(held) - 2)]
        inputs = self._inputs(trial.values, trial.treated)
        self.weights = _weights(inputs, trial.happened, np.array(held), start)

    def __call__(self, values: Floats, /) -> Floats:
        """The benefits, in chance points."""
        everyone: Flags = np.ones(len(values), np.bool_)
        one, other = (_share(self._inputs(values, arm) @ self.weights) for arm in (everyone, ~everyone))
        return self._sign * (one - other)

    def _inputs(self, values: Floats, treated: Flags) -> Floats:
        arm = (treated - self._share)[:, None]
        known = np.hstack([np.ones_like(arm), self._odds(values) - self._usual])
        return np.hstack([known[:, :2], arm * known])

    def _odds(self, values: Floats) -> Floats:
        """(n, 1 + themes): the log-odds of risk, and what each theme adds to them."""
        return np.column_stack([_odds_of(values[:, self._risk]), values[:, self._parts]])


def _share(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-odds))


def _odds_of(share: Floats) -> Floats:
    held = np.clip(share, _CERTAIN, 1 - _CERTAIN)
    return np.asarray(np.log(held / (1 - held)))


def _weights(inputs: Floats, happened: Floats, held: Floats, start: Floats) -> Floats:
    """Logistic regression under a ridge penalty of its own for each weight, by Newton's method."""
    weights = start
    for _ in range(_ROUNDS):
        shares = _share(inputs @ weights)
        slope = inputs.T @ (happened - shares) - held * weights
        bend = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + np.diag(held)
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    return weights
