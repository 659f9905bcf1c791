"""Calls that give sound: of a conversation, and of no more than the stretch that a clip or a hit is."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router

from keepwell.api.door import asks, member_of
from keepwell.conversations import queries
from keepwell.conversations.api.clips import Number
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.learning import library
from keepwell.conversations.models import Hit
from keepwell.conversations.transcript import sounding
from keepwell.members.rights import Right

router = Router(tags=["conversations"])
_BYTES = {"audio/*": {"schema": {"type": "string", "format": "binary"}}}
_TOLD = {
    "parameters": [
        {
            "name": "Range",
            "in": "header",
            "required": False,
            "description": "The bytes that are asked for, as in bytes=0-65535; left out, all of them.",
            "schema": {"type": "string"},
        }
    ],
    "responses": {
        200: {"description": "The sound.", "content": _BYTES},
        206: {"description": "The bytes that were asked for.", "content": _BYTES},
        416: {"description": "It has no such bytes; Content-Range tells how many it has."},
    },
}


@router.get(
    "/conversations/{int:pk}/sound",
    response={200: None},
    auth=asks(Right.SEE),
    summary="The sound of a conversation",
    openapi_extra=_TOLD,
)
def conversation_sound(request: HttpRequest, pk: Number) -> Any:
    """Or the bytes of it that Range asks for, as a player does. 404 where none was kept, or it was deleted."""
    one = queries.conversation_of(member_of(request), pk)
    file = sound_of(one)
    if file is None:
        raise Http404
    return sounding.sound(request, file, one.sound_type)


@router.get(
    "/clips/{int:pk}/sound",
    response={200: None},
    auth=asks(Right.SEE),
    summary="The sound of a clip",
    openapi_extra=_TOLD,
)
def sound_of_clip(request: HttpRequest, pk: Number) -> Any:
    """And nothing else of its conversation's."""
    one = library.clip_of(member_of(request), pk)
    return sounding.stretch(request, one.conversation, one.start, one.end)


@router.get(
    "/hits/{int:pk}/sound",
    response={200: None},
    auth=asks(Right.SEE),
    summary="The sound of a hit",
    openapi_extra=_TOLD,
)
def sound_of_hit(request: HttpRequest, pk: Number) -> Any:
    """Of the turn that it is in, and nothing else of its conversation's."""
    seen = queries.seen(member_of(request)).values("pk")
    hit = (
        Hit.objects.filter(conversation__in=seen).select_related("turn", "conversation").filter(pk=pk).first()
    )
    if hit is None:
        raise Http404
    return sounding.stretch(request, hit.conversation, hit.turn.start, hit.turn.end)
