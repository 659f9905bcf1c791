"""What is known of accounts, as numbers that a regression can weigh against each other."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from keepwell.risk.effects.trial import Column
from keepwell.risk.judging import Floats

_OUTERMOST = 0.01  # share at either end that is drawn in to its neighbours


@dataclass(frozen=True)
class Matrix:
    """Columns made of known ones: (place, word or None, middle, spread, low, high).

    A number is drawn in to [low, high] and counted in spreads from its middle, which also stands for what is not
    known; a word is 1 on its rows. Columns that never differ are left out.
    """

    terms: tuple[tuple[int, int | None, float, float, float, float], ...]

    @classmethod
    def of(cls, values: Floats, columns: tuple[Column, ...]) -> Self:
        """As learnt from (n, f) values."""
        terms: list[tuple[int, int | None, float, float, float, float]] = []
        for place, column in enumerate(columns):
            known = values[~np.isnan(values[:, place]), place]
            if column.words is not None:
                codes = [(code, float((known == code).mean())) for code in range(len(column.words))]
                terms += [(place, code, share, 1.0, 0.0, 1.0) for code, share in codes if 0 < share < 1]
            elif len(known):
                low, high = np.quantile(known, [_OUTERMOST, 1 - _OUTERMOST])
                low, high = (low, high) if high > low else (known.min(), known.max())
                held = np.clip(known, low, high)
                if held.std() > 0:
                    terms.append(
                        (place, None, float(held.mean()), float(held.std()), float(low), float(high))
                    )
        return cls(tuple(terms))

    def __call__(self, values: Floats) -> Floats:
        """(n, terms) of (n, f) values."""
        found = np.zeros((len(values), len(self.terms)))
        for at, (place, word, middle, spread, low, high) in enumerate(self.terms):
            column = values[:, place]
            shown = np.clip(column, low, high) if word is None else (column == word).astype(np.float64)
            found[:, at] = np.where(np.isnan(column), 0.0, (shown - middle) / spread)
        return found

    def places(self, columns: int) -> Floats:
        """(terms, columns): 1 where a term is made of a column."""
        found = np.zeros((len(self.terms), columns))
        found[np.arange(len(self.terms)), [term[0] for term in self.terms]] = 1.0
        return found
