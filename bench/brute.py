"""The series and the triangle read day by day, account by account: slow, obvious, and made another way.

For small samples only. It shares no code with Keepwell or the peers, so that it can tell whether they are right.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

RANKED = ("unknown", "closed_or_merged", "lapse", "failed_payment", "by_choice")
Subscriptions = Sequence[Mapping[str, Any]]


class History:
    """What one account pays, day by day, from the day before its first subscription to the day asked."""

    def __init__(self, subscriptions: Subscriptions, rates: Mapping[str, Fraction], until: date) -> None:
        self._subscriptions, self._rates = subscriptions, rates
        self.start = min(s["started_on"] for s in subscriptions) - timedelta(days=1)
        days = (until - self.start).days + 1
        self.amounts = [self._on(self.start + timedelta(days=n)) for n in range(days)]

    def _on(self, day: date) -> dict[str, int]:
        paid: dict[str, int] = defaultdict(int)
        for s in self._subscriptions:
            if s["started_on"] <= day and (s["ended_on"] is None or day < s["ended_on"]):
                paid[s["currency"]] += s["mrr"]
        return {currency: amount for currency, amount in paid.items() if amount}

    def at_end_of(self, day: date) -> dict[str, int]:
        """Amounts by currency on a day."""
        return {} if day < self.start else self.amounts[(day - self.start).days]

    def pays(self, day: date) -> bool:
        """Whether it pays anything on a day."""
        return bool(self.at_end_of(day))

    def mrr(self, day: date) -> int:
        """What it pays on a day in the reporting currency, rounded once for each currency."""
        return sum(round(a * self._rates.get(c, Fraction(1))) for c, a in self.at_end_of(day).items())

    def turns(self, start: date, end: date) -> list[tuple[date, int]]:
        """Days in [start, end) on which it starts (1) or stops (-1) paying."""
        day, found = max(start, self.start + timedelta(days=1)), []
        while day < end:
            now, then = self.pays(day), self.pays(day - timedelta(days=1))
            if now != then:
                found.append((day, 1 if now else -1))
            day += timedelta(days=1)
        return found

    def why(self, day: date) -> str:
        """Why it stopped paying on a day."""
        ended = [s for s in self._subscriptions if s["ended_on"] == day > s["started_on"] and s["mrr"]]
        return max((s["end_reason"] or "unknown" for s in ended), key=RANKED.index)


def figures(
    subscriptions: Subscriptions, rates: Mapping[str, Fraction], months: Sequence[date], covered: date
) -> dict[str, Any]:
    """The series over months and the triangle of a few hundred accounts."""
    by_account = defaultdict(list)
    for s in subscriptions:
        by_account[s["account_id"]].append(s)
    histories = [History(own, rates, covered) for own in by_account.values()]
    series = [
        {"from": start.isoformat(), **_statement(histories, start, end)} for start, end in pairwise(months)
    ]
    return {"series": series, "triangle": _triangle(histories, covered)}


def _statement(histories: Sequence[History], start: date, end: date) -> dict[str, Any]:
    accounts: dict[str, Any] = defaultdict(int)
    mrr: dict[str, Any] = defaultdict(int)
    by_kind: dict[str, int] = dict.fromkeys(RANKED, 0)
    mrr_by_kind: dict[str, int] = dict.fromkeys(RANKED, 0)
    for history in histories:
        opened, closed = history.pays(start - timedelta(days=1)), history.pays(end - timedelta(days=1))
        o, c = history.mrr(start - timedelta(days=1)), history.mrr(end - timedelta(days=1))
        turns = history.turns(start, end)
        returned = any(turn == 1 for _day, turn in history.turns(date.min, start))
        for line, here, amount in (
            ("opening", opened, o),
            ("closing", closed, c),
            ("new", closed and not opened and not returned, c),
            ("reactivated", closed and not opened and returned, c),
            ("churned", opened and not closed, o),
            ("expansion", opened and closed and c > o, c - o),
            ("contraction", opened and closed and c < o, o - c),
        ):
            accounts[line] += here
            mrr[line] += amount if here else 0
        accounts["interrupted"] += opened and closed and bool(turns)
        inside = bool(turns) and not opened and not closed
        accounts["passed_through"] += inside and not returned
        accounts["came_back_and_left"] += inside and returned
        if opened and not closed:
            why = history.why(turns[-1][0])
            by_kind[why] += 1
            mrr_by_kind[why] += o
    return {
        "accounts": {**accounts, "churned_by_kind": by_kind},
        "mrr": {**mrr, "churned_by_kind": mrr_by_kind},
    }


def _triangle(histories: Sequence[History], covered: date) -> dict[str, list[int]]:
    cells: dict[str, list[int]] = {}
    for history in histories:
        turns = history.turns(date.min, covered)
        if not turns:
            continue
        month, age = turns[0][0].replace(day=1), 0
        own = cells.setdefault(month.isoformat(), [])
        while month < covered:
            month = (month + timedelta(days=32)).replace(day=1)
            if age == len(own):
                own.append(0)
            own[age] += history.pays(month - timedelta(days=1))
            age += 1
    return dict(sorted(cells.items()))
