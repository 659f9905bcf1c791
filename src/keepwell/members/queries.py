"""What pages ask of members, always as somebody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from keepwell.book.tables import table_named
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.members.asking import begin_of, day_of, end_of
from keepwell.members.models import Change, Invitation, Member, Portfolio, Team
from keepwell.members.paging import Rows
from keepwell.members.ready import ready, ready_by_keys
from keepwell.members.rights import Right, may
from keepwell.metrics.cuts import NO_VALUE, parse_where

Row = TypeVar("Row", bound=Model)
LATELY = 2_000  # entries of the trail that are looked through for what there is to choose from

# What an account is known by in the office: what a portfolio's condition may ask and be counted at once.
_COUNTED = (
    "account_id",
    "segment",
    "industry",
    "country",
    "language",
    "salesperson",
    "channel",
    "owner_email",
)


def people_of(member: Member) -> list[Member]:
    """Everybody for an administrator, the members of their teams for a manager; with their teams."""
    if not may(member, Right.MANAGE):
        return []
    found = (_everybody() if may(member, Right.ADMINISTER) else _mates(member=member.pk)).rows()
    return _give(found, "teams", _teams(members=[one.pk for one in found]), Team)


@ready_by_keys
def _everybody() -> QuerySet[Member]:
    return Member.objects.order_by("-is_active", "name", "pk")


@ready_by_keys
def _mates(*, member: int) -> QuerySet[Member]:
    mates = Q(teams__members=member) | Q(pk=member)
    return Member.objects.order_by("-is_active", "name", "pk").filter(mates).distinct()


@ready_by_keys
def _teams(*, members: Sequence[int]) -> QuerySet[Any, Any]:
    rows = Member.teams.through._default_manager.filter(member__in=members)
    return rows.order_by("team__name", "member").values_list("member", "team", "team__name")


def _give(rows: list[Row], name: str, links: Iterable[tuple[int, int, str]], kind: type[Model]) -> list[Row]:
    """Rows with those of another kind that belong to each, as `prefetch_related` gives them."""
    found: dict[Any, list[Model]] = {}
    for row, pk, said in links:
        found.setdefault(row, []).append(kind(pk=pk, name=said))
    for one in rows:
        one._prefetched_objects_cache = {name: found.get(one.pk, [])}  # type: ignore[attr-defined]  # as Django does
    return rows


def invitations_of(member: Member) -> QuerySet[Invitation]:
    """Invitations that nobody has used: all for an administrator, their own teams' for a manager."""
    found = Invitation.objects.filter(used_at=None).select_related("invited_by").prefetch_related("teams")
    if may(member, Right.ADMINISTER):
        return found
    if not may(member, Right.MANAGE):
        return found.none()
    others = Team.objects.exclude(members=member)
    return found.filter(teams__members=member).exclude(teams__in=others).distinct()


def teams_of(member: Member) -> QuerySet[Team]:
    """The teams that a member may bring people into."""
    return Team.objects.all() if may(member, Right.ADMINISTER) else member.teams.all()


def teams() -> list[Team]:
    """All teams with how many members each has, and their portfolios."""
    links = (
        (team, pk, name) for pk, name, team, _named in _looked_after("portfolio__place", "portfolio__name")
    )
    return _give(_sized().rows(), "portfolios", links, Portfolio)


@ready_by_keys
def _sized() -> QuerySet[Team]:
    active = Count("members", filter=Q(members__is_active=True), distinct=True)
    return Team.objects.annotate(size=active)


def portfolios() -> list[Portfolio]:
    """All portfolios in the order they are asked, each with its teams and how many accounts are in it now."""
    links = ((pk, team, named) for pk, _name, team, named in _looked_after("team__name"))
    return _give(_filled().rows(), "teams", links, Team)


@ready_by_keys
def _filled() -> QuerySet[Portfolio]:
    accounts = Portfolio._meta.get_field("accounts").related_model
    here = accounts._default_manager.filter(portfolio=OuterRef("pk")).order_by()
    counted = here.values("portfolio").annotate(n=Count("*")).values("n")  # in the index alone
    return Portfolio.objects.annotate(size=Coalesce(Subquery(counted), 0))


@ready_by_keys
def _looked_after(*order: str) -> QuerySet[Any, Any]:
    rows = Team.portfolios.through._default_manager.order_by(*order, "pk")
    return rows.values_list("portfolio", "portfolio__name", "team", "team__name")


def accounts_where(condition: str) -> int | None:
    """How many accounts meet a condition; None where it asks what the office does not keep and only the night sees.

    Raises KeepwellError where it is no condition, or asks a column that accounts have not.
    """
    accounts = Portfolio._meta.get_field("accounts").related_model
    asked = Q()
    conditions = parse_where(condition) if condition.strip() else ()
    _refuse_unknown([one.column for one in conditions])
    for one in conditions:
        if one.column not in _COUNTED:
            return None
        values = ["" if value == NO_VALUE else value for value in one.values]
        met = Q(**{f"{one.column}__in": values})
        asked &= ~met if one.negated else met
    counted: int = accounts._default_manager.filter(asked).count()
    return counted


def _refuse_unknown(columns: Iterable[str]) -> None:
    """Raise KeepwellError for a column that no account has. Before the first night nobody knows the file's own."""
    made = apps.get_model("accounts", "Projection").objects.filter(name="accounts").first()
    known = [*_COUNTED, *(one.name for one in table_named("accounts").columns)]
    known += made.said.get("columns", []) if made else []
    for column in columns:
        meant = near(column, known)
        if column not in known and (made or meant):
            raise KeepwellError(
                _("Accounts have no “{column}”.").format(column=column),
                ways=[
                    _("Did you mean {names}?").format(names=", ".join(meant))
                    if meant
                    else _("There are: {names}.").format(names=", ".join(dict.fromkeys(known)))
                ],
            )


@dataclass(frozen=True)
class Asked:
    """What of the trail is asked for; "" and None ask for all."""

    who: str = ""
    what: str = ""
    kind: str = ""
    key: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def number(self) -> int | None:
        """Whose deeds, where a member is asked for by their number; one longer than any member's is a word."""
        return int(self.who) if self.who.isdecimal() and len(self.who) < 18 else None

    @classmethod
    def of(cls, said: Any) -> "Asked":
        """What an address says; a day that is none is left out."""
        words = {name: str(said.get(name, ""))[:200] for name in ("who", "what", "kind", "key")}
        return cls(**words, since=day_of(said.get("since", "")), until=day_of(said.get("until", "")))


def trail(asked: Asked) -> QuerySet[Change]:
    """What was done, newest first. The last day asked for is included."""
    found = Change.objects.select_related("member")
    if asked.number is not None:
        found = found.filter(member=asked.number)
    elif asked.who:
        found = found.filter(by__icontains=asked.who)
    if asked.what:
        found = found.filter(what=asked.what)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.key:
        found = found.filter(key=asked.key)
    if asked.since:
        found = found.filter(at__gte=begin_of(asked.since))
    if asked.until:
        found = found.filter(at__lt=end_of(asked.until))
    return found


def listed(asked: Asked) -> Rows[Change]:
    """The same for a page, by a question that is ready; a name of somebody is sought anew each time."""
    if asked.who and asked.number is None:
        return trail(asked)
    said = {
        "member": asked.number,
        "what": asked.what,
        "kind": asked.kind,
        "key": asked.key,
        "at__gte": begin_of(asked.since) if asked.since else None,
        "at__lt": end_of(asked.until) if asked.until else None,
    }
    return _listed(**{name: one for name, one in said.items() if one not in (None, "")})


@ready
def _listed(**said: Any) -> QuerySet[Change]:
    return Change.objects.filter(**said).order_by("-at", "-pk")


def names() -> list[Member]:
    """Everybody by name, whether they may still sign in or not."""
    return _names().rows()


@ready_by_keys
def _names() -> QuerySet[Member]:
    return Member.objects.only("name")


def deeds(asked: str = "") -> list[str]:
    """What was done lately, by its words, and what is asked for."""
    return sorted({*_lately(LATELY), *([asked] if asked else [])})


@ready_by_keys
def _lately(most: int, /) -> QuerySet[Change, str]:
    return Change.objects.order_by("-pk").values_list("what", flat=True)[:most]
