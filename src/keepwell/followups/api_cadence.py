"""Calls about cadence: who is behind, and the standards that say so."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.accounts.showing import reporting
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.followups import queries
from keepwell.followups.actions import arranging
from keepwell.followups.forms import Setting
from keepwell.followups.models import Rhythm, Standard
from keepwell.lib.money import to_decimal
from keepwell.members.rights import Right

router = Router(tags=["cadence"])

Number = Annotated[int, Field(ge=1, lt=2**63)]
Days = Annotated[int, Field(ge=1, le=32767)]
Segment = Annotated[str, Field(max_length=120)]
Stages = Literal["", "onboarding", "adopting", "value", "renewing"]


class SilentShape(Answer):
    """An account that is behind: when it was last spoken to and reviewed, and by when it should have been."""

    account: str
    account_name: str
    segment: str
    stage: str
    owner: int | None
    last_contact: datetime | None
    speak_by: date | None
    last_review: date | None
    review_by: date | None
    worth: str | None
    currency: str | None


class Behind(Schema):
    """Who is listed: silent for longer than the standard, or whose review is due."""

    show: Literal["silent", "reviews"] = "silent"
    stage: Stages = ""
    whose: Literal["mine", "team"] = "team"


class StandardShape(Answer):
    """How often accounts of a segment and stage are spoken to and reviewed; "" is any, the narrowest holds."""

    id: int
    segment: str
    stage: str
    days: int
    review_days: int | None


class NewStandard(Schema):
    """One standard; there is one of a segment and stage."""

    segment: Segment = ""
    stage: Stages = ""
    days: Days
    review_days: Days | None = None


class StandardChanges(Schema):
    """What is to be otherwise: what is not named stays as it is. No `review_days`: no reviews."""

    segment: Segment | None = None
    stage: Stages | None = None
    days: Days | None = None
    review_days: Days | None = None


@router.get("/cadence", response=Page[SilentShape], auth=asks(Right.SEE), summary="Who is behind")
def cadence(request: HttpRequest, which: Annotated[Behind, Query()], part: Asked) -> Any:
    """The worthiest first, as the night found it; who was spoken to since is not there."""
    ask = queries.reviews if which.show == "reviews" else queries.silent
    found = ask(member_of(request), today=timezone.localdate(), stage=which.stage, whose=which.whose)
    currency = reporting()
    return page(found, part, Order("-worth"), lambda one: _behind(one, currency))


@router.get("/standards", response=Page[StandardShape], auth=asks(Right.MANAGE), summary="Standards")
def standards(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """How often accounts are to be spoken to, by segment."""
    return page(Standard.objects.all(), part, Order("segment"), standard_shape)


@router.post("/standards", response={201: StandardShape}, auth=asks(Right.MANAGE), summary="Set a standard")
def set_standard(request: HttpRequest, said: NewStandard) -> Any:
    """Who is behind by it is found at once, by a worker."""
    values = filled(Setting(said.dict())).cleaned_data
    return Status(201, standard_shape(arranging.set_standard(by=member_of(request), values=values)))


@router.get("/standards/{int:pk}", response=StandardShape, auth=asks(Right.MANAGE), summary="One standard")
def standard(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """How often."""
    return standard_shape(get_object_or_404(Standard, pk=pk))


@router.patch(
    "/standards/{int:pk}", response=StandardShape, auth=asks(Right.MANAGE), summary="Change a standard"
)
def change_standard(request: HttpRequest, pk: Number, said: StandardChanges) -> Any:
    """As it is set."""
    found = _as_read(request, pk)
    values = {name: value for name, value in said.dict(exclude_unset=True).items() if _given(name, value)}
    if not values:
        return standard_shape(found)
    form = Setting(model_to_dict(found, exclude=["id"]) | values, instance=found)
    asked = filled(form).cleaned_data
    return standard_shape(arranging.set_standard(by=member_of(request), values=asked, standard=found))


@router.delete(
    "/standards/{int:pk}", response={204: None}, auth=asks(Right.MANAGE), summary="Take a standard out"
)
def drop_standard(request: HttpRequest, pk: Number) -> Any:
    """The next wider one holds."""
    arranging.drop_standard(by=member_of(request), standard=_as_read(request, pk))
    return Status(204, None)


def standard_shape(one: Standard) -> StandardShape:
    """A standard as calls tell it."""
    return StandardShape(id=one.pk, **model_to_dict(one, exclude=["id"]))


def _given(name: str, value: Any) -> bool:
    """Only of reviews does nothing mean that there are none."""
    return value is not None or name == "review_days"


def _as_read(request: HttpRequest, pk: int) -> Standard:
    found = get_object_or_404(Standard.objects.select_for_update().order_by(), pk=pk)
    unchanged(request, standard_shape(found))
    return found


def _behind(one: Rhythm, currency: str) -> SilentShape:
    standing, last = getattr(one.account, "standing", None), getattr(one.account, "last_touch", None)
    worth = standing.worth if standing else None
    return SilentShape(
        account=one.account_id,
        account_name=one.account.name,
        segment=one.account.segment,
        stage=one.stage,
        owner=one.account.owner.pk if one.account.owner else None,
        last_contact=last.at if last else None,
        speak_by=one.speak_by,
        last_review=one.reviewed_on,
        review_by=one.review_by,
        worth=None if worth is None else str(to_decimal(worth, currency)),
        currency=None if worth is None else currency,
    )
