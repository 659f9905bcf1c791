"""The call that searches what was said and written, by words or by meaning."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.conversations.index.nearest import search_as_asked, why_not
from keepwell.conversations.index.searching import LAST, Asked, Result
from keepwell.members.asking import begin_of, end_of
from keepwell.members.rights import Right

router = Router(tags=["conversations"])
Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))]


class Which(Schema):
    """What is looked for, and what it is narrowed by: all that is left out narrows nothing."""

    words: Annotated[
        str,
        Field(
            max_length=200,
            description="words, phrases in quotes, or a sentence that means what is looked for",
        ),
    ] = ""
    by: Annotated[
        Literal["words", "meaning"],
        Field(description="`meaning` is known of English and Chinese; it does not tell a denial"),
    ] = "words"
    account: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["", "call", "meeting", "mail", "chat", "ticket", "survey"] = ""
    side: Literal["", "us", "them", "unknown"] = ""
    language: Literal["", "en", "zh", "hu", "pl"] = ""
    theme: Annotated[str, Field(max_length=40)] = ""
    since: Annotated[Day | None, Field(description="the first day that is meant")] = None
    until: Annotated[Day | None, Field(description="the last day that is meant")] = None
    page: Annotated[int, Field(ge=1, le=LAST)] = 1


class FoundShape(Schema):
    """A turn that was found. `marked` are the places [start, end) in `excerpt` of what was found."""

    conversation: int
    turn: int
    account: str | None
    kind: str
    title: str
    side: str
    at: datetime
    excerpt: str
    marked: list[list[int]]
    likeness: Annotated[
        float | None, Field(description="by meaning: 1 for the same; below .45 near, above very near")
    ]


class FoundPage(Schema):
    """A page of them: by words the newest first, by meaning the nearest. `next` is the number of the next page."""

    by: str
    why: Annotated[str, Field(description="why words were searched though it was asked by meaning")]
    items: list[FoundShape]
    next: int | None


@router.get("/conversations/search", response=FoundPage, auth=asks(Right.SEE), summary="Search what was said")
def search(request: HttpRequest, which: Annotated[Which, Query()]) -> Any:
    """Turns of what the caller sees, each with the place that was found."""
    asked = Asked(
        words=which.words,
        accounts=(which.account,) if which.account else None,
        kind=which.kind,
        side=which.side,
        language=which.language,
        theme=which.theme,
        begin=begin_of(which.since),
        end=end_of(which.until),
        by=which.by,
    )
    found = search_as_asked(member_of(request), asked, now=timezone.now(), number=which.page)
    why = why_not(asked)
    return FoundPage(
        by="words" if why else which.by,
        why=why,
        items=[_shape(row) for row in found.rows],
        next=found.after if found.has_next else None,
    )


def _shape(row: Result) -> FoundShape:
    marked, at = [], 0
    for bit in row.excerpt:
        if bit.marked:
            marked.append([at, at + len(bit.text)])
        at += len(bit.text)
    return FoundShape(
        conversation=row.conversation.pk,
        turn=row.turn.no,
        account=row.conversation.account_id,
        kind=row.conversation.kind,
        title=row.conversation.title,
        side=row.turn.side,
        at=row.turn.at or row.conversation.at,
        excerpt="".join(bit.text for bit in row.excerpt),
        marked=marked,
        likeness=None if row.likeness is None else round(row.likeness, 3),
    )
