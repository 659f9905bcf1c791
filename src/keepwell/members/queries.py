"""What pages ask of members, always as somebody."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.members.asking import begin_of, day_of, end_of
from keepwell.members.models import Change, Invitation, Member, Portfolio, Team
from keepwell.members.rights import Right, may
from keepwell.metrics.cuts import NO_VALUE, parse_where

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


def people_of(member: Member) -> QuerySet[Member]:
    """Everybody for an administrator, the members of their teams for a manager; with their teams."""
    found = Member.objects.prefetch_related("teams").order_by("-is_active", "name", "pk")
    if may(member, Right.ADMINISTER):
        return found
    if not may(member, Right.MANAGE):
        return found.none()
    return found.filter(Q(teams__in=member.teams.all()) | Q(pk=member.pk)).distinct()


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


def teams() -> QuerySet[Team]:
    """All teams with how many members each has."""
    active = Count("members", filter=Q(members__is_active=True), distinct=True)
    return Team.objects.prefetch_related("portfolios").annotate(size=active)


def portfolios() -> QuerySet[Portfolio]:
    """All portfolios in the order they are asked, each with how many accounts are in it now."""
    accounts = Portfolio._meta.get_field("accounts").related_model
    here = accounts._default_manager.filter(portfolio=OuterRef("pk")).order_by()
    counted = here.values("portfolio").annotate(n=Count("*")).values("n")  # in the index alone
    return Portfolio.objects.prefetch_related("teams").annotate(size=Coalesce(Subquery(counted), 0))


def accounts_where(condition: str) -> int | None:
    """How many accounts meet a condition; None where it asks what the office does not keep and only the night sees.

    Raises KeepwellError where it is no condition, or asks a column that is nearly one of those kept.
    """
    accounts = Portfolio._meta.get_field("accounts").related_model
    asked = Q()
    for one in parse_where(condition) if condition.strip() else ():
        if one.column not in _COUNTED:
            if meant := near(one.column, _COUNTED):
                raise KeepwellError(
                    _("Accounts have no “{column}”.").format(column=one.column),
                    ways=[_("Did you mean {names}?").format(names=", ".join(meant))],
                )
            return None
        values = ["" if value == NO_VALUE else value for value in one.values]
        met = Q(**{f"{one.column}__in": values})
        asked &= ~met if one.negated else met
    counted: int = accounts._default_manager.filter(asked).count()
    return counted


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


def deeds(asked: str = "") -> list[str]:
    """What was done lately, by its words, and what is asked for."""
    lately = Change.objects.order_by("-pk").values_list("what", flat=True)[:LATELY]
    return sorted({*lately, *([asked] if asked else [])})
