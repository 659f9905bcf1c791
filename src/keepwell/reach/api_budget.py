"""Calls about the rules of the contact budget, and about whom they hold back."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members.rights import Right
from keepwell.reach import actions, queries, saying
from keepwell.reach.budget import day_of
from keepwell.reach.forms import Ruling
from keepwell.reach.models import Reservation, Rule, Touch
from keepwell.reach.queries import Held

router = Router(tags=["contact budget"])

Number = Annotated[int, Field(ge=1, lt=2**63)]
Most = Annotated[int, Field(ge=1, le=1000)]
Days = Annotated[int, Field(ge=1, le=366)]
Of = Literal["contact", "account"]
By = Literal["", "call", "mail", "meeting", "chat", "letter"]
Kind = Literal["", "customer_success", "sales", "marketing", "support"]


class BudgetRuleShape(Answer):
    """At most so many contacts in so many days to one contact or account; `said` tells it as a sentence."""

    id: int
    most: int
    days: int
    of: str
    channel: str
    team: str
    holds_important: bool
    active: bool
    said: str


class NewRule(Schema):
    """A rule: a channel or kind of team narrows what is counted and held, "" is any."""

    most: Most
    days: Days
    of: Of = "contact"
    channel: By = ""
    team: Kind = ""
    holds_important: bool = False
    active: bool = True


class RuleChanges(Schema):
    """What is to be otherwise: what is not named stays as it is. `active` switches it off and on."""

    most: Most | None = None
    days: Days | None = None
    of: Of | None = None
    channel: By | None = None
    team: Kind | None = None
    holds_important: bool | None = None
    active: bool | None = None


class Whose(Schema):
    """Whose messages: those of the caller, or of everybody at accounts that the caller sees."""

    whose: Literal["mine", "team"] = "team"


class HeldShape(Answer):
    """Somebody who was to be reached on a `day` and was held back; `free` where the budget would let it by now."""

    id: int
    account: str
    account_name: str
    contact: str | None
    member: int | None
    team: str
    channel: str
    importance: str
    day: date
    until: date | None
    by: str
    why: str
    because: str
    free: bool
    at: datetime


class AheadShape(Answer):
    """A day that is reserved ahead, and for what."""

    id: int
    account: str
    account_name: str
    contact: str | None
    member: int | None
    team: str
    channel: str
    importance: str
    day: date
    topic: str


class PassedShape(Answer):
    """A touch that went out although it was held, and the reason that was given."""

    id: int
    account: str
    account_name: str
    contact: str | None
    member: int | None
    team: str
    channel: str
    importance: str
    at: datetime
    topic: str
    reason: str


@router.get(
    "/budget/rules",
    response=Page[BudgetRuleShape],
    auth=asks(Right.MANAGE),
    summary="Rules of the contact budget",
)
def budget_rules(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """Those in force, and those that are switched off."""
    return page(Rule.objects.all(), part, Order("days"), rule_shape)


@router.post(
    "/budget/rules",
    response={201: BudgetRuleShape},
    auth=asks(Right.MANAGE),
    summary="Make a rule of the budget",
)
def make_budget_rule(request: HttpRequest, said: NewRule) -> Any:
    """It holds from now on."""
    made = actions.set_rule(by=member_of(request), values=filled(Ruling(said.dict())).cleaned_data)
    return Status(201, rule_shape(made))


@router.get(
    "/budget/rules/{int:pk}",
    response=BudgetRuleShape,
    auth=asks(Right.MANAGE),
    summary="One rule of the budget",
)
def budget_rule(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """What it holds."""
    return rule_shape(get_object_or_404(Rule, pk=pk))


@router.patch(
    "/budget/rules/{int:pk}",
    response=BudgetRuleShape,
    auth=asks(Right.MANAGE),
    summary="Change a budget's rule",
)
def change_budget_rule(request: HttpRequest, pk: Number, said: RuleChanges) -> Any:
    """Or switch it off, or on again."""
    found = _as_read(request, pk)
    values = said.dict(exclude_unset=True, exclude_none=True)
    if not values:
        return rule_shape(found)
    form = Ruling(model_to_dict(found, exclude=["id"]) | values, instance=found)
    asked = filled(form).cleaned_data
    return rule_shape(actions.set_rule(by=member_of(request), rule=found, values=asked))


@router.delete(
    "/budget/rules/{int:pk}",
    response={204: None},
    auth=asks(Right.MANAGE),
    summary="Take a rule of the budget out",
)
def drop_budget_rule(request: HttpRequest, pk: Number) -> Any:
    """It holds nobody any more."""
    actions.drop_rule(by=member_of(request), rule=_as_read(request, pk))
    return Status(204, None)


@router.get("/budget/held", response=Page[HeldShape], auth=asks(Right.SEE), summary="Who is held back")
def held(request: HttpRequest, which: Annotated[Whose, Query()], part: Asked) -> Any:
    """Still, or within the last month where a wish holds them; the latest first."""
    now = timezone.now()
    found = queries.holds(member_of(request), whose=which.whose, now=now)
    said = page(found, part, Order("-at", "-pk"), lambda one: one)
    return said | {"items": [_held(one) for one in queries.as_they_are(said["items"], now=now)]}


@router.get("/budget/reserved", response=Page[AheadShape], auth=asks(Right.SEE), summary="What is reserved")
def reserved(request: HttpRequest, which: Annotated[Whose, Query()], part: Asked) -> Any:
    """Days ahead that somebody holds, the next first."""
    found = queries.reserved(member_of(request), whose=which.whose, today=day_of(timezone.now()))
    return page(found, part, Order("day"), _ahead)


@router.get(
    "/budget/passed", response=Page[PassedShape], auth=asks(Right.SEE), summary="What passed all the same"
)
def passed(request: HttpRequest, which: Annotated[Whose, Query()], part: Asked) -> Any:
    """Within the last month: emergencies, and what had happened already; the latest first."""
    found = queries.passed(member_of(request), whose=which.whose, now=timezone.now())
    return page(found, part, Order("-at", "-pk"), _passed)


def rule_shape(rule: Rule) -> BudgetRuleShape:
    """A rule as calls tell it."""
    told = model_to_dict(rule, exclude=["id"])
    return BudgetRuleShape(id=rule.pk, **told, said=saying.rule_said(rule))


def _as_read(request: HttpRequest, pk: int) -> Rule:
    found = get_object_or_404(Rule.objects.select_for_update().order_by(), pk=pk)
    unchanged(request, rule_shape(found))
    return found


def _held(one: Held) -> HeldShape:
    answer = one.said.answer
    return HeldShape(
        **_whom(one.hold),
        day=one.hold.day,
        until=one.hold.until,
        by=answer.by,
        why=saying.why(answer),
        because=saying.because(answer),
        free=one.free,
        at=one.hold.at,
    )


def _ahead(one: Reservation) -> AheadShape:
    return AheadShape(**_whom(one), day=one.day, topic=one.topic)


def _passed(one: Touch) -> PassedShape:
    return PassedShape(**_whom(one), at=one.at, topic=one.topic, reason=one.passed.get("reason", ""))


def _whom(one: Any) -> dict[str, Any]:
    """What a hold, a reservation and a touch all tell: to whom, by what, whose."""
    return {
        "id": one.pk,
        "account": one.account_id,
        "account_name": one.account.name,
        "contact": one.contact_id,
        "member": one.member_id,
        "team": one.team,
        "channel": one.channel,
        "importance": one.importance,
    }
