"""Logging a touch, reserving a day, who is held back, and the rules."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.accounts.queries import account_of
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines
from keepwell.reach import actions, queries, sheets
from keepwell.reach.actions import HeldBack
from keepwell.reach.budget import day_of
from keepwell.reach.forms import Logging, Reserving, Ruling
from keepwell.reach.models import Rule, new_key

PAGE, EXPORT = 25, 10_000
SHOWS = ("held", "reserved", "passed")


@needs(Right.SEE)
@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    """Who is held back and why, what is reserved ahead, and what passed all the same."""
    assert isinstance(request.user, Member)
    show, now = request.GET.get("show", ""), timezone.now()
    whose = "mine" if request.GET.get("whose") == "mine" else "team"
    if show not in SHOWS:
        show = SHOWS[0]
    found: QuerySet[Any, Any]
    if show == "held":
        found = queries.holds(request.user, whose=whose, now=now)
    elif show == "reserved":
        found = queries.reserved(request.user, whose=whose, today=day_of(now))
    else:
        found = queries.passed(request.user, whose=whose, now=now)
    if request.GET.get("as") == "csv":
        return _exported(request.user, found[:EXPORT], show, now)
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    rows = queries.as_they_are(list(page), now=now) if show == "held" else list(page)
    rights = {"acts": may(request.user, Right.ACT), "manages": may(request.user, Right.MANAGE)}
    asked = {"show": show, "whose": whose, "page": page, "rows": rows}
    return render(request, "reach/budget.html", asked | rights)


def _exported(member: Member, found: QuerySet[Any, Any], show: str, now: datetime) -> HttpResponse:
    if show == "held":
        heads, lines = sheets.held(queries.as_they_are(list(found), now=now))
    else:
        heads, lines = (sheets.reserved if show == "reserved" else sheets.passed)(found)
    return as_csv(f"contact-budget-{show}", heads, lines, by=member, what="contact budget", show=show)


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest, account_id: str) -> HttpResponse:
    """Log a touch. Where the budget holds it: why, until when, and what one can do."""
    assert isinstance(request.user, Member)
    account, now, held = account_of(request.user, account_id), timezone.now(), None
    form = Logging(request.POST or None, account=account, member=request.user, initial={"key": new_key()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.log(
                said=form.said(),
                by=request.user,
                at=form.moment(now),
                now=now,
                key=said["key"],
                anyway=said["anyway"],
            )
        except HeldBack as back:
            held = queries.Allowed(back.answer)
            form.ask_anyway()
        except KeepwellError as wrong:
            form.add_error(None, in_lines(wrong))
        else:
            messages.success(request, _("Logged."))
            return redirect("accounts:account", account.pk)
    return render(request, "reach/log.html", {"form": form, "account": account, "held": held})


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def reserve(request: HttpRequest, account_id: str) -> HttpResponse:
    """Reserve a day with a contact or account."""
    assert isinstance(request.user, Member)
    account, now, held = account_of(request.user, account_id), timezone.now(), None
    form = Reserving(request.POST or None, account=account, member=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reserve(said=form.said(), by=request.user, day=form.cleaned_data["day"], now=now)
        except HeldBack as back:
            held = queries.Allowed(back.answer)
        except KeepwellError as wrong:
            form.add_error(None, in_lines(wrong))
        else:
            messages.success(request, _("Reserved."))
            return redirect("accounts:account", account.pk)
    return render(request, "reach/reserve.html", {"form": form, "account": account, "held": held})


@needs(Right.ACT)
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a reserved day back."""
    assert isinstance(request.user, Member)
    actions.give_back(reservation=queries.reservation_of(request.user, pk), by=request.user)
    messages.success(request, _("Given back."))
    return redirect("/reach/?show=reserved")


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The rules of the budget, and a form for one more."""
    assert isinstance(request.user, Member)
    form = Ruling(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_rule(by=request.user, values=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("reach:rules")
    return render(request, "reach/rules.html", {"form": form, "rules": Rule.objects.all()})


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    assert isinstance(request.user, Member)
    found = get_object_or_404(Rule, pk=pk)
    form = Ruling(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.set_rule(by=request.user, rule=found, values=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("reach:rules")
    return render(request, "reach/rule.html", {"form": form, "rule": found})


@needs(Right.MANAGE)
@require_POST
def drop_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a rule out."""
    assert isinstance(request.user, Member)
    actions.drop_rule(by=request.user, rule=get_object_or_404(Rule, pk=pk))
    messages.success(request, _("Taken out."))
    return redirect("reach:rules")
