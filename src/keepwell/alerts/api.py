"""Calls about alerts: the inbox, one, and answering it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.alerts import api_settings, api_telling, queries
from keepwell.alerts.actions import answering
from keepwell.alerts.models import Alert
from keepwell.alerts.showing import shown_alerts
from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members.rights import Right

router = Router(tags=["alerts"])
ROUTERS = [router, api_settings.router, api_telling.router]

Number = Annotated[int, Field(ge=1, lt=2**63)]


class ReasonShape(Answer):
    """What one trigger saw, in the caller's language."""

    trigger: str
    said: str
    near: bool
    gone: bool


class AlertShape(Answer):
    """A change at an account that wants attention."""

    id: int
    account: str
    account_name: str
    owner: int | None
    day: date
    state: str
    outcome: str
    note: str
    reasons: list[ReasonShape]
    opened_at: datetime
    acknowledged_at: datetime | None
    snoozed_until: date | None
    closed_at: datetime | None


class Answered(Schema):
    """An alert as it is now, and what takes the answer back."""

    alert: AlertShape
    undo: UUID


class Which(Schema):
    """Which alerts are listed, and how."""

    state: Literal["open", "acknowledged", "snoozed", "closed", "all"] = "open"
    whose: Literal["all", "mine"] = "all"
    sort: Literal["new", "worth", "risk", "account"] = "new"
    trigger: Annotated[str, Field(max_length=40)] = ""
    segment: Annotated[str, Field(max_length=120)] = ""
    account: Annotated[str, Field(max_length=200)] = ""


class PutOff(Schema):
    """Until which day."""

    until: date


class Closing(Schema):
    """What came of it."""

    outcome: Literal["acted", "right", "wrong"]
    note: Annotated[str, Field(max_length=500)] = ""


class TakenBack(Schema):
    """How many answers were taken back: none where something has happened since."""

    alerts: int


_TOLD = (  # what else an account has is wide
    "day", "state", "outcome", "note", "owner", "opened_at", "acknowledged_at", "snoozed_until", "closed_at",
    "account__name", "account__standing__risk", "account__standing__worth",
)  # fmt: skip


@router.get("/alerts", response=Page[AlertShape], auth=asks(Right.SEE), summary="Alerts")
def alerts(request: HttpRequest, which: Annotated[Which, Query()], part: Asked) -> Any:
    """Those of accounts that the caller sees, as the inbox shows them."""
    found = queries.inbox(member_of(request), **which.dict()).then(_narrow)
    said = page(found, part, Order(queries.SORTS[which.sort], "-pk"), lambda one: one)
    queries.give_reasons(said["items"])
    return said | {"items": alert_shapes(said["items"])}


def _narrow(found: QuerySet[Alert]) -> QuerySet[Alert]:
    return found.select_related(None).select_related("account__standing").only(*_TOLD)


@router.get("/alerts/{int:pk}", response=AlertShape, auth=asks(Right.SEE), summary="One alert")
def alert(request: HttpRequest, pk: Number) -> Any:
    """What was seen, and where it stands with those who are to answer it."""
    return alert_shape(queries.alert_of(member_of(request), pk))


@router.post(
    "/alerts/{int:pk}/acknowledge", response=Answered, auth=asks(Right.ACT), summary="Say that it was seen"
)
def acknowledge(request: HttpRequest, pk: Number) -> Any:
    """One that is not open any more stays as it is."""
    _before(request, pk)
    batch = answering.acknowledge(alerts=_one(pk), by=member_of(request), now=timezone.now())
    return _after(request, pk, batch)


@router.post("/alerts/{int:pk}/snooze", response=Answered, auth=asks(Right.ACT), summary="Put an alert off")
def snooze(request: HttpRequest, pk: Number, said: PutOff) -> Any:
    """Until a day, on which the night opens it again."""
    _before(request, pk)
    now = timezone.now()
    batch = answering.snooze(alerts=_one(pk), by=member_of(request), until=said.until, now=now)
    return _after(request, pk, batch)


@router.post("/alerts/{int:pk}/close", response=Answered, auth=asks(Right.ACT), summary="Close an alert")
def close(request: HttpRequest, pk: Number, said: Closing) -> Any:
    """With what came of it."""
    _before(request, pk)
    batch = answering.close_alerts(
        alerts=_one(pk), by=member_of(request), outcome=said.outcome, note=said.note, now=timezone.now()
    )
    return _after(request, pk, batch)


@router.post(
    "/alerts/undo/{uuid:batch}", response=TakenBack, auth=asks(Right.ACT), summary="Take an answer back"
)
def undo(request: HttpRequest, batch: UUID) -> Any:
    """One's own, where nothing has happened to the alert since."""
    done = answering.undo(batch=batch, by=member_of(request), now=timezone.now())
    return TakenBack(alerts=done)


def alert_shapes(alerts: Sequence[Alert]) -> list[AlertShape]:
    """Alerts as calls tell them."""
    return [
        AlertShape(
            id=shown.alert.pk,
            account=shown.alert.account_id,
            account_name=shown.alert.account.name,
            owner=shown.alert.owner_id,
            day=shown.alert.day,
            state=shown.alert.state,
            outcome=shown.alert.outcome,
            note=shown.alert.note,
            reasons=[
                ReasonShape(
                    trigger=one.reason.trigger,
                    said=one.said,
                    near=one.reason.near,
                    gone=one.reason.gone_at is not None,
                )
                for one in shown.reasons
            ],
            opened_at=shown.alert.opened_at,
            acknowledged_at=shown.alert.acknowledged_at,
            snoozed_until=shown.alert.snoozed_until,
            closed_at=shown.alert.closed_at,
        )
        for shown in shown_alerts(alerts)
    ]


def alert_shape(alert: Alert) -> AlertShape:
    """An alert as calls tell it."""
    return alert_shapes([alert])[0]


def _one(pk: int) -> Any:
    return Alert.objects.filter(pk=pk)


def _before(request: HttpRequest, pk: int) -> None:
    """The caller sees it, and it is as they read it."""
    Alert.objects.select_for_update().filter(pk=pk).order_by().first()
    unchanged(request, alert_shape(queries.alert_of(member_of(request), pk)))


def _after(request: HttpRequest, pk: int, batch: UUID) -> Answered:
    return Answered(alert=alert_shape(queries.alert_of(member_of(request), pk)), undo=batch)
