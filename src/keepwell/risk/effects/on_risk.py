"""An S-learner that builds on risk: how strong an effect is, learnt as a share of the odds, the risk being known.

A trial is small beside all accounts ever observed, and most of what it would have to learn is who leaves. That is
taken from a risk learnt of all (a column of the trial, of other accounts only); the trial is asked only how acting
changes the odds, and a penalty holds that change to what risk alone says of it unless the trial shows otherwise.
"""

import numpy as np

from keepwell.risk.effects.matrix import Matrix
from keepwell.risk.effects.trial import RISK, Flags, Trial
from keepwell.risk.judging import Floats, losses

PENALTIES = (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 1e9)  # the last: by risk alone
_FOLDS = 5
_FREE = 4
_ROUNDS = 50
_CERTAIN = 1e-4


class OnRisk:
    """log-odds = a + b r + (arm - share treated) x (c + d r + e x what is known), where r is the log-odds of risk."""

    def __init__(self, trial: Trial, seed: int) -> None:
        self._place = [column.name for column in trial.columns].index(RISK)
        self._sign = 1 if trial.wished else -1
        self._share = float(trial.treated.mean())
        self._matrix = Matrix.of(trial.values, trial.columns)
        inputs, happened = self._inputs(trial.values, trial.treated), trial.happened
        accounts = int(trial.entries.max()) + 1
        fold_of = (np.random.default_rng(seed).permutation(accounts) % _FOLDS)[trial.entries]
        folds = [fold_of == fold for fold in range(_FOLDS)]
        self.penalty = min(PENALTIES, key=lambda penalty: _loss(inputs, happened, folds, penalty))
        self.weights = _weights(inputs, happened, self.penalty)

    def __call__(self, values: Floats, /) -> Floats:
        """The benefits, in chance points."""
        everyone: Flags = np.ones(len(values), np.bool_)
        one, other = (self._chances(values, arm) for arm in (everyone, ~everyone))
        return self._sign * (one - other)

    def _chances(self, values: Floats, treated: Flags) -> Floats:
        return _share(self._inputs(values, treated) @ self.weights)

    def _inputs(self, values: Floats, treated: Flags) -> Floats:
        risk = np.clip(values[:, self._place], _CERTAIN, 1 - _CERTAIN)
        arm = (treated - self._share)[:, None]
        odds = np.log(risk / (1 - risk))[:, None]
        return np.hstack([np.ones_like(arm), odds, arm, arm * odds, arm * self._matrix(values)])


def _share(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-odds))


def _loss(inputs: Floats, happened: Floats, folds: list[Flags], penalty: float) -> float:
    """Log-loss on each fold of weights learnt from the others."""
    total = 0.0
    for held in folds:
        weights = _weights(inputs[~held], happened[~held], penalty)
        total += float(losses(happened[held], _share(inputs[held] @ weights)).sum())
    return total


def _weights(inputs: Floats, happened: Floats, penalty: float) -> Floats:
    """By Newton's method; the weights of risk, of acting and of their product are free."""
    held = np.r_[np.full(_FREE, 1e-6), np.full(inputs.shape[1] - _FREE, penalty)]
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
