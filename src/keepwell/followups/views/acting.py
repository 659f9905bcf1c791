"""Making, doing, handing over and talking about follow-ups; several at once, and back."""

from collections.abc import Callable
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.accounts.queries import account_of
from keepwell.alerts.models import Alert
from keepwell.alerts.showing import shown_alerts
from keepwell.followups import queries
from keepwell.followups.actions import handling
from keepwell.followups.actions import together as several
from keepwell.followups.actions.handling import Plan
from keepwell.followups.forms import Doing, Handing, Planning, Saying
from keepwell.followups.models import Batch, FollowUp
from keepwell.followups.showing import why_at
from keepwell.followups.views import page_of
from keepwell.lib.errors import KeepwellError
from keepwell.members.asking import number_of
from keepwell.members.models import Member
from keepwell.members.rights import Right, may_be_handed, needs
from keepwell.reach.actions import HeldBack
from keepwell.reach.queries import Allowed

SOON = timedelta(days=1)
FIELDS = ("what", "due", "kind", "channel", "contact", "owner")


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, account_id: str) -> HttpResponse:
    """Make a follow-up at an account, perhaps for an alert (?alert=)."""
    assert isinstance(request.user, Member)
    account, now = account_of(request.user, account_id), timezone.now()
    pk = request.GET.get("alert", "")
    alert = Alert.objects.filter(account=account, pk=number_of(pk)).first()
    about = shown_alerts([alert])[0] if alert else None
    what = request.GET.get("what") or (_("Ask about this: {why}").format(why=about.why) if about else "")
    first = {"due": timezone.localdate() + SOON, "owner": request.user, "what": what[:300]}
    if request.GET.get("kind") == "review":
        first["kind"] = "review"
    form = Planning(request.POST or None, account=account, member=request.user, initial=first)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in FIELDS}
        try:
            made = handling.make(plan=Plan(account=account, alert=alert, **said), by=request.user, now=now)
        except KeepwellError as wrong:
            form.add_error(None, str(wrong))
        else:
            messages.success(request, _("Made."))
            return redirect("followups:one", made.pk)
    page = {
        "form": form,
        "account": account,
        "alert": about,
        "why": why_at(account, today=timezone.localdate()),
    }
    return render(request, "followups/plan.html", page)


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is to be done."""
    assert isinstance(request.user, Member)
    found = queries.follow_up_of(request.user, pk)
    form = Planning(request.POST or None, account=found.account, member=request.user, instance=found)
    del form.fields["owner"]  # that is handing over
    if request.method == "POST" and form.is_valid():
        try:
            handling.change(follow_up=found, by=request.user, **form.cleaned_data)
        except KeepwellError as wrong:
            form.add_error(None, str(wrong))
        else:
            return redirect("followups:one", pk)
    return render(request, "followups/plan.html", {"form": form, "account": found.account, "one": found})


@needs(Right.ACT)
@require_POST
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what came of it; the contact is logged with it. Held back by the budget, nothing is done."""
    assert isinstance(request.user, Member)
    found = queries.follow_up_of(request.user, pk)
    alert = found.alert
    answers = alert is not None and alert.state != Alert.State.CLOSED
    form, held = Doing(request.POST, alert=answers), None
    if form.is_valid():
        try:
            handling.do(follow_up=found, by=request.user, now=timezone.now(), **form.cleaned_data)
        except HeldBack as back:
            held = Allowed(back.answer)
            form.ask_anyway()
        except KeepwellError as wrong:
            if (
                found.state != FollowUp.State.OPEN
            ):  # done in another window: its page has no form to say it in
                messages.error(request, str(wrong))
                return redirect("followups:one", pk)
            form.add_error(None, str(wrong))
        else:
            messages.success(request, _("Done, and the contact is logged."))
            return redirect("followups:list")
    page = page_of(request.user, found, doing=form)
    return render(request, "followups/one.html", page | {"held": held}, status=200 if held else 422)


@needs(Right.ACT)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it without doing it."""
    assert isinstance(request.user, Member)
    found = queries.follow_up_of(request.user, pk)
    note = request.POST.get("note", "")[:5000]
    _try(request, lambda by: handling.drop(follow_up=found, by=by, now=timezone.now(), note=note))
    return redirect("followups:one", pk)


@needs(Right.ACT)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a team-mate."""
    assert isinstance(request.user, Member)
    found = queries.follow_up_of(request.user, pk)
    form = Handing(request.POST, account=found.account, member=request.user)
    if form.is_valid():
        to, text = form.cleaned_data["to"], form.cleaned_data["text"]
        _try(
            request,
            lambda by: handling.hand_over(follow_up=found, by=by, to=to, text=text, now=timezone.now()),
        )
    else:
        messages.error(request, _("Choose a team-mate who sees this account."))
    return redirect("followups:one", pk)


@needs(Right.ACT)
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a follow-up that nobody has, or a team-mate's."""
    assert isinstance(request.user, Member)
    found = queries.follow_up_of(request.user, pk)
    _try(request, lambda by: handling.hand_over(follow_up=found, by=by, to=by, now=timezone.now()))
    return redirect("followups:one", pk)


@needs(Right.ACT)
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something of it."""
    assert isinstance(request.user, Member)
    found, form = queries.follow_up_of(request.user, pk), Saying(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        handling.comment(follow_up=found, by=request.user, text=text, now=timezone.now())
    return redirect("followups:one", pk)


@needs(Right.ACT)
@require_POST
def together(request: HttpRequest) -> HttpResponse:
    """Put off, hand over or drop several at once."""
    assert isinstance(request.user, Member)
    keys = [pk for key in request.POST.getlist("one") if (pk := number_of(key))]
    rows, now = queries.follow_ups_of(request.user).filter(pk__in=keys), timezone.now()
    what, batch = request.POST.get("what"), None
    try:
        if not keys:
            messages.error(request, _("Tick at least one follow-up."))
        elif what == "put off":
            to = date.fromisoformat(request.POST.get("to_day") or "")
            batch = several.put_off(follow_ups=rows, by=request.user, to=to, now=now)
        elif what == "hand over":
            mate = may_be_handed(request.user).get(pk=number_of(request.POST.get("to_member", "")))
            batch = several.hand_all(follow_ups=rows, by=request.user, to=mate, now=now)
        elif what == "drop":
            batch = several.drop_all(follow_ups=rows, by=request.user, now=now)
    except (ValueError, Member.DoesNotExist):
        messages.error(request, _("Say until when, or to whom."))
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
    if batch is not None:
        request.session["did together"] = batch.pk  # the next list offers to take it back
        n = len(batch.before)
        messages.success(
            request, ngettext("{n} follow-up changed.", "{n} follow-ups changed.", n).format(n=n)
        )
    return redirect(f"/followups/?{request.POST.get('back', '')}")


@needs(Right.ACT)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was done to several."""
    assert isinstance(request.user, Member)
    batch = Batch.objects.filter(pk=pk, member=request.user).first()
    if batch is None:
        raise Http404
    try:
        n = several.take_back(batch=batch, by=request.user, now=timezone.now())
        messages.success(request, ngettext("{n} went back.", "{n} went back.", n).format(n=n))
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
    return redirect("followups:list")


def _try(request: HttpRequest, act: Callable[[Member], object]) -> None:
    assert isinstance(request.user, Member)
    try:
        act(request.user)
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
