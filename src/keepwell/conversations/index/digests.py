"""Words as the index holds them: digests under the office's key, by which nobody can read them back.

A database keeps pieces of what it deleted for a while: in an index of words, the words. These it never had.
"""

from functools import cache, lru_cache
from hashlib import blake2b

from django.conf import settings

from keepwell.conversations.index.analysing import VERSION

_SIZE = 7  # bytes: two of a million words are the same once in a hundred thousand offices
_KNOWN = 400_000


@lru_cache(_KNOWN)
def digest(word: str) -> str:
    """A word as the index holds it."""
    return blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_SIZE, key=_key()).hexdigest()


def mark() -> str:
    """What an index is made by: of another key, or analysed otherwise, it is made anew."""
    return f"{VERSION}:{digest('this index')}"


@cache
def _key() -> bytes:
    return blake2b(settings.SECRET_KEY.encode(), person=b"keepwell search").digest()
