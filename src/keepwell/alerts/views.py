"""The inbox, one alert, and how alerts did."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.accounts.queries import segments_of
from keepwell.alerts import queries
from keepwell.alerts.actions import answering
from keepwell.alerts.beside import beside
from keepwell.alerts.forms import Answering
from keepwell.alerts.heard import brief_of, said_in
from keepwell.alerts.models import Alert, Deed
from keepwell.alerts.showing import shown_alerts, shown_scores
from keepwell.alerts.triggers import all_triggers
from keepwell.lib.errors import KeepwellError
from keepwell.members.asking import number_of
from keepwell.members.models import Member
from keepwell.members.paging import FEWER, Pages
from keepwell.members.rights import Right, may, needs

PAGE, TOLD, EXPORT, SNOOZE_DAYS = 25, 20, 10_000, 7
LISTED = (  # all that the inbox shows; what else an alert has is wide
    "state", "outcome", "snoozed_until", "opened_at", "account__name", "account__segment", "account__owner__name",
    "account__standing__risk", "account__standing__worth",
)  # fmt: skip


@needs(Right.SEE)
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Alerts, filtered and sorted by what the address says."""
    assert isinstance(request.user, Member)
    asked = {
        name: request.GET.get(name, "")
        for name in ("state", "trigger", "whose", "segment", "account", "sort")
    }
    asked["state"] = asked["state"] or "open"
    found = queries.inbox(request.user, **{name: said for name, said in asked.items() if said})
    if request.GET.get("format") == "csv":
        return _csv(found.plain().prefetch_related("reasons")[:EXPORT], request.user, asked)
    page = Pages(found.then(_narrow), PAGE, FEWER).get_page(request.GET.get("page"))
    queries.give_reasons(list(page))
    return render(
        request,
        "alerts/inbox.html",
        {
            "page": page,
            "rows": shown_alerts(page),
            "asked": asked,
            "states": [(one, Alert.State(one).label if one != "all" else _("all")) for one in queries.STATES],
            "triggers": all_triggers().values(),
            "segments": segments_of(request.user),
            "sorts": [("new", _("newest")), ("worth", _("worth saving")), ("risk", _("risk"))],
            "done": _done(request),
            "may_act": may(request.user, Right.ACT),
            "outcomes": [(one.value, one.label) for one in answering.SAID],
        },
    )


def _narrow(found: QuerySet[Alert]) -> QuerySet[Alert]:
    return found.only(*LISTED)


def _csv(found: QuerySet[Alert], by: Member, asked: dict[str, str]) -> HttpResponse:
    rows = (
        [
            one.alert.pk,
            one.alert.account_id,
            one.alert.account.name,
            one.alert.account.segment,
            str(one.alert.account.owner or ""),
            one.alert.opened_at.isoformat(),
            one.alert.get_state_display(),
            one.alert.get_outcome_display() if one.alert.outcome else "",
            one.why,
        ]
        for one in shown_alerts(found)
    )
    head = [
        _("Alert"), _("Id"), _("Account"), _("Segment"), _("Owner"), _("Raised"), _("State"), _("Outcome"),
        _("What was seen"),
    ]  # fmt: skip
    return as_csv("alerts", head, rows, by=by, what="alerts", **asked)


def _done(request: HttpRequest) -> dict[str, object] | None:
    """What was done a moment ago, and can be taken back."""
    try:
        batch = UUID(request.GET.get("done", ""))
    except ValueError:
        return None
    deeds = list(Deed.objects.filter(batch=batch, by=request.user.pk, undone_at=None))
    if not deeds:
        return None
    said = {
        "acknowledged": ngettext("{n} alert marked as seen.", "{n} alerts marked as seen.", len(deeds)),
        "snoozed": ngettext("{n} alert put off.", "{n} alerts put off.", len(deeds)),
        "closed": ngettext("{n} alert closed.", "{n} alerts closed.", len(deeds)),
    }
    return {"batch": batch, "said": said[deeds[0].to].format(n=len(deeds))}


@needs(Right.SEE)
@require_safe
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert: what was seen then, how the account stands now, where it was told."""
    assert isinstance(request.user, Member)
    found = queries.alert_of(request.user, pk)
    deliveries = queries.deliveries_of(found, TOLD)
    return render(
        request,
        "alerts/alert.html",
        {
            "one": shown_alerts([found])[0],
            "deliveries": deliveries,
            "alone": found.escalated_at and all(one.why != "escalated" for one in deliveries),
            "deeds": queries.deeds_of(found, TOLD),
            "linked": shown_alerts(queries.later_than(request.user, found, 5)),
            "parts": beside(request.user, found),
            "said": said_in([found]).get(found.pk, []),
            "brief": brief_of(found.account_id),
            "done": _done(request),
            "may_act": may(request.user, Right.ACT),
            "outcomes": [(one.value, one.label) for one in answering.SAID],
        },
    )


@needs(Right.ACT)
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Mark alerts as seen, put them off, or close them."""
    assert isinstance(request.user, Member)
    back, form = _back(request), Answering(request.POST)
    picked = [pk for one in request.POST.getlist("alert") if (pk := number_of(one))]
    alerts = queries.alerts_of(request.user).filter(pk__in=picked)
    if not picked:
        messages.error(request, _("Choose at least one alert."))
        return redirect(back)
    if not form.is_valid():
        for name, wrong in form.errors.items():
            messages.error(request, f"{form.fields[name].label}: {wrong[0]}")
        return redirect(back)
    said, now = form.cleaned_data, timezone.now()
    try:
        if said["do"] == "acknowledge":
            batch = answering.acknowledge(alerts=alerts, by=request.user, now=now)
        elif said["do"] == "snooze":
            until = said["until"] or timezone.localdate(now) + timedelta(days=said["days"] or SNOOZE_DAYS)
            batch = answering.snooze(alerts=alerts, by=request.user, until=until, now=now)
        else:
            batch = answering.close_alerts(
                alerts=alerts, by=request.user, outcome=said["outcome"], note=said["note"], now=now
            )
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
        return redirect(back)
    if not Deed.objects.filter(batch=batch).exists():
        messages.info(request, _("Nothing was left to do: it has been answered already."))
        return redirect(back)
    return redirect(f"{back}{'&' if '?' in back else '?'}done={batch}")


@needs(Right.ACT)
@require_POST
def undo(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Take back what was done."""
    assert isinstance(request.user, Member)
    undone = answering.undo(batch=batch, by=request.user, now=timezone.now())
    if undone:
        messages.success(request, ngettext("{n} undone.", "{n} undone.", undone).format(n=undone))
    else:
        messages.error(request, _("Something has happened to it since: it was not undone."))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Where the form was: an address of ours, else the inbox."""
    said = request.POST.get("next", "")
    return said if url_has_allowed_host_and_scheme(said, allowed_hosts=None) else reverse("alerts:inbox")


@needs(Right.SEE)
@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """How the alerts of the last year did."""
    assert isinstance(request.user, Member)
    rows = shown_scores(queries.scores(request.user))
    if request.GET.get("format") == "csv":
        head = [
            _("Trigger"),
            _("Raised"),
            _("Led to action"),
            _("Judged"),
            _("Right"),
            _("Left"),
            _("Days of warning"),
        ]
        lines = (
            [r.label, r.score.raised, r.acted, r.score.judged, r.right, r.score.left, r.warning] for r in rows
        )
        return as_csv("alert-scores", head, lines, by=request.user, what="alert scores")
    return render(request, "alerts/scores.html", {"rows": rows, "few": queries.FEW})
