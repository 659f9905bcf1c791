"""Worth: what acting on each account is expected to bring, and the list that a budget is best spent on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.money import exponent, to_decimal
from keepwell.lib.text import gettext as _
from keepwell.metrics.tabular import Tabular, table_of
from keepwell.risk.worth.ahead import Life
from keepwell.risk.worth.assumptions import Assumptions
from keepwell.risk.worth.budget import Choice, Flags, choose
from keepwell.risk.worth.profit import Profits, Standing, profits
from keepwell.risk.worth.sensitivity import Sensitivity, tornado

_MONEY = ("mrr", "cost_to_serve", "margin", "value_ahead", "cost", "profit")
_KINDS: dict[str, pa.DataType] = {
    "account_id": pa.string(), "chosen": pa.bool_(), "place": pa.int64(), "risk": pa.float64(),
    "saved": pa.float64(), **dict.fromkeys(_MONEY, pa.string()), "cost_known": pa.bool_(),
    "months": pa.float64(), "beyond": pa.float64(), "loses_money": pa.bool_(), "strategic": pa.string(),
    "why": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class Worth(Tabular):
    """What acting on each of `standing`'s accounts brings, in `currency`, and who is on the list.

    learnt says where the effects of acting come from, "" where they are assumed.
    """

    standing: Standing
    lives: Mapping[str, Life]
    said: Assumptions
    currency: str
    budget: int | None
    profits: Profits
    choice: Choice
    learnt: str = ""
    reasons: NDArray[Any] = field(default_factory=lambda: np.empty(0, object))

    @property
    def order(self) -> NDArray[np.int64]:
        """Places of accounts: the list first, then all others, each by profit."""
        return np.lexsort((self.standing.accounts.astype(str), -self.profits.profit, ~self.choice.chosen))

    @property
    def total(self) -> dict[str, int]:
        """Of the list: accounts, what it costs and is expected to bring, and its strategic accounts' part in that."""
        chosen, p = self.choice.chosen, self.profits
        kept = chosen & (self.reasons != "")
        return {
            "accounts": int(chosen.sum()),
            "cost": int(p.cost[chosen].sum()),
            "profit": int(p.profit[chosen].sum()),
            "strategic_accounts": int(kept.sum()),
            "strategic_profit": int(p.profit[kept].sum()),
        }

    @cached_property
    def sensitivity(self) -> list[Sensitivity]:
        """How far the list and its profit hang on each assumption."""
        unit = 10 ** exponent(self.currency)

        def chosen(found: Profits) -> Flags:
            return _chosen(found, self.reasons, self.budget).chosen

        return tornado(
            self.said,
            self.choice.chosen,
            lambda said: profits(self.standing, self.lives, said, unit=unit),
            chosen,
        )

    def rows(self) -> list[dict[str, Any]]:
        """One row an account, the list first; money as Decimal of `currency`, chances from 0 to 1."""
        p, s = self.profits, self.standing
        known = ~np.isnan(s.serving)
        amounts = {
            "mrr": s.mrr, "cost_to_serve": p.serving, "margin": p.margin, "value_ahead": p.value_ahead,
            "cost": p.cost, "profit": p.profit,
        }  # fmt: skip
        found = []
        for place, at in enumerate(self.order, 1):
            money = {name: to_decimal(int(amount[at]), self.currency) for name, amount in amounts.items()}
            found.append({
                "account_id": str(s.accounts[at]),
                "chosen": bool(self.choice.chosen[at]),
                "place": place,
                "risk": float(s.risk[at]),
                "saved": float(p.saved[at]),
                **money,
                "cost_known": bool(known[at]),
                "months": float(p.months[at]),
                "beyond": float(p.beyond[at]),
                "loses_money": bool(p.losing[at]),
                "strategic": str(self.reasons[at]),
                "why": self._why(int(at)),
            })  # fmt: skip
        return found

    def to_json(self) -> dict[str, Any]:
        """accounts (as `rows`, money as text), total, budget, assumptions, sensitivity and notes."""
        return {
            "currency": self.currency,
            "action": self.said.action,
            "budget": self._said(self.budget),
            "total": {
                name: n if name.endswith("accounts") else self._said(n) for name, n in self.total.items()
            },
            "best": self.choice.best,
            "short_by_at_most": self._said(self.choice.short),
            "effects": self.learnt or "assumed",
            "assumptions": self.said.rows(),
            "sensitivity": [self._in_money(one.to_json()) for one in self.sensitivity],
            "accounts": [
                {**row, **{name: str(row[name]) for name in _MONEY}, "strategic": row["strategic"] or None}
                for row in self.rows()
            ],
            "notes": self.notes(),
        }

    def to_arrow(self) -> pa.Table:
        """`rows` as a table; money as text, exactly."""
        return table_of([{**row, **{n: str(row[n]) for n in _MONEY}} for row in self.rows()], _KINDS)

    def notes(self) -> list[str]:
        """What must be said beside the list."""
        p, found = self.profits, []
        if self.learnt:
            found.append(
                _("The effects of acting are learnt: {learnt}.").format(learnt=self.learnt)
                + (" " + _("“works” and “drives_away” are not used."))
            )
        else:
            found.append(_("That acting works is assumed, not learnt: no held-out accounts stand behind it."))
        if self.choice.best:
            found.append(_("No other list within the budget brings more."))
        else:
            short = self._said(self.choice.short)
            found.append(
                _(
                    "Taken by profit for each unit of cost; a better list could bring {amount} more at most."
                ).format(amount=f"{short} {self.currency}")
            )
        losing = int(p.losing.sum())
        if losing:
            found.append(
                _(
                    "{n} accounts cost more than they bring; keeping them keeps a loss, whatever their risk."
                ).format(n=losing)
            )
        assumed = int(np.isnan(self.standing.serving).sum())
        if assumed:
            found.append(_("The cost to serve {n} accounts is assumed.").format(n=assumed))
        value = np.abs(p.value_ahead).sum()
        if value and (beyond := float(np.abs(p.value_ahead) @ p.beyond / value)) > 0.005:
            found.append(
                _(
                    "{share:.0%} of the value ahead lies at ages that no 30 accounts have been seen at."
                ).format(share=beyond)
            )
        if self.budget is not None and self.total["cost"] > self.budget:
            found.append(_("The strategic accounts alone cost more than the budget."))
        return found

    def _why(self, at: int) -> str:
        """Why an account is on the list or is not, in words."""
        p, strategic = self.profits, str(self.reasons[at])
        if strategic:
            said = _("strategic: {reason}").format(reason=strategic)
            return said if p.profit[at] > 0 else said + "; " + _("brings less than it costs")
        if self.choice.chosen[at]:
            return ""
        if p.losing[at]:
            return _("loses money each month")
        if p.saved[at] <= 0:
            return _("acting does not help it")
        if p.profit[at] <= 0:
            return _("brings less than it costs")
        return _("beyond the budget")

    def _said(self, minor: int | None) -> str | None:
        return None if minor is None else str(to_decimal(minor, self.currency))

    def _in_money(self, one: dict[str, Any]) -> dict[str, Any]:
        ends = {
            end: {n: self._said(x) if n in ("profit", "best", "regret") else x for n, x in one[end].items()}
            for end in ("low", "high")
        }
        return {**one, "width": self._said(one["width"]), **ends}


def worth(
    standing: Standing,
    lives: Mapping[str, Life],
    said: Assumptions,
    *,
    currency: str,
    budget: int | None = None,
    learnt: str = "",
) -> Worth:
    """What acting on each account brings, and whom to act on with `budget` (minor units of `currency`; None: no end).

    lives: by group, with the company's under "" (`keepwell.risk.worth.ahead.lives`). learnt: where the standing's
    effects come from. Raises KeepwellError where nothing can be weighed, BadInput where no strategic one is known.
    """
    if not len(standing):
        raise KeepwellError(
            _("There is no account to weigh."),
            ways=[_("Score accounts first: keepwell risk score.")],
        )
    if budget is not None and budget < 0:
        raise BadInput(_("A budget cannot be below 0."), seen=str(to_decimal(budget, currency)))
    there = {str(account): place for place, account in enumerate(standing.accounts)}
    strangers = [account for account in said.strategic if account not in there]
    if len(strangers) == len(said.strategic) and strangers:
        raise BadInput(
            _("None of the strategic accounts is among those that are weighed."),
            seen=", ".join(strangers[:3]),
            ways=[_("Check their ids under [strategic].")],
        )
    reasons = np.array([said.strategic.get(str(account), "") for account in standing.accounts], object)
    found = profits(standing, lives, said, unit=10 ** exponent(currency))
    choice = _chosen(found, reasons, budget)
    return Worth(standing, lives, said, currency, budget, found, choice, learnt, reasons)


def _chosen(found: Profits, reasons: NDArray[Any], budget: int | None) -> Choice:
    """Strategic accounts, then those that acting keeps with a profit: none is chosen for being driven away."""
    may = (found.saved > 0) & ~found.losing
    return choose(found.profit, found.cost, budget=budget, must=reasons != "", may=may)
