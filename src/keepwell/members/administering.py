"""Teams, portfolios and the trail, for administrators."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.lib.errors import KeepwellError
from keepwell.lib.sheets import written
from keepwell.members import arranging, queries
from keepwell.members.audit import record
from keepwell.members.forms import OfPortfolio, OfTeam
from keepwell.members.models import Member, Portfolio, Team
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, needs
from keepwell.members.wrongs import in_lines

PAGE = 50


@needs(Right.ADMINISTER)
@require_http_methods(["GET", "POST"])
def teams(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """All teams; with one named, that one to change, else the form for one more."""
    assert isinstance(request.user, Member)
    one = get_object_or_404(Team, pk=pk) if pk else Team()
    form = OfTeam(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        said, kept = form.cleaned_data, Team.objects.get(pk=pk) if pk else Team()
        arranging.save_team(team=kept, by=request.user, **said)
        messages.success(request, _("Saved."))
        return redirect("members:teams")
    return render(
        request, "members/teams.html", {"form": form, "teams": queries.teams(), "one": pk, "here": "teams"}
    )


@needs(Right.ADMINISTER)
@require_POST
def drop_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Dissolve a team."""
    assert isinstance(request.user, Member)
    arranging.drop_team(team=get_object_or_404(Team, pk=pk), by=request.user)
    messages.success(request, _("The team is dissolved. Its members are still here."))
    return redirect("members:teams")


@needs(Right.ADMINISTER)
@require_http_methods(["GET", "POST"])
def portfolios(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """All portfolios in the order they are asked; with one named, that one to change."""
    assert isinstance(request.user, Member)
    one = get_object_or_404(Portfolio, pk=pk) if pk else Portfolio()
    form = OfPortfolio(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        kept = Portfolio.objects.get(pk=pk) if pk else Portfolio()
        arranging.save_portfolio(portfolio=kept, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. The next night brings the accounts into their portfolios."))
        return redirect("members:portfolios")
    shown = {"form": form, "portfolios": queries.portfolios(), "one": pk, "here": "portfolios"}
    return render(request, "members/portfolios.html", shown)


@needs(Right.ADMINISTER)
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many accounts meet the condition that is being typed."""
    said = request.GET.get("condition", "")
    try:
        found = queries.accounts_where(said)
    except KeepwellError as wrong:
        return render(request, "members/count.html", {"said": in_lines(wrong)})
    if found is None:
        return render(request, "members/count.html", {"said": _("Counted by the next night.")})
    many = ngettext("{n} account is like that now.", "{n} accounts are like that now.", found)
    return render(request, "members/count.html", {"said": many.format(n=found)})


@needs(Right.ADMINISTER)
@require_POST
def drop_portfolio(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a portfolio away."""
    assert isinstance(request.user, Member)
    arranging.drop_portfolio(portfolio=get_object_or_404(Portfolio, pk=pk), by=request.user)
    messages.success(request, _("Taken away. The next night brings its accounts into others."))
    return redirect("members:portfolios")


@needs(Right.ADMINISTER)
@require_POST
def move_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a portfolio earlier."""
    assert isinstance(request.user, Member)
    arranging.move_up(portfolio=get_object_or_404(Portfolio, pk=pk), by=request.user)
    return redirect("members:portfolios")


@needs(Right.ADMINISTER)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what, and when."""
    asked = queries.Asked.of(request.GET)
    page = Pages(queries.listed(asked), PAGE).get_page(request.GET.get("page"))
    members = queries.names()
    shown = {
        "page": page,
        "asked": asked,
        "deeds": queries.deeds(asked.what),
        "members": members,
        "names": {one.pk: one.name for one in members},
        "who": asked.number,
        "here": "trail",
    }
    return render(request, "members/trail.html", shown)


@needs(Right.ADMINISTER)
@require_safe
def trail_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The trail as it is filtered, as a table; that it was taken is on the trail."""
    assert isinstance(request.user, Member)
    asked = queries.Asked.of(request.GET)
    record("export trail", by=request.user, after={"asked": request.GET.urlencode()})
    rows = (
        (one.at.isoformat(), one.by, one.what, one.kind, one.key, _as_json(one.before), _as_json(one.after))
        for one in queries.trail(asked).iterator(2000)
    )
    head = ("at", "by", "what", "kind", "key", "before", "after")
    answer = StreamingHttpResponse(written(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="trail.csv"'
    return answer


def _as_json(said: Any) -> str:
    """What was before or after, as programs read it; "" where nothing was."""
    return json.dumps(said, ensure_ascii=False) if said else ""
