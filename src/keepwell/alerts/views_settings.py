"""Settings of alerts: bounds and their previews, how one is told, channels."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_q.tasks import async_task

from keepwell.accounts.queries import account_of
from keepwell.alerts import queries
from keepwell.alerts.actions import setting
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.forms import NewChannel, Setting, Telling
from keepwell.alerts.jobs import DELIVER
from keepwell.alerts.models import Manner, Preview
from keepwell.alerts.showing import bounds_said, months_told, told_of_preview, whose
from keepwell.alerts.triggers import Trigger, all_triggers
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member, Team
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines


@needs(Right.SEE)
@require_safe
def thresholds(request: HttpRequest) -> HttpResponse:
    """What each trigger is raised from, and for whom otherwise."""
    assert isinstance(request.user, Member)
    rows = list(queries.thresholds_of(request.user))
    member = request.user
    lines = []
    for trigger in all_triggers().values():
        own = [
            {
                "row": row,
                "whose": whose(row),
                "said": bounds_said(trigger, Bounds.of(row)),
                "mine": queries.may_change(member, row),
            }
            for row in rows
            if row.trigger == trigger.name
        ]
        lines.append({"trigger": trigger, "usual": bounds_said(trigger, Bounds.usual(trigger)), "own": own})
    return render(request, "alerts/thresholds.html", {"lines": lines, "may_act": may(member, Right.ACT)})


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def threshold(request: HttpRequest, name: str) -> HttpResponse:
    """Set the bounds of a trigger, or first see what they would have done."""
    assert isinstance(request.user, Member)
    trigger, account = _trigger(name), request.GET.get("account", "")
    if account:
        account_of(request.user, account)
    whom = request.GET.get("whom", f"member:{request.user.pk}")
    standing = queries.thresholds_of(request.user).filter(trigger=name, whom=whom).first()
    bounds = Bounds.of(standing) if standing else Bounds.usual(trigger)
    form = Setting(
        request.POST or None,
        trigger=trigger,
        member=request.user,
        account=account,
        initial={**Setting.filled(trigger, bounds), "whom": f"account:{account}" if account else whom},
    )
    if request.method == "POST" and form.is_valid():
        asked = {"trigger": trigger, "whom": form.cleaned_data["whom"], "bounds": form.bounds()}
        if "preview" in request.POST:
            made = setting.ask_preview(by=request.user, now=timezone.now(), **asked)
            return redirect("alerts:preview", made.pk)
        setting.set_bounds(by=request.user, **asked)
        messages.success(request, _("Saved. It holds from the next night on."))
        return redirect("alerts:thresholds")
    return render(request, "alerts/threshold.html", {"form": form, "trigger": trigger})


@needs(Right.ACT)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a setting away."""
    assert isinstance(request.user, Member)
    row = get_object_or_404(queries.thresholds_of(request.user), pk=pk)
    if not queries.may_change(request.user, row):
        raise Http404
    setting.drop_bounds(row=row, by=request.user)
    messages.success(request, _("Taken away."))
    return redirect("alerts:thresholds")


@needs(Right.ACT)
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What a setting would have done, or how far the working out is. Whoever asked sees it."""
    one = get_object_or_404(Preview, pk=pk, asked_by=request.user.pk)
    trigger, bounds = _trigger(one.trigger), Bounds(**one.setting)
    form = Setting.filled(trigger, bounds)
    parts = {
        "one": one,
        "trigger": trigger,
        "said": bounds_said(trigger, bounds),
        "told": told_of_preview(one) if one.found else [],
        "months": months_told(one),
        "fields": [
            (name, "" if value is None else value)
            for name, value in {**form, "whom": one.scope["whom"]}.items()
            if value is not False
        ],
        "account": one.scope["whom"].removeprefix("account:")
        if one.scope["whom"].startswith("account:")
        else "",
    }
    page = "alerts/preview_part.html" if request.headers.get("HX-Request") else "alerts/preview.html"
    return render(request, page, parts)


@needs(Right.SEE)
@require_http_methods(["GET", "POST"])
def telling(request: HttpRequest) -> HttpResponse:
    """How one is told, and the places that alerts go to."""
    assert isinstance(request.user, Member)
    stands = Manner.objects.filter(member=request.user).first() or Manner.objects.filter(member=None).first()
    form = Telling(request.POST or None, instance=stands or Manner())
    if request.method == "POST" and form.is_valid():
        setting.set_manner(member=request.user, by=request.user, said=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("alerts:telling")
    return _telling(request, form, NewChannel(member=request.user))


def _telling(request: HttpRequest, form: Telling, new: NewChannel) -> HttpResponse:
    assert isinstance(request.user, Member)
    company = Manner.objects.filter(member=None).first() or Manner()
    return render(
        request,
        "alerts/telling.html",
        {
            "form": form,
            "new": new,
            "channels": queries.channels_of(request.user),
            "company": Telling(instance=company, company=True, prefix="all")
            if may(request.user, Right.ADMINISTER)
            else None,
            "may_act": may(request.user, Right.ACT),
        },
    )


@needs(Right.ADMINISTER)
@require_POST
def telling_all(request: HttpRequest) -> HttpResponse:
    """How all are told who do not say, and when managers are."""
    assert isinstance(request.user, Member)
    form = Telling(request.POST, instance=Manner(), company=True, prefix="all")
    if form.is_valid():
        setting.set_manner(member=None, by=request.user, said=form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Not saved: something was filled in that cannot be."))
    return redirect("alerts:telling")


@needs(Right.ACT)
@require_POST
def add_channel(request: HttpRequest) -> HttpResponse:
    """Add a place that alerts go to."""
    assert isinstance(request.user, Member)
    new = NewChannel(request.POST, member=request.user)
    if new.is_valid():
        said = new.cleaned_data
        team = Team.objects.get(pk=said["whose"][5:]) if said["whose"].startswith("team:") else None
        try:
            made = setting.add_channel(
                kind=said["kind"],
                name=said["name"],
                address=said["address"],
                member=request.user if said["whose"] == "member" else None,
                team=team,
                private=said.get("private", False),
                by=request.user,
            )
        except KeepwellError as wrong:
            new.add_error("address", in_lines(wrong))
        else:
            if made.secret:  # shown once: whoever receives the messages checks them with it
                messages.warning(
                    request, _("Its secret, shown only now: {secret}").format(secret=made.secret)
                )
            messages.success(request, _("Added. Try it."))
            return redirect("alerts:telling")
    stands = Manner.objects.filter(member=request.user).first() or Manner()
    return _telling(request, Telling(instance=stands), new)


@needs(Right.ACT)
@require_POST
def remove_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a place away."""
    assert isinstance(request.user, Member)
    channel = get_object_or_404(queries.channels_of(request.user), pk=pk)
    setting.remove_channel(channel=channel, by=request.user)
    messages.success(request, _("Taken away."))
    return redirect("alerts:telling")


@needs(Right.ACT)
@require_POST
def try_channel(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message that says only that it arrives."""
    assert isinstance(request.user, Member)
    channel = get_object_or_404(queries.channels_of(request.user), pk=pk)
    setting.try_channel(channel=channel, by=request.user, now=timezone.now())
    async_task(DELIVER)
    messages.success(request, _("On its way. Look here again in a minute for how it went."))
    return redirect("alerts:telling")


def _trigger(name: str) -> Trigger:
    found = all_triggers().get(name)
    if found is None:
        raise Http404
    return found
