"""The latest conversations, and what was heard in them, on an account's page."""

from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.conversations.listing import counted
from keepwell.conversations.models import Conversation
from keepwell.conversations.naming import with_whom
from keepwell.conversations.rules import themes
from keepwell.members.models import Member
from keepwell.members.ready import ready_by_keys
from keepwell.members.rights import Right, may

SHOWN = 5


def _context(member: Member, account: Account) -> dict[str, Any]:
    """Whoever sees the account sees its conversations; they are read together with what was heard in them."""
    shown: dict[int, dict[str, Any]] = {}
    for one in _latest(account=account.pk):
        known = shown.setdefault(one.pk, {"one": one, "heard": {}})["heard"]
        if one.theme:
            known.setdefault(one.theme, {"hit": one.hit, "turn": one.turn, "label": themes.label(one.theme)})
    return {"account": account, "rows": list(shown.values()), "acts": may(member, Right.ACT)}


@ready_by_keys
def _latest(*, account: str) -> QuerySet[Conversation, Any]:
    latest = Conversation.objects.filter(account=account, deleted_at=None).order_by("-at", "-pk")
    heard = FilteredRelation("hits", condition=counted("hits__") & ~Q(hits__theme=""))
    return (
        Conversation.objects.filter(pk__in=latest.values("pk")[:SHOWN])
        .defer("measures", "why")
        .alias(counting=heard)
        .annotate(
            with_whom=with_whom(),
            hit=F("counting__pk"),
            theme=F("counting__theme"),
            turn=F("counting__turn__no"),
        )
        .order_by("-at", "-pk", "turn", "hit")
    )


def _brief(_member: Member, account: Account) -> dict[str, Any]:
    return {"account": account, "contacts": account.people[:SHOWN]}


PANELS = [
    Panel("brief", 12, "conversations/brief_panel.html", _brief),
    Panel("conversations", 15, "conversations/panel.html", _context),
]
