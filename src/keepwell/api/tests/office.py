"""What tests of calls share: whom there is, and accounts that pay."""

from datetime import date
from typing import Any

from keepwell.accounts.models import Account, Standing
from keepwell.members.models import Role

ROLES = {
    "administrator": (Role.ADMINISTRATOR, None),
    "manager": (Role.MANAGER, "Ours"),
    "owner": (Role.MEMBER, None),
    "mate": (Role.MEMBER, "Ours"),
    "viewer": (Role.VIEWER, "Ours"),
    "stranger": (Role.MEMBER, "Theirs"),
}
SEES = ("administrator", "manager", "owner", "mate", "viewer")


def paying(account_id: str, **rest: Any) -> Account:
    """An account that stands somehow."""
    account = Account.objects.create(account_id=account_id, **({"name": f"Account {account_id}"} | rest))
    number = sum(map(ord, account_id))
    Standing.objects.create(
        account=account,
        day=date(2026, 11, 21),
        kept_by="contract",
        mrr=100_00 + number,
        risk=None if number % 3 == 0 else (number % 7) / 10,
        worth=None if number % 4 == 0 else number % 5 * 1000,
        health="poor",
        score=0.2,
        steps={"paying": "poor"},
        reasons=[["days_to_lapse", 96.0, -0.7757], ["days_to_renewal", None, 0.6981]],
        past=[["2026-11-19", 0.1], ["2026-11-20", 0.2]],
    )
    return account
