"""What happens to every call, whatever it asks: who is calling, how often, in which language, in which form.

Who calls shows a token, or is signed in with the browser that shows a page: then a write must bear the page's
CSRF token too. What a caller may do is asked of the same rights as on the pages, by `asks`.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from keepwell.api import limits, marks, problems
from keepwell.api.actions import use_token
from keepwell.api.models import Token
from keepwell.api.once import once
from keepwell.api.problems import Problem
from keepwell.lib.text import speaking
from keepwell.members.gate import second_step_missing
from keepwell.members.models import Member
from keepwell.members.rights import Right, View, may, needs
from keepwell.members.zones import zone_of

SAFE = ("GET", "HEAD", "OPTIONS")
Call = Callable[..., HttpResponse]

_NULL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # written as JSON writes it, its backslash none that is meant


class asks(AuthBase):
    """What a call asks of its caller: a right, and a token whose scope reaches it."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_name = "token"

    def __init__(self, right: Right, *, reach: Right | None = None) -> None:
        """`reach` is what a token must reach where that is more than the right: everybody writes what is theirs."""
        super().__init__()
        self.right, self.reach = right, reach or right

    @property
    def scope(self) -> str:
        """The least scope that reaches this."""
        return str(
            {Right.SEE: Token.Scope.READ, Right.ACT: Token.Scope.ACT}.get(self.reach, Token.Scope.MANAGE)
        )

    def __call__(self, request: HttpRequest) -> Member:
        """The member who calls. Raises Problem where they may not."""
        member, token = request.user, getattr(request, "token", None)
        if not isinstance(member, Member):
            raise Problem(401, _("Show a token that stands: Authorization: Bearer …"))
        if token is not None and token.reaches < self.reach:
            raise Problem(403, _("The token's scope does not reach this."), scope=token.scope)
        if not may(member, self.right):
            raise Problem(403, _("You may not do this."))
        return member


def member_of(request: HttpRequest) -> Member:
    """Who calls, once `asks` has been asked."""
    assert isinstance(request.user, Member)
    return request.user


def door(call: Call, *, file: bool = False) -> View:
    """A call as it is answered from outside. One that takes a `file` reads its body itself, piece by piece.

    Such a call is safe to repeat by itself, and bears no key for that.
    """

    @wraps(call)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "HEAD":
            return _without_body(request, lambda: answered(request, *args, **kwargs))
        now = timezone.now()
        counted: limits.Left | None = None
        try:
            _recognise(request, now)
            counted = _counted(request)
            if file:
                answer = _spoken(request, lambda: call(request, *args, **kwargs))
            else:
                _in_form(request)
                answer = _spoken(
                    request, lambda: once(request, lambda: call(request, *args, **kwargs), now=now)
                )
        except Problem as wrong:
            answer = wrong.answer()
        except IntegrityError as wrong:
            answer = problems.collided(request, wrong)
        except Exception as wrong:
            answer = problems.failed(request, wrong)
        answer = _said_well(request, answer)
        for name, value in (counted.headers if counted else {}).items():
            answer.setdefault(name, value)
        return answer

    answered.__dict__["csrf_exempt"] = True  # asked by _recognise of whoever shows no token
    return needs(Right.ANYONE)(answered)  # each call asks by itself: see `asks`


def _without_body(request: HttpRequest, call: Callable[[], HttpResponse]) -> HttpResponse:
    """What a GET would be answered, its body left out: its length and its mark are told."""
    request.method = "GET"
    try:
        whole = call()
    finally:
        request.method = "HEAD"
    # Emptied, not replaced: closing an answer within its request would end that, and the connection with it.
    if isinstance(whole, StreamingHttpResponse):
        whole.streaming_content = ()
    else:
        whole["Content-Length"] = str(len(whole.content))
        whole.content = b""
    return whole


def _recognise(request: HttpRequest, now: datetime) -> None:
    """Let `request.user` be who calls: of the token shown, else who is signed in."""
    shown = request.headers.get("Authorization", "")
    if shown:
        scheme, _space, secret = shown.partition(" ")
        token = use_token(secret=secret.strip(), now=now) if scheme.lower() == "bearer" else None
        if token is None:
            raise Problem(401, _("This token does not stand: it is wrong, revoked, or has expired."))
        request.user, request.token = token.member, token  # type: ignore[attr-defined]  # a request bears who asks
    elif second_step_missing(request):
        raise Problem(403, _("Set your second step up first: this office asks one of everybody."))
    elif request.user.is_authenticated and request.method not in SAFE and check_csrf(request):
        raise Problem(403, _("Show a token, or the CSRF token of a page."))


def _counted(request: HttpRequest) -> limits.Left | None:
    token: Token | None = getattr(request, "token", None)
    if token is None and not request.user.is_authenticated:
        return None
    left = limits.count(f"token:{token.pk}" if token else f"member:{request.user.pk}")
    if left.over:
        raise Problem(429, _("Too many calls. Wait a little."), headers=left.headers)
    return left


def _in_form(request: HttpRequest) -> None:
    """What is sent is JSON, whole, and not too much."""
    if request.method in SAFE:
        return
    try:
        body = request.body
    except RequestDataTooBig:
        raise Problem(413, _("This is more than is taken at once.")) from None
    except UnreadablePostError:
        raise Problem(400, _("What was sent broke off.")) from None
    if body and request.content_type != "application/json":
        raise Problem(415, _("Send JSON: Content-Type: application/json."))
    if b"\0" in body or _NULL.search(body):  # the first is in every JSON that is not UTF-8
        raise Problem(400, _("Send JSON in UTF-8, without null characters."))


def _spoken(request: HttpRequest, call: Callable[[], HttpResponse]) -> HttpResponse:
    chosen = getattr(request.user, "language", "") or translation.get_language_from_request(request)
    clock = timezone.override(zone_of(getattr(request.user, "time_zone", "")))
    with translation.override(chosen), speaking(chosen), clock:
        answer = call()
        answer["Content-Language"] = chosen
        return answer


def _said_well(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    if answer.status_code == 405:
        known = {name.strip() for name in answer.get("Allow", "").split(",")}
        allow = {"Allow": ", ".join(sorted(known | ({"HEAD"} if "GET" in known else set())))}
        answer = problems.problem(405, _("This address does not know that method."), headers=allow)
    answer.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(answer, ["Authorization", "Cookie", "Accept-Language"])
    return marks.marked(request, answer)


def nowhere(_request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """An address under the API that leads nowhere."""
    return problems.problem(404, _("There is no such address: see /api/openapi.json."))
