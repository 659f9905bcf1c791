"""Where a member is signed in: seen by whoever is, ended one by one or all at once by who says the password again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs
from keepwell.members.sessions import SEEN

# As browsers call themselves: the first that is found, for most carry the names of others too.
_BROWSERS = {
    "Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
    "Mac OS X": "macOS", "Linux": "Linux",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Somewhere a member is signed in; `used_at` is known to within some minutes."""

    session: UserSession
    here: bool
    used_at: datetime

    @property
    def device(self) -> str:
        """Browser and system, such as Firefox, Linux; what it calls itself where it is neither."""
        said = self.session.user_agent
        names = (_first(_BROWSERS, said), _first(_SYSTEMS, said))
        return ", ".join(filter(None, names)) or said[:60]


def places_of(member: Member, here: str | None) -> list[Place]:
    """Where a member is signed in, the session of key `here` first, then the latest used."""
    found = [
        Place(session, session.session_key == here, _used_at(session))
        for session in UserSession.objects.purge_and_list(member)
    ]
    return sorted(found, key=lambda one: (one.here, one.used_at), reverse=True)


def end(places: Iterable[Place], *, by: Member) -> int:
    """End a member's own sessions; the trail says from where each was signed in. Returns how many."""
    with transaction.atomic():
        some = list(places)
        for place in some:
            record("sign out", by=by, of=by, after={"from": place.session.ip, "sessions ended": 1})
            place.session.end()
    return len(some)


@require_http_methods(["GET", "HEAD", "POST"])
def _listed(request: HttpRequest) -> HttpResponse:
    """The list; a POST ends the session named `end`, or all others where none is named."""
    assert isinstance(request.user, Member)
    places = places_of(request.user, request.session.session_key)
    others = [place for place in places if not place.here]
    if request.method != "POST":
        return render(request, "members/signed_in.html", {"sessions": places, "others": others})
    wanted = request.POST.get("end")
    ending = others if wanted is None else [one for one in others if str(one.session.pk) == wanted]
    if wanted is not None and not ending:
        raise Http404
    ended = end(ending, by=request.user)
    said = ngettext("Signed out in {n} place.", "Signed out in {n} places.", ended)
    messages.success(request, said.format(n=ended))
    return redirect("usersessions_list")


signed_in_at = needs(Right.SEE)(reauthentication_required(allow_get=True)(_listed))


def _first(names: dict[str, str], said: str) -> str:
    return next((name for mark, name in names.items() if re.search(rf"{mark}\b", said)), "")


def _used_at(session: UserSession) -> datetime:
    seen = session._session_store(session.session_key).get(SEEN)
    return datetime.fromtimestamp(seen, UTC) if seen else session.last_seen_at
