"""Risk for a trial: what a model learnt from all observed accounts expects of each, never from the account itself."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.effects.fitting import Chances, logistic, trees
from keepwell.risk.effects.matrix import Matrix
from keepwell.risk.effects.trial import Column, Ints
from keepwell.risk.judging import Floats
from keepwell.risk.models import boosted

FOLDS = 5


@dataclass(frozen=True)
class Baseline:
    """A model for each fold of accounts, learnt from the accounts of all others."""

    models: tuple[Chances, ...]

    @classmethod
    def of(
        cls,
        accounts: NDArray[Any],
        values: Floats,
        happened: Floats,
        columns: tuple[Column, ...],
        seed: int,
    ) -> Self:
        """Learn from (n,) accounts with (n, f) values and what came about, all known."""
        fold = folds_of(accounts)
        models = []
        for held in range(FOLDS):
            rows = fold != held
            models.append(_model(values[rows], happened[rows], columns, seed))
        return cls(tuple(models))

    def __call__(self, accounts: NDArray[Any], values: Floats) -> Floats:
        """Each account's chance, by the model that knows nothing of it."""
        fold, found = folds_of(accounts), np.empty(len(values))
        for held, model in enumerate(self.models):
            rows = fold == held
            if rows.any():
                found[rows] = model(values[rows])
        return found


def _model(values: Floats, happened: Floats, columns: tuple[Column, ...], seed: int) -> Chances:
    if boosted.runs():
        return trees(values, happened, columns, seed, leaves=16)
    matrix = Matrix.of(values, columns)
    model = logistic(matrix(values), happened, seed)
    return lambda rows: model(matrix(rows))


def folds_of(accounts: Sequence[str] | NDArray[Any]) -> Ints:
    """The fold of each account, the same for ever: from a hash of its id."""
    return np.array([spot(str(account)) % FOLDS for account in accounts], np.int64)


def spot(account: str) -> int:
    """A number that belongs to an account, as if drawn by lot."""
    return int.from_bytes(hashlib.blake2b(account.encode(), digest_size=8).digest())
