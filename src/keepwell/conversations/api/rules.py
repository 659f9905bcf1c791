"""Calls about rules and their hits: which listen, making and changing one, and saying which hits are right."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations.actions import ruling
from keepwell.conversations.actions.judging import judge as say
from keepwell.conversations.api.clips import Number, Themes
from keepwell.conversations.models import Hit, Rule
from keepwell.conversations.queries import seen
from keepwell.conversations.rules.queries import Stats, hits_of, rules_of, stats_of
from keepwell.listening import rules as listening
from keepwell.members.models import Member
from keepwell.members.rights import Right

router = Router(tags=["rules"])

Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Language = Literal["en", "zh", "hu", "pl"]
Then = Literal["alert", "tag", "follow_up"]


class RuleShape(Schema):
    """What is listened for, and how often it is right: of hits that somebody judged, with the interval of 95%."""

    id: int
    name: str
    version: int
    theme: str
    phrases: dict[str, list[str]]
    slots: dict[str, list[list[str]]]
    side: str
    channels: list[str]
    gap: int | None
    ordered: bool
    denial: str
    weight: float
    then: list[str]
    pattern: str
    owner: int | None
    template: bool
    listens: bool
    changed_at: datetime
    heard: int
    heard_lately: int
    last_heard: datetime | None
    right: int
    wrong: int
    waiting: int
    precision: float | None
    low: float | None
    high: float | None
    notice: str


class RuleSaid(Schema):
    """A rule: phrases or slots by language, and what happens when it is heard."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    phrases: dict[Language, Annotated[list[Phrase], Field(max_length=50)]] = Field(default_factory=dict)
    slots: dict[Language, Annotated[list[list[Phrase]], Field(max_length=10)]] = Field(default_factory=dict)
    theme: Themes = ""
    side: Literal["them", "us", ""] = "them"
    channels: list[Literal["call", "meeting", "mail", "chat", "ticket", "survey"]] = Field(
        default_factory=list, max_length=6
    )
    gap: Annotated[int, Field(ge=0, le=30)] | None = None
    ordered: bool = False
    denial: Literal["apart", "drop", "only"] = "apart"
    weight: Annotated[float, Field(ge=0, le=10)] = 1.0
    then: Annotated[tuple[Then, ...], Field(max_length=3)] = ("alert",)
    pattern: Annotated[str, Field(max_length=listening.LONGEST_PATTERN)] = ""
    template: bool = False


class WhichRules(Schema):
    """Which rules are listed."""

    theme: Themes = ""
    state: Literal["", "on", "rest", "notice"] = ""
    words: Annotated[str, Field(max_length=120)] = ""


class HitShape(Schema):
    """Where a rule was heard; `spans` are places in the turn's text, from and to."""

    id: int
    key: str
    account: str | None
    conversation: int
    turn: int
    rule: int
    rule_name: str
    version: int
    theme: str
    verdict: str
    text: str
    spans: list[list[int]]
    cue: str
    labels: list[str]
    at: datetime
    found_at: datetime
    judged: str


class WhichHits(Schema):
    """Which hits are listed: of those that count."""

    rule: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    theme: Themes = ""
    judged: Literal["waiting", "right", "wrong", "unsure", "all"] = "all"
    account: Annotated[str, Field(max_length=200)] = ""
    denied: bool = False


class Judgement(Schema):
    """What a hit is; "" takes back what was said."""

    judged: Literal["right", "wrong", "unsure", ""]


class Version(Schema):
    """Which version a rule goes back to."""

    version: Annotated[int, Field(ge=1, lt=2**31)]


@router.get("/rules", response=Page[RuleShape], auth=asks(Right.SEE), summary="Rules")
def rules(request: HttpRequest, which: Annotated[WhichRules, Query()], part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """What is listened for, by name."""
    said = page(rules_of(**which.dict()), part, Order("name", "pk"), lambda one: one)
    stats = stats_of(said["items"], now=timezone.now())
    return said | {"items": [rule_shape(one, stats.get(one.pk, Stats())) for one in said["items"]]}


@router.get("/rules/{int:pk}", response=RuleShape, auth=asks(Right.SEE), summary="One rule")
def rule(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """What it listens for, and how it does."""
    return _shape(_rule(pk))


@router.post("/rules", response={201: RuleShape}, auth=asks(Right.MANAGE), summary="Make a rule")
def make_rule(request: HttpRequest, said: RuleSaid) -> Any:
    """It listens from now on, and to what was said before in a while."""
    made = ruling.make_rule(
        rule=made_of(said), by=member_of(request), now=timezone.now(), template=said.template
    )
    return Status(201, _shape(made))


@router.put("/rules/{int:pk}", response=RuleShape, auth=asks(Right.MANAGE), summary="Change a rule")
def change_rule(request: HttpRequest, pk: Number, said: RuleSaid) -> Any:
    """Into a new version; the older ones are kept."""
    Rule.objects.select_for_update().filter(pk=pk).order_by().first()
    found = _rule(pk)
    unchanged(request, _shape(found))
    ruling.change_rule(
        rule=found, to=made_of(said), by=member_of(request), now=timezone.now(), template=said.template
    )
    return _shape(_rule(pk))


@router.post(
    "/rules/{int:pk}/rest", response=RuleShape, auth=asks(Right.MANAGE), summary="Put a rule to rest"
)
def rest_rule(request: HttpRequest, pk: Number) -> Any:
    """It listens no more; what it has heard stays."""
    ruling.rest(rule=_rule(pk), by=member_of(request), now=timezone.now())
    return _shape(_rule(pk))


@router.post(
    "/rules/{int:pk}/wake", response=RuleShape, auth=asks(Right.MANAGE), summary="Let a rule listen again"
)
def wake_rule(request: HttpRequest, pk: Number) -> Any:
    """And hear what was said while it rested."""
    ruling.wake(rule=_rule(pk), by=member_of(request), now=timezone.now())
    return _shape(_rule(pk))


@router.post(
    "/rules/{int:pk}/restore",
    response=RuleShape,
    auth=asks(Right.MANAGE),
    summary="Take a rule back to a version",
)
def restore_rule(request: HttpRequest, pk: Number, said: Version) -> Any:
    """As a new version that is as the old one was."""
    ruling.restore(rule=_rule(pk), version=said.version, by=member_of(request), now=timezone.now())
    return _shape(_rule(pk))


@router.get("/hits", response=Page[HitShape], auth=asks(Right.SEE), summary="Hits of rules")
def hits(request: HttpRequest, which: Annotated[WhichHits, Query()], part: Asked) -> Any:
    """In conversations that the caller sees, newest first."""
    found = hits_of(member_of(request), **which.dict())
    return page(found, part, Order("-at", "-pk"), hit_shape)


@router.post("/hits/{int:pk}/judge", response=HitShape, auth=asks(Right.ACT), summary="Say what a hit is")
def judge_hit(request: HttpRequest, pk: Number, said: Judgement) -> Any:
    """Right, wrong or not sure: each rule is measured by it."""
    member = member_of(request)
    say(hit=_hit(member, pk), judged=said.judged, by=member, now=timezone.now())
    return hit_shape(_hit(member, pk))


def rule_shape(row: Rule, stats: Stats) -> RuleShape:
    """A rule as calls tell it."""
    one = listening.rule_of({**row.data, "name": row.name})
    low, high = stats.interval or (None, None)
    return RuleShape(
        id=row.pk,
        name=row.name,
        version=row.version,
        theme=row.theme,
        phrases={code: list(said) for code, said in one.phrases.items()},
        slots={code: [list(slot) for slot in said] for code, said in one.slots.items()},
        side=one.side,
        channels=list(one.channels),
        gap=one.gap,
        ordered=one.ordered,
        denial=one.denial,
        weight=one.weight,
        then=list(one.then),
        pattern=one.pattern,
        owner=row.owner_id,
        template=row.template,
        listens=row.on,
        changed_at=row.changed_at,
        heard=stats.heard,
        heard_lately=stats.lately,
        last_heard=stats.last,
        right=stats.right,
        wrong=stats.wrong,
        waiting=stats.waiting,
        precision=stats.precision,
        low=low,
        high=high,
        notice=row.notice,
    )


def hit_shape(hit: Hit) -> HitShape:
    """A hit as calls tell it."""
    return HitShape(
        id=hit.pk,
        key=hit.key,
        account=hit.account_id,
        conversation=hit.conversation_id,
        turn=hit.turn.no,
        rule=hit.rule_id,
        rule_name=hit.rule.name,
        version=hit.version,
        theme=hit.theme,
        verdict=hit.verdict,
        text=hit.turn.text,
        spans=hit.spans,
        cue=hit.cue,
        labels=hit.labels,
        at=hit.at,
        found_at=hit.found_at,
        judged=hit.judged,
    )


def _shape(row: Rule) -> RuleShape:
    return rule_shape(row, stats_of([row], now=timezone.now()).get(row.pk, Stats()))


def _rule(pk: int) -> Rule:
    found = Rule.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _hit(member: Member, pk: int) -> Hit:
    rows = Hit.objects.filter(void_at=None, conversation__in=seen(member).values("pk"))
    found = rows.select_related("turn", "conversation", "rule").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def made_of(said: RuleSaid) -> listening.Rule:
    """The rule that a call says."""
    return listening.rule_of({name: value for name, value in said.dict().items() if name != "template"})
