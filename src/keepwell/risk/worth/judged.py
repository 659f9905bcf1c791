"""Whether acting by what would have been said would have paid: what it would have saved, and the most it could bring.

An account that leaves costs what lay ahead of it. Acting costs its cost, and of those that would leave it keeps as
many as it is assumed to. Each account is acted on where that is expected to cost less than leaving it alone, so that
each has a threshold of its own. How long accounts stay is taken from all that is known today.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from keepwell.lib.money import exponent
from keepwell.risk.backtest import Backtest, Profit
from keepwell.risk.judging import DRAWS, Estimate
from keepwell.risk.observations import Observations
from keepwell.risk.worth.ahead import Floats, Life
from keepwell.risk.worth.assumptions import Assumptions
from keepwell.risk.worth.emp import expected_maximum_profit
from keepwell.risk.worth.profit import Standing, profits
from keepwell.risk.worth.savings import Costs, savings

_SURENESS = (
    20.0  # how firmly the share that acting keeps is known: Beta(6, 14) where it is 0.3, as in the literature
)


@dataclass(frozen=True)
class Acted:
    """What acting by one model's chances would have done.

    acted: the share of accounts acted on, month by month. saved: the share of cost saved beside the better of acting
    on none and on all. emp: the expected maximum profit an account, in units of the reporting currency, of a campaign
    that costs the same for all, and the share contacted in it.
    """

    name: str
    observations: int
    acted: float
    saved: Estimate
    emp: float
    emp_share: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def judged(
    found: Backtest, lives: Mapping[str, Life], said: Assumptions, *, currency: str, draws: int = DRAWS
) -> list[Acted]:
    """Each model of a look back, what would have been said first. Raises KeepwellError where nobody left."""
    seen = found.obs.where(found.said)
    unit = 10 ** exponent(currency)
    costs, value = costs_of(seen, lives, said, unit)
    keeps = said["works"]
    rows = []
    for name, every in found.chances.items():
        chances = every[found.said]
        acted = costs.worth_acting(chances)
        most = expected_maximum_profit(
            seen.outcomes.left,
            chances,
            alpha=max(_SURENESS * keeps, 1e-3),
            beta=max(_SURENESS * (1 - keeps), 1e-3),
            value=max(float(value.mean()), 0.0) / unit,
            incentive=said["offer"] * float(seen.mrr.mean()) / unit,
            contact=said["cost"],
        )
        saved = savings(
            costs, seen.outcomes.left, acted, accounts=seen.accounts, draws=draws, seed=found.seed
        )
        rows.append(Acted(name, len(seen), float(acted.mean()), saved, most.profit, most.share))
    return rows


def earning(lives: Mapping[str, Life], said: Assumptions, *, currency: str) -> Profit:
    """For a look back: what acting on a day's chances would have earned, minor units, beside acting on nobody."""

    def earned(seen: Observations, chances: Floats) -> float:
        costs, _value = costs_of(seen, lives, said, 10 ** exponent(currency))
        acted, left = costs.worth_acting(chances), seen.outcomes.left
        return float((costs.of(left, np.zeros(len(seen), np.bool_)) - costs.of(left, acted)).sum())

    return earned


def costs_of(
    seen: Observations, lives: Mapping[str, Life], said: Assumptions, unit: int
) -> tuple[Costs, Floats]:
    """What acting on each observed account, and not, costs in minor units, and the value that lay ahead of it.

    The cost to serve is as assumed.
    """
    standing = Standing(
        accounts=seen.accounts,
        risk=np.zeros(len(seen)),
        mrr=seen.mrr,
        age=np.nan_to_num(seen.column("tenure")).astype(np.int64),
        serving=np.full(len(seen), np.nan),
        group=seen.segment,
    )
    value = profits(standing, lives, said, unit=unit).value_ahead.astype(np.float64)
    contact, offer = said["cost"] * unit, said["offer"] * seen.mrr
    costs = Costs(
        leaver_acted=contact + said["works"] * offer + (1 - said["works"]) * value,
        leaver_left_alone=value,
        stayer_acted=contact + offer + said["drives_away"] * value,
        stayer_left_alone=np.zeros(len(seen)),
    )
    return costs, value
