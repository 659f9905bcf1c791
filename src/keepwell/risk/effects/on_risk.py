"""An S-learner that builds on risk: how acting changes the odds, by how high the risk is and by what it comes from.

A trial is small beside all accounts ever observed, and most of what it would have to learn is who leaves. That is
taken from a risk learnt of all (of other accounts only), and so is the part that each theme has in its log-odds: use,
tickets, contacts, payments. An action that helps against one cause helps those whose risk comes from it. So the trial
is asked for a handful of numbers and not for one a feature.

Nor is it said beforehand how much a trial can tell: several ways of holding these numbers to 0 are tried, and each
counts by how likely it makes what happened. So a trial that shows little leaves the order of risk times what acting
does on average, and one that shows more departs from it.
Source: the evidence of a model by Laplace's approximation, MacKay, Neural Computation 4 (1992).
"""

import numpy as np

from keepwell.risk.effects.trial import PART, RISK, Flags, Trial
from keepwell.risk.judging import Floats

# How far the change of odds may depart from being the same at every risk: each is a deviation of 1 / sqrt(held) for a
# usual difference of risk, or of one theme's part. The first leaves the order of risk; no trial bears the last.
_HELD = (1e9, 1e4, 3e3, 1e3, 300.0, 100.0, 30.0)
_OF_LEVEL = 1e-6
_ROUNDS = 50
_CERTAIN = 1e-4


class OnRisk:
    """log-odds = a + b r + (arm - share treated) x (c + d r + sum over themes of e x part).

    r is the log-odds of risk, of which a theme's part is what it adds, both less their means in the trial and in
    spreads of them there; d and e are held to 0.
    """

    def __init__(self, trial: Trial, seed: int) -> None:  # noqa: ARG002 - nothing is drawn; learners are all given a seed
        names = [column.name for column in trial.columns]
        self._risk = names.index(RISK)
        self._parts = [place for place, name in enumerate(names) if name.startswith(PART)]
        self._sign = 1 if trial.wished else -1
        self._share = float(trial.treated.mean())
        odds = self._odds(trial.values)
        self._usual, spread = odds.mean(axis=0), odds.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        inputs = self._inputs(trial.values, trial.treated)
        weights = np.r_[_odds_of(trial.happened.mean()), np.zeros(inputs.shape[1] - 1)]
        tried, likely = [], []
        for held in _HELD:
            weights, evidence = _fitted(inputs, trial.happened, held, weights)
            tried.append(weights)
            likely.append(evidence)
        counts = np.exp(np.array(likely) - max(likely))
        self.weights: Floats = np.average(tried, axis=0, weights=counts)

    def __call__(self, values: Floats, /) -> Floats:
        """The benefits, in chance points."""
        everyone: Flags = np.ones(len(values), np.bool_)
        one, other = (_share(self._inputs(values, arm) @ self.weights) for arm in (everyone, ~everyone))
        return self._sign * (one - other)

    def _inputs(self, values: Floats, treated: Flags) -> Floats:
        arm = (treated - self._share)[:, None]
        known = np.hstack([np.ones_like(arm), (self._odds(values) - self._usual) / self._spread])
        return np.hstack([known[:, :2], arm * known])

    def _odds(self, values: Floats) -> Floats:
        """(n, 1 + themes): the log-odds of risk, and what each theme adds to them."""
        return np.column_stack([_odds_of(values[:, self._risk]), values[:, self._parts]])


def _share(odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-odds))


def _odds_of(share: Floats) -> Floats:
    held = np.clip(share, _CERTAIN, 1 - _CERTAIN)
    return np.asarray(np.log(held / (1 - held)))


def _fitted(inputs: Floats, happened: Floats, held: float, start: Floats) -> tuple[Floats, float]:
    """Logistic regression with the change of odds held to one level, by Newton's method; and its log evidence."""
    free = 3  # level, risk, and what acting does to all
    hold = np.r_[np.full(free, _OF_LEVEL), np.full(inputs.shape[1] - free, held)]
    weights = start
    for _ in range(_ROUNDS):
        shares = _share(inputs @ weights)
        slope = inputs.T @ (happened - shares) - hold * weights
        bend = (inputs * (shares * (1 - shares))[:, None]).T @ inputs + np.diag(hold)
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-8:
            break
    odds, some = inputs @ weights, slice(free, None)
    likely = float((happened * odds - np.logaddexp(0, odds)).sum())
    prior = float(np.log(hold[some]).sum() - (hold[some] * weights[some] ** 2).sum())
    return weights, likely + prior / 2 - float(np.linalg.slogdet(bend)[1]) / 2
