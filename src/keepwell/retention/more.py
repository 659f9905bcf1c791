"""Retention's pages beside the statement: over time, cohorts, survival, definitions, cycles, saved segments."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.lib.days import Grain
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines
from keepwell.metrics.charts import numbers
from keepwell.retention import actions, queries, showing, tables
from keepwell.retention.asking import Asked, asked_of
from keepwell.retention.cut import Cut
from keepwell.retention.keeping import kept
from keepwell.retention.models import Figure, Segment
from keepwell.retention.pictures import CHARTS, drawable
from keepwell.retention.sheets import SHEETS
from keepwell.retention.tips import Tips
from keepwell.retention.views import answer, around, beside, member_of, page


def figure_page(
    request: HttpRequest, cut: Cut, kind: str, charts: tuple[str, ...], show: Any, **fields: Any
) -> HttpResponse:
    """A page of one figure: its charts, and what `show` makes of its result."""
    said = asked_of(kind, request.GET, cut, member_of(request))
    found = queries.figure(kind, said.params(*CHARTS[charts[0]].params), cut.name, now=timezone.now())

    def here() -> dict[str, Any]:
        shown = around(request, cut, said) | {"fields": fields, "kind": kind}
        return shown | (beside(said) if fields.get("period") else {})

    if not_yet := answer(request, here, found):
        return not_yet
    if request.GET.get("as") == "csv":
        sheet = SHEETS[kind](showing.worded(found.result, said.period))
        return as_csv(f"keepwell-{kind}", *sheet, by=member_of(request), what=kind, asked=found.params)

    def drawn() -> dict[str, Any]:
        result, given = found.result, request.GET.copy()
        given.pop("as", None)
        shown = charts if drawable(kind, result) else ()
        pictures = showing.pictures(cut, said, given.urlencode(), *shown, result=result)
        tips = Tips.of(cut, said.whole_where)
        figures = {"charts": pictures, "made": found, **show(result, said, tips)}
        return here() | figures | {"tips": tips.kept()}

    return kept(request, cut, (found,), "retention/figure.html", drawn)


@needs(Right.SEE)
@require_safe
@page
def series(request: HttpRequest, cut: Cut) -> HttpResponse:
    """Churn and retention over months, quarters or years."""

    def show(result: Any, said: Asked, tips: Tips) -> dict[str, Any]:
        return {
            "table": tables.series_table(result, said, tips) if result else None,
            "table_heading": _("The series in numbers"),
            "none": None if result else _("There is no such period in these days."),
        }

    fields = {"grain": [one.value for one in Grain], "days": True}
    return figure_page(request, cut, "series", ("churn", "retention"), show, **fields)


@needs(Right.SEE)
@require_safe
@page
def cohorts(request: HttpRequest, cut: Cut) -> HttpResponse:
    """Who of each cohort still pays."""

    def show(result: Any, said: Asked, tips: Tips) -> dict[str, Any]:
        return {
            "table": tables.cohort_table(result, said, tips),
            "table_heading": _("The cohorts in numbers"),
            "none": None if result["cohorts"] else _("Nobody began to pay so far."),
            "note": _left_out(result["left_out"]),
        }

    fields = {"grain": [one.value for one in Grain], "measure": True, "by": True}
    return figure_page(request, cut, "cohorts", ("cohorts",), show, **fields)


def _left_out(n: int) -> str:
    said = _("{n} accounts paid before the data begins and are left out.")
    return said.format(n=numbers.count(n)) if n else ""


@needs(Right.SEE)
@require_safe
@page
def survival(request: HttpRequest, cut: Cut) -> HttpResponse:
    """How long accounts stay."""

    def show(result: Any, said: Asked, tips: Tips) -> dict[str, Any]:
        return {
            "table": tables.survival_table(result, said, tips),
            "table_heading": _("Survival in numbers"),
            "none": None if result["groups"] else _("Nobody began to pay so far."),
            "note": _left_out(result["left_out"]),
        }

    return figure_page(request, cut, "survival", ("survival",), show, by=True)


@needs(Right.SEE)
@require_safe
@page
def definitions(request: HttpRequest, cut: Cut) -> HttpResponse:
    """The churn of a period as others define it, each difference with its accounts."""

    def show(result: Any, said: Asked, tips: Tips) -> dict[str, Any]:
        told = showing.definitions_said(result, said.period)
        refused = showing.refusal(result, said)
        return {
            "refused": refused,
            "table": tables.definitions_table(told, said, tips, refused["reason"] if refused else ""),
            "table_heading": _("The definitions in numbers"),
            "meanings": told,
        }

    return figure_page(request, cut, "definitions", ("definitions",), show, period=True)


@needs(Right.SEE)
@require_safe
@page
def cycles(request: HttpRequest, cut: Cut) -> HttpResponse:
    """How often accounts without a contract buy, and how long each may be silent."""

    def show(result: Any, _said: Asked, tips: Tips) -> dict[str, Any]:
        return {
            "table": tables.cycles_table(result["segments"], tips),
            "table_heading": _("The cycles in numbers"),
            "none": None if result["segments"][0]["accounts"] else _("Nobody buys without a contract."),
        }

    return figure_page(request, cut, "cycles", ("cycles",), show, nothing=True)


@needs(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def segments(request: HttpRequest) -> HttpResponse:
    """The saved segments with how many accounts pay in each now; and naming one."""
    return _segments(request)


@page
def _segments(request: HttpRequest, cut: Cut) -> HttpResponse:
    error, member = None, member_of(request)
    if request.method == "POST":
        if not may(member, Right.ACT):
            return render(request, "403.html", status=403)
        try:
            actions.name_segment(
                name=request.POST.get("name", ""), where=request.POST.get("where", ""), by=member
            )
        except KeepwellError as wrong:
            error = vars(wrong)
        else:
            messages.success(request, _("Saved."))
            return redirect("retention:segments")
    today = {"from": cut.covered - timedelta(days=1), "to": cut.covered, "line": "closing"}
    rows: list[dict[str, Any]] = []
    tips = Tips.of(cut)
    saved = list(queries.segments()[:100])
    told = [one for one in saved if not queries.of_now(one)]
    asked_for = [{"where": one.where} for one in told]
    made = dict(zip(told, queries.figures("count", asked_for, cut.name, now=timezone.now()), strict=True))
    for one in saved:
        standing = f"{reverse('accounts:list')}?{urlencode({'saved': one.name})}"
        url = showing.address("accounts", urlencode({**today, "segment": one.name}))
        count = _counted(made[one], tips, one.where, url) if one in made else _now(one, tips, standing)
        figures = showing.address("statement", urlencode({"segment": one.name})) if one in made else standing
        row = {"one": one, "count": count, "url": figures, "standing": standing}
        rows.append({**row, "mine": actions.may_change(member, one)})
    unsaid = any(row["count"]["waiting"] for row in rows)
    here = {**around(request, cut, None), "rows": rows, "error": error, "unsaid": unsaid, "tips": tips.kept()}
    here |= {"may": may(member, Right.ACT), "typed": request.POST or request.GET}
    return render(request, "retention/segments.html", here, status=400 if error else 200)


def _counted(figure: Figure, tips: Tips, where: str, url: str) -> dict[str, Any]:
    """How many accounts a segment has and what they pay, as far as that is known."""
    if figure.state == Figure.State.FAILED:
        return {"waiting": False, "error": (figure.error or {}).get("wrong", "")}
    if figure.state != Figure.State.DONE:
        return {"waiting": True}
    told = figure.result or {}
    return _told(told["accounts"], numbers.money(told["mrr"], told["currency"]), tips, where, url)


def _now(segment: Segment, tips: Tips, url: str) -> dict[str, Any]:
    """The same of a segment of how accounts stand now."""
    try:
        accounts, mrr, currency = queries.standing_now(segment)
    except KeepwellError as wrong:
        return {"waiting": False, "error": wrong.wrong}
    return _told(accounts, numbers.money(mrr, currency), tips, segment.where, url)


def _told(accounts: int, mrr: str, tips: Tips, where: str, url: str) -> dict[str, Any]:
    many = tips.figure(numbers.count(accounts), "segment-accounts", where, url=url)
    paid = tips.figure(mrr, "segment-mrr", where, url=url)
    return {"waiting": False, "accounts": showing.safe(many), "mrr": showing.safe(paid)}


@needs(Right.ACT)
@require_POST
def remove_segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a segment."""
    try:
        actions.remove_segment(segment=get_object_or_404(Segment, pk=pk), by=member_of(request))
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
    return redirect("retention:segments")
