"""A member's calendar feed: opened, closed, and read by a calendar with its secret."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from keepwell.followups import queries
from keepwell.followups.actions import arranging
from keepwell.followups.calendar import TYPE
from keepwell.followups.calendar import calendar as written
from keepwell.followups.models import Feed
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs
from keepwell.members.zones import zone_of

MOST = 1000


@needs(Right.SEE)
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Whether a calendar reads a member's follow-ups, and since when."""
    assert isinstance(request.user, Member)
    feed = Feed.objects.filter(member=request.user).first()
    return render(request, "followups/calendar.html", {"feed": feed})


@needs(Right.SEE)
@require_POST
def open_feed(request: HttpRequest) -> HttpResponse:
    """Make a new secret address, shown this once."""
    assert isinstance(request.user, Member)
    secret = arranging.open_feed(member=request.user, now=timezone.now())
    feed = Feed.objects.get(member=request.user)
    address = f"{settings.ADDRESS}/followups/calendar/{secret}.ics"
    return render(request, "followups/calendar.html", {"feed": feed, "address": address})


@needs(Right.SEE)
@require_POST
def close_feed(request: HttpRequest) -> HttpResponse:
    """Let the address stop working."""
    assert isinstance(request.user, Member)
    arranging.close_feed(member=request.user)
    messages.success(request, _("The address works no more."))
    return redirect("followups:calendar")


@needs(Right.ANYONE)  # a calendar cannot sign in: who has the secret has the right
@never_cache
@require_safe
def feed(_request: HttpRequest, secret: str) -> HttpResponse:
    """A member's open follow-ups, for whoever has the secret."""
    member = arranging.feed_of(secret)
    if member is None:
        raise Http404
    now = timezone.now()
    today = timezone.localdate(now, zone_of(member.time_zone))
    rows = queries.listed(member, today=today, whose="mine", sort="due").plain()[:MOST]
    body = written(rows, name=f"Keepwell · {member.name}", address=settings.ADDRESS, now=now)
    return HttpResponse(body, content_type=TYPE)
