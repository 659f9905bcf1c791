"""Calls that bring files in, and say how far they are."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from keepwell.accounts.queries import account_of
from keepwell.api.door import asks, member_of
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.conversations.actions.receiving import PIECE, receive, try_again
from keepwell.conversations.api.clips import Number
from keepwell.conversations.models import Conversation, Incoming
from keepwell.conversations.queries import files_of, seen
from keepwell.members.rights import Right

router = Router(tags=["conversations"])
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, as it is: a recording, a transcript, or mail.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class FileShape(Schema):
    """A file that came in. `conversation` is there once it is one, and the caller may see it."""

    id: int
    name: str
    state: str
    doing: str
    done: int
    of: int
    wrong: str
    conversation: int | None
    conversation_state: str | None
    came_at: datetime
    ended_at: datetime | None


class About(Schema):
    """What is known of a file. `ours` is the channel of two that is ours, or our speakers' names, comma between."""

    name: Annotated[str, Field(max_length=250, description="its name, with its ending")]
    account: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["call", "meeting", "mail", "chat", "ticket", "survey"] = "call"
    language: Annotated[str, Field(max_length=10)] = ""
    ours: Annotated[str, Field(max_length=300)] = ""
    who: Annotated[str, Field(max_length=254, description="telephone or mail address of the other side")] = ""
    at: AwareDatetime | None = None


@router.post(
    "/conversations/files",
    response={202: FileShape},
    auth=asks(Right.ACT),
    summary="Bring a file in",
    openapi_extra=_BODY,
)
def add_file(request: HttpRequest, about: Annotated[About, Query()]) -> Any:
    """The body is the file. It is read in the background; the same file again adds nothing."""
    member = member_of(request)
    said = {name: value for name, value in about.dict(exclude={"name", "at"}).items() if value}
    if about.account:
        account_of(member, about.account)
    if about.at:
        said["at"] = about.at.isoformat()
    try:
        one = receive(
            chunks=iter(lambda: request.read(PIECE), b""),
            name=about.name,
            source=Conversation.Source.API,
            said=said,
            by=member,
            now=timezone.now(),
        )
    except OSError as broken:
        raise Problem(400, _("The file broke off on its way.")) from broken
    if one.state == Incoming.State.REFUSED:
        raise Problem(422, one.wrong_said, id=one.pk)
    return Status(202, _shapes([one], request)[0])


@router.get(
    "/conversations/files", response=Page[FileShape], auth=asks(Right.ACT), summary="Files that came in"
)
def files(request: HttpRequest, part: Asked) -> Any:
    """Those that the caller brought, to an administrator all, the latest first."""
    found = files_of(member_of(request))
    return page(found, part, Order("-came_at", "-pk"), lambda one: _shapes([one], request)[0])


@router.get(
    "/conversations/files/{int:pk}", response=FileShape, auth=asks(Right.ACT), summary="How far a file is"
)
def file(request: HttpRequest, pk: Number) -> Any:
    """One that the caller brought; to an administrator any."""
    return _shapes([_file(request, pk)], request)[0]


@router.post(
    "/conversations/files/{int:pk}/again",
    response={202: FileShape},
    auth=asks(Right.ACT),
    summary="Read a file again",
)
def read_again(request: HttpRequest, pk: Number) -> Any:
    """One that was given up, as long as it is kept."""
    if not try_again(one=_file(request, pk), now=timezone.now()):
        raise Problem(422, _("The file is not kept any more: bring it in again."))
    return Status(202, _shapes([_file(request, pk)], request)[0])


def _file(request: HttpRequest, pk: int) -> Incoming:
    one = files_of(member_of(request)).filter(pk=pk).first()
    if one is None:
        raise Problem(404, _("There is no such file, or somebody else brought it."))
    return one


def _shapes(some: list[Incoming], request: HttpRequest) -> list[FileShape]:
    wanted = [one.conversation_id for one in some if one.conversation_id]
    states = dict(seen(member_of(request)).filter(pk__in=wanted).values_list("pk", "state")) if wanted else {}
    return [
        FileShape(
            id=one.pk,
            name=one.name,
            state=one.state,
            doing=one.doing,
            done=one.done,
            of=one.of,
            wrong=one.wrong_said,
            conversation=one.conversation_id if one.conversation_id in states else None,
            conversation_state=states.get(one.conversation_id or 0),
            came_at=one.came_at,
            ended_at=one.ended_at,
        )
        for one in some
    ]
