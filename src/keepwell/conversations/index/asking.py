"""What is typed into the search, as the index is asked for it: words, and phrases in quotes, in any language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.conversations.index.analysing import Token, tokens
from keepwell.conversations.index.digests import digest
from keepwell.listening.languages import all_languages

MOST = 12  # words and phrases that are asked for
LONGEST = 200  # characters
_PARTS = re.compile(r'["“”„«»「」『』]([^"“”„«»「」『』]+)["“”„«»「」『』]|(\S+)')


@dataclass(frozen=True)
class Phrase:
    """Words one after another, by lemma and by stem: any of these ways, each in digests."""

    heads: tuple[tuple[str, ...], ...]
    stems: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Ask:
    """What is asked for: every phrase must be there."""

    phrases: tuple[Phrase, ...]


def ask_of(words: str, languages: Sequence[str] = ()) -> Ask:
    """What some words ask for, in the languages given; none given: in each, as nobody says which one they type."""
    among = [*(code for code in languages if code in all_languages())] or list(all_languages())
    found: dict[Phrase, None] = {}
    for part in _PARTS.finditer(words[:LONGEST]):
        phrase = _phrase(part[1] or part[2], among)
        if phrase is not None:
            found[phrase] = None
    return Ask(tuple(found)[:MOST])


def _phrase(text: str, among: Sequence[str]) -> Phrase | None:
    heads: dict[tuple[str, ...], None] = {}
    stems: dict[tuple[str, ...], None] = {}
    for language in (*among, ""):
        words = list(tokens(text, language))
        if not words:
            return None
        if len(words) == 1 and words[0].han:
            stems[digest(words[0].stem),] = None
            continue
        heads[_heads(words)] = None
        if len(words) == 1:
            heads |= {(digest(head),): None for head in words[0].more}
        if not any(word.han for word in words):
            stems[tuple(digest(word.stem) for word in words)] = None
    return Phrase(tuple(heads), tuple(stems))


def _heads(words: Sequence[Token]) -> tuple[str, ...]:
    """Lemmas in order; the last character of Chinese is in the pair before it, and may go on in what is found."""
    last = words[-1]
    paired = last.han and words[-2].han and words[-2].end == last.start
    return tuple(digest(word.head) for word in (words[:-1] if paired else words))
