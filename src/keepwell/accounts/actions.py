"""What is written of accounts: who owns them, and what else happened to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.members.audit import record
from keepwell.members.models import Member, Portfolio

MOST = 500  # accounts that are given in one go


def assign(
    *, account: Account, by: Member, owner: Member | None, portfolio: Portfolio | None = None
) -> Account:
    """Give an account to a member; the night leaves it there. Without a portfolio it stays in its own."""
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        before = {"owner": locked.owner_id, "portfolio": locked.portfolio_id}
        locked.owner, locked.chosen = owner, True
        if portfolio is not None:
            locked.portfolio = portfolio
        locked.save(update_fields=["owner", "portfolio", "chosen"])
        after = {"owner": locked.owner_id, "portfolio": locked.portfolio_id}
        record("assign account", by=by, of=locked, before=before, after=after)
    return locked


def give(*, accounts: Iterable[Account], by: Member, owner: Member | None) -> dict[str, Any]:
    """Give several accounts to a member, or to nobody; returns what `take_back` needs to undo it."""
    before: dict[str, list[Any]] = {}
    with transaction.atomic():
        for one in _locked(account.pk for account in accounts):
            if one.owner_id == (owner.pk if owner else None):
                continue
            before[one.pk] = [one.owner_id, one.chosen]
            one.owner, one.chosen = owner, True
            one.save(update_fields=["owner", "chosen"])
        owners = {pk: was for pk, (was, _chosen) in before.items()}
        after = dict.fromkeys(before, owner.pk if owner else None)
        record("assign accounts", by=by, before=owners, after=after)
    return {"before": before, "owner": owner.pk if owner else None}


def take_back(*, given: dict[str, Any], by: Member) -> int:
    """Undo `give`; accounts that somebody gave on since stay. Returns how many went back."""
    back = 0
    with transaction.atomic():
        known = set(Member.objects.values_list("pk", flat=True))
        for one in _locked(given["before"]):
            if one.owner_id != given["owner"] or not one.chosen:
                continue
            was, one.chosen = given["before"][one.pk]
            one.owner_id = was if was in known else None
            one.save(update_fields=["owner", "chosen"])
            back += 1
        record("take back accounts", by=by, after={"accounts": back})
    return back


def _locked(keys: Iterable[str]) -> list[Account]:
    some = list(keys)[:MOST]
    return list(Account.objects.select_for_update().filter(pk__in=some).order_by("pk"))


def tell(
    *,
    account: Account,
    kind: str,
    key: str,
    at: datetime,
    data: dict[str, Any],
    hot: bool = False,
    contact: Contact | None = None,
) -> None:
    """Put something on an account's timeline, or tell it anew: a key is there once."""
    Entry.objects.update_or_create(
        key=f"{kind}:{key}"[:250],
        defaults={"account": account, "kind": kind, "at": at, "data": data, "hot": hot, "contact": contact},
    )
