"""The signs of all meanings, as a process remembers them: what may be near is told in memory, in milliseconds.

The database alone says what is there and who may see it. A process reads what has come since it looked last; what
has gone it may remember for a day, and does not find again, for whatever is near here is asked of the database.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from keepwell.conversations.models import Meanings

WORDS = 8  # of 64 bits, of the signs of one
AGE = timedelta(
    days=1
)  # after which all is read again, so that nothing that is gone is remembered for longer
_ROWS = 50_000  # that are read at a time
_BLOCK = 65_536  # that are compared at a time: as many as stay near the processor
_ROOM = 1.2  # more room is made than is needed, so that it need not be made for each
_FAR = WORDS * 64 + 1  # farther than any
Numbers: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Narrowed:
    """What a search narrows by, as far as the memory knows it; None or "" for not at all."""

    accounts: Collection[str] | None = None
    turns: Sequence[int] | None = None
    kind: str = ""
    side: str = ""
    language: str = ""
    begin: int | None = None  # a place
    end: int | None = None


class Remembered:
    """The signs of meanings in the order of their keys, beside what a search narrows by."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._making = -1
        self._read_at: datetime | None = None
        self._begin()

    def _begin(self) -> None:
        self._size, self._room, self._last = 0, 0, 0
        self._codes: dict[str, int] = {}  # of accounts, kinds, sides and languages
        self._signs = np.empty((WORDS, 0), np.uint64)
        self._beside: dict[str, Numbers] = {
            "key": np.empty(0, np.int64),
            "turn": np.empty(0, np.int64),
            "place": np.empty(0, np.int64),
            "account": np.empty(0, np.int32),
            "kind": np.empty(0, np.int16),
            "side": np.empty(0, np.int16),
            "language": np.empty(0, np.int16),
        }

    def renewed(self, *, now: datetime) -> "Now":
        """What there is now."""
        with self._lock:
            row = Meanings.objects.filter(pk=1).values_list("making", flat=True).first() or 0
            if row != self._making or self._read_at is None or now - self._read_at > AGE:
                self._begin()
                self._making, self._read_at = row, now
            while rows := self._coming():
                self._add(rows)
            size = self._size
            beside = {name: column[:size] for name, column in self._beside.items()}
            return Now(self._signs[:, :size], beside, dict(self._codes) if size else {})

    def forget(self) -> None:
        """Remember nothing."""
        with self._lock:
            self._making = -1

    def _coming(self) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, turn_id, place, account, kind, side, language, signs FROM conversations_meaning"
                " WHERE id > %s ORDER BY id LIMIT %s",
                [self._last, _ROWS],
            )
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        end = self._size + len(rows)
        if end > self._room:
            self._make_room(int(end * _ROOM))
        *columns, signs = zip(*rows, strict=True)
        there = slice(self._size, end)
        for (name, column), values in zip(self._beside.items(), columns, strict=True):
            column[there] = values if name in ("key", "turn", "place") else self._coded(values)
        self._signs[:, there] = np.frombuffer(b"".join(signs), np.uint64).reshape(len(rows), WORDS).T
        self._size, self._last = end, rows[-1][0]

    def _coded(self, values: Sequence[str]) -> list[int]:
        return [self._codes.setdefault(one, len(self._codes)) for one in values]

    def _make_room(self, room: int) -> None:
        signs = np.empty((WORDS, room), np.uint64)
        signs[:, : self._size] = self._signs[:, : self._size]
        self._signs, self._room = signs, room
        for name, column in self._beside.items():
            larger = np.empty(room, column.dtype)
            larger[: self._size] = column[: self._size]
            self._beside[name] = larger


@dataclass(frozen=True)
class Now:
    """All meanings at a moment."""

    signs: NDArray[np.uint64]
    beside: dict[str, Numbers]
    codes: dict[str, int]

    def nearest(self, signs: bytes, by: Narrowed, first: int) -> Iterator[list[int]]:
        """The keys of those whose signs are like these, of what is narrowed: the nearest `first`, then ever more."""
        apart = self._apart(np.frombuffer(signs, np.uint64))
        kept = self._kept(by)
        if kept is not None:
            apart[~kept] = _FAR
        many = np.cumsum(np.bincount(apart, minlength=_FAR + 1)[:_FAR])
        until = 0
        while until < _FAR and many[-1] > (many[until - 1] if until else 0):
            cut = min(int(np.searchsorted(many, first)), _FAR - 1)
            cut = max(cut, until)
            at = np.flatnonzero((apart >= until) & (apart <= cut))
            at = at[np.argsort(apart[at], kind="stable")]
            yield self.beside["key"][at].tolist()
            until, first = cut + 1, int(many[cut]) * 4 or first

    def _apart(self, signs: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """In how many signs each differs."""
        size = self.signs.shape[1]
        apart = np.zeros(size, np.uint16)
        other, count = np.empty(_BLOCK, np.uint64), np.empty(_BLOCK, np.uint8)
        for begin in range(0, size, _BLOCK):
            end = min(begin + _BLOCK, size)
            here, n = apart[begin:end], end - begin
            for row, sign in zip(self.signs, signs, strict=True):
                np.bitwise_xor(row[begin:end], sign, out=other[:n])
                np.bitwise_count(other[:n], out=count[:n])
                np.add(here, count[:n], out=here)
        return apart

    def _kept(self, by: Narrowed) -> NDArray[np.bool_] | None:
        """Which are of what is narrowed; None for all."""
        parts: list[NDArray[np.bool_]] = []
        for name in ("kind", "side", "language"):
            if said := getattr(by, name):
                parts.append(self.beside[name] == self.codes.get(said, -1))
        if by.accounts is not None:
            theirs = np.zeros(len(self.codes) + 1, bool)
            theirs[[self.codes[one] for one in by.accounts if one in self.codes]] = True
            parts.append(theirs[self.beside["account"]])
        if by.turns is not None:
            parts.append(np.isin(self.beside["turn"], np.asarray(by.turns, np.int64)))
        if by.begin is not None:
            parts.append(self.beside["place"] >= by.begin)
        if by.end is not None:
            parts.append(self.beside["place"] < by.end)
        return np.logical_and.reduce(parts) if parts else None


@cache
def remembered() -> Remembered:
    """What this process remembers."""
    return Remembered()
