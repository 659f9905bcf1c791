"""Conversations on an account's timeline. What the book has is told by the book's own kinds."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind
from keepwell.conversations.actions.taking import TALK
from keepwell.conversations.models import Conversation


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
KINDS = [KIND]
