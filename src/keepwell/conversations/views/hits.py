"""Hits looked through and judged: one key each, or a button."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.conversations.actions.judging import judge as say
from keepwell.conversations.models import Hit, Rule
from keepwell.conversations.queries import seen
from keepwell.conversations.rules import themes
from keepwell.conversations.rules.queries import JUDGED, hits_of
from keepwell.conversations.rules.showing import shown_hits
from keepwell.conversations.transcript import sounding
from keepwell.conversations.transcript.spotting import excerpt
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines

PAGE, EXPORT, MOST_RULES = 20, 10_000, 500


@needs(Right.SEE)
@require_safe
def hits(request: HttpRequest) -> HttpResponse:
    """Hits as the address asks for them; those that nobody has judged, newest first, unless it says otherwise."""
    assert isinstance(request.user, Member)
    asked = {
        name: request.GET.get(name, "")[:200] for name in ("rule", "theme", "judged", "account", "denied")
    }
    asked["judged"] = asked["judged"] if asked["judged"] in JUDGED else "waiting"
    found = hits_of(
        request.user,
        rule=int(asked["rule"]) if asked["rule"].isdecimal() and len(asked["rule"]) < 18 else None,
        theme=asked["theme"],
        judged=asked["judged"],
        account=asked["account"],
        denied=bool(asked["denied"]),
    )
    if request.GET.get("format") == "csv":
        head = [
            _("Hit"), _("Account"), _("Conversation"), _("When"), _("Rule"), _("Version"), _("Theme"),
            pgettext("of a rule", "Said"), _("Words"), _("Judged"),
        ]  # fmt: skip
        lines = (
            [
                hit.pk, hit.account_id or "", hit.conversation_id, hit.at.isoformat(), hit.rule.name, hit.version,
                hit.theme, hit.get_verdict_display(), excerpt(hit.turn.text, hit.spans), hit.get_judged_display(),
            ]
            for hit in found[:EXPORT]
        )  # fmt: skip
        return as_csv("hits", head, lines, by=request.user, what="hits", **asked)
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "conversations/hits.html",
        {
            "page": page,
            "rows": shown_hits(page),
            "asked": asked,
            "rules": [(rule.pk, rule.label) for rule in Rule.objects.only("name").order_by("name")[:MOST_RULES]],
            "themes": themes.choices(),
            "states": [
                ("waiting", _("to be judged")), *((one, Hit.Judged(one).label) for one in Hit.Judged.values),
                ("all", _("all")),
            ],
            "acts": may(request.user, Right.ACT),
        },
    )  # fmt: skip


@needs(Right.SEE)
@require_safe
def sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound of the turn that a hit is in, and nothing else of its conversation's."""
    assert isinstance(request.user, Member)
    hit = _hit_of(_theirs(request.user), pk)
    return sounding.stretch(request, hit.conversation, hit.turn.start, hit.turn.end)


def _theirs(member: Member) -> QuerySet[Hit]:
    rows = Hit.objects.filter(conversation__in=seen(member).values("pk"))
    return rows.select_related("turn__contact", "conversation", "account", "rule")


def _hit_of(rows: QuerySet[Hit], pk: int) -> Hit:
    hit = rows.filter(pk=pk).first()
    if hit is None:
        raise Http404
    return hit


@needs(Right.ACT)
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a hit is right, or take back what was said of it."""
    assert isinstance(request.user, Member)
    rows = _theirs(request.user)
    hit = _hit_of(rows, pk)
    judged = request.POST.get("judged", "")
    try:
        before = say(hit=hit, judged=judged, by=request.user, now=timezone.now())
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
        return redirect(_back(request))
    if request.headers.get("HX-Request"):
        hit = rows.get(pk=pk)
        context = {
            "row": shown_hits([hit])[0],
            "acts": True,
            "before": before,
            "done": True,
            "back": _back(request),
        }
        return render(request, "conversations/hit.html", context)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    said = request.POST.get("next", "")
    return (
        said if url_has_allowed_host_and_scheme(said, allowed_hosts=None) else reverse("conversations:hits")
    )
