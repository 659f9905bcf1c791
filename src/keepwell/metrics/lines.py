"""The lines of a statement, and how they are summed from counted positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from keepwell.ledger.rows import LEAVING_KINDS

PAYING_AT_CLOSING = ["new", "reactivated", "expansion", "contraction", "unchanged"]
PAYING_AT_OPENING = ["churned", "expansion", "contraction", "unchanged"]


@dataclass(frozen=True)
class AccountLines:
    """The lines of a statement, counted in accounts."""

    opening: int = 0
    new: int = 0
    reactivated: int = 0
    churned: int = 0
    closing: int = 0
    expansion: int = 0
    contraction: int = 0
    passed_through: int = 0
    came_back_and_left: int = 0
    interrupted: int = 0
    leaving: int = 0
    churned_by_kind: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LEAVING_KINDS, 0))


@dataclass(frozen=True)
class MoneyLines:
    """The lines of a statement in MRR: minor units of the reporting currency."""

    opening: int = 0
    new: int = 0
    reactivated: int = 0
    expansion: int = 0
    contraction: int = 0
    churned: int = 0
    closing: int = 0
    leaving: int = 0
    churned_by_kind: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LEAVING_KINDS, 0))


# What can be listed account by account: the lines, and the words people use for them.
BALANCES = ("opening", "closing")
LINES = (*(f.name for f in fields(AccountLines) if f.name != "churned_by_kind"), "unchanged")


def account_lines(rows: Sequence[Mapping[str, Any]]) -> AccountLines:
    """How many accounts are on each line, from counted positions (see `keepwell.metrics.counting`)."""

    def count(lines: Sequence[str], **also: Any) -> int:
        return _total(rows, "accounts", lines, **also)

    return AccountLines(
        opening=count(PAYING_AT_OPENING),
        new=count(["new"]),
        reactivated=count(["reactivated"]),
        churned=count(["churned"]),
        closing=count(PAYING_AT_CLOSING),
        expansion=count(["expansion"]),
        contraction=count(["contraction"]),
        passed_through=count(["passed_through"]),
        came_back_and_left=count(["came_back_and_left"]),
        interrupted=count(PAYING_AT_OPENING, interrupted=1),
        leaving=_total(rows, "leaving", PAYING_AT_CLOSING),
        churned_by_kind={kind: count(["churned"], leaving_kind=kind) for kind in LEAVING_KINDS},
    )


def money_lines(rows: Sequence[Mapping[str, Any]]) -> MoneyLines:
    """What each line comes to in MRR, from counted positions."""

    def opened(lines: Sequence[str], **also: Any) -> int:
        return _total(rows, "opening", lines, **also)

    def closed(lines: Sequence[str], **also: Any) -> int:
        return _total(rows, "closing", lines, **also)

    return MoneyLines(
        opening=opened(PAYING_AT_OPENING),
        new=closed(["new"]),
        reactivated=closed(["reactivated"]),
        expansion=closed(["expansion"]) - opened(["expansion"]),
        contraction=opened(["contraction"]) - closed(["contraction"]),
        churned=opened(["churned"]),
        closing=closed(PAYING_AT_CLOSING),
        leaving=_total(rows, "leaving_closing", PAYING_AT_CLOSING),
        churned_by_kind={kind: opened(["churned"], leaving_kind=kind) for kind in LEAVING_KINDS},
    )


def _total(rows: Sequence[Mapping[str, Any]], what: str, lines: Sequence[str], **also: Any) -> int:
    return sum(
        row[what]
        for row in rows
        if row["line"] in lines and all(row[key] == value for key, value in also.items())
    )
