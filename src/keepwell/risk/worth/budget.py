"""Whom to act on with a given amount of money."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.worth.ahead import Floats, Ints

Flags = NDArray[np.bool_]

SMALL = 60  # accounts up to which every list is weighed against every other
_MOST_LISTS = 200_000


@dataclass(frozen=True)
class Choice:
    """The accounts chosen. `short` is by how much, at most, another list could beat it, in minor units: 0 if it is
    the best there is."""

    chosen: Flags
    short: int

    @property
    def best(self) -> bool:
        """Whether no list within the budget brings more."""
        return self.short == 0


def choose(profit: Ints, cost: Ints, *, budget: int | None, must: Flags, may: Flags) -> Choice:
    """The list that brings most: all that `must` be on it, then of those that `may` be, while the budget lasts.

    Only accounts with a profit above 0 are taken of the latter. With few of them the best list is found exactly, by
    building every list that no cheaper one beats (Nemhauser and Ullmann 1969); with many, accounts are taken by
    profit for each unit of cost, and the best that a list of parts of accounts could bring bounds what is missed
    (Dantzig 1957). Accounts that must be on it are there even where they alone pass the budget.
    """
    chosen = must.copy()
    open_to = np.flatnonzero(may & ~must & (profit > 0))
    if budget is None:
        chosen[open_to] = True
        return Choice(chosen, 0)
    left = max(0, budget - int(cost[must].sum()))
    open_to = open_to[cost[open_to] <= left]
    if len(open_to) <= SMALL:
        exact = _best(profit[open_to], cost[open_to], left)
        if exact is not None:
            chosen[open_to[exact]] = True
            return Choice(chosen, 0)
    taken, bound = _by_density(profit[open_to], cost[open_to], left)
    chosen[open_to[taken]] = True
    return Choice(chosen, max(0, bound - int(profit[open_to[taken]].sum())))


def _by_density(profit: Ints, cost: Ints, budget: int) -> tuple[Ints, int]:
    """Accounts by profit for each unit of cost, passing over those that no longer fit; and the bound."""
    density: Floats = profit / np.maximum(cost, 1e-9)
    order = np.argsort(-density, kind="stable")
    spent = np.cumsum(cost[order])
    fitting = int(np.searchsorted(spent, budget, side="right"))
    bound = int(profit[order[:fitting]].sum())
    left = budget - (int(spent[fitting - 1]) if fitting else 0)
    if fitting < len(order):
        bound += int(density[order[fitting]] * left)
    taken = list(order[:fitting])
    for place in order[fitting:]:
        if cost[place] <= left:
            taken.append(place)
            left -= int(cost[place])
    return np.array(taken, np.int64), bound


def _best(profit: Ints, cost: Ints, budget: int) -> Ints | None:
    """The most profitable list exactly; None where there are too many lists to weigh."""
    costs, profits = np.zeros(1, np.int64), np.zeros(1, np.int64)
    lists = np.zeros(1, object)  # bits of the accounts on each list
    for place in range(len(profit)):
        fits = costs + cost[place] <= budget
        costs = np.concatenate([costs, costs[fits] + cost[place]])
        profits = np.concatenate([profits, profits[fits] + profit[place]])
        lists = np.concatenate([lists, lists[fits] | (1 << place)])
        order = np.lexsort((-profits, costs))
        best_before = np.concatenate([[-1], np.maximum.accumulate(profits[order])[:-1]])
        kept = order[profits[order] > best_before]
        if len(kept) > _MOST_LISTS:
            return None
        costs, profits, lists = costs[kept], profits[kept], lists[kept]
    bits = int(lists[-1])  # no cheaper list beats another that is kept, so the dearest brings most
    return np.array([place for place in range(len(profit)) if bits >> place & 1], np.int64)
