"""Calls about a person: who they are, everything that is known of them, and having them erased."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from keepwell.accounts.erasing import export
from keepwell.accounts.jobs import ask_to_erase
from keepwell.accounts.models import Contact, Erasing
from keepwell.accounts.people_said import ContactShape, contact_shape
from keepwell.api.door import asks, member_of
from keepwell.api.problems import Problem
from keepwell.api.shapes import Answer
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.lib.text import gettext as _
from keepwell.members.models import Member
from keepwell.members.rights import Right, seen_by

router = Router(tags=["accounts"])

Id = Annotated[str, Field(max_length=64, description="the person's id, as calls tell it")]


class ErasingShape(Answer):
    """How far the erasing of a person is: `waiting`, `running` or `done`; `wrong` says why it is tried again."""

    contact: str
    state: str
    done: int
    of: int
    wrong: str
    asked_at: datetime
    ended_at: datetime | None


@router.get("/contacts/{contact_id}", response=ContactShape, auth=asks(Right.SEE), summary="One person")
def contact(request: HttpRequest, contact_id: Id) -> Any:
    """A person at an account that the caller sees."""
    return contact_shape(_theirs(member_of(request), contact_id))


@router.get(
    "/contacts/{contact_id}/everything",
    response=dict[str, Any],
    auth=asks(Right.MANAGE),
    summary="Everything known of a person",
)
def everything(request: HttpRequest, contact_id: Id) -> Any:
    """Out of the office and the book, as the person may ask for it; that it was taken out is on the trail."""
    member = member_of(request)
    found = _theirs(member, contact_id)
    engine = engine_named("duckdb")
    try:
        return export(contact=found, book=Book.open(settings.HOME), engine=engine, by=member)
    finally:
        engine.close()


@router.post(
    "/contacts/{contact_id}/erase",
    response={202: ErasingShape},
    auth=asks(Right.MANAGE),
    summary="Have a person erased",
)
def erase(request: HttpRequest, contact_id: Id) -> Any:
    """Everywhere and for good. A worker does it: `erasing` tells how far it is. Nothing is done twice."""
    member = member_of(request)
    one = _erasings(member).filter(pk=contact_id).first()
    if one is None:
        one = ask_to_erase(contact=_theirs(member, contact_id), by=member, now=timezone.now())
    return Status(202, _shape(one))


@router.get(
    "/contacts/{contact_id}/erasing",
    response=ErasingShape,
    auth=asks(Right.MANAGE),
    summary="How far an erasing is",
)
def erasing(request: HttpRequest, contact_id: Id) -> Any:
    """Of a person whose erasing was asked for."""
    one = _erasings(member_of(request)).filter(pk=contact_id).first()
    if one is None:
        raise Problem(404, _("There is no such thing, or it is not yours to see."))
    return _shape(one)


def _theirs(member: Member, contact_id: str) -> Contact:
    found = seen_by(Contact.objects.select_related("account"), member, account="account")
    one = found.filter(pk=contact_id).first()
    if one is None:
        raise Problem(404, _("There is no such thing, or it is not yours to see."))
    return one


def _erasings(member: Member) -> QuerySet[Erasing]:
    return seen_by(Erasing.objects.all(), member, account="account")


def _shape(one: Erasing) -> ErasingShape:
    return ErasingShape(
        contact=one.contact_id,
        state=one.state,
        done=one.done,
        of=one.of,
        wrong=one.wrong,
        asked_at=one.asked_at,
        ended_at=one.ended_at,
    )
