"""Calls about playbooks: what they are, writing them, starting them, and what they did."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from keepwell.accounts.models import Account
from keepwell.accounts.queries import accounts_of
from keepwell.accounts.showing import reporting
from keepwell.alerts.queries import alerts_of
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.api.shapes import Answer
from keepwell.followups.actions import arranging, playing
from keepwell.followups.conditions import free_for
from keepwell.followups.forms import Playing
from keepwell.followups.models import Effect, Playbook, Run, Version
from keepwell.followups.queries import playbooks_with_runs
from keepwell.followups.showing import refused_because
from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.members.rights import Right, seen_by
from keepwell.reach.api import AccountId, By

router = Router(tags=["playbooks"])

Number = Annotated[int, Field(ge=1, lt=2**63)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
What = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Team = Literal["", "customer_success", "sales", "marketing", "support"]


class Step(Schema):
    """A follow-up of a playbook: on which day after its start, whose ("" is the owner), and what to say."""

    day: Annotated[int, Field(ge=0, le=730)] = 0
    team: Team = ""
    channel: By = "call"
    what: What
    review: bool = False


class StepShape(Answer):
    """A step as it was set down."""

    day: int
    team: str
    channel: str
    what: str
    review: bool


class PlaybookVersionShape(Answer):
    """A playbook as it was set down at a time. `least_risk` and `held_out`, a share, are from 0 to 1."""

    number: int
    steps: list[StepShape]
    condition: str
    stage: str
    least_risk: float | None
    trigger: str
    held_out: float
    made_by: int | None
    made_at: datetime


class PlaybookShape(Answer):
    """A playbook with its newest version, and at how many accounts it was started or is held out."""

    id: int
    name: str
    active: bool
    started: int
    held_out: int
    newest: PlaybookVersionShape | None


class WholePlaybook(Answer):
    """A playbook with all its versions, the newest first."""

    id: int
    name: str
    active: bool
    versions: list[PlaybookVersionShape]


class VersionSaid(Schema):
    """A version: its steps, for whom it is, which alert starts it by itself, and the share that is held out."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=30)]
    condition: Annotated[str, Field(max_length=500)] = ""
    stage: Literal["", "onboarding", "adopting", "value", "renewing"] = ""
    least_risk: Annotated[float, Field(ge=0, le=1)] | None = None
    trigger: Annotated[str, Field(max_length=40)] = ""
    held_out: Annotated[float, Field(ge=0, le=0.9)] = 0


class NewPlaybook(VersionSaid):
    """A playbook; its name never changes."""

    name: Name


class Use(Schema):
    """Whether it is in use."""

    active: bool


class StartingPlaybook(Schema):
    """At which accounts it is started, and perhaps for which alert."""

    accounts: Annotated[list[AccountId], Field(min_length=1, max_length=playing.MOST)]
    alert: Number | None = None


class Came(Answer):
    """What came of it: `running` are accounts at which it runs already, `unfit` those that it is not for."""

    started: int
    held_out: int
    running: list[str]
    unfit: list[str]


class ForShape(Answer):
    """An account that a playbook can be started at."""

    account: str
    account_name: str
    risk: float | None
    worth: str | None
    currency: str | None


class RunShape(Answer):
    """A playbook at an account: `treated`, or `held out` for ever. By nobody: the night started it."""

    id: int
    account: str
    account_name: str
    version: int
    arm: str
    alert: int | None
    by: int | None
    at: datetime


class EffectRow(Answer):
    """Of a kind of account: how many there are in each arm, which share left, and how many fewer leave.

    `benefit` is the share of those held out that left less that of those it was started at; `low` to `high` is its
    interval of 95%. `small`: few, so that little can be said.
    """

    group: str
    treated: int
    held_out: int
    treated_share: float | None
    held_out_share: float | None
    benefit: float | None
    low: float | None
    high: float | None
    small: bool


class EffectShape(Answer):
    """What a playbook did. Once `done`, `refused` tells line by line why nothing can be said; else `rows` do."""

    state: Literal["not asked", "waiting", "done"]
    asked_at: datetime | None
    made_at: datetime | None
    rows: list[EffectRow]
    notes: list[str]
    refused: list[str]


@router.get("/playbooks", response=Page[PlaybookShape], auth=asks(Right.SEE), summary="Playbooks")
def playbooks(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """By name."""
    return page(playbooks_with_runs(), part, Order("name"), _listed)


@router.post("/playbooks", response={201: WholePlaybook}, auth=asks(Right.MANAGE), summary="Make a playbook")
def make_playbook(request: HttpRequest, said: NewPlaybook) -> Any:
    """Its first version."""
    made = _set_down(request, said, None, said.name)
    return Status(201, playbook_shape(made.playbook))


@router.get("/playbooks/{int:pk}", response=WholePlaybook, auth=asks(Right.SEE), summary="One playbook")
def playbook(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """Its steps and for whom it is, now and in earlier versions."""
    return playbook_shape(get_object_or_404(Playbook, pk=pk))


@router.patch(
    "/playbooks/{int:pk}", response=WholePlaybook, auth=asks(Right.MANAGE), summary="Use a playbook, or not"
)
def use_playbook(request: HttpRequest, pk: Number, said: Use) -> Any:
    """Who is held out from it stays so."""
    found = _as_read(request, pk)
    if said.active != found.active:
        playing.retire(playbook=found, by=member_of(request), active=said.active)
        found.refresh_from_db()
    return playbook_shape(found)


@router.post(
    "/playbooks/{int:pk}/versions",
    response={201: WholePlaybook},
    auth=asks(Right.MANAGE),
    summary="Set down a playbook's next version",
)
def make_version(request: HttpRequest, pk: Number, said: VersionSaid) -> Any:
    """Earlier ones stay as they were, and so does what they started."""
    found = _as_read(request, pk)
    _set_down(request, said, found, found.name)
    return playbook_shape(found)


@router.get(
    "/playbooks/{int:pk}/accounts",
    response=Page[ForShape],
    auth=asks(Right.SEE),
    summary="At whom a playbook can be started",
)
def startable(request: HttpRequest, pk: Number, part: Asked) -> Any:
    """Accounts that the caller sees and it is for, at which it does not run, the worthiest first."""
    version = get_object_or_404(Playbook, pk=pk).newest
    rows = accounts_of(member_of(request))
    found = free_for(rows, version) if version else rows.none()
    currency = reporting()
    return page(found, part, Order("-standing__worth"), lambda one: _for(one, currency))


@router.post("/playbooks/{int:pk}/start", response=Came, auth=asks(Right.ACT), summary="Start a playbook")
def start_playbook(request: HttpRequest, pk: Number, said: StartingPlaybook) -> Any:
    """At accounts that the caller sees: some are held out by its draw, the others get its follow-ups."""
    member, asked = member_of(request), set(said.accounts)
    found = get_object_or_404(Playbook, pk=pk)
    accounts = list(accounts_of(member).filter(pk__in=asked))
    if len(accounts) < len(asked):
        raise Http404
    alerts = []
    if said.alert is not None:
        alerts = list(alerts_of(member).filter(pk=said.alert, account__in=asked))
        if not alerts:
            raise Problem(422, _("There is no such alert at this account."))
    done = playing.start(playbook=found, accounts=accounts, by=member, now=timezone.now(), alerts=alerts)
    return Came(
        started=done.treated,
        held_out=done.held_out,
        running=[one.pk for one in done.running],
        unfit=[one.pk for one in done.unfit],
    )


@router.get(
    "/playbooks/{int:pk}/runs", response=Page[RunShape], auth=asks(Right.SEE), summary="Runs of a playbook"
)
def runs(request: HttpRequest, pk: Number, part: Asked) -> Any:
    """At accounts that the caller sees, the latest first."""
    rows = Run.objects.filter(playbook=get_object_or_404(Playbook, pk=pk))
    found = seen_by(rows.select_related("account", "version"), member_of(request), account="account")
    return page(found, part, Order("-at", "-pk"), _run)


@router.get(
    "/playbooks/{int:pk}/effect", response=EffectShape, auth=asks(Right.SEE), summary="What a playbook did"
)
def playbook_effect(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """As it was last worked out, or why nothing can be said."""
    return _effect(get_object_or_404(Playbook, pk=pk))


@router.post(
    "/playbooks/{int:pk}/effect",
    response={202: EffectShape},
    auth=asks(Right.MANAGE),
    summary="Have it worked out what a playbook did",
)
def ask_effect(request: HttpRequest, pk: Number) -> Any:
    """A worker does it: look again until it is `done`."""
    found = get_object_or_404(Playbook, pk=pk)
    arranging.ask_effect(playbook=found, by=member_of(request), now=timezone.now())
    return Status(202, _effect(found))


def playbook_shape(one: Playbook) -> WholePlaybook:
    """A playbook as calls tell it; how often it was started is no part of what a writer has read."""
    versions = [_version(version) for version in one.versions.all()]
    return WholePlaybook(id=one.pk, name=one.name, active=one.active, versions=versions)


def _set_down(request: HttpRequest, said: VersionSaid, found: Playbook | None, name: str) -> Version:
    """Asked as the page's form asks it, which takes shares in per cent."""
    plain = said.dict(exclude={"steps", "name"})
    shares = {"least_risk": said.least_risk, "held_out": said.held_out}
    per_cent = {one: None if share is None else share * 100 for one, share in shares.items()}
    form = filled(Playing(plain | {"name": name} | per_cent, playbook=found))
    return playing.set_down(
        by=member_of(request),
        playbook=found,
        name=name,
        steps=[step.dict() for step in said.steps],
        **(form.values() | shares),
    )


def _as_read(request: HttpRequest, pk: int) -> Playbook:
    found = get_object_or_404(Playbook.objects.select_for_update().order_by(), pk=pk)
    unchanged(request, playbook_shape(found))
    return found


def _listed(one: Playbook) -> PlaybookShape:
    newest = next(iter(one.versions.all()), None)
    return PlaybookShape(
        id=one.pk,
        name=one.name,
        active=one.active,
        started=one.treated,  # type: ignore[attr-defined]  # counted by the question
        held_out=one.out,  # type: ignore[attr-defined]  # as above, by the question
        newest=_version(newest) if newest else None,
    )


def _version(one: Version) -> PlaybookVersionShape:
    return PlaybookVersionShape(
        number=one.number,
        steps=[StepShape(**_STEP | step) for step in one.steps],
        condition=one.condition,
        stage=one.stage,
        least_risk=one.least_risk,
        trigger=one.trigger,
        held_out=one.held_out,
        made_by=one.made_by_id,
        made_at=one.made_at,
    )


_STEP: dict[str, Any] = {"team": "", "review": False}  # that steps may leave out


def _for(one: Account, currency: str) -> ForShape:
    worth = one.standing.worth
    return ForShape(
        account=one.pk,
        account_name=one.name,
        risk=one.standing.risk,
        worth=None if worth is None else str(to_decimal(worth, currency)),
        currency=None if worth is None else currency,
    )


def _run(one: Run) -> RunShape:
    return RunShape(
        id=one.pk,
        account=one.account_id,
        account_name=one.account.name,
        version=one.version.number,
        arm=one.arm,
        alert=one.alert_id,
        by=one.by_id,
        at=one.at,
    )


def _effect(found: Playbook) -> EffectShape:
    said = Effect.objects.filter(playbook=found).select_related("playbook").first()
    if said is None or said.made_at is None:
        asked_at = said.asked_at if said else None
        state: Literal["waiting", "not asked"] = "waiting" if said else "not asked"
        return EffectShape(state=state, asked_at=asked_at, made_at=None, rows=[], notes=[], refused=[])
    return EffectShape(
        state="done",
        asked_at=said.asked_at,
        made_at=said.made_at,
        rows=[EffectRow(**row) for row in said.rows],
        notes=said.notes,
        refused=refused_because(said),
    )
