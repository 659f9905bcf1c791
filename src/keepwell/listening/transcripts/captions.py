"""What WebVTT and SubRip have in common: cues that begin with a line of two times."""

import html
import re
from collections.abc import Iterator, Sequence

from keepwell.lib.text import gettext as _
from keepwell.listening.transcripts.cues import TIME, Cue, Found, seconds

_TIMING = re.compile(rf"\s*({TIME.pattern})\s*-+>\s*({TIME.pattern})(?P<rest>.*)")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]*)>")
_TAG = re.compile(r"</?(?:[a-z][a-z0-9]*(?:[.\s][^<>]*)?|[0-9:.,]+)/?>|\{\\[^{}]*\}", re.I)


def is_timing(line: str) -> bool:
    """Whether a line is a cue's two times."""
    return "->" in line and _TIMING.match(line) is not None


def read_cues(lines: Sequence[str], found: Found) -> Found:
    """Add every cue of the lines. A line in no cue is kept aside, but for a cue's own number or name."""
    at = [n for n, line in enumerate(lines) if is_timing(line)]
    for line in _strays(lines, range(at[0] if at else len(lines)), before=bool(at)):
        found.aside.append((line + 1, _("A line that belongs to no caption."), lines[line]))
    for place, start in enumerate(at):
        until = at[place + 1] if place + 1 < len(at) else len(lines)
        _cue(lines, start, until, found, last=place + 1 == len(at))
    return found


def _strays(lines: Sequence[str], stretch: range, *, before: bool) -> Iterator[int]:
    written = [n for n in stretch if lines[n].strip()]
    if before and written and written[-1] == stretch[-1] and _is_name(lines[stretch[-1]]):
        written.pop()
    yield from written


def _is_name(line: str) -> bool:
    """Whether a line can be a cue's number or name, and nothing that somebody said."""
    return len(line.split()) == 1 and any(character.isdigit() for character in line)


def _cue(lines: Sequence[str], at: int, until: int, found: Found, *, last: bool) -> None:
    match = _TIMING.match(lines[at])
    assert match
    start, end = seconds(match[1]), seconds(match[6])
    if start is not None and end is not None and end < start:
        found.aside.append((at + 1, _("It ends before it begins: only its beginning is used."), lines[at]))
        end = None
    body = list(lines[at + 1 : until])
    if not last and body and _names_next(body):
        body.pop()
    text = "\n".join(line.strip() for line in body if line.strip())
    for speaker, said in _voices(text):
        found.cues.append(Cue(at + 1, said, speaker, start, end))


def _names_next(body: Sequence[str]) -> bool:
    """Whether the last line is the next cue's: a number, or a name that stands alone behind a blank line."""
    last = body[-1].strip()
    return last.isdecimal() or (_is_name(last) and (len(body) < 2 or not body[-2].strip()))


def _voices(text: str) -> list[tuple[str, str]]:
    """Who says what in a cue: `<v Anna>Hello` says it; without it nobody is named."""
    parts = _VOICE.split(text)
    found = [("", _plain(parts[0]))]
    found += [(_plain(name), _plain(said)) for name, said in zip(parts[1::2], parts[2::2], strict=True)]
    return [(name, said) for name, said in found if said]


def _plain(text: str) -> str:
    return html.unescape(" ".join(_TAG.sub("", text).split()))
