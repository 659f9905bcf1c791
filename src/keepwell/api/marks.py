"""ETags: whoever read a thing need not read it again, and does not write over what they have not read."""

from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from ninja.renderers import JSONRenderer
from pydantic import BaseModel

from keepwell.api.problems import Problem

_render = JSONRenderer().render
MARKED = ("GET", "PUT", "PATCH")  # their answer is the thing itself


def marked(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer with its mark; nothing but the mark (304) where the caller has it already. What is sent piece by
    piece, a sound, bears a mark of its own.
    """
    if request.method not in MARKED or answer.status_code != 200:
        return answer
    mark = answer["ETag"] if isinstance(answer, StreamingHttpResponse) else _mark(answer.content)
    answer["ETag"] = mark
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method != "GET" or not (mark in known or f"W/{mark}" in known or known == ["*"]):
        return answer
    same = HttpResponse(status=304)
    del same["Content-Type"]
    for name in ("ETag", "Cache-Control", "Vary"):
        same[name] = answer[name]
    return same


def unchanged(request: HttpRequest, shape: BaseModel) -> None:
    """Raises Problem (412) where a writer names a mark and the thing is no longer what bore it.

    Ask within the transaction that writes, with the thing's row locked.
    """
    named = request.headers.get("If-Match", "")
    if not named or named.strip() == "*":
        return
    mark = _mark(_bytes(_render(request, shape.model_dump(), response_status=200)))
    if mark not in parse_etags(named):
        raise Problem(412, _("It has been changed since you read it. Read it again."), headers={"ETag": mark})


def _mark(content: bytes) -> str:
    return quote_etag(sha256(content).hexdigest()[:32])


def _bytes(said: Any) -> bytes:
    return said if isinstance(said, bytes) else str(said).encode()
