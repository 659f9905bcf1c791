"""What is written of accounts: who owns them, and what else happened to them."""

from datetime import datetime
from typing import Any

from django.db import transaction

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.members.audit import record
from keepwell.members.models import Member, Portfolio


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
