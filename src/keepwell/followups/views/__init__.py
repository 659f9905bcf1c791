"""Follow-ups as a list, as a board, and one by itself."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keepwell.accounts.csv import as_csv
from keepwell.accounts.showing import reporting
from keepwell.alerts.actions.answering import SAID
from keepwell.alerts.models import Alert
from keepwell.alerts.queries import give_reasons
from keepwell.alerts.showing import shown_alerts
from keepwell.followups import queries
from keepwell.followups.actions import handling
from keepwell.followups.forms import Doing, Handing, Saying
from keepwell.followups.models import FollowUp
from keepwell.followups.showing import shown
from keepwell.lib.money import to_decimal
from keepwell.members.models import Member
from keepwell.members.paging import FEWER, Pages
from keepwell.members.rights import Right, may, may_be_handed, needs

PAGE, COLUMN, EXPORT = 25, 10, 10_000


@needs(Right.SEE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Follow-ups, the worthiest first, filtered and sorted by what the address says."""
    assert isinstance(request.user, Member)
    now, asked = timezone.now(), _asked(request)
    found = queries.listed(request.user, today=timezone.localdate(now), **asked)
    if request.GET.get("as") == "csv":
        return _exported(request.user, found.plain())
    page = Pages(found.then(queries.narrow, "why"), PAGE, FEWER).get_page(request.GET.get("page"))
    acts, just = may(request.user, Right.ACT), request.session.pop("did together", 0)
    return render(
        request,
        "followups/list.html",
        {
            "asked": asked,
            "page": page,
            "rows": shown(page, today=timezone.localdate(now), budget=asked["state"] == FollowUp.State.OPEN),
            "states": FollowUp.State.choices,
            "dues": _heads(),
            "mates": may_be_handed(request.user).only("name") if acts else [],
            "batch": queries.batch_of(request.user, just) if just else None,
            "mentions": queries.mentions_of(request.user, 5),
            "acts": acts,
        },
    )


@needs(Right.SEE)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Open follow-ups in columns by when they are due."""
    assert isinstance(request.user, Member)
    today, whose = timezone.localdate(), _whose(request)
    found = queries.board(request.user, today=today, whose=whose, most=COLUMN)
    heads, currency = dict(_heads()), reporting()
    columns = [
        {
            "due": due,
            "head": heads[due],
            "rows": shown(rows[:COLUMN], today=today, currency=currency),
            "more": len(rows) > COLUMN,
        }
        for due, rows in found.items()
    ]
    return render(request, "followups/board.html", {"columns": columns, "asked": {"whose": whose}})


@needs(Right.SEE)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One follow-up: what to say and why, what came of it, and what was said of it."""
    assert isinstance(request.user, Member)
    now = timezone.now()
    found = queries.follow_up_of(request.user, pk)
    if called := queries.unseen_at(found, request.user):  # seldom: and nobody who looks waits for who writes
        handling.look(mentions=called, by=request.user, now=now)
    return render(request, "followups/one.html", page_of(request.user, found))


def page_of(member: Member, found: FollowUp, *, doing: Doing | None = None) -> dict[str, object]:
    """What the page of a follow-up shows; `doing` is a form that came back."""
    today, acts = timezone.localdate(), may(member, Right.ACT)
    still = acts and found.state == FollowUp.State.OPEN
    [said] = shown([found], today=today, budget=True)
    alert = found.alert
    if alert is not None:
        give_reasons([alert])
    answers = acts and alert is not None and alert.state != Alert.State.CLOSED
    return {
        "one": said,
        "alert": shown_alerts([alert])[0] if alert else None,
        "outcomes": [(one.value, one.label) for one in SAID] if answers and not still else [],
        "doing": (doing or Doing(alert=answers)) if still else None,
        "handing": Handing(account=found.account, member=member) if still else None,
        "saying": Saying() if acts else None,
        "comments": queries.comments_of(found),
    }


def _asked(request: HttpRequest) -> dict[str, str]:
    said = {name: request.GET.get(name, "") for name in ("state", "due", "sort", "words")}
    if "state" not in request.GET or said["state"] not in (*FollowUp.State.values, ""):
        said["state"] = FollowUp.State.OPEN.value
    return said | {"whose": _whose(request), "sort": said["sort"] or "worth"}


def _whose(request: HttpRequest) -> str:
    whose = request.GET.get("whose", "")
    return whose if whose in queries.WHOSE else "mine"


def _heads() -> list[tuple[str, str]]:
    return [
        ("overdue", _("Overdue")),
        ("today", _("Today")),
        ("week", _("Within a week")),
        ("later", _("Later")),
    ]


def _exported(member: Member, found: QuerySet[FollowUp]) -> HttpResponse:
    head = [
        _("Due"), _("Account"), _("What to say"), _("Owner"), _("State"), _("Outcome"), _("Currency"),
        _("Worth saving"),
    ]  # fmt: skip
    currency = reporting()
    rows = shown(found[:EXPORT], today=timezone.localdate(), currency=currency)
    return as_csv(
        "follow-ups",
        head,
        (
            [
                one.one.due.isoformat(),
                str(one.one.account),
                one.one.what,
                one.owner,
                str(one.one.get_state_display()),
                str(one.one.get_outcome_display()),
                currency,
                None if one.one.worth is None else to_decimal(one.one.worth, currency),
            ]
            for one in rows
        ),
        by=member,
        what="follow-ups",
    )
