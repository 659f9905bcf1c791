"""Today, and whether the site is alive."""

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.defaults import bad_request

from keepwell.accounts import queries
from keepwell.accounts.models import Account, Standing
from keepwell.accounts.rooms import added
from keepwell.accounts.showing import shown
from keepwell.api.problems import problem
from keepwell.members.models import Member
from keepwell.members.paging import stretch
from keepwell.members.rights import Right, may, needs
from keepwell.reach.queries import next_at, team_of
from keepwell.site.progress import last_said

FIRST = 20
_STANDING = (
    "kept_by", "risk", "low", "high", "coverage", "reasons", "worth", "glance", "change_7", "change_30",
)  # fmt: skip
LISTED = ("name", "segment", *(f"standing__{one}" for one in _STANDING))  # all that is shown, others are wide


@needs(Right.SEE)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Whom to contact first, and why."""
    assert isinstance(request.user, Member)
    whose = request.GET.get("whose", "")
    found: list[Account] = []
    if whose not in queries.WHOSE:
        whose, found = "mine", _worthiest(request.user, "mine")
        if not found and not queries.listed(request.user, whose="mine").plain().exists():
            whose = "team"
    found = found or _worthiest(request.user, whose)
    told = [(aside.template, aside.context(request.user)) for aside in added("today", "TODAY")]
    asides = [{"template": template, "with": context} for template, context in told if context is not None]
    reached = next_at(found, team=team_of(request.user))
    rows = [(one, reached[one.account.pk]) for one in shown(found)]
    learnt = bool(rows) or Standing.objects.filter(worth__isnull=False).exists()
    shown_to = {
        "rows": rows,
        "moved": any(one.change for one, _next in rows),  # no night has gone by yet where none has
        "whose": whose,
        "asides": asides,
        "day": queries.night(),
        "learnt": learnt,
        "learning": "" if learnt else last_said("learn"),
        "unplaced": not rows and queries.sees_none(request.user),
        "administers": may(request.user, Right.ADMINISTER),
    }
    return render(request, "site/today.html", shown_to)


def _worthiest(member: Member, whose: str) -> list[Account]:
    return stretch(queries.listed(member, whose=whose).then(_worth_acting), 0, FIRST)


def _worth_acting(found: QuerySet[Account]) -> QuerySet[Account]:
    found = found.filter(standing__worth__gt=0).select_related(None).select_related("standing")
    return found.only(*LISTED)


@needs(Right.ANYONE)
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Whether the server answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What no browser sends, such as another host or a null character: said to programs as all their problems are."""
    if request.path_info.startswith("/api/"):
        return problem(400, _("This cannot be asked: its host or its address is not one of ours."))
    return bad_request(request, exception)
