"""What administrators see and set: the settings' parts, the night, the health of the system, and its figures."""

import os
import secrets
from ipaddress import ip_address

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.rooms import added
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, needs
from keepwell.site import jobs
from keepwell.site.forms import NightAt
from keepwell.site.health import examined
from keepwell.site.metrics import CONTENT_TYPE, told
from keepwell.site.models import Office, Run
from keepwell.site.progress import progress as progress_of

TOKEN = "KEEPWELL_METRICS_TOKEN"  # noqa: S105 - the name of a variable
NIGHTS = 14


@needs(Right.SEE)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Every part of the settings that this member may change."""
    parts = [one for one in added("parts", "PARTS") if may(request.user, one.right)]
    return render(request, "site/settings.html", {"parts": parts})


@needs(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def night(request: HttpRequest) -> HttpResponse:
    """How far the night is, the nights before, and when the next one begins."""
    assert isinstance(request.user, Member)
    form = NightAt(request.POST or None, instance=Office.the())
    if request.method == "POST" and form.is_valid():
        jobs.set_night(office=form.save(commit=False), by=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("night")
    return render(
        request,
        "site/night.html",
        {
            "form": form,
            "night": progress_of(),
            "nights": Run.objects.all()[:NIGHTS],
            "next": jobs.next_night(timezone.now()),
            "zone": jobs.zone_of_book().key,
        },
    )


@needs(Right.ADMINISTER)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Ask for the night's work now; asked for twice it is done once."""
    assert isinstance(request.user, Member)
    if progress_of().going:
        messages.info(request, _("The night's work is running already."))
    else:
        jobs.ask_for_night(by=request.user, now=timezone.now())
        messages.success(request, _("The night's work begins as soon as a worker is free."))
    return redirect("night")


@needs(Right.ADMINISTER)
@require_safe
@never_cache
def progress(request: HttpRequest) -> HttpResponse:
    """How far the night is: the part of the page that changes."""
    return render(request, "site/night_progress.html", {"night": progress_of()})


@needs(Right.SEE)
@require_safe
@never_cache
def now(request: HttpRequest) -> HttpResponse:
    """How far the night is, in a line; the page that asks is loaded anew once it is done."""
    found = progress_of()
    answer = render(request, "site/night_aside.html", {"aside": {"night": found}})
    if not found.going:
        answer["HX-Refresh"] = "true"
    return answer


@needs(Right.ADMINISTER)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """How the system is."""
    return render(request, "site/health.html", {"health": examined(now=timezone.now())})


@needs(Right.ANYONE)
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to this machine or to whoever brings the token of KEEPWELL_METRICS_TOKEN.

    A member who is signed in is asked for their role, wherever they sit: through a tunnel all come from this machine.
    """
    known = request.user.is_authenticated
    here = may(request.user, Right.ADMINISTER) if known else _of_this_machine(request)
    if not (_by_token(request) or here):
        return HttpResponseForbidden(
            "ask from this machine, or with the token\n", content_type="text/plain; charset=utf-8"
        )
    return HttpResponse(told(now=timezone.now()), content_type=CONTENT_TYPE)


def _by_token(request: HttpRequest) -> bool:
    wanted, said = os.environ.get(TOKEN, ""), request.headers.get("Authorization", "")
    return bool(wanted) and secrets.compare_digest(said.encode(), f"Bearer {wanted}".encode())


def _of_this_machine(request: HttpRequest) -> bool:
    """Whether somebody here asks. Behind a proxy everybody seems to be here: what was passed on does not count."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
