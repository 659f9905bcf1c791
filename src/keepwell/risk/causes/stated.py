"""What those who left said was the reason, beside how they behaved before: the two often differ.

Of the accounts that stated one reason, the last observation before leaving is laid beside those of all other accounts
that left: the signals in which they differ most, beyond chance. A reason with no signal of its own is a word, not yet
an explanation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from keepwell.metrics.intervals import wilson
from keepwell.risk.causes.before import DRAWS, FEWEST, beside
from keepwell.risk.judging import Estimate, mean, numbered

if TYPE_CHECKING:
    from keepwell.risk.features import Feature
    from keepwell.risk.observations import Observations

Floats = NDArray[np.float64]

SILENT = ""  # no reason was stated
_MOST = 5  # signals shown for a reason


@dataclass(frozen=True)
class Stated:
    """One reason: how many stated it, and the signals in which they differ from the others that left.

    share: of all that left, with Wilson's 95% interval. signals: the strongest first; empty below 20 accounts.
    """

    code: str
    accounts: int
    share: Estimate
    signals: tuple[tuple["Feature", Estimate], ...]

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it."""
        signals = [{"feature": feature.name, **vars(gap)} for feature, gap in self.signals]
        return {"code": self.code, "accounts": self.accounts, **vars(self.share), "signals": signals}


def stated_beside_behaviour(
    observations: "Observations", codes: Mapping[tuple[str, int], str], *, seed: int = 0
) -> list[Stated]:
    """Reasons stated, the commonest first; `codes` has the code by account and day of leaving (a number)."""
    last = _last_before_leaving(observations)
    if not len(last):
        return []
    said = np.array(
        [
            codes.get((str(account), int(day)), SILENT)
            for account, day in zip(last.accounts, last.as_of + last.outcomes.left_in, strict=True)
        ],
        dtype=object,
    )
    found = []
    for code in sorted(set(said.tolist())):
        own = said == code
        share = Estimate(float(own.mean()), *(wilson(int(own.sum()), len(own)) or (None, None)))
        found.append(Stated(code, int(own.sum()), share, _signals(last, own, seed)))
    return sorted(found, key=lambda one: (one.code == SILENT, -one.accounts, one.code))


def _last_before_leaving(observations: "Observations") -> "Observations":
    """The newest observation before each departure."""
    rows = np.flatnonzero(~np.isnan(observations.outcomes.left_in))
    leavers = observations.where(rows)
    day = (leavers.as_of + leavers.outcomes.left_in).astype(np.int64)
    departure = np.stack([numbered(leavers.accounts), day])
    order = np.lexsort((-leavers.as_of, *departure))
    first = np.unique(departure[:, order], axis=1, return_index=True)[1]
    return leavers.where(np.sort(order[first]))


def _signals(
    last: "Observations", own: NDArray[np.bool_], seed: int
) -> tuple[tuple["Feature", Estimate], ...]:
    found = []
    for place, feature in enumerate(last.features):
        if feature.categories is not None:
            continue
        gaps = beside(last.values[:, place], np.zeros(len(last), np.int64), ~own)
        rows = own & ~np.isnan(gaps)
        if rows.sum() >= FEWEST:
            gap = mean(gaps[rows], last.accounts[rows], draws=DRAWS, seed=seed)
            if gap.above_zero or gap.below_zero:
                found.append((feature, gap))
    found.sort(key=lambda one: -abs(one[1].value or 0))
    return tuple(found[:_MOST])
