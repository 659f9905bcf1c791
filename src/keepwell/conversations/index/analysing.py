"""The words of a text as the search knows them: without case, accents and script, by lemma and by stem.

Every word has one lemma and one stem at its place, so that a phrase is found in any inflection. Chinese is known by
pairs of characters that follow each other, and by each for itself.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from keepwell.listening.languages import all_languages
from keepwell.listening.languages.lists import shipped
from keepwell.listening.matching.lexicon import Lexicon, normal, plain

VERSION = 1  # of what is kept in the index: another one makes it anew
_KNOWN = 200_000  # distinct words that are remembered
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"(?P<han>[{_HAN}]+)|[^\\W_{_HAN}]+(?:['’ʼ＇][^\\W_{_HAN}]+)*")


class Token(NamedTuple):
    """A word at its place in the text: its lemma, its stem, and further lemmas where it may be a form of several.

    Of Chinese `head` is the character with the next one (the last of a run alone), `stem` the character, `han` true.
    """

    start: int
    end: int
    head: str
    stem: str
    more: tuple[str, ...] = ()
    han: bool = False


def tokens(text: str, language: str = "") -> Iterator[Token]:
    """The words of a text in a language; one that is not known has its words as they are."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        if found["han"]:
            run = _folded(found[0])
            for at, char in enumerate(run):
                yield Token(start + at, start + at + 1, run[at : at + 2], char, (), True)
        else:
            head, stem, more = _keys(language, found[0])
            if head:
                yield Token(start, end, head, stem, more)


@lru_cache(_KNOWN)
def _keys(language: str, surface: str) -> tuple[str, str, tuple[str, ...]]:
    """A word's lemma, its stem as it is typed without accents, and its other lemmas.

    In a text of which the language cannot be told, its lemmas are those it has in any language.
    """
    word = normal(surface)
    bare = plain(word)
    lexicon = _lexicon(language)
    if lexicon is None:
        every = {head for code in all_languages() for part in _keys(code, surface) for head in _listed(part)}
        return bare, bare, tuple(sorted(every - {bare}))
    if lexicon.language.characters:
        return bare, bare, ()
    heads = sorted({plain(key[1:]) for key in lexicon.keys_of(word) if key[0] == "=" and "/" not in key})
    stem = lexicon.stem(bare)
    if not heads:
        return plain(lexicon.stem(word)) or bare, stem or bare, ()
    return heads[0], stem or bare, tuple(heads[1:])


def _listed(part: str | tuple[str, ...]) -> tuple[str, ...]:
    return (part,) if isinstance(part, str) else part


@cache
def _lexicon(language: str) -> Lexicon | None:
    known = all_languages().get(language)
    return Lexicon(known, shipped(language)) if known else None


def _folded(run: str) -> str:
    """A run of Chinese in simplified characters."""
    fold = all_languages()["zh"].fold
    assert fold is not None
    return fold(run)
