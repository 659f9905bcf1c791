"""Words with what was heard in them marked, as pages and mails show them."""

from collections.abc import Sequence
from dataclasses import dataclass

AROUND = 140  # characters shown before and after what was heard


@dataclass(frozen=True)
class Stretch:
    """A stretch of a text, and whether it was heard."""

    text: str
    heard: bool = False


def spotted(text: str, spans: Sequence[Sequence[int]], *, around: int | None = AROUND) -> list[Stretch]:
    """A text in stretches; of a long one only what is around what was heard, cut at words, with “…” beside it."""
    places = _together(text, spans)
    begin, end = 0, len(text)
    if around is not None and places:
        begin = _cut(text, max(0, places[0][0] - around), forward=True)
        end = _cut(text, min(len(text), places[-1][1] + around), forward=False)
    found, at = [], begin
    for start, stop in places:
        if start > at:
            found.append(Stretch(text[at:start]))
        found.append(Stretch(text[start:stop], heard=True))
        at = stop
    if at < end:
        found.append(Stretch(text[at:end]))
    if begin > 0:
        found.insert(0, Stretch("… "))
    if end < len(text):
        found.append(Stretch(" …"))
    return found


def excerpt(text: str, spans: Sequence[Sequence[int]], around: int = AROUND) -> str:
    """The same as one line of plain text."""
    return " ".join("".join(one.text for one in spotted(text, spans, around=around)).split())


def _together(text: str, spans: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Places in order within the text, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((max(0, span[0]), min(len(text), span[1])) for span in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _cut(text: str, at: int, *, forward: bool) -> int:
    """The next place between two words, or the place itself where words have no spaces."""
    if at in (0, len(text)):
        return at
    found = text.find(" ", at, at + 20) if forward else text.rfind(" ", at - 20, at)
    return at if found < 0 else found + (1 if forward else 0)
