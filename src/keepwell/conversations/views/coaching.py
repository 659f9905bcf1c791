"""How conversations are held, member by member beside their team: for learning, and with their knowledge."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keepwell.accounts.showing import per_cent
from keepwell.conversations import naming, queries
from keepwell.conversations.learning import coaching
from keepwell.conversations.learning.coaching import Figures
from keepwell.conversations.rules import themes
from keepwell.conversations.transcript.showing import clock
from keepwell.members.models import Member, Role
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, may_invite, needs

LATELY, PAGE = 10, 25


@dataclass(frozen=True)
class Shown:
    """Figures in the reader's words."""

    of: Figures

    @property
    def share(self) -> str:
        """Our share of the talk."""
        return per_cent(self.of.share) or "–"

    @property
    def monologue(self) -> str:
        """The longest monologue in the middle case."""
        return clock(self.of.monologue) or "–"

    @property
    def questions(self) -> str:
        """Questions an hour."""
        return _number(self.of.questions)

    @property
    def interruptions(self) -> str:
        """Times one broke in, an hour."""
        return _number(self.of.interruptions)

    @property
    def pauses(self) -> str:
        """Pauses an hour."""
        return _number(self.of.pauses)

    @property
    def reply(self) -> str:
        """Hours until an answer in writing."""
        return _number(self.of.reply_hours)

    @property
    def themes(self) -> list[tuple[str, int]]:
        """What was heard most often, with in how many conversations."""
        most = sorted(self.of.themes.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(themes.label(theme), n) for theme, n in most]


def _number(value: float | None) -> str:
    return "–" if value is None else formats.number_format(round(value, 1), use_l10n=True)


@needs(Right.SEE)
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Member by member, for who manages them; for others their own page."""
    assert isinstance(request.user, Member)
    if not may(request.user, Right.MANAGE):
        return _page(request, request.user, request.user)
    now = timezone.now()
    page = Pages(coaching.coached(request.user), PAGE).get_page(request.GET.get("page"))
    members = list(page)
    keys = [one.pk for one in members]
    found, until = coaching.lately(keys, now=now)
    held = any(one.conversations for one in found.values())
    coaching.look(members=[one for one in members if found[one.pk].conversations], by=request.user, now=now)
    # Who has held conversations comes first: of the others there is nothing to compare.
    first = sorted(members, key=lambda one: not found[one.pk].conversations)
    rows = [{"member": one, "of": Shown(found[one.pk])} for one in first]
    context = {
        "rows": rows,
        "page": page,
        "every": Shown(coaching.together(keys, until=until)) if len(members) > 1 else None,
        "days": coaching.PAST.days,
        "ended": until if until < now else None,
        "held": held,
        "invites": not held and may_invite(request.user, Role.MEMBER, list(request.user.teams.all())),
    }
    return render(request, "conversations/coaching.html", context)


@needs(Right.SEE)
@require_safe
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member's figures beside the team's: theirs to see as well, and that they were looked at."""
    assert isinstance(request.user, Member)
    return _page(request, request.user, coaching.member_for(request.user, pk))


def _page(request: HttpRequest, viewer: Member, one: Member) -> HttpResponse:
    now = timezone.now()
    coaching.look(members=[one], by=viewer, now=now)
    found, until = coaching.lately([one.pk], now=now)
    mine, before = found[one.pk], coaching.figures([one.pk], until=until - coaching.PAST)[one.pk]
    mates = coaching.of_team(one, until=until)
    lately = queries.seen(viewer).filter(member=one).select_related("account").defer("measures")
    lately = lately.annotate(with_whom=naming.with_whom(), came_as=naming.came_as())
    context = {
        "one": one,
        "own": one.pk == viewer.pk,
        "lines": _lines(Shown(mine), Shown(before), Shown(mates) if mates else None),
        "themes": _themes(mine, mates),
        "mine": mine,
        "mates": mates,
        "least": coaching.MATES,
        "days": coaching.PAST.days,
        "ended": until if until < now else None,
        "lately": lately.order_by("-at", "-pk")[:LATELY],
        "looks": coaching.looks_at(one),
    }
    return render(request, "conversations/coached.html", context)


def _lines(mine: Shown, before: Shown, mates: Shown | None) -> list[dict[str, str]]:
    named = (
        ("share", _("Our share of the talk")),
        ("monologue", _("Longest monologue, middle case")),
        ("questions", _("Questions asked, an hour")),
        ("interruptions", _("Broke in, an hour")),
        ("pauses", _("Pauses, an hour")),
        ("reply", _("Hours until an answer in writing, middle case")),
    )
    return [
        {
            "label": label,
            "mine": getattr(mine, name),
            "before": getattr(before, name),
            "mates": getattr(mates, name) if mates else "–",
        }
        for name, label in named
    ]


def _themes(mine: Figures, mates: Figures | None) -> list[dict[str, str]]:
    every = sorted(
        set(mine.themes) | set(mates.themes if mates else ()), key=lambda one: (-mine.themes.get(one, 0), one)
    )
    return [
        {
            "theme": theme,
            "label": themes.label(theme),
            "mine": _of(mine.themes.get(theme, 0), mine.conversations),
            "mates": _of(mates.themes.get(theme, 0), mates.conversations) if mates else "–",
        }
        for theme in every
    ]


def _of(n: int, base: int) -> str:
    if not base:
        return "–"
    return _("{share} ({n} of {base})").format(share=per_cent(n / base), n=n, base=base)
