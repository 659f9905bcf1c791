"""What acting by chances would have saved, where each account has costs of its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.judging import DRAWS, Estimate, Floats, estimates


@dataclass(frozen=True)
class Costs:
    """Of each account, in any one unit: what acting costs if it would leave or stay, and what not acting does.

    For an account that leaves unless kept, `leaver_acted` already counts how often acting keeps it.
    """

    leaver_acted: Floats
    leaver_left_alone: Floats
    stayer_acted: Floats
    stayer_left_alone: Floats

    def of(self, left: Floats, acted: NDArray[np.bool_]) -> Floats:
        """What each account cost, given whether it was to leave and whether it was acted on."""
        leaver = np.where(acted, self.leaver_acted, self.leaver_left_alone)
        return np.where(left > 0, leaver, np.where(acted, self.stayer_acted, self.stayer_left_alone))

    def worth_acting(self, chances: Floats) -> NDArray[np.bool_]:
        """Accounts on which acting is expected to cost less than leaving them alone: each has its own threshold."""
        acting = chances * self.leaver_acted + (1 - chances) * self.stayer_acted
        waiting = chances * self.leaver_left_alone + (1 - chances) * self.stayer_left_alone
        return acting < waiting


def savings(
    costs: Costs,
    left: Floats,
    acted: NDArray[np.bool_],
    *,
    accounts: NDArray[Any],
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """The share of cost saved beside the better of acting on none and on all, with an interval over accounts.

    1 - cost as acted / min(cost of acting on none, cost of acting on all). Below 0 it was worse than either. Which of
    the two is better is settled by all accounts, and stays so in every draw.
    """
    everyone = np.ones(len(left), np.bool_)
    simple = [costs.of(left, ~everyone), costs.of(left, everyone)]
    better = min(simple, key=lambda each: float(each.sum()))
    ours = costs.of(left, acted)

    def saved(weights: Floats) -> float | None:
        base = float(weights @ better)
        return 1 - float(weights @ ours) / base if base > 0 else None

    entries = np.unique(accounts, return_inverse=True)[1].astype(np.int64)
    return estimates({"saved": saved}, entries, draws=draws, seed=seed)["saved"]
