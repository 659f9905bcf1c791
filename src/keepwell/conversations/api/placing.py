"""Calls about conversations that are nobody's yet: which wait, whose one is, setting it aside, undoing that."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.accounts.queries import accounts_of
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations import queries
from keepwell.conversations.actions import deleting, matching
from keepwell.conversations.api.clips import Number
from keepwell.conversations.api.conversations import ConversationShape, conversation_shape
from keepwell.conversations.arriving.forms import Matching
from keepwell.conversations.models import Conversation
from keepwell.lib.text import told_of
from keepwell.members.models import Member
from keepwell.members.rights import Right

router = Router(tags=["conversations"])


class WhoShape(Schema):
    """Somebody of the other side, as the source names them."""

    name: str
    address: str
    phone: str


class WaitingShape(Schema):
    """A conversation of the queue: who took part, why it waits, and accounts of the caller's that fit."""

    conversation: ConversationShape
    people: list[WhoShape]
    why: str
    fit: list[str]


class WhichQueue(Schema):
    """Those that wait; those set aside; or those whose account a person chose."""

    show: Literal["waiting", "aside", "chosen"] = "waiting"


class Whose(Schema):
    """Whose a conversation is: an account, by its id or words of its name, and a contact of it."""

    account: Annotated[str, Field(min_length=1, max_length=200)]
    contact: Annotated[str, Field(max_length=200, description="by id, mail address or name")] = ""


@router.get(
    "/conversations/queue",
    response=Page[WaitingShape],
    auth=asks(Right.ACT),
    summary="Conversations that are nobody's yet",
)
def waiting_conversations(request: HttpRequest, which: Annotated[WhichQueue, Query()], part: Asked) -> Any:
    """Of those that the caller sees, the latest to arrive first."""
    member = member_of(request)
    rows = queries.queued(member, which.show).select_related("contact", "member", "felt")
    rows = rows.prefetch_related("participants")
    said = page(rows, part, Order("-arrived_at", "-pk"), lambda one: one)
    return said | {"items": _shapes(member, said["items"])}


@router.post(
    "/conversations/{int:pk}/match",
    response=ConversationShape,
    auth=asks(Right.ACT),
    summary="Say whose a conversation is",
)
def match_conversation(request: HttpRequest, pk: Number, said: Whose) -> Any:
    """Its account's recording policy holds for it from now on. What the book says of its own is not chosen."""
    member, one = member_of(request), _to_write(request, pk)
    found = filled(Matching(said.dict(), member=member)).cleaned_data
    matching.choose(
        one=one, account=found["account"], contact=found["contact"], by=member, now=timezone.now()
    )
    return _after(pk)


@router.post(
    "/conversations/{int:pk}/aside",
    response=ConversationShape,
    auth=asks(Right.ACT),
    summary="Set a conversation aside",
)
def set_conversation_aside(request: HttpRequest, pk: Number) -> Any:
    """It is with no customer, and waits no more."""
    one = _to_write(request, pk)
    matching.set_aside(one=one, by=member_of(request), now=timezone.now())
    return _after(pk)


@router.post(
    "/conversations/{int:pk}/match/undo",
    response=ConversationShape,
    auth=asks(Right.ACT),
    summary="Undo whose a conversation is",
)
def undo_match(request: HttpRequest, pk: Number) -> Any:
    """It is as it was before anybody said; what a policy has deleted stays deleted."""
    one = _to_write(request, pk)
    matching.undo(one=one, by=member_of(request), now=timezone.now())
    return _after(pk)


@router.post(
    "/conversations/{int:pk}/delete",
    response=ConversationShape,
    auth=asks(Right.MANAGE),
    summary="Delete a conversation's words and sound",
)
def delete_conversation(request: HttpRequest, pk: Number) -> Any:
    """For good."""
    member = member_of(request)
    one = queries.conversation_of(member, pk)
    unchanged(request, conversation_shape(one))
    deleting.delete_now(one=one, by=member, now=timezone.now())
    return _after(pk)


def _to_write(request: HttpRequest, pk: int) -> Conversation:
    Conversation.objects.select_for_update().filter(pk=pk).order_by().first()
    one = queries.to_place(member_of(request), pk)
    unchanged(request, conversation_shape(one))
    return one


def _after(pk: int) -> ConversationShape:
    # Whoever placed it may see it no more: they are told what they did all the same.
    return conversation_shape(Conversation.objects.select_related("account", "felt").get(pk=pk))


def _shapes(member: Member, some: list[Conversation]) -> list[WaitingShape]:
    asked = {key for one in some for key in one.why.get("candidates", [])}
    known = set(accounts_of(member).filter(pk__in=asked, gone=False).values_list("pk", flat=True))
    return [
        WaitingShape(
            conversation=conversation_shape(one),
            people=[
                WhoShape(name=who.name, address=who.address, phone=who.phone)
                for who in one.participants.all()
                if who.side != "us"
            ],
            why=told_of(one.why.get("reason", {}), one.why.get("said", "")),
            fit=[key for key in one.why.get("candidates", []) if key in known],
        )
        for one in some
    ]
