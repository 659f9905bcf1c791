"""How long somebody stays signed in: so long in all, and so long without doing anything."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse

BEGUN, SEEN = "signed in at", "seen at"
NOTED = 300  # seconds between notes of when one was seen: a page does not write each time


def begin() -> None:
    """Note when somebody signs in. Called once, when the site starts."""
    user_logged_in.connect(_begun, dispatch_uid="session")


def _begun(request: HttpRequest | None = None, **_rest: object) -> None:
    if request is not None:
        request.session[BEGUN] = request.session[SEEN] = int(time.time())


def lasting(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """End what has lasted, or been left alone, for too long."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = int(time.time()), request.session
            begun, seen = session.get(BEGUN, 0), session.get(SEEN, 0)
            if now - begun > settings.SIGNED_IN_LONGEST or now - seen > settings.SIGNED_IN_IDLE:
                logout(request)
            elif now - seen > NOTED:
                session[SEEN] = now
        return answer(request)

    return answered
