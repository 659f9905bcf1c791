"""The one permission layer: who may see and do what. Every view, download, call, job and search asks here.

A member sees the accounts of their teams' portfolios and those they own; an administrator sees all. A viewer reads,
a member acts, a manager decides for their teams, an administrator sets up.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, BooleanField, F, Func, Model, Q, QuerySet
from django.db.models.lookups import Exact, In
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from keepwell.members.models import Member, Role, Team

Found = TypeVar("Found", bound=Model)
View = Callable[..., HttpResponseBase]


class Right(IntEnum):
    """What a page or an action asks of a member; a higher one includes those below it."""

    ANYONE = 0  # even who has not signed in
    SEE = 1
    ACT = 2
    MANAGE = 3
    ADMINISTER = 4


_OF_ROLE = {
    Role.VIEWER: Right.SEE,
    Role.MEMBER: Right.ACT,
    Role.MANAGER: Right.MANAGE,
    Role.ADMINISTRATOR: Right.ADMINISTER,
}


def may(member: Any, right: Right) -> bool:
    """Whether somebody, signed in or not, has a right."""
    if right == Right.ANYONE:
        return True
    return isinstance(member, Member) and member.is_active and _OF_ROLE[Role(member.role)] >= right


def needs(right: Right) -> Callable[[View], View]:
    """Say what a view asks of whoever opens it. `Gate` refuses a view that says nothing, and whoever lacks it."""

    def said(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may(
                request.user, right
            ):  # the gate has asked already; a view called another way is asked here
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.needs = right  # type: ignore[attr-defined]  # functions bear what is said of them
        return checked

    return said


def seen_by(
    rows: QuerySet[Found], member: Member, *, account: str = "", few: bool = False
) -> QuerySet[Found]:
    """Of `rows` those that a member may see: rows of accounts, or rows whose field `account` names theirs.

    `few` says that the rows are few by themselves, so that SQLite looks at each of them and not at all accounts.
    """
    if not may(member, Right.SEE):
        return rows.none()
    if may(member, Right.ADMINISTER):
        return rows
    portfolios = portfolios_of(member)
    if account:
        return rows.filter(Theirs(account, member.pk, portfolios, few=few))
    theirs = Exact(Whose("owner"), member.pk)
    return rows.filter(Q(In(Whose("portfolio"), portfolios)) | Q(theirs) if portfolios else theirs)


def owned_by(rows: QuerySet[Found], member: Member) -> QuerySet[Found]:
    """Of accounts those that a member owns: whoever may see any sees these, so nothing more is asked of them."""
    return rows.filter(owner=member.pk) if may(member, Right.SEE) else rows.none()


class Whose(Func):
    """The owner or portfolio of an account. Where accounts are walked `in_order`, SQLite is not to seek by it first.

    It would read and sort all that a member may see, for the few that a page shows; PostgreSQL weighs that itself.
    """

    template = "%(expressions)s"
    arity = 1
    output_field: Any = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """With a plus before it, a column's index is left alone."""
        return self.as_sql(
            compiler, connection, template="+%(expressions)s" if _walked.get() else None, **more
        )


class Theirs(Func):
    """Whether the account that a field of a row names is a member's: their own, or of one of their `portfolios`.

    Where rows are walked `in_order`, the accounts that are theirs are read once and each row is looked up among them;
    joined, SQLite would read all accounts there are first, and PostgreSQL one of them for each row.
    """

    output_field: Any = BooleanField()

    def __init__(self, account: str, member: int, portfolios: Sequence[int], *, few: bool = False) -> None:
        self.walked = _walked.get() and not few  # then no account's row is needed
        joined = () if self.walked else (F(f"{account}__owner"), F(f"{account}__portfolio"))
        super().__init__(F(account), *joined)
        self.member, self.portfolios, self.few = member, tuple(portfolios), few

    def as_sql(self, compiler: Any, connection: Any, *_said: Any, **_more: Any) -> Any:
        """By owner and portfolio of the account that the row is joined with, or among those accounts."""
        account, *joined = self.get_source_expressions()
        if joined and not (_walked.get() and not self.few):
            plus = self._plain(connection) if self.few else "{}"
            owner, portfolio = (plus.format(compiler.compile(one)[0]) for one in joined)
            return self._said(owner, portfolio)
        of, quote = account.target.related_model._meta, connection.ops.quote_name
        pk, owner, portfolio = (
            quote(of.get_field(name).column) for name in (of.pk.name, "owner", "portfolio")
        )
        halves, params = self._halves(owner, portfolio)
        if connection.vendor == "sqlite":
            halves = [" OR ".join(halves)]
        # PostgreSQL reads each half from an index alone, and both as one with "or" from the accounts' own rows.
        # Names of our own tables and columns; what is compared with goes as parameters.
        theirs = f"SELECT {pk} FROM {quote(of.db_table)} WHERE "  # noqa: S608 - as said above
        among = " UNION ALL ".join(theirs + half for half in halves)
        plain = self._plain(connection).format(compiler.compile(account)[0])
        return f"({plain} IN ({among})) IS TRUE", params  # "is true": PostgreSQL would join it otherwise

    def _plain(self, connection: Any) -> str:
        """A column whose index SQLite leaves alone."""
        return "+{}" if connection.vendor == "sqlite" else "{}"

    def _said(self, owner: str, portfolio: str) -> tuple[str, list[int]]:
        halves, params = self._halves(owner, portfolio)
        return (f"({' OR '.join(halves)})" if self.portfolios else halves[0]), params

    def _halves(self, owner: str, portfolio: str) -> tuple[list[str], list[int]]:
        """What makes an account theirs: its portfolio, or its owner."""
        own = f"{owner} = %s"
        if not self.portfolios:
            return [own], [self.member]
        places = ", ".join(["%s"] * len(self.portfolios))
        return [f"{portfolio} IN ({places})", own], [*self.portfolios, self.member]


@contextmanager
def in_order() -> Iterator[None]:
    """Within it, lists are read in their order until a page is full."""
    before = _walked.set(True)
    try:
        yield
    finally:
        _walked.reset(before)


_walked: ContextVar[bool] = ContextVar("walked", default=False)


def portfolios_of(member: Member) -> list[int]:
    """The portfolios that a member's teams look after: a short list read once for each request.

    A join through teams would be asked anew for each row.
    """
    return list(dict.fromkeys(one for _kind, one in _teams_of(member) if one is not None))


def kinds_of(member: Member) -> list[str]:
    """What a member's teams are for, in the order of the teams' names."""
    return list(dict.fromkeys(kind for kind, _portfolio in _teams_of(member)))


def _teams_of(member: Member) -> list[tuple[str, int | None]]:
    if not member.of_request or member.seen_teams is None:
        member.seen_teams = list(member.teams.order_by("name").values_list("kind", "portfolios"))
    return member.seen_teams


def team_mates(member: Member) -> QuerySet[Member]:
    """Those of a member's teams and themselves; for an administrator everyone."""
    active = Member.objects.filter(is_active=True)
    if may(member, Right.ADMINISTER):
        return active
    return active.filter(Q(teams__in=member.teams.all()) | Q(pk=member.pk)).distinct()


def may_be_handed(member: Member) -> QuerySet[Member]:
    """Whom a member may hand work to: team-mates who may do it. A viewer reads."""
    return team_mates(member).exclude(role=Role.VIEWER)


def may_invite(member: Member, role: Role, teams: Sequence[Team]) -> bool:
    """Whether a member may bring in somebody of a role: an administrator anybody, a manager into their own teams.

    So a manager makes nobody who may do more than a member, or sees what the manager does not.
    """
    if may(member, Right.ADMINISTER):
        return True
    own = set(member.teams.values_list("pk", flat=True))
    low = role in (Role.MEMBER, Role.VIEWER)
    return may(member, Right.MANAGE) and low and bool(teams) and own.issuperset(team.pk for team in teams)
