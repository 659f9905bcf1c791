"""The latest conversations, and what was heard in them, on an account's page."""

from typing import Any

from keepwell.accounts.models import Account
from keepwell.accounts.rooms import Panel
from keepwell.conversations.at_account import SHOWN, at_account
from keepwell.conversations.rules import themes
from keepwell.members.models import Member
from keepwell.members.rights import Right, may


def _context(member: Member, account: Account) -> dict[str, Any]:
    """Whoever sees the account sees its conversations; they are read together with what was heard in them."""
    shown: dict[int, dict[str, Any]] = {}
    for one in at_account(member, account.pk):
        if one.pk not in shown and len(shown) == SHOWN:
            break
        known = shown.setdefault(one.pk, {"one": one, "heard": {}})["heard"]
        if one.theme:
            known.setdefault(one.theme, {"hit": one.hit, "turn": one.turn, "label": themes.label(one.theme)})
    return {"account": account, "rows": list(shown.values()), "acts": may(member, Right.ACT)}


def _brief(_member: Member, account: Account) -> dict[str, Any]:
    return {"account": account, "contacts": account.people[:SHOWN]}


PANELS = [
    Panel("brief", 12, "conversations/brief_panel.html", _brief),
    Panel("conversations", 15, "conversations/panel.html", _context),
]
