"""The models that chances of what is counted are learnt with."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keepwell.risk.effects.trial import Column
from keepwell.risk.judging import Floats
from keepwell.risk.models import boosted


@dataclass(frozen=True)
class Chances:
    """A learnt model. of: (n, f) values to (n,) chances. parts: to (n, f) what each column adds to the log-odds."""

    of: Callable[[Floats], Floats]
    parts: Callable[[Floats], Floats]

    def __call__(self, values: Floats, /) -> Floats:
        """The chances."""
        return self.of(values)


_STRENGTH = 0.01


def logistic(rows: Floats, happened: Floats, seed: int) -> Chances:
    """Logistic regression on columns as `Matrix` makes them, with a ridge penalty."""
    if not 0 < happened.mean() < 1:
        rate = float(happened.mean())
        return Chances(lambda values: np.full(len(values), rate), np.zeros_like)
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, solver="newton-cholesky", max_iter=100, random_state=seed)
    model.fit(rows, happened.astype(np.int64))
    return Chances(
        lambda values: np.asarray(model.predict_proba(values)[:, 1]),
        lambda values: np.asarray(values * model.coef_[0]),
    )


def trees(
    values: Floats, happened: Floats, columns: tuple[Column, ...], seed: int, *, leaves: int = 8
) -> Chances:
    """Boosted trees on values as they are, many rows in each leaf: an effect is a small difference of large shares.

    Only where `keepwell.risk.models.boosted.runs()`.
    """
    lightgbm = boosted.library()
    words = [place for place, column in enumerate(columns) if column.words is not None]
    settings = {
        "objective": "binary",
        "learning_rate": 0.05,
        "num_leaves": leaves,
        "min_data_in_leaf": max(10, min(200, len(values) // 50)),
        "lambda_l2": 5.0,
        "cat_smooth": 20.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(values, happened, categorical_feature=words, params={"verbosity": -1})
    booster = lightgbm.train(settings, data, 100)

    def parts(rows: Floats) -> Floats:
        each = np.asarray(booster.predict(rows, num_threads=1, pred_contrib=True), np.float64)
        return each[:, :-1]  # the last is what all have in common

    return Chances(lambda rows: np.asarray(booster.predict(rows, num_threads=1), np.float64), parts)
