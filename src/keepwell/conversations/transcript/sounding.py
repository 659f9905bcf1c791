"""A sound file sent a stretch at a time, as players ask for it by Range (RFC 9110)."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.models import Conversation

BLOCK = 1 << 16
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def stretch_of(conversation: Conversation, start: float | None, end: float | None) -> str:
    """The address of a stretch of its sound, in seconds, as players understand it; "" where there is none."""
    if start is None or sound_of(conversation) is None:
        return ""
    until = f",{end:.2f}" if end is not None else ""
    return f"{reverse('conversations:sound', args=[conversation.pk])}#t={start:.2f}{until}"


def sound(request: HttpRequest, file: Path, kind: str) -> HttpResponseBase:
    """The file, or the one stretch of it that is asked for; several stretches at once are answered by the whole."""
    size = file.stat().st_size
    mark = f'"{file.stem}-{size}"'
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.headers.get("If-Range", mark) != mark:
        asked = None
    answer: HttpResponseBase
    if asked is None or asked.group() == "bytes=-":
        answer = _sent(request, file, 0, size, 200)
    else:
        begin, end = _stretch(asked, size)
        if begin >= end:
            answer = HttpResponse(status=416)
            answer["Content-Range"] = f"bytes */{size}"
            return answer
        answer = _sent(request, file, begin, end, 206)
        answer["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    answer["Content-Type"] = kind or "application/octet-stream"
    answer["Content-Disposition"] = "inline"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = mark
    return answer


def _stretch(asked: re.Match[str], size: int) -> tuple[int, int]:
    """The first byte meant and the one after the last; nothing where the file is shorter."""
    first, last = asked.groups()
    if not first:
        return max(size - int(last), 0), size
    return int(first), min(int(last) + 1, size) if last else size


def _sent(request: HttpRequest, file: Path, begin: int, end: int, status: int) -> HttpResponseBase:
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse(status=status)
    else:
        answer = StreamingHttpResponse(_blocks(file, begin, end), status=status)
    answer["Content-Length"] = str(end - begin)
    return answer


def _blocks(file: Path, begin: int, end: int) -> Iterator[bytes]:
    with file.open("rb") as opened:
        opened.seek(begin)
        while begin < end and (block := opened.read(min(BLOCK, end - begin))):
            begin += len(block)
            yield block
