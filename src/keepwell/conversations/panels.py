"""The latest conversations, and what was heard in them, on an account's page."""

from typing import Any

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.conversations import themes
from keepwell.conversations.listing import counting
from keepwell.conversations.models import Conversation
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

SHOWN = 5


def _context(member: Member, account: Account) -> dict[str, Any]:
    """Whoever sees the account sees its conversations."""
    rows = list(
        Conversation.objects.filter(account=account, deleted_at=None)
        .defer("measures", "why")
        .order_by("-at", "-pk")[:SHOWN]
    )
    heard: dict[int, list[Any]] = {}
    if rows:
        hits = counting().filter(conversation__in=[one.pk for one in rows]).exclude(theme="")
        for hit in hits.select_related("turn").order_by("turn__no", "pk"):
            known = heard.setdefault(hit.conversation_id, [])
            if hit.theme not in [one["theme"] for one in known]:
                known.append(
                    {"theme": hit.theme, "label": themes.label(hit.theme), "turn": hit.turn.no, "hit": hit}
                )
    shown = [{"one": one, "heard": heard.get(one.pk, ())} for one in rows]
    return {"account": account, "rows": shown, "acts": may(member, Right.ACT)}


def _brief(_member: Member, account: Account) -> dict[str, Any]:
    return {"account": account, "contacts": account.people[:SHOWN]}


PANELS = [
    Panel("brief", 12, "conversations/brief_panel.html", _brief),
    Panel("conversations", 15, "conversations/panel.html", _context),
]
