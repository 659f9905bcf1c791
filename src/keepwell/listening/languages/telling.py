"""Which language a text is in, told by its script, its letters and the small words that every sentence needs.

A language of its own script is told by its characters. The others are told by the words of `words/*.small.txt`: a
word speaks for the language that has it (`-ing`: by its ending), less where others have it too, and against those
that have not its letters. A text of several languages is in the one that most of it is in. A text in none of those
asked for, as much in one as in another, or too short to tell, is in none.
"""

import re
from collections.abc import Iterable
from functools import cache
from string import ascii_lowercase

from keepwell.listening.languages import all_languages
from keepwell.listening.languages.lists import FOLDER
from keepwell.listening.matching.lexicon import plain

LOOKED_AT = 4_000  # characters of a text that are looked at
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile("[\u3040-\u30ff\uac00-\ud7af]")  # Japanese and Korean, which hold ideographs too
_ADDRESS = re.compile(r"[!-~]*(?:@|://|www\.|\d)[!-~]*")  # addresses and numbers are in no language
_FEW = 0.1  # of the characters may be kana in a Chinese text
_WEIGHT = 1.5  # ideographs to a word
_LETTER = 1.0  # what a word says against a language that has not its letters
_ACCENT = 0.5  # what a word says for those that have them
_ENDING = 0.4
_ENDINGS = (4, 3, 2)  # letters of an ending, behind at least as many others
_UNACCENTED = 0.7  # what a small word says that is typed without its accents
_LEAST = 1.0  # said for a language, before it is believed
_FEW_WORDS, _MORE = 3, 1.6  # the same of more than so many words
_SHARE = 0.2  # said for it, by word
_LEAD = 1.4  # times what is said for the next


def language_of(text: str, among: Iterable[str] | None = None) -> str | None:
    """The code of the language a text is in, of those asked for (none given: all there are); None where unsure."""
    known = all_languages()
    codes = [code for code in (known if among is None else among) if code in known]
    looked = _ADDRESS.sub(" ", text[:LOOKED_AT])
    ideographs = len(_IDEOGRAPH.findall(looked))
    words = [word.lower().replace("’", "'") for word in _WORD.findall(_IDEOGRAPH.sub(" ", looked))]
    if len(_KANA.findall(looked)) > _FEW * ideographs:
        ideographs = 0
    said = {code: ideographs / _WEIGHT for code in codes if known[code].characters}
    said |= _said_by(words, [code for code in codes if not known[code].characters])
    return _surest(said, len(words) + ideographs / _WEIGHT)


def _said_by(words: list[str], codes: list[str]) -> dict[str, float]:
    """How much the words speak for each language."""
    said = dict.fromkeys(codes, 0.0)
    for word in words:
        shared = sum(word in _small(code)[0] for code in codes)
        for code in codes:
            small, unaccented, letters = _small(code)
            strange = any(letter not in letters for letter in word if letter != "'")
            if strange:
                said[code] -= _LETTER
            elif word in small:
                said[code] += 1 / shared
            elif word in unaccented:
                said[code] += _UNACCENTED
            elif not word.isascii():
                said[code] += _ACCENT
            elif any(len(word) >= 2 * n and f"-{word[-n:]}" in small for n in _ENDINGS):
                said[code] += _ENDING
    return said


def _surest(said: dict[str, float], size: float) -> str | None:
    first, *others = sorted(said.items(), key=lambda one: -one[1]) or [("", 0.0)]
    second = others[0][1] if others else 0.0
    least = _LEAST if size <= _FEW_WORDS else _MORE
    sure = first[1] >= max(least, _SHARE * size, _LEAD * second)
    return first[0] if sure else None


@cache
def _small(code: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """A language's small words, those typed without accents that are nobody's else, and its letters."""
    words = _listed(code)
    others = {word for other in all_languages() if other != code for word in _listed(other)}
    unaccented = {plain(word) for word in words} - words - others
    letters = {letter for word in words for letter in word} | set(ascii_lowercase)
    return words, frozenset(unaccented), frozenset(letters)


@cache
def _listed(code: str) -> frozenset[str]:
    path = FOLDER / f"{code}.small.txt"
    return frozenset(path.read_text("utf-8").split()) if path.exists() else frozenset()
