"""Where in a text the words are that were searched for, and the stretch around them that is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.conversations.index.analysing import Token, tokens
from keepwell.conversations.index.asking import Ask, Phrase
from keepwell.conversations.index.digests import digest

BEFORE, SHOWN = 60, 240  # characters of an excerpt before the first mark, and in all
MARKED = 300  # characters of one mark
_LOOKED_AT = 60_000  # characters of a text in which marks are looked for


@dataclass(frozen=True)
class Bit:
    """A stretch of an excerpt, marked or not."""

    text: str
    marked: bool = False


def excerpt(text: str, language: str, ask: Ask) -> list[Bit]:
    """The stretch of a text around the first of the words, with each marked; its beginning where none is in it."""
    spans = places(text[:_LOOKED_AT], language, ask)
    begin = _word_start(text, max(spans[0][0] - BEFORE, 0)) if spans else 0
    end = min(begin + SHOWN, len(text))
    bits = [Bit("… ")] if begin else []
    at = begin
    for first, last in spans:
        if first >= end:
            break
        bits += [Bit(text[at:first]), Bit(text[first : min(last, end)], marked=True)]
        at = min(last, end)
    bits += [Bit(text[at:end])]
    if end < len(text):
        bits.append(Bit(" …"))
    return [bit for bit in bits if bit.text]


def around(text: str, start: int, end: int) -> list[Bit]:
    """The stretch of a text around a place in it, with the place marked."""
    begin = _word_start(text, max(start - BEFORE, 0))
    last = min(end, start + MARKED)
    after = min(max(begin + SHOWN, last), len(text))
    bits = [Bit("… " if begin else ""), Bit(text[begin:start]), Bit(text[start:last], marked=True)]
    bits += [Bit(text[last:after]), Bit(" …" if after < len(text) else "")]
    return [bit for bit in bits if bit.text]


def places(text: str, language: str, ask: Ask) -> list[tuple[int, int]]:
    """Where each phrase stands, in order and apart."""
    words = list(tokens(text, language))
    heads = [{digest(word.head), *map(digest, word.more)} for word in words]
    stems = [{digest(word.stem)} for word in words]
    found = sorted(span for phrase in ask.phrases for span in _spans(phrase, words, heads, stems))
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _spans(
    phrase: Phrase, words: Sequence[Token], heads: Sequence[set[str]], stems: Sequence[set[str]]
) -> list[tuple[int, int]]:
    spans = []
    for ways, keys in ((phrase.heads, heads), (phrase.stems, stems)):
        for way in ways:
            for at in range(len(words) - len(way) + 1):
                if all(one in keys[at + step] for step, one in enumerate(way)):
                    last = words[at + len(way) - 1]
                    pair = last.han and keys is heads and digest(last.stem) != way[-1]
                    spans.append((words[at].start, last.end + pair))
    return spans


def _word_start(text: str, at: int) -> int:
    """The beginning of a word at or a little before a place."""
    space = text.rfind(" ", max(at - 20, 0), at)
    return space + 1 if at and space >= 0 else at
