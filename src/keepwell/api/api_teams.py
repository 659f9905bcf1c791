"""Calls about teams, and about portfolios: which accounts belong together, and who looks after them."""

from typing import Annotated, Any, Literal

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keepwell.api.api_members import Named, Number, named
from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.shapes import Answer
from keepwell.members import arranging, queries
from keepwell.members.forms import OfPortfolio, OfTeam
from keepwell.members.models import Portfolio, Team
from keepwell.members.rights import Right

router = Router(tags=["teams"])

Name = Annotated[str, Field(min_length=1, max_length=120)]
Kind = Literal["customer_success", "sales", "marketing", "support"]
Condition = Annotated[str, Field(max_length=500)]
Place = Annotated[int, Field(ge=0, lt=2**31)]
Portfolios = Annotated[list[Number], Field(max_length=1000, description="the portfolios' numbers")]


class TeamShape(Answer):
    """A team and the portfolios it looks after."""

    id: int
    name: str
    kind: str
    portfolios: list[Named]


class NewTeam(Schema):
    """A team: what it is for, and what it looks after."""

    name: Name
    kind: Kind = "customer_success"
    portfolios: Annotated[Portfolios, Field(default_factory=list)]


class TeamChanges(Schema):
    """What is to be otherwise: what is not named stays as it is."""

    name: Name | None = None
    kind: Kind | None = None
    portfolios: Portfolios | None = None


class PortfolioShape(Answer):
    """Accounts that belong together: those that meet a condition and no portfolio of a lower place has taken."""

    id: int
    name: str
    condition: str
    place: int
    accounts: int
    teams: list[Named]


class NewPortfolio(Schema):
    """A portfolio: `condition` as people type it (segment = Enterprise), "" takes every account that is left."""

    name: Name
    condition: Condition = ""
    place: Place = 100


class PortfolioChanges(Schema):
    """What is to be otherwise: what is not named stays as it is."""

    name: Name | None = None
    condition: Condition | None = None
    place: Place | None = None


class Tried(Schema):
    """A condition that is being tried."""

    condition: Condition = ""


class Counted(Answer):
    """How many accounts meet a condition now; null where only the next night can count them."""

    accounts: int | None


@router.get("/teams", response=Page[TeamShape], auth=asks(Right.ADMINISTER), summary="Teams")
def teams(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """The teams, by name."""
    return page(Team.objects.prefetch_related("portfolios"), part, Order("name"), team_shape)


@router.post("/teams", response={201: TeamShape}, auth=asks(Right.ADMINISTER), summary="Make a team")
def make_team(request: HttpRequest, said: NewTeam) -> Any:
    """Its members see the accounts of its portfolios."""
    asked = filled(OfTeam(said.dict(), instance=Team())).cleaned_data
    return Status(201, team_shape(arranging.save_team(team=Team(), by=member_of(request), **asked)))


@router.get("/teams/{int:pk}", response=TeamShape, auth=asks(Right.ADMINISTER), summary="One team")
def team(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """What it is for, and what it looks after."""
    return team_shape(get_object_or_404(Team, pk=pk))


@router.patch("/teams/{int:pk}", response=TeamShape, auth=asks(Right.ADMINISTER), summary="Change a team")
def change_team(request: HttpRequest, pk: Number, said: TeamChanges) -> Any:
    """Its members see at once what it looks after from now on."""
    found = _team_as_read(request, pk)
    before = {
        "name": found.name,
        "kind": found.kind,
        "portfolios": [one.pk for one in found.portfolios.all()],
    }
    asked = filled(
        OfTeam(before | said.dict(exclude_none=True), instance=Team.objects.get(pk=pk))
    ).cleaned_data
    return team_shape(arranging.save_team(team=found, by=member_of(request), **asked))


@router.delete(
    "/teams/{int:pk}", response={204: None}, auth=asks(Right.ADMINISTER), summary="Dissolve a team"
)
def drop_team(request: HttpRequest, pk: Number) -> Any:
    """Its members are still there, and see what their other teams look after."""
    arranging.drop_team(team=_team_as_read(request, pk), by=member_of(request))
    return Status(204, None)


@router.get("/portfolios", response=Page[PortfolioShape], auth=asks(Right.ADMINISTER), summary="Portfolios")
def portfolios(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """In the order they are asked."""
    return page(_counted(Portfolio.objects.prefetch_related("teams")), part, Order("place"), portfolio_shape)


@router.post(
    "/portfolios", response={201: PortfolioShape}, auth=asks(Right.ADMINISTER), summary="Make a portfolio"
)
def make_portfolio(request: HttpRequest, said: NewPortfolio) -> Any:
    """The next night brings accounts into it."""
    asked = filled(OfPortfolio(said.dict(), instance=Portfolio())).cleaned_data
    made = arranging.save_portfolio(portfolio=Portfolio(), by=member_of(request), **asked)
    return Status(201, portfolio_shape(_counted(Portfolio.objects.all()).get(pk=made.pk)))


@router.get("/portfolios/count", response=Counted, auth=asks(Right.ADMINISTER), summary="Try a condition")
def count_accounts(request: HttpRequest, tried: Annotated[Tried, Query()]) -> Any:  # noqa: ARG001 - as above
    """How many accounts meet it, before it is any portfolio's."""
    return Counted(accounts=queries.accounts_where(tried.condition))


@router.get(
    "/portfolios/{int:pk}", response=PortfolioShape, auth=asks(Right.ADMINISTER), summary="One portfolio"
)
def portfolio(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """Which accounts come into it, and who looks after them."""
    return portfolio_shape(get_object_or_404(_counted(Portfolio.objects.all()), pk=pk))


@router.patch(
    "/portfolios/{int:pk}", response=PortfolioShape, auth=asks(Right.ADMINISTER), summary="Change a portfolio"
)
def change_portfolio(request: HttpRequest, pk: Number, said: PortfolioChanges) -> Any:
    """The next night brings the accounts where they belong then."""
    found = _portfolio_as_read(request, pk)
    before = {"name": found.name, "condition": found.condition, "place": found.place}
    asked = filled(
        OfPortfolio(before | said.dict(exclude_none=True), instance=Portfolio.objects.get(pk=pk))
    ).cleaned_data
    arranging.save_portfolio(portfolio=found, by=member_of(request), **asked)
    return portfolio_shape(_counted(Portfolio.objects.all()).get(pk=pk))


@router.post(
    "/portfolios/{int:pk}/up",
    response=PortfolioShape,
    auth=asks(Right.ADMINISTER),
    summary="Ask a portfolio earlier",
)
def move_portfolio_up(request: HttpRequest, pk: Number) -> Any:
    """Before the one that is asked before it now; the first stays the first."""
    arranging.move_up(portfolio=get_object_or_404(Portfolio, pk=pk), by=member_of(request))
    return portfolio_shape(_counted(Portfolio.objects.all()).get(pk=pk))


@router.delete(
    "/portfolios/{int:pk}", response={204: None}, auth=asks(Right.ADMINISTER), summary="Take a portfolio away"
)
def drop_portfolio(request: HttpRequest, pk: Number) -> Any:
    """The next night brings its accounts into others."""
    arranging.drop_portfolio(portfolio=_portfolio_as_read(request, pk), by=member_of(request))
    return Status(204, None)


def team_shape(one: Team) -> TeamShape:
    """A team as calls tell it."""
    return TeamShape(id=one.pk, name=one.name, kind=one.kind, portfolios=named(one.portfolios.all()))


def portfolio_shape(one: Any) -> PortfolioShape:
    """A portfolio as calls tell it, counted by `_counted`."""
    told = {"id": one.pk, "name": one.name, "condition": one.condition, "place": one.place}
    return PortfolioShape(**told, accounts=one.size, teams=named(one.teams.all()))


def _counted(found: QuerySet[Portfolio]) -> QuerySet[Portfolio]:
    return found.annotate(size=Count("accounts"))


def _team_as_read(request: HttpRequest, pk: int) -> Team:
    found = get_object_or_404(Team.objects.select_for_update().order_by(), pk=pk)
    unchanged(request, team_shape(found))
    return found


def _portfolio_as_read(request: HttpRequest, pk: int) -> Portfolio:
    held = get_object_or_404(Portfolio.objects.select_for_update().order_by(), pk=pk)
    unchanged(request, portfolio_shape(_counted(Portfolio.objects.all()).get(pk=pk)))
    return held
