"""A write that bears a key is done once: the same call again is given the answer that the first one got."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keepwell.api.models import Kept
from keepwell.api.problems import Problem
from keepwell.members.models import Member

KEPT = timedelta(hours=24)
LONGEST = 200
_TOLD = ("Content-Type", "Location", "ETag")
_DECIDED = (409,)  # refusals that stand: the rest of them did nothing and may be put right under the same key


def once(request: HttpRequest, call: Callable[[], HttpResponse], *, now: datetime) -> HttpResponse:
    """The answer of a call. Every write is one transaction; one that fails, or is refused, leaves nothing behind.

    Of two equal calls at once, the second waits for the first at the key's row, and is given its answer.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return call()
    key = request.headers.get("Idempotency-Key", "")
    if not key or not isinstance(request.user, Member):
        with transaction.atomic():
            return _whole(call())
    if len(key) > LONGEST or not key.isprintable():
        raise Problem(400, _("An Idempotency-Key is at most {n} printable characters.").format(n=LONGEST))
    asked = _asked(request)
    with transaction.atomic():
        forget_old(now=now)
        kept, new = Kept.objects.get_or_create(
            member=request.user, key=key, defaults={"asked": asked, "made_at": now}
        )
        if not new:
            return _again(kept, asked)
        answer = _whole(call())
        if answer.status_code < 400 or answer.status_code in _DECIDED:
            kept.status, kept.body = answer.status_code, _without_secrets(request, answer)
            kept.headers = {name: answer[name] for name in _TOLD if name in answer}
            kept.save(update_fields=["status", "body", "headers"])
        return answer


def forget_old(*, now: datetime) -> int:
    """Forget answers that have been kept for their day; how many."""
    return Kept.objects.filter(made_at__lt=now - KEPT).delete()[0]


def told_once(request: HttpRequest, *fields: str) -> None:
    """Say that these fields of the answer hold a secret: whoever repeats the call is told null in their place."""
    request.told_once = fields  # type: ignore[attr-defined]  # a request bears how it is answered


def _without_secrets(request: HttpRequest, answer: HttpResponse) -> str:
    body, secrets = answer.content.decode(), getattr(request, "told_once", ())
    return json.dumps(json.loads(body) | dict.fromkeys(secrets)) if secrets and body else body


def _asked(request: HttpRequest) -> str:
    """A hash of what is asked, and of how far the token reaches: one that reads is not told what another wrote."""
    scope = getattr(getattr(request, "token", None), "scope", "")
    said = f"{scope} {request.method} {request.get_full_path()}\n".encode() + request.body
    return sha256(said).hexdigest()


def _whole(answer: HttpResponse) -> HttpResponse:
    """Take back what a call wrote before it was refused, its key too; a refusal that stands is kept as it is."""
    if answer.status_code >= 400 and answer.status_code not in _DECIDED:
        transaction.set_rollback(True)
    return answer


def _again(kept: Kept, asked: str) -> HttpResponse:
    if kept.asked != asked:
        raise Problem(422, _("This Idempotency-Key was used for another call."))
    answer = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        answer[name] = value
    answer["Idempotent-Replayed"] = "true"
    return answer
