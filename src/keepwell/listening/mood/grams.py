"""A text as hashed runs of characters: which of so many buckets its n-grams fall into, and how often.

As scikit-learn's HashingVectorizer does, in numpy alone, so that a page that needs a mood need not load it. A bucket
holds many n-grams and nothing leads back from it to one of them.
"""

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from keepwell.listening.languages import all_languages

BITS = 17
BUCKETS = 1 << BITS
LONGEST = 4_000  # characters of a turn that are read
_LETTERS = (2, 3, 4, 5)  # characters to an n-gram
_CHARACTERS = (1, 2, 3)  # the same where a character is a word
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_DIGITS = re.compile(r"\d+")
_OTHER = re.compile(r"[^\w!?\u2600-\u27bf\U0001f300-\U0001faff]+")
_MIXED = np.uint64(0x9E3779B97F4A7C15)
_NEXT = np.uint64(0x100000001B3)
_DOWN = np.uint64(64 - BITS)
_HALF = np.uint64(29)

Ints = NDArray[np.int64]


def plain(text: str, language: str) -> str:
    """A text as it is read: one script, lower case, no numbers and addresses, a blank between words."""
    known = all_languages()[language]
    said = unicodedata.normalize("NFKC", text[:LONGEST])
    said = (known.fold(said) if known.fold else said).lower()
    said = _DIGITS.sub("0", _ADDRESS.sub(" ", said))
    blank = "" if known.characters else " "
    return f" {_OTHER.sub(blank, said).strip()} "


def grams(text: str, language: str) -> tuple[Ints, Ints]:
    """The buckets that a text's n-grams fall into, in order, and how many fall into each.

    >>> buckets, counts = grams("Jó, jó!", "hu")
    >>> (len(buckets) == len(counts), bool(counts.max() > 1), bool((buckets < BUCKETS).all()))
    (True, True, True)
    """
    letters = np.frombuffer(plain(text, language).encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = _CHARACTERS if all_languages()[language].characters else _LETTERS
    found = []
    rolling = np.zeros(len(letters), np.uint64)
    for size in range(1, min(sizes[-1], len(letters)) + 1):
        rolling = (
            rolling[: len(letters) - size + 1] * _NEXT + letters[size - 1 :].astype(np.uint64) + np.uint64(1)
        )
        if size in sizes:
            mixed = (rolling ^ (rolling >> _HALF)) * (_MIXED + np.uint64(2 * size))
            found.append(mixed >> _DOWN)
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    buckets, counts = np.unique(np.concatenate(found), return_counts=True)
    return buckets.astype(np.int64), counts.astype(np.int64)
