"""What was said with a merged account is its heir's, with what was heard in it, and is kept as the heir's is."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from keepwell.accounts.rooms import Estate
from keepwell.conversations.actions.policies import hold, hold_all
from keepwell.conversations.models import Conversation, Hit, Policy

AT_ONCE = 500


def _policies(of: str, heir: str) -> QuerySet[Policy]:
    """None where the heir has one: that holds for both."""
    if Policy.objects.filter(account=heir).exists():
        return Policy.objects.none()
    return Policy.objects.filter(account=of)


def _held(keys: Sequence[str], now: datetime) -> None:
    """What may be kept of them, and for how long, is as with all others of the account that they are of now."""
    if not Policy.objects.exists():
        return
    for begin in range(0, len(keys), AT_ONCE):
        some = Conversation.objects.filter(pk__in=keys[begin : begin + AT_ONCE], deleted_at=None)
        for one in some.select_related("account"):
            hold(one, now=now)


def _held_all(_keys: Sequence[str], now: datetime) -> None:
    """A policy holds for another account than before: all is held to what is allowed now, which is seldom needed."""
    hold_all(Policy(), now=now)


HEIRS = (
    Estate(lambda of, _heir: Conversation.objects.filter(account=of), _held),
    Estate(lambda of, _heir: Hit.objects.filter(account=of)),
    Estate(_policies, _held_all),
)
