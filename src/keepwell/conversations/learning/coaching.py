"""How a member's conversations are shared and what is heard in them, beside their team's: to learn from.

It is counted over all conversations that the member took part in for us, whoever looks: so the member sees the very
page that their manager sees, and when it was looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.http import Http404

from keepwell.conversations.listing import counting
from keepwell.conversations.models import Conversation
from keepwell.members.audit import record
from keepwell.members.models import Change, Member, Role
from keepwell.members.rights import Right, may, may_be_handed, team_mates

PAST = timedelta(days=90)
MATES = 3  # fewer others than these would show what one of them did
SURE = 0.4  # measures less sure than this are left out
LOOK = "look at coaching"


@dataclass
class Figures:
    """What was measured over some conversations; None where nothing could be."""

    conversations: int = 0
    spoken: int = 0  # of them measured with sound or times
    share: float | None = None  # ours, of the time that both sides spoke
    monologue: float | None = None  # seconds: the longest of ours in a conversation, in the middle case
    questions: float | None = None  # ours, an hour of talk
    interruptions: float | None = None  # ours, an hour of talk with a channel for each side
    pauses: float | None = None  # an hour
    reply_hours: float | None = None  # until we answered in writing, in the middle case
    themes: dict[str, int] = field(default_factory=dict)  # conversations in which each was heard


def coached(manager: Member) -> QuerySet[Member]:
    """Whose figures a manager sees beside one another: those of their teams who work with customers."""
    return may_be_handed(manager).order_by("name", "pk")


def member_for(viewer: Member, pk: int) -> Member:
    """Somebody whose page a member may see: their own, and a manager that of their teams. Http404 else."""
    found = Member.objects.filter(pk=pk, is_active=True).first()
    if found is None or (found.pk != viewer.pk and not _manages(viewer, found)):
        raise Http404
    return found


def _manages(viewer: Member, member: Member) -> bool:
    return may(viewer, Right.MANAGE) and team_mates(viewer).filter(pk=member.pk).exists()


def figures(members: Iterable[int], *, until: datetime) -> dict[int, Figures]:
    """The figures of each of some members, over the days before `until`."""
    wanted = list(members)
    talks: dict[int, list[Any]] = defaultdict(list)
    rows = _talks(wanted, until).values_list("member", "measures__talk")
    for member, talk in rows.iterator(2000):
        talks[member].append(talk)
    found = {pk: _counted(talks[pk]) for pk in wanted}
    for row in _heard(wanted, until).values("conversation__member", "theme").annotate(n=_APART):
        found[row["conversation__member"]].themes[row["theme"]] = row["n"]
    return found


def lately(members: Iterable[int], *, now: datetime) -> tuple[dict[int, Figures], datetime]:
    """The same up to now, or up to their last conversation where the last days have none; and up to when."""
    wanted = list(members)
    found = figures(wanted, until=now)
    if any(one.conversations for one in found.values()):
        return found, now
    rows = Conversation.objects.filter(member__in=wanted, deleted_at=None, at__lt=now).exclude(account=None)
    last = rows.order_by().aggregate(last=Max("at"))["last"]
    if last is None:
        return found, now
    until = last + timedelta(seconds=1)
    return figures(wanted, until=until), until


def together(members: Iterable[int], *, until: datetime) -> Figures:
    """The figures of some members taken together."""
    wanted = list(members)
    found = _counted(list(_talks(wanted, until).values_list("measures__talk", flat=True).iterator(2000)))
    for row in _heard(wanted, until).values("theme").annotate(n=_APART):
        found.themes[row["theme"]] = row["n"]
    return found


_APART = Count("conversation", distinct=True)


def _talks(members: Sequence[int], until: datetime) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(member__in=members, at__gte=until - PAST, at__lt=until)
    return rows.exclude(account=None).filter(deleted_at=None).order_by()


def _heard(members: Sequence[int], until: datetime) -> QuerySet[Any]:
    return counting().exclude(theme="").filter(conversation__in=_talks(members, until).values("pk"))


def _counted(talks: Sequence[Any]) -> Figures:
    spoken = [
        talk for talk in talks if talk and not talk.get("written") and (talk.get("confidence") or 0) >= SURE
    ]
    ours = [talk["sides"]["us"] for talk in spoken if "us" in talk["sides"]]
    found = Figures(conversations=len(talks), spoken=len(spoken))
    both = [talk["sides"] for talk in spoken if {"us", "them"} <= talk["sides"].keys()]
    us, them = (sum(sides[side]["seconds"] for sides in both) for side in ("us", "them"))
    if us + them:
        found.share = us / (us + them)
    found.monologue = median(one["longest_monologue"] for one in ours) if ours else None
    hours = sum(talk["seconds"] for talk in spoken) / 3600
    if hours:
        found.questions = sum(one["questions"] for one in ours) / hours
        found.pauses = sum(talk["pauses"] for talk in spoken) / hours
    apart = [talk for talk in spoken if talk["sides"].get("us", {}).get("interruptions") is not None]
    if seconds := sum(talk["seconds"] for talk in apart):
        found.interruptions = sum(talk["sides"]["us"]["interruptions"] for talk in apart) / (seconds / 3600)
    waits = [
        talk["reply_after"]["us"]
        for talk in talks
        if talk and talk.get("written") and "us" in talk["reply_after"]
    ]
    found.reply_hours = median(waits) if waits else None
    return found


def mates_of(member: Member) -> list[int]:
    """The others of a member's teams who work with customers."""
    rows = Member.objects.filter(teams__in=member.teams.all(), is_active=True).exclude(role=Role.VIEWER)
    return list(rows.exclude(pk=member.pk).order_by("pk").values_list("pk", flat=True).distinct())


def of_team(member: Member, *, until: datetime) -> Figures | None:
    """The figures of the others of a member's teams; None where there are so few that each could be told."""
    mates = mates_of(member)
    with_any = (
        _talks(mates, until).values_list("member", flat=True).distinct().count() if len(mates) >= MATES else 0
    )
    return together(mates, until=until) if with_any >= MATES else None


def look(*, members: Iterable[Member], by: Member, now: datetime) -> None:
    """Write on the trail whose figures were looked at, once a day: the members see it."""
    others = [one for one in members if one.pk != by.pk]
    if not others:
        return
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    keys = [str(one.pk) for one in others]
    seen = set(
        Change.objects.filter(what=LOOK, member=by, at__gte=day, key__in=keys).values_list("key", flat=True)
    )
    with transaction.atomic():
        for one in others:
            if str(one.pk) not in seen:
                record(LOOK, by=by, of=one)


def looks_at(member: Member, most: int = 10) -> list[Change]:
    """When a member's figures were looked at, and by whom; the latest first."""
    return list(Change.objects.filter(kind=Member._meta.label_lower, key=str(member.pk), what=LOOK)[:most])
