"""Everything that can go wrong, said in one way: problem+json (RFC 9457)."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from keepwell.lib.errors import KeepwellError

TYPE = "application/problem+json"
_COLLISIONS = (  # what is there already, or there no more: in PostgreSQL, in SQLite
    "23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23503", "SQLITE_CONSTRAINT_FOREIGNKEY",
)  # fmt: skip
_log = logging.getLogger(__name__)


class Problem(Exception):
    """A call is refused: with a status, what is wrong, and what else the caller may want to know."""

    def __init__(self, status: int, said: str, *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(said)
        self.status, self.said, self.headers, self.more = status, said, headers or {}, more

    def answer(self) -> HttpResponse:
        """As it is sent."""
        return problem(self.status, self.said, headers=self.headers, **self.more)


def problem(
    status: int, said: str = "", *, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """An answer that tells of a problem."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if said:
        body["detail"] = said
    answer = JsonResponse(body | more, status=status, content_type=TYPE)
    for name, value in (headers or {}).items():
        answer[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="Keepwell"'
    return answer


def answer_all(api: NinjaAPI) -> None:
    """Let every exception under the API become a problem; one that nobody foresaw is logged and not told."""
    known: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Problem: lambda _request, wrong: wrong.answer(),
        Http404: lambda _request, _wrong: problem(
            404, _("There is no such thing, or it is not yours to see.")
        ),
        PermissionDenied: lambda _request, _wrong: problem(403, _("You may not do this.")),
        AuthenticationError: lambda _request, _wrong: unknown(),
        RequestDataTooBig: lambda _request, _wrong: too_big(),
        KeepwellError: lambda _request, wrong: _refused(wrong),
        ValidationError: lambda _request, wrong: problem(
            422, _("This is not as it is asked for."), errors=[_one(one) for one in wrong.errors]
        ),
        HttpError: lambda _request, wrong: problem(wrong.status_code, str(wrong)),
        IntegrityError: _pass_on,
        Exception: failed,
    }
    for kind, handler in known.items():
        api.add_exception_handler(kind, handler)


def _pass_on(_request: HttpRequest, wrong: Exception) -> HttpResponse:
    """Leave it to whoever holds the transaction, which cannot go on."""
    raise wrong


def collided(request: HttpRequest, wrong: IntegrityError) -> HttpResponse:
    """Of two writes at the very same moment this one came second: what it made is there, or what it named is gone."""
    code = getattr(wrong.__cause__, "sqlstate", None) or getattr(wrong.__cause__, "sqlite_errorname", "")
    if code not in _COLLISIONS:
        return failed(request, wrong)
    _log.warning("a call came second", exc_info=wrong)
    return problem(409, _("Somebody did something like it at the same moment. Read again, then call again."))


def failed(_request: HttpRequest, wrong: Exception) -> HttpResponse:
    """What nobody foresaw."""
    _log.error("a call failed", exc_info=wrong)
    return problem(500, _("Something went wrong here. It has been logged."))


def unknown() -> HttpResponse:
    """Nobody we know is calling."""
    return problem(401, _("Show a token that stands: Authorization: Bearer …"))


def too_big() -> HttpResponse:
    """More was sent than is taken."""
    return problem(413, _("This is more than is taken at once."))


def _refused(wrong: KeepwellError) -> HttpResponse:
    more: dict[str, Any] = {"ways": [str(way) for way in wrong.ways]} if wrong.ways else {}
    return problem(422, str(wrong.wrong), **more)


def _one(error: dict[str, Any]) -> dict[str, Any]:
    return {"where": [str(part) for part in error["loc"]], "detail": error["msg"]}
