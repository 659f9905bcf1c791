"""Conversations on an account's timeline. What the book has is told by the book's own kinds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.models import Entry
from keepwell.accounts.timeline import Kind
from keepwell.accounts.timeline.conversations import KIND as OF_BOOK
from keepwell.conversations.actions.taking import TALK
from keepwell.conversations.at_account import at_account
from keepwell.conversations.models import Conversation
from keepwell.members.models import Member


def _headline(data: Mapping[str, Any]) -> str:
    known = dict(Conversation.Kind.choices)
    kind = str(known.get(data.get("kind", ""), data.get("kind", "")))
    if data.get("title"):
        return _("{kind}: {title}").format(kind=kind, title=data["title"])
    return kind


def _detail(data: Mapping[str, Any]) -> str:
    state = data.get("state", Conversation.State.READY)
    return (
        "" if state == Conversation.State.READY else str(dict(Conversation.State.choices).get(state, state))
    )


def _address(data: Mapping[str, Any]) -> str:
    pk = data.get("conversation")
    return reverse("conversations:conversation", args=[pk]) if pk else ""


KIND = Kind(
    name=TALK, label=gettext_lazy("Conversation"), headline=_headline, detail=_detail, address=_address
)


def _places(member: Member, entries: Sequence[Entry]) -> dict[int, str]:
    """The pages of conversations that the book has, of those that were brought in and this reader may see."""
    asked: dict[str, dict[int, str]] = defaultdict(dict)
    for one in entries:
        asked[one.account_id][one.pk] = str(one.data.get("conversation_id") or "")[:250]
    return {
        pk: reverse("conversations:conversation", args=[pages[key]])
        for account, keys in asked.items()
        for pages in [_pages(member, account, keys.values())]
        for pk, key in keys.items()
        if key in pages
    }


def _pages(member: Member, account: str, keys: Iterable[str]) -> dict[str, int]:
    there = at_account(member, account, keys)
    return {one.key: one.pk for one in there if one.source == Conversation.Source.BOOK}


KINDS = [KIND, replace(OF_BOOK, places=_places)]
