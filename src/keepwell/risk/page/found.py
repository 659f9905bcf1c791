"""All the figures of a look back that the page tells, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from keepwell.lib.days import from_number
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json
from keepwell.risk.backtest import MODEL, Backtest
from keepwell.risk.judging import (
    Estimate,
    Floats,
    Judged,
    Summed,
    Warned,
    as_read,
    calibration_table,
    days_of_warning,
    estimates,
    judge,
    listed,
    numbered,
    top_name,
    unanimous,
)

SILENCE, CHANCE = "silence", "base_rate"  # whom the base rate names is a matter of chance
TOLD = (MODEL, SILENCE, "logistic", CHANCE)  # in the order of the page
BANDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)  # of chances said; lists are made of the upper ones


@dataclass(frozen=True)
class Warnings:
    """Of one way of choosing and one length of list: leavers, those named in time, and their days of warning."""

    warned: Warned
    days: Floats  # of each leaver named in time

    @property
    def median(self) -> float | None:
        """Days that half of those named in time were named before; None where none was."""
        return float(np.median(self.days)) if len(self.days) else None

    @property
    def share(self) -> float | None:
        """Share of the leavers that were named in time; None where nobody left."""
        return self.warned.caught / self.warned.leavers if self.warned.leavers else None


@dataclass(frozen=True)
class Kind:
    """Contract or irregular accounts by themselves, with lists of their own: figures by way of choosing."""

    name: str
    judged: dict[str, Judged]


class Found:
    """A look back with its figures; only days on which something would have been said count."""

    def __init__(self, back: Backtest) -> None:
        self.back = back
        self.days = back.days()
        self.part = back.obs.where(back.said)
        self.chances = {name: back.chances[name][back.said] for name in TOLD}
        self.horizon = back.obs.outcomes.horizon

    @property
    def top(self) -> float:
        """The list that is spoken of first: the shortest of so many accounts, else of a share of them."""
        whole = [most for most in self.back.tops if most >= 1]
        return min(whole or self.back.tops)

    @property
    def tops(self) -> Sequence[float]:
        """The list spoken of first, and beside it the shortest of a share of the accounts."""
        return [self.top, *sorted(most for most in self.back.tops if most < 1 and most != self.top)[:1]]

    @cached_property
    def judged(self) -> dict[str, Judged]:
        """Each way of choosing over all days, with intervals."""
        found = self.back.judged()
        return {name: found[name] for name in TOLD}

    @cached_property
    def against(self) -> dict[str, tuple[Estimate, Estimate]]:
        """Log-loss and AUC of what would have been said less those of each simpler way."""
        return self.back.against()

    @cached_property
    def months(self) -> list[dict[str, Json]]:
        """Of each day, by way of choosing, what `Backtest.rows` gives."""
        return [
            {row["model"]: row for row in rows}
            for _day, rows in groupby(self.back.rows(), key=lambda row: row["day"])
        ]

    @cached_property
    def silence_known(self) -> bool:
        """Whether anything tells of silence; where nothing does, choosing by it is choosing by lot."""
        return not np.array_equal(self.chances[SILENCE], self.chances[CHANCE])

    def ways(self) -> list[str]:
        """The ways of choosing that are told."""
        return [name for name in TOLD if name != SILENCE or self.silence_known]

    def precision(self, name: str, most: float | None = None) -> Estimate:
        """Share of those named that left; by chance, as if the places on each list were drawn by lot."""
        most = self.top if most is None else most
        if name == CHANCE:
            on = self._on(CHANCE, most)
            return Estimate(float(on @ self.part.outcomes.left / on.sum()))
        share = self.judged[name][f"precision_{top_name(most)}"]
        return unanimous(share, self.part.accounts[self._on(name, most) > 0])

    def more_than(self, name: str) -> Estimate:
        """Precision of the list spoken of first less that of another way of choosing, on the same draws."""
        ours, theirs = self._on(MODEL, self.top), self._on(name, self.top)
        left = self.part.outcomes.left

        def gap(sums: Floats) -> float | None:
            return float((sums[0] - sums[1]) / sums[2]) if sums[2] > 0 else None

        measure = Summed((ours * left, theirs * left, ours), gap)
        return estimates({"gap": measure}, numbered(self.part.accounts), seed=self.back.seed)["gap"]

    def named(self) -> tuple[int, int]:
        """How often an account was named on the list spoken of first, and how many different ones were."""
        on = self._on(MODEL, self.top) > 0
        return round(float(self._on(MODEL, self.top).sum())), len(
            np.unique(self.part.accounts[on].astype(str))
        )

    def leaving_kinds(self) -> dict[str, int]:
        """How often those named, on the list spoken of first, left in which way, the most frequent first."""
        on, kinds = self._on(MODEL, self.top), self.part.outcomes.leaving_kind.astype(str)
        gone = self.part.outcomes.left > 0
        counts = {
            kind: round(float(on[gone & (kinds == kind)].sum())) for kind in np.unique(kinds[gone]).tolist()
        }
        return dict(sorted(((k, n) for k, n in counts.items() if k and n), key=lambda one: -one[1]))

    @cached_property
    def warnings(self) -> dict[tuple[str, float], Warnings]:
        """By way of choosing and length of list."""
        part, found = self.part, {}
        for name in self.ways():
            for most in self.back.tops:
                days = days_of_warning(
                    part.accounts, part.as_of, part.outcomes.left_in, self._drawn(name, most)
                )
                caught = days[~np.isnan(days)]
                mean = float(caught.mean()) if len(caught) else None
                found[name, most] = Warnings(Warned(len(days), len(caught), mean), caught)
        return found

    @cached_property
    def kinds(self) -> list[Kind]:
        """Contract accounts and irregular ones apart, as if each had a list of its own; empty with one kind alone."""
        names = np.unique(self.part.kind.astype(str)).tolist()
        return [self._kind(name) for name in names] if len(names) > 1 else []

    def _kind(self, kind: str) -> Kind:
        rows = self.part.kind.astype(str) == kind
        part = self.part.where(rows)
        return Kind(
            kind,
            {
                name: judge(
                    part.outcomes.left,
                    self.chances[name][rows],
                    accounts=part.accounts,
                    days=part.as_of,
                    tops=(self.top,),
                    seed=self.back.seed,
                )
                for name in self.ways()
            },
        )

    @cached_property
    def calibration(self) -> list[dict[str, float | None]]:
        """Accounts by the band of the chance said, the highest first: rows, said, left, low, high."""
        part = self.part
        return calibration_table(
            part.outcomes.left, self.chances[MODEL], edges=BANDS, accounts=part.accounts, seed=self.back.seed
        )[::-1]

    @cached_property
    def listed(self) -> dict[str, float | None]:
        """What was said of those on the list spoken of first, and what happened, as a row of `calibration`."""
        on, happened = self._on(MODEL, self.top), self.precision(MODEL)
        said = float(on @ self.chances[MODEL] / on.sum())
        around = {"low": happened.low, "high": happened.high}
        return {"rows": round(float(on.sum())), "said": said, "left": happened.value, **around}

    def profits(self) -> dict[str, list[float]]:
        """By way of choosing what acting would have earned, month by month; empty where it was not asked for."""
        if not self.back.profit:
            return {}
        return {name: [self.back.profit.get((day, name), 0.0) for day in self.days] for name in self.ways()}

    def _on(self, name: str, most: float) -> Floats:
        return listed(self._chances(name), self.part.as_of, most)

    def _drawn(self, name: str, most: float) -> Floats:
        return as_read(self._chances(name), self.part.as_of, most, seed=self.back.seed)

    def _chances(self, name: str) -> Floats:
        return np.zeros(len(self.part)) if name == CHANCE else self.chances[name]


def month(day: int, days: Sequence[int]) -> str:
    """A day's name on an axis: by its month where all days are firsts of months."""
    if all(from_number(one).day == 1 for one in days):
        return numbers.cohort(from_number(day).isoformat())
    return numbers.day(from_number(day))


def when(day: int) -> str:
    """A day as people write it."""
    return numbers.day(from_number(day))


def decimal(value: float | None, digits: int = 3) -> str:
    """A plain number; a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}".replace("-", numbers.MINUS)


def few(value: float | None) -> str:
    """A count that is a mean: 4, or 4.3."""
    if value is None:
        return "–"
    said = f"{value:,.1f}"
    return said.removesuffix(".0").replace("-", numbers.MINUS)


def plain(value: Any) -> Any:
    """A value to sort and export; empty where there is none."""
    return "" if value is None else value
