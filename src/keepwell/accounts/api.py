"""Calls about accounts: lists, one, what happened there, its people, how it stood, whose it is; and the search."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from keepwell.accounts import api_people, queries
from keepwell.accounts.actions import assign
from keepwell.accounts.models import Account, Entry, Standing
from keepwell.accounts.people_said import ContactShape, contact_shape
from keepwell.accounts.rooms import added
from keepwell.accounts.showing import Shown, reporting, told
from keepwell.accounts.stood import Stood, read
from keepwell.api.door import asks, member_of
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.api.shapes import Answer
from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.members.rights import Right, may_be_handed

router = Router(tags=["accounts"])
ROUTERS = [router, api_people.router]
FOUND = 20  # of one sort, by a search

Whose = Literal["all", "mine", "team"]
Sort = Literal["worth", "risk", "change", "mrr", "health", "name"]
Health = Literal["", "poor", "concerning", "healthy", "unknown"]


class Owner(Answer):
    """The member who looks after an account."""

    id: int
    name: str


class Why(Answer):
    """A reason for a risk, in the caller's language."""

    said: str
    raises: bool
    strength: str


class Stands(Answer):
    """How an account stood on its last night. Amounts are decimals in `currency`; a risk is a chance from 0 to 1."""

    day: date
    risk: float | None
    low: float | None
    high: float | None
    coverage: float | None
    change_7: float | None
    change_30: float | None
    health: str
    steps: dict[str, str]
    worth: str | None
    mrr: str
    currency: str
    customer_since: date | None
    reasons: list[Why]


class AccountShape(Answer):
    """An account; `standing` is none where it does not pay."""

    id: str
    name: str
    segment: str
    industry: str
    country: str
    owner: Owner | None
    portfolio: int | None
    standing: Stands | None


class Happened(Answer):
    """One thing that happened at an account, told in the caller's language."""

    id: int
    at: datetime
    kind: str
    hot: bool
    headline: str
    detail: str
    contact: str | None


class Night(Schema):
    """How an account stood on a night; none is what that night did not say.

    A risk is a chance from 0 to 1, a score of the check-up is of 100, `known` is the share of its weight that was
    known, and what saving the account was worth is a decimal in `currency`. `looked_back` marks a day before the
    first night: what would have been said, of what was known by then.
    """

    day: date
    risk: float | None
    health: str | None
    score: float | None
    known: float | None
    steps: dict[str, str]
    worth: str | None
    currency: str | None
    looked_back: bool


class History(Schema):
    """How an account stands, and how it stood on the nights so far, oldest first."""

    now: Stands | None
    past: list[Night]


class NewOwner(Schema):
    """Who looks after an account from now on: the number of a member, or nobody."""

    owner: Annotated[int, Field(ge=1, lt=2**63)] | None


class Hit(Schema):
    """One thing a search found, and its page."""

    kind: str
    label: str
    detail: str
    url: str


class Which(Schema):
    """Which accounts are listed, and how."""

    whose: Whose = "all"
    sort: Sort = "worth"
    segment: Annotated[str, Field(max_length=120)] = ""
    health: Health = ""
    saved: Annotated[str, Field(max_length=80, description="the name of a saved segment")] = ""
    words: Annotated[str, Field(max_length=200, description="in the name, or of a contact")] = ""


Id = Annotated[str, Field(description="the account's id, as in the book")]


@router.get("/accounts", response=Page[AccountShape], auth=asks(Right.SEE), summary="Accounts that pay")
def accounts(request: HttpRequest, which: Annotated[Which, Query()], part: Asked) -> Any:
    """Those that the caller sees, as the list of accounts shows them."""
    member = member_of(request)
    found = queries.listed(member, **which.dict())
    currency = reporting()
    return page(
        found.then(_narrow),
        part,
        Order(queries.SORTS[which.sort]),
        lambda one: account_shape(one, currency),
    )


_STANDS = (
    "day", "risk", "low", "high", "coverage", "change_7", "change_30", "health", "steps", "worth", "mrr",
    "customer_since", "reasons", "kept_by",
)  # fmt: skip
_TOLD = (
    "name", "segment", "industry", "country", "portfolio", "owner__name", *(f"standing__{one}" for one in _STANDS),
)  # fmt: skip


def _narrow(found: QuerySet[Account]) -> QuerySet[Account]:
    return found.only(*_TOLD)


@router.get(
    "/accounts/{path:account_id}/timeline",
    response=Page[Happened],
    auth=asks(Right.SEE),
    summary="What happened at an account",
)
def timeline(request: HttpRequest, account_id: Id, part: Asked, kind: str = "") -> Any:
    """Everything that happened, the latest first; of one `kind` where that is said."""
    account = queries.account_of(member_of(request), account_id)
    found = queries.timeline_of(account, kinds=[kind] if kind else [])
    return page(found, part, Order("-at", "-pk"), _happened)


@router.get(
    "/accounts/{path:account_id}/contacts",
    response=Page[ContactShape],
    auth=asks(Right.SEE),
    summary="People at an account",
)
def contacts(request: HttpRequest, account_id: Id, part: Asked) -> Any:
    """Those who are there and those who left, by name."""
    account = queries.account_of(member_of(request), account_id)
    return page(account.contacts.all(), part, Order("name"), contact_shape)


@router.get(
    "/accounts/{path:account_id}/standing",
    response=History,
    auth=asks(Right.SEE),
    summary="How an account stands and stood",
)
def standing(request: HttpRequest, account_id: Id) -> Any:
    """Its standing, and its risk, check-up and worth night by night: the last 60, and a night a month before."""
    account = queries.account_of(member_of(request), account_id)
    now = queries.standing_of(account)
    past = [_night(one) for one in read(now.history, now.past)] if now else []
    return History(now=_stands(account, reporting()), past=past)


@router.put(
    "/accounts/{path:account_id}/owner",
    response=AccountShape,
    auth=asks(Right.MANAGE),
    summary="Give an account to a member",
)
def owner(request: HttpRequest, account_id: Id, said: NewOwner) -> Any:
    """To one of the caller's teams, or to nobody. The night leaves it there."""
    member = member_of(request)
    Account.objects.select_for_update(of=("self",)).filter(pk=account_id).order_by().first()
    account = queries.account_of(member, account_id)
    unchanged(request, account_shape(account, reporting()))
    chosen = None
    if said.owner is not None:
        chosen = may_be_handed(member).filter(pk=said.owner).first()
        if chosen is None:
            raise Problem(422, _("There is no such member in your teams."))
    assign(account=account, by=member, owner=chosen)
    again = queries.accounts_of(member).filter(pk=account_id).first()
    if again is None:  # it was theirs only as its owner
        account.owner = chosen
        again = account
    return account_shape(again, reporting())


@router.get("/accounts/{path:account_id}", response=AccountShape, auth=asks(Right.SEE), summary="One account")
def account(request: HttpRequest, account_id: Id) -> Any:
    """An account, how it stands, and why."""
    return account_shape(queries.account_of(member_of(request), account_id), reporting())


@router.get("/search", response=list[Hit], auth=asks(Right.SEE), summary="Search")
def search(request: HttpRequest, words: Annotated[str, Field(min_length=1, max_length=200)]) -> Any:
    """Everything that the office's search finds, at most 20 of a sort."""
    member = member_of(request)
    return [
        Hit(kind=one.name, label=hit.label, detail=hit.detail, url=hit.url)
        for one in added("search", "SEARCHES")
        for hit in one.find(member, words, FOUND)
    ]


def account_shape(account: Account, currency: str) -> AccountShape:
    """An account as calls tell it."""
    owner = account.owner
    return AccountShape(
        id=account.pk,
        name=account.name,
        segment=account.segment,
        industry=account.industry,
        country=account.country,
        owner=Owner(id=owner.pk, name=owner.name) if owner else None,
        portfolio=account.portfolio_id,
        standing=_stands(account, currency),
    )


def _stands(account: Account, currency: str) -> Stands | None:
    one: Standing | None = queries.standing_of(account)
    if one is None:
        return None
    return Stands(
        day=one.day,
        risk=one.risk,
        low=one.low,
        high=one.high,
        coverage=one.coverage,
        change_7=one.change_7,
        change_30=one.change_30,
        health=one.health,
        steps=one.steps,
        worth=_amount(one.worth, currency),
        mrr=_amount(one.mrr, currency) or "0",
        currency=currency,
        customer_since=one.customer_since,
        reasons=[Why(**reason) for reason in Shown(account, one, currency).reasons],
    )


def _night(one: Stood) -> Night:
    return Night(
        day=date.fromisoformat(one.day),
        risk=one.risk,
        health=one.health,
        score=one.score,
        known=one.known,
        steps=dict(one.steps),
        worth=_amount(one.worth, one.currency),
        currency=one.currency or None,
        looked_back=one.looked_back,
    )


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else str(to_decimal(minor, currency))


def _happened(entry: Entry) -> Happened:
    said = told(entry)
    return Happened(
        id=entry.pk,
        at=entry.at,
        kind=entry.kind,
        hot=entry.hot,
        headline=str(said.headline),
        detail=str(said.detail),
        contact=entry.contact_id,
    )
