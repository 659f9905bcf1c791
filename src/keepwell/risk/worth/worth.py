"""Worth: what acting on each account is expected to bring, and the list that a budget is best spent on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.money import exponent, to_decimal
from keepwell.lib.text import gettext as _
from keepwell.metrics.tabular import Tabular, table_of
from keepwell.risk.worth.ahead import Ints, Life
from keepwell.risk.worth.assumptions import Assumptions
from keepwell.risk.worth.budget import Choice, Flags, choose
from keepwell.risk.worth.profit import Profits, Standing, best_of, profits
from keepwell.risk.worth.sensitivity import Sensitivity, tornado

_MONEY = ("mrr", "cost_to_serve", "margin", "value_ahead", "cost", "profit")
_KINDS: dict[str, pa.DataType] = {
    "account_id": pa.string(), "chosen": pa.bool_(), "place": pa.int64(), "action": pa.string(), "risk": pa.float64(),
    "saved": pa.float64(), **dict.fromkeys(_MONEY, pa.string()), "cost_known": pa.bool_(),
    "months": pa.float64(), "beyond": pa.float64(), "loses_money": pa.bool_(), "strategic": pa.string(),
    "why": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One action that may be taken: how accounts stand (the effect learnt of it among that) and what is assumed.

    learnt says where its effect comes from, "" where that is assumed. Nobody held_out from it is acted on.
    """

    standing: Standing
    said: Assumptions
    learnt: str = ""
    held_out: frozenset[str] = frozenset()

    def profits(self, lives: Mapping[str, Life], said: Assumptions, unit: int) -> Profits:
        """What it brings, if `said` were so."""
        return profits(self.standing, lives, said, unit=unit)

    @property
    def barred(self) -> Flags:
        """Who is held out from it."""
        return np.array([str(account) in self.held_out for account in self.standing.accounts], np.bool_)


@dataclass(frozen=True)
class Worth(Tabular):
    """What acting on each account brings, in `currency`, and who is on the list.

    ways: the actions that may be taken, of the same accounts in the same order. which: the place of the action that
    brings most for each account, and profits what that brings.
    """

    ways: tuple[Way, ...]
    lives: Mapping[str, Life]
    currency: str
    budget: int | None
    profits: Profits
    which: Ints
    choice: Choice
    reasons: NDArray[Any]

    @property
    def standing(self) -> Standing:
        """How accounts stand, whatever is done."""
        return self.ways[0].standing

    @property
    def barred(self) -> Flags:
        """Who is held out from every action."""
        return _barred(self.ways)

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
            return _chosen(found, self.reasons, self.barred, self.budget).chosen

        def weighed(name: str, end: str) -> Profits:
            return _weighed(self.ways, self.lives, [way.said.at(name, end) for way in self.ways], unit)[0]

        return tornado(self.ways[0].said.each, self.choice.chosen, weighed, chosen)

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
                "action": self.ways[self.which[at]].said.action,
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
            "actions": [way.said.action for way in self.ways],
            "budget": self._said(self.budget),
            "total": {
                name: n if name.endswith("accounts") else self._said(n) for name, n in self.total.items()
            },
            "best": self.choice.best,
            "short_by_at_most": self._said(self.choice.short),
            "effects": [way.learnt or "assumed" for way in self.ways],
            "assumptions": [
                {"action": way.said.action, **row} for way in self.ways for row in way.said.rows()
            ],
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
        for way in self.ways:
            if way.learnt:
                found.append(
                    _("The effects of acting are learnt: {learnt}.").format(learnt=way.learnt)
                    + (" " + _("“works” and “drives_away” are not used."))
                )
            else:
                found.append(
                    _("That acting works is assumed, not learnt: no held-out accounts stand behind it.")
                )
        if len(self.ways) > 1:
            found.append(_("Each account gets the action that brings most for it, and is weighed with that."))
        if self.choice.best:
            found.append(_("No other list within the budget brings more."))
        else:
            short = self._said(self.choice.short)
            found.append(
                _(
                    "Taken by profit for each unit of cost; a better list could bring {amount} more at most."
                ).format(amount=f"{short} {self.currency}")
            )
        barred = int(self.barred.sum())
        if barred:
            found.append(
                _("{n} accounts are held out for ever, so that it stays known what acting does.").format(
                    n=barred
                )
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
        whys = (
            (self.barred[at], _("held out for ever")),
            (p.losing[at], _("loses money each month")),
            (p.saved[at] <= 0, _("acting does not help it")),
            (p.profit[at] <= 0, _("brings less than it costs")),
        )
        return next((said for holds, said in whys if holds), _("beyond the budget"))

    def _said(self, minor: int | None) -> str | None:
        return None if minor is None else str(to_decimal(minor, self.currency))

    def _in_money(self, one: dict[str, Any]) -> dict[str, Any]:
        ends = {
            end: {n: self._said(x) if n in ("profit", "best", "regret") else x for n, x in one[end].items()}
            for end in ("low", "high")
        }
        return {**one, "width": self._said(one["width"]), **ends}


def worth(
    ways: Sequence[Way], lives: Mapping[str, Life], *, currency: str, budget: int | None = None
) -> Worth:
    """What acting on each account brings, and whom to act on with `budget` (minor units of `currency`; None: no end).

    ways: the actions there are to choose from, at least one. lives: by group, with the company's under ""
    (`keepwell.risk.worth.ahead.lives`). Raises KeepwellError where nothing can be weighed, BadInput where no
    strategic one is known.
    """
    standing, strategic = ways[0].standing, ways[0].said.strategic
    if not len(standing):
        raise KeepwellError(
            _("There is no account to weigh."),
            ways=[_("Score accounts first: keepwell risk score.")],
        )
    if budget is not None and budget < 0:
        raise BadInput(_("A budget cannot be below 0."), seen=str(to_decimal(budget, currency)))
    there = {str(account): place for place, account in enumerate(standing.accounts)}
    strangers = [account for account in strategic if account not in there]
    if len(strangers) == len(strategic) and strangers:
        raise BadInput(
            _("None of the strategic accounts is among those that are weighed."),
            seen=", ".join(strangers[:3]),
            ways=[_("Check their ids under [strategic].")],
        )
    reasons = np.array([strategic.get(str(account), "") for account in standing.accounts], object)
    found, which = _weighed(ways, lives, [way.said for way in ways], 10 ** exponent(currency))
    choice = _chosen(found, reasons, _barred(ways), budget)
    return Worth(tuple(ways), lives, currency, budget, found, which, choice, reasons)


def _barred(ways: Sequence[Way]) -> Flags:
    """Who is held out from every action."""
    found: Flags = np.all([way.barred for way in ways], axis=0)
    return found


def _weighed(
    ways: Sequence[Way], lives: Mapping[str, Life], said: Sequence[Assumptions], unit: int
) -> tuple[Profits, Ints]:
    """What the best action brings for each account, and which it is, if `said` were so of each."""
    each = [way.profits(lives, one, unit) for way, one in zip(ways, said, strict=True)]
    return best_of(each, [way.barred for way in ways])


def _chosen(found: Profits, reasons: NDArray[Any], barred: Flags, budget: int | None) -> Choice:
    """Strategic accounts, then those that acting keeps with a profit: none is chosen for being driven away."""
    may = (found.saved > 0) & ~found.losing & ~barred
    return choose(found.profit, found.cost, budget=budget, must=reasons != "", may=may)
