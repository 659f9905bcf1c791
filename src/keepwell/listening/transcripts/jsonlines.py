"""JSON lines: one object a turn; also one document with a list of turns or segments in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.listening.said import Word
from keepwell.listening.transcripts.cues import Cue, Format, Found, seconds

_TEXT = ("text", "utterance", "transcript", "sentence", "content", "body", "message")
_SPEAKER = ("speaker", "speaker_name", "speaker_label", "name", "author", "participant", "from")
_START = ("start", "starts_s", "start_s", "start_time", "starttime", "begin", "ts", "offset")
_END = ("end", "ends_s", "end_s", "end_time", "endtime", "stop")
_SIDE = ("side", "role", "party", "speaker_role")
_SURE = ("confidence", "probability", "score")
_LISTS = ("turns", "segments", "utterances", "results", "messages", "monologues", "transcript")


def _looks_like(lines: Sequence[str]) -> bool:
    first = next((line.strip() for line in lines if line.strip()), "")
    return (
        first.startswith("{")
        or first in ("[", "[{")
        or (first.startswith("[") and _parsed(first) is not None)
    )


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _read(lines: Sequence[str]) -> Found:
    found = Found(named=True)
    for n, thing in _things(lines):
        if isinstance(thing, Mapping) and (cue := _cue(n, thing, found)):
            found.cues.append(cue)
        else:
            found.aside.append((n, _("Not an object with the text of a turn."), _again(thing, lines, n)))
    found.named = any(cue.speaker for cue in found.cues)
    return found


def _again(thing: Any, lines: Sequence[str], n: int) -> str:
    return lines[n - 1] if thing is None else json.dumps(thing, ensure_ascii=False)


def _things(lines: Sequence[str]) -> Iterator[tuple[int, Any]]:
    """Each object with the line it begins on; a document's own list counts its members from 1."""
    written = [(n, line) for n, line in enumerate(lines, 1) if line.strip()]
    whole = _parsed("\n".join(lines)) if len(written) > 1 or written[0][1].lstrip().startswith("[") else None
    document = whole if whole is not None else _parsed(written[0][1]) if len(written) == 1 else None
    members = _members(document)
    if members is not None:
        yield from enumerate(members, 1)
        return
    for n, line in written:
        yield n, _parsed(line)


def _members(document: Any) -> list[Any] | None:
    if isinstance(document, list):
        return document
    if isinstance(document, Mapping):
        return next((document[name] for name in _LISTS if isinstance(document.get(name), list)), None)
    return None


def _cue(n: int, thing: Mapping[str, Any], found: Found) -> Cue | None:
    fields = {str(name).lower(): value for name, value in thing.items()}
    text = _first(fields, _TEXT)
    if not isinstance(text, str):
        return None
    start, end = _time(fields, _START), _time(fields, _END)
    if start is not None and end is not None and end < start:
        found.aside.append((n, _("It ends before it begins: only its beginning is used."), text))
        end = None
    channel = fields.get("channel")
    return Cue(
        line=n,
        text=text,
        speaker=_written(_first(fields, _SPEAKER)),
        start=start,
        end=end,
        side=_written(_first(fields, _SIDE)),
        words=_words(fields.get("words")),
        confidence=_share(_first(fields, _SURE)),
        channel=channel
        if isinstance(channel, int) and not isinstance(channel, bool) and 0 <= channel < 64
        else None,
    )


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _time(fields: Mapping[str, Any], names: Sequence[str]) -> float | None:
    for name in names:
        milliseconds = seconds(fields.get(f"{name}_ms"))
        if milliseconds is not None:
            return milliseconds / 1000
    return seconds(_first(fields, names))


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("name")
    return str(value).strip()[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _share(value: Any) -> float | None:
    number = seconds(value)
    return number if number is not None and number <= 1 else None


def _words(value: Any) -> tuple[Word, ...]:
    found = []
    for word in value if isinstance(value, list) else ():
        if not isinstance(word, Mapping):
            continue
        text = word.get("word", word.get("text"))
        start, end = seconds(word.get("start")), seconds(word.get("end"))
        if isinstance(text, str) and start is not None and end is not None and end >= start:
            found.append(Word(text.strip(), start, end, _share(_first(word, _SURE))))
    return tuple(found)


FORMAT = Format("json lines", (".jsonl", ".ndjson", ".json"), _looks_like, _read)
