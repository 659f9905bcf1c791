"""What acting on each account is expected to bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.worth.ahead import Floats, Ints, Life, months_ahead
from keepwell.risk.worth.assumptions import Assumptions


@dataclass(frozen=True)
class Standing:
    """Accounts on a day, one entry each.

    risk: chance of leaving within the horizon. mrr: minor units of the reporting currency a month. age: days since
    it began to pay. serving: minor units a month that it costs to serve; NaN where the book does not know. group:
    whose lives its own is taken from. effect: by how much acting lowers its chance of leaving, learnt from held-out
    accounts (below 0 where it drives it away); None where nothing was learnt.
    """

    accounts: NDArray[Any]
    risk: Floats
    mrr: Ints
    age: Ints
    serving: Floats
    group: NDArray[Any]
    effect: Floats | None = None

    def __len__(self) -> int:
        return len(self.accounts)


@dataclass(frozen=True)
class Profits:
    """One entry an account; money in minor units of the reporting currency.

    serving, margin: a month. months: it will pay if it stays, discounted. beyond: which share of them no account has
    been seen to reach. value_ahead: margin x months. saved: by how much acting lowers its chance of leaving. cost: of
    acting. profit: saved x value_ahead - cost.
    """

    serving: Ints
    margin: Ints
    months: Floats
    beyond: Floats
    value_ahead: Ints
    saved: Floats
    cost: Ints
    profit: Ints

    @property
    def losing(self) -> NDArray[np.bool_]:
        """Accounts that cost more than they bring, month by month: keeping them keeps a loss."""
        return self.margin < 0


def profits(standing: Standing, lives: Mapping[str, Life], said: Assumptions, *, unit: int = 100) -> Profits:
    """The expected profit of acting on each account; `unit` is the minor units of one unit of money.

    With p the chance of leaving, acting lowers it by p x works - (1 - p) x drives_away, or by what was learnt. What
    acting costs is its cost and, to each account that then stays, the offer.
    """
    risk = np.clip(standing.risk * said["risk"], 0.0, 1.0)
    assumed = standing.mrr * said["cost_to_serve"]
    serving: Floats = np.where(np.isnan(standing.serving), assumed, standing.serving)
    margin: Floats = standing.mrr * said["gross_margin"] - serving
    months, beyond = np.zeros(len(standing)), np.zeros(len(standing))
    ahead = {"months": said["months_ahead"], "discount": said["discount"], "saved_life": said["saved_life"]}
    own = np.where(np.isin(standing.group, list(lives)), standing.group, "")
    for group in np.unique(own.astype(str)):
        rows = own == group
        found = months_ahead(lives[group], standing.age[rows], **ahead)
        months[rows], beyond[rows] = found.months, found.beyond
    if standing.effect is None:
        saved = risk * said["works"] - (1 - risk) * said["drives_away"]
    else:
        saved = np.clip(standing.effect * said["learnt"], risk - 1, risk)
    stays = np.clip(1 - risk + saved, 0.0, 1.0)
    cost: Floats = said["cost"] * unit + said["offer"] * standing.mrr * stays
    value: Floats = margin * months
    return Profits(
        serving=_minor(serving),
        margin=_minor(margin),
        months=months,
        beyond=beyond,
        value_ahead=_minor(value),
        saved=saved,
        cost=_minor(cost),
        profit=_minor(saved * value - cost),
    )


def best_of(found: Sequence[Profits], barred: Sequence[NDArray[np.bool_]]) -> tuple[Profits, Ints]:
    """Of several actions the one that brings most for each account, and which: none from which it is held out.

    found, barred: by action; who is barred from all has the first.
    """
    gains = np.stack([np.where(out, -np.inf, one.profit) for one, out in zip(found, barred, strict=True)])
    which = gains.argmax(axis=0)
    rows = np.arange(gains.shape[1])
    columns = {
        field.name: np.stack([getattr(one, field.name) for one in found])[which, rows]
        for field in fields(Profits)
    }
    return Profits(**columns), which


def _minor(amounts: Floats) -> Ints:
    return np.rint(amounts).astype(np.int64)
