"""Playbooks: what they are, starting them, and what they did."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.models import Account, Channel
from keepwell.accounts.queries import accounts_of
from keepwell.accounts.showing import per_cent, shown
from keepwell.alerts.models import Alert
from keepwell.alerts.triggers import all_triggers
from keepwell.followups import queries
from keepwell.followups.actions import arranging, playing
from keepwell.followups.conditions import free_for
from keepwell.followups.forms import Playing, Steps, split
from keepwell.followups.models import Playbook, Run, Version
from keepwell.followups.showing import refused_because
from keepwell.lib.errors import KeepwellError
from keepwell.members.asking import number_of
from keepwell.members.models import Member, Team
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, needs, seen_by

PAGE, LATELY = 25, 10


@needs(Right.SEE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All playbooks, with how often each was started and held out."""
    manages = may(request.user, Right.MANAGE)
    rows = queries.playbooks_with_runs()
    return render(request, "followups/playbooks.html", {"rows": rows, "manages": manages})


@needs(Right.SEE)
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One playbook: its steps, for whom it is, what it did, and at whom it can be started."""
    assert isinstance(request.user, Member)
    playbook = get_object_or_404(Playbook.objects.select_related("effect"), pk=pk)
    version = playbook.newest
    runs = seen_by(Run.objects.filter(playbook=playbook), request.user, account="account")
    found = accounts_of(request.user).none()
    if version is not None:
        found = _free(request, version).order_by(F("standing__worth").desc(nulls_last=True), "pk")
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "followups/playbook.html",
        {
            "playbook": playbook,
            "version": version,
            "steps": _steps(version),
            "risk": per_cent(version.least_risk) if version else "",
            "share": per_cent(version.held_out) if version else "",
            "older": playbook.versions.select_related("made_by")[1:10],
            "trigger": _label(version),
            "lately": runs.select_related("account", "alert", "by").order_by("-at", "-pk")[:LATELY],
            "counts": runs.aggregate(
                treated=Count("pk", filter=Q(arm=Run.Arm.TREATED)),
                out=Count("pk", filter=Q(arm=Run.Arm.HELD_OUT)),
            ),
            "page": page,
            "rows": shown(page),
            "effect": _effect(playbook),
            "acts": may(request.user, Right.ACT),
            "manages": may(request.user, Right.MANAGE),
        },
    )


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Set down a new playbook."""
    return _written(request, None)


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Set down the next version of a playbook."""
    return _written(request, get_object_or_404(Playbook, pk=pk))


@needs(Right.ACT)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a playbook at the accounts that were chosen, perhaps for an alert."""
    assert isinstance(request.user, Member)
    playbook = get_object_or_404(Playbook, pk=pk)
    accounts = list(accounts_of(request.user).filter(pk__in=request.POST.getlist("account")))
    number = request.POST.get("alert", "")
    alert = Alert.objects.filter(pk=number_of(number), account__in=accounts).first()
    try:
        done = playing.start(
            playbook=playbook,
            accounts=accounts,
            by=request.user,
            now=timezone.now(),
            alerts=[alert] if alert else [],
        )
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
    else:
        said = _("Started at {treated}; held out to learn from: {out}.")
        messages.success(request, said.format(treated=done.treated, out=done.held_out))
        if done.running or done.unfit:
            said = _("Left as they are: {running} where it runs already, {unfit} that it is not for.")
            messages.info(request, said.format(running=len(done.running), unfit=len(done.unfit)))
    if alert is not None:
        return redirect("alerts:alert", alert.pk)
    if len(accounts) == 1 and request.POST.get("from") == "account":
        return redirect("accounts:account", accounts[0].pk)
    return redirect("followups:playbook", pk)


@needs(Right.MANAGE)
@require_POST
def use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a playbook out of use, or into it again."""
    assert isinstance(request.user, Member)
    playbook = get_object_or_404(Playbook, pk=pk)
    playing.retire(playbook=playbook, by=request.user, active=request.POST.get("active") == "1")
    return redirect("followups:playbook", pk)


@needs(Right.MANAGE)
@require_POST
def effect(request: HttpRequest, pk: int) -> HttpResponse:
    """Have its effect worked out."""
    assert isinstance(request.user, Member)
    playbook = get_object_or_404(Playbook, pk=pk)
    arranging.ask_effect(playbook=playbook, by=request.user, now=timezone.now())
    return redirect("followups:playbook", pk)


def _written(request: HttpRequest, playbook: Playbook | None) -> HttpResponse:
    assert isinstance(request.user, Member)
    version = playbook.newest if playbook else None
    form = Playing(request.POST or None, playbook=playbook, initial=_initial(version))
    steps = Steps(request.POST or None, initial=version.steps if version else [], prefix="step")
    if request.method == "POST" and form.is_valid() and steps.is_valid():
        said = [value for step in steps if (value := step.value())]
        try:
            made = playing.set_down(
                by=request.user,
                playbook=playbook,
                name=form.cleaned_data["name"],
                steps=said,
                **form.values(),
            )
        except KeepwellError as wrong:
            form.add_error(None, str(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("followups:playbook", made.playbook_id)
    page = {"form": form, "steps": steps, "playbook": playbook}
    return render(request, "followups/playbook_form.html", page)


def _initial(version: Version | None) -> dict[str, Any]:
    if version is None:
        return {"held_out": 20}
    named, condition = split(version.condition)
    return {
        "saved": named,
        "condition": condition,
        "trigger": version.trigger,
        "stage": version.stage,
        "least_risk": None if version.least_risk is None else _hundredths(version.least_risk),
        "held_out": _hundredths(version.held_out),
    }


def _hundredths(share: float) -> float:
    """A share in per cent, as one types it: 20 and not 20.0."""
    found = round(share * 100, 1)
    return int(found) if found.is_integer() else found


def _free(request: HttpRequest, version: Version) -> QuerySet[Account]:
    """The accounts that a version can be started at; none, and why, where its condition can no longer be asked."""
    rows = accounts_of(request.user)  # type: ignore[arg-type]  # every page is for members
    try:
        return free_for(rows, version)
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
        return rows.none()


def _label(version: Version | None) -> str:
    """What alert starts a playbook by itself."""
    trigger = all_triggers().get(version.trigger) if version else None
    return str(trigger.label) if trigger else ""


def _steps(version: Version | None) -> list[dict[str, Any]]:
    teams, channels = dict(Team.Kind.choices), dict(Channel.choices)
    return [
        {
            **step,
            "team": teams.get(step.get("team", ""), _("the owner")),
            "channel": channels.get(step["channel"], step["channel"]),
        }
        for step in (version.steps if version else [])
    ]


def _effect(playbook: Playbook) -> dict[str, Any] | None:
    said = getattr(playbook, "effect", None)
    if said is None:
        return None
    rows = [
        {
            **row,
            "treated_share": per_cent(row["treated_share"]),
            "held_out_share": per_cent(row["held_out_share"]),
            "benefit": _points(row["benefit"]),
            "between": f"{_points(row['low'])} … {_points(row['high'])}",
        }
        for row in said.rows
    ]
    return {
        "said": said,
        "rows": rows,
        "refused": refused_because(said),
    }


def _points(share: float | None) -> str:
    return "" if share is None else f"{share * 100:+.1f}".replace("-", "−")
