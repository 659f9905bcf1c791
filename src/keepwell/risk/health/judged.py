"""The check-up judged against what happened: was it right, was it early, whom did it miss, beside simpler ways.

A warning is an observation whose account stands poor. Each other way warns of as many accounts on the same day,
the ones it ranks highest, so that none looks better by merely warning more. A departure is caught where a warning
stood within the horizon before it; its days of warning are counted from the first of those.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.metrics.intervals import wilson
from keepwell.risk.health.standing import POOR, UNKNOWN, Standing

if TYPE_CHECKING:
    from keepwell.risk.observations import Observations

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """How one way of warning did.

    warnings: observations warned of; right: those that left within the horizon. departures: accounts' departures
    that could have been warned of; caught: those that were. days_of_warning: median over the caught, None where
    there are none. missed: (account, day number) of the departures never warned of, and whether too little was
    known of the account all the while.
    """

    name: str
    observations: int
    warnings: int
    right: int
    departures: int
    caught: int
    days_of_warning: float | None
    missed: tuple[tuple[str, int, bool], ...]

    @property
    def precision(self) -> float | None:
        """Share of the warnings that were right; None where nobody was warned of."""
        return self.right / self.warnings if self.warnings else None

    @property
    def recall(self) -> float | None:
        """Share of the departures that were caught; None where nobody left."""
        return self.caught / self.departures if self.departures else None

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it; intervals are Wilson's, of warnings and of departures."""
        return {
            "name": self.name,
            "observations": self.observations,
            "warnings": self.warnings,
            "right": self.right,
            "precision": self.precision,
            "precision_interval": wilson(self.right, self.warnings),
            "departures": self.departures,
            "caught": self.caught,
            "recall": self.recall,
            "recall_interval": wilson(self.caught, self.departures),
            "days_of_warning": self.days_of_warning,
            "missed": len(self.missed),
            "missed_not_known": sum(unknown for _account, _day, unknown in self.missed),
        }


def judge(
    observations: "Observations", standing: Standing, others: Mapping[str, Floats], *, seed: int = 0
) -> list[Judged]:
    """The check-up, then each of `others` (a rank a row, higher is warned of sooner), on the matured observations.

    Raises KeepwellError where nothing has matured or nobody left: then nothing can be judged.
    """
    matured = observations.outcomes.matured
    left = matured & (observations.outcomes.left == 1)
    if not left.any():
        raise KeepwellError(
            _(
                "Nobody left within {days} days of any day looked at, so the check-up cannot be judged."
            ).format(days=observations.outcomes.horizon),
            seen=_("{count} observations whose outcome is known").format(count=int(matured.sum())),
            ways=[_("Look further back: --months N."), _("Or wait until some accounts have left.")],
        )
    unknown = standing.standing == UNKNOWN
    warned = matured & (standing.standing == POOR)
    ways = {"health": warned}
    for name, rank in others.items():
        ways[name] = _as_many(rank, observations.as_of, warned, matured, seed)
    return [_judged(name, observations, flags, unknown) for name, flags in ways.items()]


def _as_many(rank: Floats, days: NDArray[np.int64], warned: Flags, matured: Flags, seed: int) -> Flags:
    """As many flags on each day as there are warnings, for the highest ranks; equal ranks are drawn by lot."""
    flags = np.zeros(len(rank), dtype=bool)
    lot = np.random.default_rng(seed).random(len(rank))
    lowest = np.where(np.isnan(rank), -np.inf, rank)
    for day in np.unique(days[warned]):
        today = np.flatnonzero((days == day) & matured)
        order = np.lexsort((lot[today], -lowest[today]))
        flags[today[order[: int(warned[today].sum())]]] = True
    return flags


def _judged(name: str, observations: "Observations", flags: Flags, unknown: Flags) -> Judged:
    outcomes = observations.outcomes
    left = outcomes.matured & (outcomes.left == 1)
    rows = np.flatnonzero(left)
    departure_day = (observations.as_of[rows] + outcomes.left_in[rows]).astype(np.int64)
    # One departure is behind several observations: all of its account within the horizon before it.
    departures: dict[tuple[str, int], list[int]] = {}
    for row, day in zip(rows.tolist(), departure_day.tolist(), strict=True):
        departures.setdefault((str(observations.accounts[row]), day), []).append(row)
    days, missed = [], []
    for (account, day), behind in departures.items():
        warned_on = [int(observations.as_of[row]) for row in behind if flags[row]]
        if warned_on:
            days.append(day - min(warned_on))
        else:
            missed.append((account, day, bool(unknown[behind].all())))
    return Judged(
        name=name,
        observations=int(outcomes.matured.sum()),
        warnings=int((flags & outcomes.matured).sum()),
        right=int((flags & left).sum()),
        departures=len(departures),
        caught=len(days),
        days_of_warning=float(np.median(days)) if days else None,
        missed=tuple(sorted(missed, key=lambda one: (-one[1], one[0]))),
    )
