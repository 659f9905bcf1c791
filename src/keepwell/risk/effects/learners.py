"""Learning whom acting helps: one model that knows who was treated (S), or one model for each arm (T).

Source: Künzel, Sekhon, Bickel, Yu, PNAS 116 (2019).
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from keepwell.risk.effects.fitting import logistic, trees
from keepwell.risk.effects.matrix import Matrix
from keepwell.risk.effects.on_risk import OnRisk
from keepwell.risk.effects.trial import Flags, Ints, Trial
from keepwell.risk.judging import Floats
from keepwell.risk.models import boosted

FOLDS = 5
ON_RISK = "S on risk"
_PRODUCTS = 0.5  # products with the arm are held this much closer to none than what is known by itself


class Effect(Protocol):
    """The benefit of acting, in chance points, on accounts of which this is known: (n, f) values, (n,) benefits."""

    def __call__(self, values: Floats, /) -> Floats:
        """The benefits."""


Learner = Callable[[Trial, int], Effect]  # of a trial whose outcomes are known, and a seed


def learners(*, risk_known: bool = False) -> Mapping[str, Learner]:
    """Every way of learning an effect by its name; boosted trees where LightGBM runs, on risk where that is known."""
    found: dict[str, Learner] = {"S logistic": s_logistic, "T logistic": t_logistic}
    if risk_known:
        found[ON_RISK] = OnRisk
    if boosted.runs():
        found |= {"S boosted": s_boosted, "T boosted": t_boosted}
    return found


def _sign(trial: Trial) -> int:
    return 1 if trial.wished else -1


# --- one model that knows who was treated ---------------------------------------------------------------------


def s_logistic(trial: Trial, seed: int) -> Effect:
    """Logistic regression on what is known, on whether it was treated, and on the products of the two."""
    matrix = Matrix.of(trial.values, trial.columns)
    known, share = matrix(trial.values), float(trial.treated.mean())

    def inputs(rows: Floats, treated: Floats) -> Floats:
        arm = (treated - share)[:, None]
        return np.hstack([rows, arm, _PRODUCTS * arm * rows])

    model = logistic(inputs(known, trial.treated.astype(np.float64)), trial.happened, seed)

    def effect(values: Floats) -> Floats:
        rows = matrix(values)
        one, other = np.ones(len(rows)), np.zeros(len(rows))
        return _sign(trial) * (model(inputs(rows, one)) - model(inputs(rows, other)))

    return effect


def s_boosted(trial: Trial, seed: int) -> Effect:
    """Boosted trees that know whether it was treated."""
    model = trees(np.column_stack([trial.values, trial.treated]), trial.happened, trial.columns, seed)

    def effect(values: Floats) -> Floats:
        one = np.column_stack([values, np.ones(len(values))])
        other = np.column_stack([values, np.zeros(len(values))])
        return _sign(trial) * (model(one) - model(other))

    return effect


# --- a model for each arm ---------------------------------------------------------------------------------------


def t_logistic(trial: Trial, seed: int) -> Effect:
    """Two logistic regressions, one for each arm."""
    matrix = Matrix.of(trial.values, trial.columns)

    def learn(rows: Flags) -> Callable[[Floats], Floats]:
        model = logistic(matrix(trial.values[rows]), trial.happened[rows], seed)
        return lambda values: model(matrix(values))

    return _two(trial, learn)


def t_boosted(trial: Trial, seed: int) -> Effect:
    """Two models of boosted trees, one for each arm."""
    return _two(trial, lambda rows: trees(trial.values[rows], trial.happened[rows], trial.columns, seed))


def _two(trial: Trial, learn: Callable[[Flags], Callable[[Floats], Floats]]) -> Effect:
    treated, held_out = learn(trial.treated), learn(~trial.treated)
    return lambda values: _sign(trial) * (treated(values) - held_out(values))


# --- beside them ------------------------------------------------------------------------------------------------


def response(trial: Trial, seed: int) -> Effect:
    """No effect at all: the chance of what is counted, learnt without regard to the arms.

    Of leaving this is risk. It is here to be seen beside the others, which it must not be mistaken for.
    """
    if boosted.runs():
        return trees(trial.values, trial.happened, trial.columns, seed)
    matrix = Matrix.of(trial.values, trial.columns)
    model = logistic(matrix(trial.values), trial.happened, seed)
    return lambda values: model(matrix(values))


def out_of_fold(trial: Trial, learner: Learner, seed: int, folds: int = FOLDS) -> Floats:
    """Each row's benefit as learnt from other accounts only: (n,). An account with all its rows is in one fold."""
    accounts = int(trial.entries.max()) + 1
    fold_of: Ints = (np.random.default_rng(seed).permutation(accounts) % folds)[trial.entries]
    found = np.empty(len(trial))
    for fold in range(folds):
        held = fold_of == fold
        found[held] = learner(trial.where(~held), seed)(trial.values[held])
    return found
