"""Calls about how one is told of alerts, and the places besides mail that they go to."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_q.tasks import async_task
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.alerts import queries
from keepwell.alerts.actions import setting
from keepwell.alerts.forms import NewChannel, Telling
from keepwell.alerts.jobs import DELIVER
from keepwell.alerts.models import Channel, Manner
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.once import told_once
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members.models import Member, Team
from keepwell.members.rights import Right

router = Router(tags=["alerts"])

Number = Annotated[int, Field(ge=1, lt=2**63)]
Hour = Annotated[int, Field(ge=0, le=23)]


class TellingShape(Answer):
    """How one is told: at once, once a day together, or not by mail; hours of quiet by one's own clock. `own` is
    whether somebody said so, or it is as for all who do not say."""

    how: str
    digest_at: int
    quiet_from: int
    quiet_to: int
    quiet_weekend: bool
    own: bool


class CompanyTellingShape(TellingShape):
    """The same for all who do not say, and after how many hours without an answer managers are told."""

    escalate_hours: int


class TellingChanges(Schema):
    """What is to be otherwise: what is not named stays as it is."""

    how: Literal["at_once", "digest", "never"] | None = None
    digest_at: Hour | None = None
    quiet_from: Hour | None = None
    quiet_to: Hour | None = None
    quiet_weekend: bool | None = None


class CompanyTellingChanges(TellingChanges):
    """The same for all who do not say."""

    escalate_hours: Annotated[int, Field(ge=1, le=8760)] | None = None


class ChannelShape(Answer):
    """A place that alerts go to besides mail. Its address is a secret and is not told."""

    id: int
    kind: str
    name: str
    member: int | None
    team: int | None
    private: bool
    last_state: str | None
    last_said: str


class AddedChannel(ChannelShape):
    """A place just added. `secret` is what a webhook's signatures are checked with: it is told now and not again."""

    secret: str | None


class NewPlace(Schema):
    """A place: a webhook's https address, or that of a service as https://appriseit.com/services/ says it."""

    kind: Literal["service", "webhook"]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    address: Annotated[str, Field(min_length=1, max_length=2000)]
    whose: Annotated[
        str, Field(max_length=30, description='for the alerts of: "member" (oneself), "team:1", "company"')
    ] = "member"
    private: Annotated[bool, Field(description="whether it may lie in our own network; administrators")] = (
        False
    )


@router.get("/alerts/telling", response=TellingShape, auth=asks(Right.SEE), summary="How the caller is told")
def telling(request: HttpRequest) -> Any:
    """By mail, and when not."""
    return _telling(member_of(request))


@router.patch(
    "/alerts/telling",
    response=TellingShape,
    auth=asks(Right.SEE, reach=Right.ACT),
    summary="Say how one wants to be told",
)
def change_telling(request: HttpRequest, said: TellingChanges) -> Any:
    """At once, once a day or not by mail; in quiet hours alerts wait."""
    member = member_of(request)
    _hold(member)
    unchanged(request, _telling(member))
    _set_manner(request, member, said)
    return _telling(member)


@router.get(
    "/alerts/telling/company",
    response=CompanyTellingShape,
    auth=asks(Right.ADMINISTER),
    summary="How all are told who do not say",
)
def company_telling(request: HttpRequest) -> Any:  # noqa: ARG001 - the API calls it so
    """And when managers are told that nobody answered."""
    return _company_telling()


@router.patch(
    "/alerts/telling/company",
    response=CompanyTellingShape,
    auth=asks(Right.ADMINISTER),
    summary="Say how all are told who do not say",
)
def change_company_telling(request: HttpRequest, said: CompanyTellingChanges) -> Any:
    """And when managers are told that nobody answered."""
    _hold(None)
    unchanged(request, _company_telling())
    _set_manner(request, None, said)
    return _company_telling()


@router.get(
    "/alerts/channels",
    response=Page[ChannelShape],
    auth=asks(Right.ACT),
    summary="Where alerts go besides mail",
)
def channels(request: HttpRequest, part: Asked) -> Any:
    """The caller's own; who manages sees those of their teams, administrators all."""
    found = queries.channels_of(member_of(request))
    return page(found, part, Order("name"), lambda one: ChannelShape(**_channel(one)))


@router.post(
    "/alerts/channels", response={201: AddedChannel}, auth=asks(Right.ACT), summary="Add a place alerts go to"
)
def add_channel(request: HttpRequest, said: NewPlace) -> Any:
    """For one's own accounts, a team's or all; looked at before it is kept. A webhook's secret is told once."""
    member = member_of(request)
    asked = filled(NewChannel(said.dict(), member=member)).cleaned_data
    whom = asked["whose"]
    made = setting.add_channel(
        kind=asked["kind"],
        name=asked["name"],
        address=asked["address"],
        member=member if whom == "member" else None,
        team=Team.objects.get(pk=whom[5:]) if whom.startswith("team:") else None,
        private=asked.get("private", False),
        by=member,
    )
    told_once(request, "secret")
    return Status(201, AddedChannel(**_channel(made), secret=made.secret or None))


@router.delete(
    "/alerts/channels/{int:pk}", response={204: None}, auth=asks(Right.ACT), summary="Take a place away"
)
def remove_channel(request: HttpRequest, pk: Number) -> Any:
    """With the messages that are still on their way there."""
    found = get_object_or_404(queries.channels_of(member_of(request)), pk=pk)
    setting.remove_channel(channel=found, by=member_of(request))
    return Status(204, None)


@router.post(
    "/alerts/channels/{int:pk}/try", response={202: ChannelShape}, auth=asks(Right.ACT), summary="Try a place"
)
def try_channel(request: HttpRequest, pk: Number) -> Any:
    """A message that says only that it arrives is sent; `last_state` tells how that went, a moment later."""
    member = member_of(request)
    found = get_object_or_404(queries.channels_of(member), pk=pk)
    setting.try_channel(channel=found, by=member, now=timezone.now())
    async_task(DELIVER)
    return Status(202, ChannelShape(**_channel(found)))


def _hold(member: Member | None) -> None:
    """Let nobody else change what is said, until this call is answered."""
    Manner.objects.select_for_update().filter(member=member).order_by().first()


def _telling(member: Member) -> TellingShape:
    own = Manner.objects.filter(member=member).first()
    return TellingShape(**_manner(own or _of_company()), own=own is not None)


def _company_telling() -> CompanyTellingShape:
    row = _of_company()
    return CompanyTellingShape(**_manner(row), own=row.pk is not None, escalate_hours=row.escalate_hours)


def _of_company() -> Manner:
    return Manner.objects.filter(member=None).first() or Manner()


def _manner(row: Manner) -> dict[str, Any]:
    return {
        name: getattr(row, name) for name in ("how", "digest_at", "quiet_from", "quiet_to", "quiet_weekend")
    }


def _set_manner(request: HttpRequest, member: Member | None, said: TellingChanges) -> None:
    company = member is None
    stands = Manner.objects.filter(member=member).first() if member else None
    stands = stands or _of_company()
    before = _manner(stands) | ({"escalate_hours": stands.escalate_hours} if company else {})
    form = filled(Telling(before | said.dict(exclude_none=True), instance=Manner(), company=company))
    setting.set_manner(member=member, by=member_of(request), said=form.cleaned_data)


def _channel(one: Channel) -> dict[str, Any]:
    last = one.deliveries.first()
    return {
        "id": one.pk,
        "kind": one.kind,
        "name": one.name,
        "member": one.member_id,
        "team": one.team_id,
        "private": one.private,
        "last_state": last.state if last else None,
        "last_said": last.said_in_words if last else "",
    }
