"""Calls that set alerts up: what each trigger is raised from and for whom, what that would have done, how one is
told and where, and how right the alerts were."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_q.tasks import async_task
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.accounts.queries import account_of
from keepwell.alerts import queries
from keepwell.alerts.actions import setting
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.forms import NewChannel, Setting, Telling
from keepwell.alerts.jobs import DELIVER
from keepwell.alerts.models import Channel, Manner, Preview, Threshold
from keepwell.alerts.showing import bounds_said, months_told, shown_scores, told_of_preview, whose
from keepwell.alerts.triggers import UNITS, Trigger, all_triggers
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.once import told_once
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members.models import Member, Team
from keepwell.members.rights import Right

router = Router(tags=["alerts"])

SOON = "2"  # seconds after which to look again
Number = Annotated[int, Field(ge=1, lt=2**63)]
Name = Annotated[str, Field(min_length=1, max_length=40, description="of a trigger")]
Whom = Annotated[
    str,
    Field(
        max_length=240,
        description='for whom: "member:3", "team:1", "saved:North", "segment:Enterprise", "account:A-0042",'
        ' "company:"; "" for oneself',
    ),
]
Hour = Annotated[int, Field(ge=0, le=23)]
Bound = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]


class BoundsShape(Answer):
    """What a trigger is raised from, in its unit; it goes away once an account is better than `near`. `also` is a
    second condition. `minimum` is how much must be known."""

    on: bool
    threshold: float
    near: float
    tell_near: bool
    minimum: float | None
    also: str
    also_side: str
    also_bound: float | None
    quiet_days: int


class TriggerShape(Answer):
    """What alerts can be raised for, and from where as long as nobody says otherwise; `worse` is which side is."""

    name: str
    label: str
    unit: str
    worse: str
    usual: BoundsShape
    said: str


class ThresholdShape(Answer):
    """Bounds that somebody set, and for whom; `mine` is whether the caller may change them."""

    id: int
    trigger: str
    whom: str
    whose: str
    bounds: BoundsShape
    said: str
    mine: bool


class NewThreshold(Schema):
    """Bounds for a trigger: what is not named stays as it is set for these, or as it is usual."""

    trigger: Name
    whom: Whom = ""
    on: bool | None = None
    threshold: Bound | None = None
    near: Bound | None = None
    tell_near: bool | None = None
    minimum: Bound | None = None
    also: Annotated[str, Field(max_length=60)] | None = None
    also_side: Literal["", "above", "below"] | None = None
    also_bound: Bound | None = None
    quiet_days: Annotated[int, Field(ge=0, le=365)] | None = None


class MonthShape(Answer):
    """How many alerts a month-end would have raised."""

    day: str
    alerts: int


class PreviewShape(Answer):
    """What bounds would have done in the last year: `told` in sentences, once `state` is "done"."""

    id: int
    trigger: str
    whom: str
    bounds: BoundsShape
    state: str
    done: int
    of: int
    wrong: str
    told: list[str]
    months: list[MonthShape]
    alerts: int | None
    accounts: int | None
    left: int | None
    leavers: int | None
    caught: int | None
    warning: float | None
    first: date | None
    last: date | None


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


class ScoreShape(Answer):
    """How a trigger's alerts of the last year did; `trigger` is "" for all together. Shares are null where there is
    nothing to take a share of, `few` where too few were judged to say much."""

    trigger: str
    label: str
    raised: int
    acted: int
    judged: int
    right: int
    left: int
    led_to_action: float | None
    was_right: float | None
    warning: float | None
    few: bool


@router.get("/alerts/triggers", response=list[TriggerShape], auth=asks(Right.SEE), summary="Triggers")
def triggers(request: HttpRequest) -> Any:  # noqa: ARG001 - the API calls it so
    """What alerts can be raised for."""
    return [
        TriggerShape(
            name=one.name,
            label=str(one.label),
            unit=str(UNITS.get(one.unit, "")),
            worse=one.worse,
            usual=_bounds(one, Bounds.usual(one)),
            said=bounds_said(one, Bounds.usual(one)),
        )
        for one in all_triggers().values()
    ]


@router.get("/alerts/thresholds", response=Page[ThresholdShape], auth=asks(Right.SEE), summary="Thresholds")
def thresholds(request: HttpRequest, part: Asked) -> Any:
    """Those that concern the caller: of the company, segments, their teams, themselves, accounts they see."""
    member = member_of(request)
    known = queries.thresholds_of(member).filter(trigger__in=all_triggers())
    return page(known, part, Order("trigger"), lambda one: _threshold(one, member))


@router.post(
    "/alerts/thresholds", response={201: ThresholdShape}, auth=asks(Right.ACT), summary="Set a threshold"
)
def set_threshold(request: HttpRequest, said: NewThreshold) -> Any:
    """For oneself; who manages for teams, segments and all. It holds from the next night on."""
    asked = _asked(request, said)
    return Status(201, _threshold(setting.set_bounds(**asked), asked["by"]))


@router.delete(
    "/alerts/thresholds/{int:pk}", response={204: None}, auth=asks(Right.ACT), summary="Take a threshold away"
)
def drop_threshold(request: HttpRequest, pk: Number) -> Any:
    """The next nearer one holds."""
    member = member_of(request)
    row = get_object_or_404(queries.thresholds_of(member), pk=pk)
    if not queries.may_change(member, row):
        raise Http404
    unchanged(request, _threshold(row, member))
    setting.drop_bounds(row=row, by=member)
    return Status(204, None)


@router.post(
    "/alerts/previews", response={202: PreviewShape}, auth=asks(Right.ACT), summary="See what bounds would do"
)
def ask_preview(request: HttpRequest, said: NewThreshold, response: HttpResponse) -> Any:
    """What they would have done in the last year, before they are set: worked out, Location says where to look."""
    made = setting.ask_preview(**_asked(request, said), now=timezone.now())
    response["Location"], response["Retry-After"] = f"/api/alerts/previews/{made.pk}", SOON
    return Status(202, _preview(made))


@router.get(
    "/alerts/previews/{int:pk}",
    response={200: PreviewShape, 202: PreviewShape},
    auth=asks(Right.ACT),
    summary="What bounds would have done",
)
def preview(request: HttpRequest, pk: Number, response: HttpResponse) -> Any:
    """Told to whoever asked: 202 until it is worked out."""
    found = get_object_or_404(Preview, pk=pk, asked_by=member_of(request).pk, trigger__in=all_triggers())
    if found.ended_at is None:
        response["Retry-After"] = SOON
    return Status(200 if found.ended_at else 202, _preview(found))


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


@router.get(
    "/alerts/scores", response=list[ScoreShape], auth=asks(Right.SEE), summary="How right alerts were"
)
def scores(request: HttpRequest) -> Any:
    """Those of the last year at accounts that the caller sees: all together first, then by trigger."""
    return [
        ScoreShape(
            trigger=one.score.trigger.name if one.score.trigger else "",
            label=one.label,
            raised=one.score.raised,
            acted=one.score.acted,
            judged=one.score.judged,
            right=one.score.right,
            left=one.score.left,
            led_to_action=one.score.led_to_action,
            was_right=one.score.was_right,
            warning=one.score.warning,
            few=one.score.few,
        )
        for one in shown_scores(queries.scores(member_of(request)))
    ]


def _asked(request: HttpRequest, said: NewThreshold) -> dict[str, Any]:
    """What is to be set or tried, put through the page's form. Raises Problem, or Http404 for what is not theirs."""
    member, trigger = member_of(request), all_triggers().get(said.trigger)
    if trigger is None:
        raise Http404
    whom = said.whom or f"{Threshold.Level.MEMBER}:{member.pk}"
    account = whom.partition(":")[2] if whom.startswith(f"{Threshold.Level.ACCOUNT}:") else ""
    if account:
        account_of(member, account)
    standing = queries.thresholds_of(member).filter(trigger=trigger.name, whom=whom).first()
    before = Setting.filled(trigger, Bounds.of(standing) if standing else Bounds.usual(trigger))
    named = said.dict(exclude_unset=True, exclude_none=True, exclude={"trigger", "whom"})
    form = Setting(before | named | {"whom": whom}, trigger=trigger, member=member, account=account)
    return {
        "trigger": trigger,
        "whom": filled(form).cleaned_data["whom"],
        "bounds": form.bounds(),
        "by": member,
    }


def _bounds(trigger: Trigger, bounds: Bounds) -> BoundsShape:
    return BoundsShape(**Setting.filled(trigger, bounds))


def _threshold(row: Threshold, member: Member) -> ThresholdShape:
    trigger, bounds = all_triggers()[row.trigger], Bounds.of(row)
    return ThresholdShape(
        id=row.pk,
        trigger=row.trigger,
        whom=row.whom,
        whose=whose(row),
        bounds=_bounds(trigger, bounds),
        said=bounds_said(trigger, bounds),
        mine=queries.may_change(member, row),
    )


def _preview(one: Preview) -> PreviewShape:
    trigger, found = all_triggers()[one.trigger], one.found
    state = "failed" if one.failed else "done" if one.ended_at else "working" if one.beat_at else "waiting"
    numbers = ("alerts", "accounts", "left", "leavers", "caught", "warning", "first", "last")
    return PreviewShape(
        id=one.pk,
        trigger=one.trigger,
        whom=one.scope["whom"],
        bounds=_bounds(trigger, Bounds(**one.setting)),
        state=state,
        done=one.done,
        of=one.of,
        wrong=one.failed,
        told=told_of_preview(one) if found else [],
        months=[MonthShape(day=day, alerts=n) for day, n in months_told(one)],
        **{name: found.get(name) for name in numbers},
    )


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
