"""Digits read out as words, "four two four two", „negyvenkettő”, "四二四二": where they stand, and as digits.

English, Hungarian, Polish and Chinese; one by one or two at a time, with "double" and "triple".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# In the order 0 to 9.
_ONES = (
    "zero oh 零 〇 nulla",
    "one 一 幺 egy jeden",
    "two 二 两 兩 kettő két dwa",
    "three 三 három trzy",
    "four 四 négy cztery",
    "five 五 öt pięć",
    "six 六 hat sześć",
    "seven 七 hét siedem",
    "eight 八 nyolc osiem",
    "nine 九 kilenc dziewięć",
)
_TEENS = (
    "ten tíz dziesięć",
    "eleven tizenegy jedenaście",
    "twelve tizenkettő tizenkét dwanaście",
    "thirteen tizenhárom trzynaście",
    "fourteen tizennégy czternaście",
    "fifteen tizenöt piętnaście",
    "sixteen tizenhat szesnaście",
    "seventeen tizenhét siedemnaście",
    "eighteen tizennyolc osiemnaście",
    "nineteen tizenkilenc dziewiętnaście",
)
# From 20 on; a Hungarian one that is said with a digit behind a stroke, which may be another word than alone.
_TENS = (
    "twenty húsz/huszon dwadzieścia",
    "thirty harminc trzydzieści",
    "forty fourty negyven czterdzieści",
    "fifty ötven pięćdziesiąt",
    "sixty hatvan sześćdziesiąt",
    "seventy hetven siedemdziesiąt",
    "eighty nyolcvan osiemdziesiąt",
    "ninety kilencven dziewięćdziesiąt",
)
_TIMES = {"double": 2, "triple": 3, "dupla": 2, "podwójne": 2}
_ONE_OF = {word: str(digit) for digit, words in enumerate(_ONES) for word in words.split()}
_TEEN_OF = {word: str(number) for number, words in enumerate(_TEENS, 10) for word in words.split()}
_TEN_OF = {
    word: str(digit)
    for digit, words in enumerate(_TENS, 2)
    for both in words.split()
    for word in both.split("/")
}


def _either(words: Sequence[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_HAN = "".join(word for word in _ONE_OF if len(word) == 1)
_UNITS = _either([word for word, digit in _ONE_OF.items() if digit != "0" and word not in _HAN])
_OTHERS = _either([word for word in (*_TEEN_OF, *_ONE_OF, *_TIMES) if word not in _HAN])
_SPELT = rf"(?:(?P<ten>{_either(list(_TEN_OF))})(?:[ -]?(?P<unit>{_UNITS}))?|{_OTHERS})"
_TOKEN = rf"[0-9]+|[{_HAN}]|(?<![a-z]){_SPELT}(?!\w)"
_PLAIN = re.sub(r"\?P<\w+>", "?:", _TOKEN)
_BETWEEN = r"[\s,.\-–—，、。…]"
_WORD = re.compile(_TOKEN, re.I)
_RUN = re.compile(rf"(?:(?:{_PLAIN}){_BETWEEN}{{0,3}}){{4,}}", re.I)
_FIRST = re.compile(rf"\W{{0,3}}(?:{_PLAIN})(?!\w)", re.I)
_LAST = re.compile(rf"(?<!\w)(?:{_PLAIN}){_BETWEEN}{{0,3}}$", re.I)
_TAIL = 40  # characters at the end of a text in which its last word lies


@dataclass(frozen=True)
class Read:
    """A word of a run: the digits that it stands for, "" for none, and where it is."""

    digits: str
    start: int
    end: int


def runs_in(text: str) -> Iterator[list[Read]]:
    """The stretches of a text that are four numbers or more, one after the other."""
    for stretch in _RUN.finditer(text):
        run, times = [], 1
        for match in _WORD.finditer(text, *stretch.span()):
            word = match[0].lower()
            run.append(Read(_digits(match, word) * times, match.start(), match.end()))
            times = _TIMES.get(word, 1)
        yield run


def _digits(match: re.Match[str], word: str) -> str:
    if word.isdecimal():
        return word
    if match["ten"]:
        unit = match["unit"]
        return _TEN_OF[match["ten"].lower()] + (_ONE_OF[unit.lower()] if unit else "0")
    return _ONE_OF.get(word) or _TEEN_OF.get(word, "")


@dataclass(frozen=True)
class AsDigits:
    """A text whose numbers in words are digits, one by one. `places` says of each character where it came from."""

    text: str
    places: Sequence[tuple[int, int]]


def as_digits(text: str, runs: Sequence[Sequence[Read]]) -> AsDigits:
    """The text with its runs written as digits, a space between two words of them."""
    parts: list[str] = []
    places: list[tuple[int, int]] = []

    def add(said: str, start: int, end: int | None = None) -> None:
        parts.append(said)
        places.extend((start + n, start + n + 1) if end is None else (start, end) for n in range(len(said)))

    at = 0
    for run in runs:
        add(text[at : run[0].start], at)
        for n, word in enumerate(run):
            if n and word.digits:
                add(" ", word.start, word.start)
            add(word.digits, word.start, word.end)
        at = run[-1].end
    add(text[at:], at)
    return AsDigits("".join(parts), places)


def goes_on(before: str, after: str) -> bool:
    """Whether one text ends with a number and the next begins with one: a number may lie across them."""
    return bool(_FIRST.match(after) and _LAST.search(before[-_TAIL:]))
