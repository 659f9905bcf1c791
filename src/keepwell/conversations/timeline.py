"""Conversations on an account's timeline. What the book has is told by the book's own kinds."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.models import Entry
from keepwell.accounts.timeline import Kind, More
from keepwell.accounts.timeline.answers import KIND as ANSWERS
from keepwell.accounts.timeline.conversations import KIND as OF_BOOK
from keepwell.accounts.timeline.tickets import KIND as TICKETS
from keepwell.conversations.actions.taking import TALK
from keepwell.conversations.at_account import at_account
from keepwell.conversations.models import Conversation
from keepwell.conversations.mood.showing import sign_of
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


def _more(member: Member, entries: Sequence[Entry]) -> dict[int, More]:
    """The pages of conversations that entries are of, where the reader may see them, and their mood."""
    asked: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        asked[entry.account_id].append(entry)
    found = {}
    for account, theirs in asked.items():
        there = at_account(member, account, map(_key, theirs), filter(None, map(_pk, theirs)))
        of_book = {one.key: one for one in there if one.source == Conversation.Source.BOOK}
        known = {one.pk: one for one in there}
        for entry in theirs:
            one = of_book.get(_key(entry)) or known.get(_pk(entry))
            if one is not None:
                page = reverse("conversations:conversation", args=[one.pk])
                found[entry.pk] = More(page, *sign_of(one.good, one.neutral, one.bad))
    return found


def _key(entry: Entry) -> str:
    """What a conversation of the book is called that an entry is of."""
    if entry.kind == TICKETS.name:
        return f"ticket-{entry.data.get('ticket_id')}"[:250]
    if entry.kind == ANSWERS.name:
        return f"survey-{entry.key.partition(':')[2]}"[:250]
    return str(entry.data.get("conversation_id") or "")[:250]


def _pk(entry: Entry) -> int:
    """The key of one that came in otherwise; 0 of others."""
    return int(entry.data.get("conversation") or 0) if entry.kind == TALK else 0


KIND = Kind(
    name=TALK,
    label=gettext_lazy("Conversation"),
    headline=_headline,
    detail=_detail,
    address=_address,
    more=_more,
)
KINDS = [KIND, *(replace(kind, more=_more) for kind in (OF_BOOK, TICKETS, ANSWERS))]
