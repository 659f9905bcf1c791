"""WebVTT, as meeting tools write it: the speaker in `<v Anna>`, or before a colon."""

import re
from collections.abc import Sequence

from keepwell.listening.transcripts.captions import is_timing, read_cues
from keepwell.listening.transcripts.cues import Format, Found

_ASIDE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")
_HEAD = re.compile(r"WEBVTT|[A-Za-z-]+\s*[:=]")
_LANGUAGE = re.compile(r"\s*Language:\s*([A-Za-z-]{2,12})\s*$")


def _looks_like(lines: Sequence[str]) -> bool:
    return next((line for line in lines if line.strip()), "").startswith("WEBVTT")


def _read(lines: Sequence[str]) -> Found:
    found, silent = Found(), False
    kept: list[str] = []
    head = True
    for line in lines:
        if head and (match := _LANGUAGE.match(line)):
            found.language = match[1].lower()
        head = head and _HEAD.match(line) is not None
        if not line.strip():
            silent = False
        elif _ASIDE.match(line) and (not kept or not kept[-1].strip()):
            silent = not is_timing(line)
        kept.append("" if head or silent else line)
    return read_cues(kept, found)


FORMAT = Format("vtt", (".vtt",), _looks_like, _read)
