"""Calls about the brief before the next call: its sentences with their sources, as a PDF, and by mail to oneself."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.accounts.queries import account_of
from keepwell.api.door import asks, member_of
from keepwell.api.shapes import Answer
from keepwell.conversations.brief import Brief, Written, audience_of, brief_of
from keepwell.conversations.brief.mailing import mailed
from keepwell.conversations.brief.paper import pdf_of, title_of
from keepwell.members.audit import record
from keepwell.members.rights import Right

router = Router(tags=["conversations"])
_PDF = {
    "responses": {
        200: {
            "description": "The brief on paper.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class Met(Schema):
    """Who is to be met: a contact of the account by id, or what sort of person; else a manager."""

    contact: Annotated[str, Field(max_length=64)] = ""
    audience: Literal["", "executive", "manager", "staff"] = ""


class SentenceShape(Answer):
    """Something to know, what somebody said in their own words, and the page that it comes from."""

    text: str
    quote: str
    source: str
    source_name: str


class PartShape(Answer):
    """A part of the brief; `told` are those woven into the story that an executive's brief begins with."""

    name: str
    label: str
    told: bool
    sentences: list[SentenceShape]


class LeftOut(Answer):
    """A part that nothing is known to say from, and what it needs."""

    name: str
    label: str
    needs: str


class BriefShape(Answer):
    """The brief, in the caller's language."""

    title: str
    account: str
    contact: str | None
    audience: str
    at: datetime
    parts: list[PartShape]
    left_out: list[LeftOut]


@router.get(
    "/accounts/{path:account_id}/brief",
    response=BriefShape,
    auth=asks(Right.SEE),
    summary="Brief before a call",
)
def brief(request: HttpRequest, account_id: str, met: Annotated[Met, Query()]) -> Any:
    """Every sentence with its source; what has none is left out and named."""
    made = _brief(request, account_id, met)
    return BriefShape(
        title=title_of(made),
        account=made.account.pk,
        contact=made.contact.pk if made.contact else None,
        audience=made.audience.value,
        at=made.now,
        parts=[
            *(_part(one, told=True) for one in made.story),
            *(_part(one, told=False) for one in made.parts),
        ],
        left_out=[
            LeftOut(name=one.name, label=str(one.label), needs=str(one.needs)) for one in made.left_out
        ],
    )


@router.get(
    "/accounts/{path:account_id}/brief/pdf",
    response={200: None},
    auth=asks(Right.SEE),
    summary="Brief before a call, on paper",
    openapi_extra=_PDF,
)
def brief_pdf(request: HttpRequest, account_id: str, met: Annotated[Met, Query()]) -> Any:
    """The same as a PDF."""
    made = _brief(request, account_id, met)
    answer = HttpResponse(pdf_of(made), content_type="application/pdf")
    answer["Content-Disposition"] = (
        f'attachment; filename="brief-{timezone.localdate(made.now):%Y-%m-%d}.pdf"'
    )
    record("make brief", by=member_of(request), of=made.account)
    return answer


@router.post(
    "/accounts/{path:account_id}/brief/mail",
    response={202: None},
    auth=asks(Right.SEE, reach=Right.ACT),
    summary="Mail oneself the brief",
)
def brief_mail(request: HttpRequest, account_id: str, met: Annotated[Met, Query()]) -> Any:
    """To the caller's own address and nobody else's, with the PDF where one can be made."""
    made, member = _brief(request, account_id, met), member_of(request)
    transaction.on_commit(lambda: mailed(made, member))  # a mail server may take its time
    return Status(202, None)


def _brief(request: HttpRequest, account_id: str, met: Met) -> Brief:
    member = member_of(request)
    account = account_of(member, account_id)
    contact = next((one for one in account.people if one.pk == met.contact), None)
    if met.contact and contact is None:
        raise Http404
    audience = audience_of(contact, met.audience)
    return brief_of(member, account, audience=audience, contact=contact, now=timezone.now())


def _part(one: Written, *, told: bool) -> PartShape:
    return PartShape(
        name=one.part.name,
        label=str(one.part.label),
        told=told,
        sentences=[
            SentenceShape(
                text=said.text, quote=said.quote, source=said.source.url, source_name=str(said.source.label)
            )
            for said in one.sentences
        ],
    )
