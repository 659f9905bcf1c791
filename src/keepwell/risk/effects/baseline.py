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
_LEAVES = 16


@dataclass(frozen=True)
class Baseline:
    """A model for each fold of accounts, learnt from the accounts of all others; columns by theme are told apart."""

    models: tuple[Chances, ...]
    columns: tuple[Column, ...]

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
        return cls(tuple(models), columns)

    @property
    def themes(self) -> list[str]:
        """What the columns belong to, in alphabetical order."""
        return sorted({column.theme for column in self.columns})

    def __call__(self, accounts: NDArray[Any], values: Floats) -> Floats:
        """(n, 1 + themes): each account's chance, and what each theme adds to its log-odds.

        They are said by the model that knows nothing of the account.
        """
        fold, themes = folds_of(accounts), self.themes
        belongs = np.array([[column.theme == theme for theme in themes] for column in self.columns], float)
        found = np.empty((len(values), 1 + len(themes)))
        for held, model in enumerate(self.models):
            rows = fold == held
            if rows.any():
                found[rows, 0] = model(values[rows])
                found[rows, 1:] = model.parts(values[rows]) @ belongs
        return found


def _model(values: Floats, happened: Floats, columns: tuple[Column, ...], seed: int) -> Chances:
    if boosted.runs():
        return trees(values, happened, columns, seed, leaves=_LEAVES)
    matrix = Matrix.of(values, columns)
    model = logistic(matrix(values), happened, seed)
    to_columns = matrix.places(len(columns))
    return Chances(lambda rows: model(matrix(rows)), lambda rows: model.parts(matrix(rows)) @ to_columns)


def folds_of(accounts: Sequence[str] | NDArray[Any]) -> Ints:
    """The fold of each account, the same for ever: from a hash of its id."""
    return np.array([spot(str(account)) % FOLDS for account in accounts], np.int64)


def spot(account: str) -> int:
    """A number that belongs to an account, as if drawn by lot."""
    return int.from_bytes(hashlib.blake2b(account.encode(), digest_size=8).digest())
