"""A cohort triangle as it is handed over: cells, cohorts, their weighted mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pyarrow as pa

from keepwell.lib.days import Grain
from keepwell.lib.money import to_decimal
from keepwell.metrics.intervals import small, wilson
from keepwell.metrics.printing import Rows, triangle
from keepwell.metrics.tabular import Tabular, in_money

Measure = Literal["accounts", "mrr"]


@dataclass(frozen=True)
class Cell:
    """What is left of a cohort at an age.

    `active` is a count of accounts or minor units of MRR and `base` what it is a share of; `accounts` says how
    many accounts stand behind the base. A cell is finished when nothing learned later can change it: its
    period is over, or, by age since each account's first day, every account of the cohort has reached it.
    """

    age: int
    active: int
    base: int
    accounts: int
    finished: bool

    @property
    def share(self) -> float | None:
        """active / base; None where there is no base."""
        return self.active / self.base if self.base else None

    @property
    def small(self) -> bool:
        """Whether fewer than 30 accounts stand behind it."""
        return small(self.accounts)


@dataclass(frozen=True)
class Cohort:
    """Accounts that began together: `cohort` is the period's first day, or the value they share."""

    cohort: str
    size: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, repr=False)
class Cohorts(Tabular):
    """A triangle. `left_out` counts accounts that paid before the data begins, which are in no cohort."""

    measure: Measure
    grain: Grain
    by_value: bool
    reporting: str
    covered: date
    left_out: int
    cohorts: tuple[Cohort, ...]

    @property
    def mean(self) -> tuple[Cell, ...]:
        """The cells of all cohorts together, at each age over only those that have reached it.

        Weighted by their base. A running cell has not been reached; by age since each account's first day,
        the accounts that have reached it count.
        """
        ages: dict[int, list[Cell]] = {}
        for cohort in self.cohorts:
            for cell in cohort.cells:
                if cell.finished or self.by_value:
                    ages.setdefault(cell.age, []).append(cell)
        return tuple(_together(age, cells) for age, cells in sorted(ages.items()))

    def interval(self, cell: Cell) -> tuple[float, float] | None:
        """Wilson's 95% interval of a share of accounts; None for money and for no base."""
        return wilson(cell.active, cell.base) if self.measure == "accounts" else None

    def to_dict(self) -> list[dict[str, Any]]:
        """One entry a cohort: cohort, size (accounts), cells of age, active, base, share, finished, small.

        Money is a decimal string in the reporting currency; a share without a base is None.
        """
        return [
            {"cohort": c.cohort, "size": c.size, "cells": [self._said(cell) for cell in c.cells]}
            for c in self.cohorts
        ]

    def mean_to_dict(self) -> list[dict[str, Any]]:
        """The weighted mean's cells, as in `to_dict`."""
        return [self._said(cell) for cell in self.mean]

    def to_arrow(self) -> pa.Table:
        """One row a cell; active and base in accounts, or in decimals of the reporting currency."""
        flat = [(c, cell) for c in self.cohorts for cell in c.cells]
        found = pa.table(
            {
                "cohort": pa.array([c.cohort for c, _cell in flat], pa.string()),
                "size": pa.array([c.size for c, _cell in flat], pa.int64()),
                "age": pa.array([cell.age for _c, cell in flat], pa.int64()),
                "active": pa.array([cell.active for _c, cell in flat], pa.int64()),
                "base": pa.array([cell.base for _c, cell in flat], pa.int64()),
                "share": pa.array([cell.share for _c, cell in flat], pa.float64()),
                "finished": pa.array([cell.finished for _c, cell in flat], pa.bool_()),
                "small": pa.array([cell.small for _c, cell in flat], pa.bool_()),
            }
        )
        return in_money(found, ("active", "base"), self.reporting) if self.measure == "mrr" else found

    def _printed(self) -> tuple[str, Sequence[str], Rows]:
        return f"Cohorts, share of {self.measure} by {self.grain.value}", *triangle(self.to_dict())

    def _repr_html_(self) -> str:
        from keepwell.metrics.page import as_notebook_html

        grain, mean = self.grain.value, self.mean_to_dict()
        return as_notebook_html("cohorts", self.to_dict(), grain=grain, measure=self.measure, mean=mean)

    def _said(self, cell: Cell) -> dict[str, Any]:
        money = self.measure == "mrr"
        return {
            "age": cell.age,
            "active": str(to_decimal(cell.active, self.reporting)) if money else cell.active,
            "base": str(to_decimal(cell.base, self.reporting)) if money else cell.base,
            "share": cell.share,
            "finished": cell.finished,
            "small": cell.small,
        }


def _together(age: int, cells: list[Cell]) -> Cell:
    active, base, accounts = (
        sum(values) for values in zip(*((c.active, c.base, c.accounts) for c in cells), strict=True)
    )
    return Cell(age, active, base, accounts, all(c.finished for c in cells))
