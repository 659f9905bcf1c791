"""What each account pays on each day, worked out one day at a time.

Comments that begin with READING say how a sentence of the design was taken where it leaves room.
"""

from dataclasses import dataclass
from functools import lru_cache

from oracle.histories import Account, History, Invoice, Policies, Subscription
from oracle.irregular import Frozen, fixed_on_purchases

LEAVING_KINDS = ("by_choice", "failed_payment", "lapse", "closed_or_merged", "unknown")


# (account, day) -> what its MRR is made of: subscriptions, and None for a run-rate.
Parts = dict[tuple[str, int], list[Subscription | None]]


@dataclass(frozen=True, eq=False)
class Days:
    """Every day from `first` to `last`; before it nobody pays, after it nothing changes any more."""

    first: int
    last: int
    accounts: tuple[str, ...]
    paid: dict[str, list[dict[str, int]]]  # by account, then day - first: currency -> minor units, above zero
    why: dict[tuple[str, int], str]  # (account, day it stopped paying) -> leaving kind
    parts: Parts

    def at(self, account: str, day: int) -> dict[str, int]:
        """What the account pays on the day: currency -> minor units, only those above zero."""
        if day < self.first:
            return {}
        return self.paid[account][min(day, self.last) - self.first]

    def pays(self, account: str, day: int) -> bool:
        return bool(self.at(account, day))

    def kept_by(self, account: str, day: int, currency: str) -> str:
        """ "contract" or "irregular": what it pays for in the currency, on a day on which it pays."""
        # READING: an account with any subscription among what it pays is a contract account that day, also
        # with a run-rate beside it; in its days of grace it is what it was.
        day = min(day, self.last)
        while (account, day) not in self.parts:
            day -= 1
        subs = [sub for sub in self.parts[account, day] if sub is not None and sub.currency == currency]
        return "contract" if subs else "irregular"


def owner(history: History, account: str, day: int) -> str | None:
    """For whom the account's rows count on the day, following mergers; None: for nobody."""
    by_name = _by_name(history)
    seen: set[str] = set()
    while True:
        row = by_name[account]
        # READING: rows of an excluded account count for nobody, also after it merged into one that
        # counts; and rows merged into an excluded account count for nobody from then on.
        if row.excluded or account in seen:
            return None
        seen.add(account)
        if row.merged_into is None or (row.merged_on is not None and day < row.merged_on):
            return account
        account = row.merged_into


@lru_cache(maxsize=64)
def _by_name(history: History) -> dict[str, Account]:
    return {row.account: row for row in history.accounts}


def runs(sub: Subscription, policies: Policies, day: int) -> bool:
    """Whether the subscription runs on the day, trial or not, paid or not."""
    end = sub.ended_on
    if policies.term == "rolls_on" and sub.cancelled_on is None and sub.end_reason is None:
        end = None
    # READING: dated at notice, each subscription stops on the day of its notice, so contractions move as
    # churn does. A notice before the start leaves no paying day, one after the end changes nothing; a
    # notice without an end ends it at notice, and under paid-until not at all.
    if policies.churn_dated == "notice" and sub.cancelled_on is not None:
        end = sub.cancelled_on if end is None else min(end, sub.cancelled_on)
    return sub.started_on <= day and (end is None or day < end)


def past_due(invoice: Invoice, policies: Policies, covered: int, day: int) -> bool:
    """Whether this invoice alone makes the account pay nothing on the day."""
    if policies.past_due_stops_after is None:
        return False
    stops_on = invoice.due_on + policies.past_due_stops_after
    # READING: like any silence, a missing payment counts only where its day is covered: an invoice
    # that falls due in the future stops nobody.
    return stops_on < covered and stops_on <= day and (invoice.paid_on is None or day < invoice.paid_on)


@lru_cache(maxsize=16)
def daily(history: History, policies: Policies, frozen: Frozen | None = None) -> Days:
    """What every account pays on every day there is something to say about."""
    first, last = _horizon(history, policies)
    names = tuple(a.account for a in history.accounts if not a.excluded)
    owned = Owned(history, policies)
    fixed = fixed_on_purchases(history, policies, owned.buys(), frozen)
    base: dict[str, list[dict[str, int]]] = {name: [] for name in names}
    parts: Parts = {}
    for day in range(first, last + 1):
        today: dict[str, dict[str, int]] = {name: {} for name in names}
        # READING: an invoice, too, counts for the account merged into, and stops all that account pays,
        # run-rate included ("the account pays nothing").
        stopped = {
            owner(history, i.account, day)
            for i in history.invoices
            if past_due(i, policies, history.covered, day)
        }
        for sub, who in owned.running(day):
            if sub.mrr > 0 and who not in stopped:
                today[who][sub.currency] = today[who].get(sub.currency, 0) + sub.mrr
                parts.setdefault((who, day), []).append(sub)
        for name in names:
            held = fixed.run_rate(name, day)
            # READING: a run-rate does not travel: a merged account's ends on merged_on, and the account
            # merged into gets one with the next purchase. A purchase is whose it is on its day.
            if held and name not in stopped and owner(history, name, day) == name:
                for currency, amount in held.items():
                    today[name][currency] = today[name].get(currency, 0) + amount
                parts.setdefault((name, day), []).append(None)
        for name in names:
            base[name].append(today[name])
    paid: dict[str, list[dict[str, int]]] = {}
    why: dict[tuple[str, int], str] = {}
    for name in names:
        paid[name] = _with_grace(history, policies, name, base[name], first)
        fell: int | None = None
        for day in range(first + 1, last + 1):
            if base[name][day - first - 1] and not base[name][day - first]:
                fell = day
            if paid[name][day - first - 1] and not paid[name][day - first]:
                assert fell is not None
                why[name, day] = _why(history, policies, name, day, fell, parts, owned)
    return Days(first, last, names, paid, why, parts)


def _with_grace(
    history: History, policies: Policies, name: str, base: list[dict[str, int]], first: int
) -> list[dict[str, int]]:
    """When the account's MRR falls to 0, hold its last for the days of grace or until it pays again."""
    # READING: grace is the account's: it starts when all it pays, in every currency and of both kinds, falls
    # to 0 for whatever cause (an end, a lapse, an unpaid invoice), and holds the amounts of the day before.
    paid: list[dict[str, int]] = []
    left, last = 0, {}
    for i, now in enumerate(base):
        if now:
            left, last = policies.grace, now
            paid.append(now)
        # READING: no grace past the day of a merger: the MRR is counted at the other account already.
        elif left > 0 and owner(history, name, first + i) == name:
            left -= 1
            paid.append(last)
        else:
            left = 0
            paid.append({})
    return paid


def _why(
    history: History, policies: Policies, name: str, day: int, fell: int, parts: Parts, owned: "Owned"
) -> str:
    """Why the account stopped paying on `day`, its MRR having fallen to 0 on `fell` (grace lies between)."""
    # READING: a departure dated the day of the merger is the merger's, whatever else ended that day.
    row = _by_name(history)[name]
    if row.merged_into is not None and day == row.merged_on:
        return "closed_or_merged"
    kinds = set()
    still = {id(sub) for sub, who in owned.running(fell) if who == name}
    stopped = any(
        owner(history, i.account, fell) == name and past_due(i, policies, history.covered, fell)
        for i in history.invoices
    )
    paid_in = {sub.currency for sub in parts[name, fell - 1] if sub is not None}
    if stopped and any(
        who == name and sub.mrr > 0 and sub.currency in paid_in for sub, who in owned.running(fell)
    ):
        # READING: what would have gone on in the same money, also one that begins that very day, was stopped.
        kinds.add("failed_payment")
    for sub in parts[name, fell - 1]:
        if sub is None:
            kinds.add("failed_payment" if stopped else "lapse")
        elif id(sub) in still:
            kinds.add("failed_payment")
        else:
            # READING: a blank reason is unknown, also where notice was given.
            kinds.add(sub.end_reason or "unknown")
    # READING: of several things that ended that day, the first in the design's own order names the kind.
    return next(kind for kind in LEAVING_KINDS if kind in kinds)


class Owned:
    """The history's rows with the account each counts for, day by day."""

    def __init__(self, history: History, policies: Policies) -> None:
        self.history, self.policies = history, policies
        self._running: dict[int, list[tuple[Subscription, str]]] = {}

    def running(self, day: int) -> list[tuple[Subscription, str]]:
        """Subscriptions that run on the day, and for whom."""
        if day not in self._running:
            rows = []
            for sub in self.history.subscriptions:
                if runs(sub, self.policies, day):
                    who = owner(self.history, sub.account, day)
                    if who is not None:
                        rows.append((sub, who))
            self._running[day] = rows
        return self._running[day]

    def buys(self) -> dict[str, dict[int, list[tuple[str, int]]]]:
        """Account -> day -> its (currency, amount) rows, returns too, as far as they may make MRR."""
        found: dict[str, dict[int, list[tuple[str, int]]]] = {}
        for row in self.history.purchases:
            who = owner(self.history, row.account, row.occurred_on)
            # READING: purchases and returns on a day with a running subscription (a trial runs too, and
            # so does one that is past due) are left out of days, gaps, cycles, run-rate and silence alike.
            beside = any(account == who for _, account in self.running(row.occurred_on))
            if who is not None and (self.policies.purchases_beside_subscription or not beside):
                found.setdefault(who, {}).setdefault(row.occurred_on, []).append((row.currency, row.amount))
        return found


def _horizon(history: History, policies: Policies) -> tuple[int, int]:
    days = [history.covered]
    for s in history.subscriptions:
        days += [d for d in (s.started_on, s.ended_on, s.cancelled_on) if d is not None]
    days += [p.occurred_on for p in history.purchases]
    for i in history.invoices:
        days += [d for d in (i.due_on + (policies.past_due_stops_after or 0), i.paid_on) if d is not None]
    days += [a.merged_on for a in history.accounts if a.merged_on is not None]
    return min(days) - 1, max(days) + policies.grace + 2
