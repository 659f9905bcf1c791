"""Plain text: "Anna: …", "[00:12:03] Anna: …", or a line with name and time above what was said.

Every line that is not blank is part of some turn.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from keepwell.listening.transcripts.cues import TIME, Cue, Format, Found, prefix_of, time_at, with_speakers

_MARKED = re.compile(rf"\s*[\[(]{TIME.pattern}[\])]\s*[-–—|]?\s*")
_BARE = re.compile(rf"\s*{TIME.pattern}(?:\s*[-–—|]\s*|\s+|$)")
_NAME_AND_TIME = re.compile(
    rf"\s*(?P<name>[^\W\d_][^\d:：\[\]()]{{0,58}}?)[\s,]*(?P<time>[\[(]?{TIME.pattern}[\])]?)\s*(?P<rest>[:：]?.*)"
)


def _looks_like(_lines: Sequence[str]) -> bool:
    return True


def _read(lines: Sequence[str]) -> Found:
    written = [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip()]
    bare = _common(sum(_BARE.match(line) is not None for _, line in written), len(written))
    above = _common(sum(_above(line) is not None for _, line in written), len(written))
    cues = [_cue(n, line, bare=bare, above=above) for n, line in written]
    names = {cue.speaker for cue in cues if cue.speaker}
    cues = [_named(cue, names) for cue in cues]
    return Found(_continued(with_speakers(cues)), named=True)


def _common(count: int, lines: int) -> bool:
    """Whether a shape comes often enough to be how the file is written, and not a time somebody speaks of."""
    return count > 1 and count * 5 >= lines


def _above(line: str) -> re.Match[str] | None:
    """A name and a time that stand alone, or in front of a colon: "Anna Kovács (00:12)"."""
    match = _NAME_AND_TIME.match(line)
    if not match or len(match["name"].split()) > 6 or (match["rest"] and match["rest"][0] not in ":："):
        return None
    return match


def _cue(n: int, line: str, *, bare: bool, above: bool) -> Cue:
    match = _MARKED.match(line) or (_BARE.match(line) if bare else None)
    if match:
        name, said = prefix_of(line[match.end() :])
        return Cue(n, said.strip(), name, time_at(match))
    if above and (match := _above(line)):
        found = TIME.search(match["time"])
        assert found
        return Cue(n, match["rest"][1:].strip(), match["name"].strip(), time_at(found))
    return Cue(n, line)


def _named(cue: Cue, names: set[str]) -> Cue:
    """The cue with its speaker, where it begins with the name of somebody who speaks elsewhere with a time."""
    name, said = prefix_of(cue.text)
    return replace(cue, speaker=name, text=said) if not cue.speaker and name in names else cue


def _continued(cues: Sequence[Cue]) -> list[Cue]:
    """Lines that begin with neither a name nor a time go on with the turn above."""
    found: list[Cue] = []
    for cue in cues:
        if found and not cue.speaker and cue.start is None:
            last = found[-1]
            found[-1] = replace(last, text=f"{last.text}\n{cue.text}".strip())
        else:
            found.append(cue)
    return found


FORMAT = Format("plain", (".txt", ".md", ""), _looks_like, _read)
