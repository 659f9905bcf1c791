"""What a character is to the matcher: part of a word, a word of its own, a pause, an end. Told by Unicode."""

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

OTHER, WORD, IDEOGRAPH, JOINER, PAUSE, STOP, ASK, DOT, HYPHEN, INVISIBLE, LINE = range(11)

_PAUSES = ',;:()[]{}"“”„«»，；：（）「」『』—–…‥~|/\\•·*=<>《》〈〉【】'
_STOPS = "!。！｡"
_ASKS = "?？؟⁇"
_JOINERS = "'’‘ʼ＇"
_HYPHENS = "-‐‑−"
_FIRST_ASTRAL = 0x10000
_END = 0x110000


@cache
def classes() -> Bytes:
    """The class of every code point."""
    table = np.zeros(_END, np.uint8)
    for code in range(_FIRST_ASTRAL):
        table[code] = _class_of(chr(code))
    table[_FIRST_ASTRAL:0x1F000] = WORD
    table[0x20000:0x40000] = IDEOGRAPH
    for chars, kind in (
        (_PAUSES, PAUSE),
        (_STOPS, STOP),
        (_ASKS, ASK),
        (_JOINERS, JOINER),
        (_HYPHENS, HYPHEN),
    ):
        for char in chars:
            table[ord(char)] = kind
    table[ord(".")] = table[ord("．")] = DOT
    for char in "\n\r\x0b\x0c\x85\u2028\u2029":
        table[ord(char)] = LINE
    return table


def _class_of(char: str) -> int:
    code, kind = ord(char), unicodedata.category(char)
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF:
        return IDEOGRAPH
    if kind[0] in "LN":
        return WORD
    if (
        kind[0] == "M" or kind == "Cf"
    ):  # accents that combine, and what nobody sees: part of the word around them
        return INVISIBLE
    return OTHER


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The text's code points; lone surrogates, which no text should have, are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
