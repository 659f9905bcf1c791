"""A sound file sent a stretch at a time, as players ask for it by Range (RFC 9110)."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from keepwell.conversations.arriving.cutting import cut_of
from keepwell.conversations.arriving.incoming import TYPES, sound_of
from keepwell.conversations.models import Clip, Conversation, Hit
from keepwell.lib.errors import KeepwellError

BLOCK = 1 << 16
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def clip_address(clip: Clip) -> str:
    """The address of a clip's sound, and of nothing else of its conversation's; "" where there is none."""
    if clip.start is None or sound_of(clip.conversation) is None:
        return ""
    return reverse("conversations:clip_sound", args=[clip.pk])


def hit_address(hit: Hit) -> str:
    """The address of the sound of a hit's turn; "" where there is none."""
    if hit.turn.start is None or sound_of(hit.conversation) is None:
        return ""
    return reverse("conversations:hit_sound", args=[hit.pk])


def stretch(
    request: HttpRequest, one: Conversation, start: float | None, end: float | None
) -> HttpResponseBase:
    """The stretch of a conversation's sound from `start` to `end` seconds, and no more of it.

    Where it is not known when a turn ends, it ends where the next begins.
    """
    file = sound_of(one)
    if file is None or start is None:
        raise Http404
    if end is None:
        end = one.turns.filter(start__gt=start).order_by("start").values_list("start", flat=True).first()
    try:
        made = cut_of(file, start, end)
    except KeepwellError as wrong:  # it has no sound there, or what decodes it is not installed any more
        raise Http404 from wrong
    return sound(request, made, TYPES[made.suffix])


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
