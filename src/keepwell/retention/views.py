"""Retention's pages: a statement of any period, series, cohorts, survival, definitions, cycles, saved segments."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, needs
from keepwell.metrics.charts import numbers
from keepwell.metrics.page.lede import lede
from keepwell.metrics.page.proof import proof, proof_line
from keepwell.retention import queries, showing
from keepwell.retention.actions import ask_again
from keepwell.retention.asking import NAMING, Asked, asked, offered
from keepwell.retention.cut import Cut, cut_now
from keepwell.retention.keeping import kept
from keepwell.retention.models import Figure
from keepwell.retention.sheets import SHEETS
from keepwell.retention.tables import kinds_table, parts_table
from keepwell.retention.tips import Tips

Page = Callable[[HttpRequest, Cut], HttpResponse]
Around = Callable[[], dict[str, Any]]  # what a page has around its figures


def page(view: Page) -> Callable[[HttpRequest], HttpResponse]:
    """A page over the newest cut; what a person can put right is told to them with its ways out."""

    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        try:
            cut = cut_now()
        except KeepwellError as error:
            return render(request, "retention/nothing.html", {"error": vars(error)}, status=200)
        try:
            return view(request, cut)
        except KeepwellError as error:
            here = {**around(request, cut, None), "error": vars(error)}
            return render(request, "retention/wrong.html", here, status=400)

    return answered


def around(request: HttpRequest, cut: Cut, said: Asked | None) -> dict[str, Any]:
    """What every page of the room has: its tabs, its picker, what can be asked."""
    about = queries.figure("about", {}, cut.name, now=timezone.now(), whole=True)
    columns = (about.result or {}).get("columns", {})
    if not may(request.user, Right.ADMINISTER):
        columns = {name: values for name, values in columns.items() if name not in NAMING}
    query = said.query() if said else ""
    return {
        "cut": cut,
        "asked": said,
        "given": request.GET,
        "query": query,
        "columns": {name: showing.spoken(name) for name in columns},
        "values": {name: values[:12] for name, values in columns.items()},
        "segments": [one for one in queries.segments() if not queries.of_now(one)],
        "offered": [
            (grain, [(one, showing.named(one), showing.period_name(one)) for one in over])
            for grain, over in offered(cut)
        ],
        "tabs": showing.tabs(request, query),
        "called": showing.called(request),
    }


def beside(said: Asked) -> dict[str, Any]:
    """What a page of one period is called, and the periods before and after it."""
    return {"title": showing.period_name(said.period), "before": said.moved(-1), "after": said.moved(1)}


def waiting(*figures: Figure) -> Figure | None:
    """The first of some figures that is not there yet."""
    return next((one for one in figures if one.state in (Figure.State.WAITING, Figure.State.RUNNING)), None)


def answer(request: HttpRequest, here: Around, *figures: Figure) -> HttpResponse | None:
    """How far the figures are, or why one cannot be worked out; None where all are there."""
    missing = waiting(*figures)
    failed = next((one for one in figures if one.state == Figure.State.FAILED), None)
    if failed is None and missing is None:
        return None
    shown = {**here(), "figure": failed or missing, "failed": failed, "error": failed and failed.error}
    if missing is not None and failed is None:
        shown |= showing.progress(missing)
    return render(request, "retention/waiting.html", shown)


@needs(Right.SEE)
@require_safe
@page
def statement(request: HttpRequest, cut: Cut) -> HttpResponse:
    """The statement of a period beside the one before."""
    said, now = asked(request.GET, cut, member_of(request)), timezone.now()
    before = said.moved(-1)
    found = queries.figure("statement", said.params("from", "to", "by", "where"), cut.name, now=now)
    earlier = queries.figure("statement", before.params("from", "to", "where"), cut.name, now=now)

    def here() -> dict[str, Any]:
        return around(request, cut, said) | beside(said)

    if not_yet := answer(request, here, found, *([] if _failed(earlier) else [earlier])):
        return not_yet
    if request.GET.get("as") == "csv":
        sheet = SHEETS["statement"](found.result)
        return as_csv(
            "keepwell-statement", *sheet, by=member_of(request), what="statement", asked=found.params
        )
    return kept(
        request,
        cut,
        (found, earlier),
        "retention/statement.html",
        lambda: here() | _statement(cut, said, found.result or {}, earlier.result),
    )


def _statement(cut: Cut, said: Asked, told: dict[str, Any], earlier: Any) -> dict[str, Any]:
    """What the page of a statement shows of its figures."""

    def to(**changes: str) -> str:
        return showing.address("accounts", said.query(**changes))

    tips = Tips(proof_line(told))
    shown = {
        "cards": showing.cards(told, earlier, to, tips),
        "lines": showing.lines(told, to, tips),
        "kinds": kinds_table(told, to, tips),
        "parts": parts_table(told, to, tips),
    }
    charts = ("movements-mrr", "movements-accounts")
    return {
        "statement": told,
        "lede": lede(told),
        **shown,
        "tips": tips.kept(),
        "sums": showing.sums(told),
        "proof": proof(told),
        "proof_line": proof_line(told),
        "refused": showing.refusal(told, said),
        "charts": showing.pictures(cut, said, said.query(), *charts, result=told),
        "period": numbers.period(told["period"]["from"], told["period"]["to"]),
    }


def _failed(figure: Figure) -> bool:
    return figure.state == Figure.State.FAILED


def member_of(request: HttpRequest) -> Member:
    """Who asks."""
    assert isinstance(request.user, Member)
    return request.user


@needs(Right.SEE)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a figure that failed be worked out once more."""
    ask_again(figure=get_object_or_404(Figure, pk=pk), now=timezone.now())
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else "retention:statement")
