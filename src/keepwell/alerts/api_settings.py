"""Calls about what each trigger is raised from and for whom, what that would have done, and how right alerts were."""

from datetime import date
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.accounts.queries import account_of
from keepwell.alerts import queries
from keepwell.alerts.actions import setting
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.forms import Setting
from keepwell.alerts.models import Preview, Threshold
from keepwell.alerts.showing import bounds_said, months_told, shown_scores, told_of_preview, whose
from keepwell.alerts.triggers import UNITS, Trigger, all_triggers
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members.models import Member
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
    return page(_known(member), part, Order("trigger"), lambda one: _threshold(one, member))


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
    Threshold.objects.select_for_update().filter(pk=pk).order_by().first()  # stays as it is read
    row = get_object_or_404(_known(member), pk=pk)
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


def _known(member: Member) -> QuerySet[Threshold]:
    """Those that concern a member; what is left of a trigger that is no more concerns nobody."""
    return queries.thresholds_of(member).filter(trigger__in=all_triggers())


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
