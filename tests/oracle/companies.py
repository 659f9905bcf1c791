"""Companies written down by hand, for the oracle's own tests."""

from datetime import date
from typing import Any, TypeVar

from keepwell.lib.days import number
from oracle.histories import Account, History, Invoice, Policies, Purchase, Rate, Subscription
from oracle.reference import Statement, movements

T = TypeVar("T")
PLAIN = Policies()


def d(text: str) -> int:
    return number(date.fromisoformat(text))


JAN, FEB, MAR, APR = (d(f"2026-{m:02}-01") for m in (1, 2, 3, 4))


def company(*rows: Any, covered: str = "2026-10-01", **more: Any) -> History:
    """A history of these rows; accounts that no row describes are plain ones."""

    def of(kind: type[T]) -> tuple[T, ...]:
        return tuple(row for row in rows if isinstance(row, kind))

    accounts = of(Account)
    named = [r.account for r in rows if not isinstance(r, Account | Rate)]
    missing = sorted(set(named) - {a.account for a in accounts})
    return History(
        accounts + tuple(Account(name) for name in missing),
        d(covered),
        of(Subscription),
        of(Purchase),
        of(Invoice),
        of(Rate),
        **more,
    )


def sub(account: str, start: str, end: str | None = None, mrr: int = 1000, **more: Any) -> Subscription:
    days: dict[str, Any] = {
        k: d(v) if k.endswith("_on") and isinstance(v, str) else v for k, v in more.items()
    }
    return Subscription(account, d(start), d(end) if end else None, mrr, **days)


def many(prefix: str, count: int, start: str, end: str | None = None, mrr: int = 1000) -> list[Subscription]:
    return [sub(f"{prefix}{i}", start, end, mrr) for i in range(count)]


def sizes(found: Statement) -> dict[str, int]:
    return {line: len(who) for line, who in found.accounts.items() if who}


def moves(history: History, policies: Policies = PLAIN) -> list[tuple[Any, ...]]:
    return [
        (m.account, m.day, m.before, m.after, m.kind, m.leaving_kind) for m in movements(history, policies)
    ]


def buy(account: str, day: int, amount: int = 1000, currency: str = "EUR") -> Purchase:
    return Purchase(account, day, amount, currency)


def steady(account: str, start: int, step: int, count: int) -> list[Purchase]:
    return [buy(account, start + k * step) for k in range(count)]
