"""Where words begin and end in a text without spaces: whether what was found is cut out of other words.

Told by common words of two characters in order of how common they are: 解约 in 了解约定 is the end of one and the
beginning of another; 用 in 用户 is part of one, unless the next two characters are a commoner word.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from keepwell.listening.languages.lists import FOLDER
from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.places import Places

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_SHIFT = 21  # bits of a code point
_TIMES = 3  # look-ups of a place
_NO_WORD = 1 << 40  # the rank of what is no common word


@cache
def _common(code: str) -> Places:
    """The common words of a language as numbers: the place of each is how common it is."""
    path = FOLDER / f"{code}.common.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    numbers = [(ord(word[0]) << _SHIFT) | ord(word[1]) for word in dict.fromkeys(words)]
    return Places(np.array(numbers, np.uint64))


class Boundaries:
    """Tells which places of a word are cut out of others."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._loose = frozenset(lexicon.language.loose)
        self._words = _common(lexicon.language.code)

    def cut(self, batch: Batch, first: Longs, last: Longs) -> Flags:
        """Which of these (first and last token) are no words where they stand."""
        if not len(self._words) or not len(first):
            return np.zeros(len(first), bool)
        code = self.lexicon.column("code", lambda word, _keys: ord(word) if len(word) == 1 else 0)[batch.ids]
        ranks = None  # of every token, where that is less work than of each place by itself
        if len(first) * _TIMES > len(code):
            ranks = np.append(self._rank(batch, code, np.arange(len(code))), [_NO_WORD, _NO_WORD])

        def rank(at: Longs) -> Longs:
            return self._rank(batch, code, at) if ranks is None else np.asarray(ranks[at])

        loose = self.lexicon.column("loose", lambda word, _keys: int(word in self._loose))[batch.ids] > 0
        found = np.zeros(len(first), bool)
        for alone in (True, False):
            rows = np.flatnonzero((last == first) if alone else (last == first + 1))
            a, b = first[rows], last[rows]
            before, behind = rank(a - 1), rank(b)
            if alone:
                left = (before < _NO_WORD) & (before <= rank(a - 2))
                right = (behind < _NO_WORD) & (behind <= rank(b + 1))
                left &= ~loose[np.maximum(a - 1, 0)]
                right &= ~loose[np.minimum(b + 1, len(loose) - 1)]
                found[rows] = left | right
            else:
                own = rank(a)
                found[rows] = (before < _NO_WORD) & (behind < _NO_WORD) & (own > np.minimum(before, behind))
        return found

    def _rank(self, batch: Batch, code: npt.NDArray[np.int32], at: Longs) -> Longs:
        """How common the word is that a token makes with the next one; _NO_WORD where they make none."""
        inside = (at >= 0) & (at < len(code) - 1)
        one = np.where(inside, at, 0)
        two = np.minimum(one + 1, len(code) - 1)
        pair = (code[one].astype(np.int64) << _SHIFT) | code[two]
        rows, ranks = self._words.find(pair.view(np.uint64))
        found = np.full(len(at), _NO_WORD)
        found[rows] = ranks
        found[~inside | batch.parted[two]] = _NO_WORD
        return found
