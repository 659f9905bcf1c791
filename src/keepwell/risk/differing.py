"""Which different values accounts have in a column, of rows that come in batches.

Few values are ticked off, a column of ticks for each; of more, pairs of account and value are noted down.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Column = NDArray[Any]
_FEW = 16  # values that are ticked off: so many bytes an account


@dataclass
class Words:
    """Numbers for the values of a column, the same from batch to batch."""

    numbers: dict[Any, int] = field(default_factory=dict)

    def of(self, coded: pa.DictionaryArray) -> Column:
        """The number of each value, -1 where it is missing."""
        named = [self.numbers.setdefault(value, len(self.numbers)) for value in coded.dictionary.to_pylist()]
        numbers: Column = np.array([*named, -1], np.int32)
        found: Column = numbers[coded.indices.fill_null(len(named)).to_numpy()]
        return found


@dataclass
class Differing:
    """`add` rows, then ask how many different values each of the accounts has: `counts`."""

    accounts: int
    _words: Words = field(default_factory=Words)
    _ticks: list[Column] = field(default_factory=list)
    _pairs: list[pa.Table] = field(default_factory=list)

    def add(self, place: Column, column: pa.ChunkedArray | pa.Array) -> None:
        """Rows, each with its account's place and a value that is not missing."""
        coded = encoded(column)
        if not self._pairs and self._known_with(coded.dictionary) <= _FEW:
            self._tick(place, self._words.of(coded))
            return
        if self._ticks:
            self._pairs.append(self._ticked(coded.dictionary.type))
            self._ticks = []
        # What a value is called in this batch need not hold in another.
        size = max(len(coded.dictionary), 1)
        pairs = _once(place.astype(np.int64) * size + coded.indices.to_numpy(), self.accounts * size)
        self._pairs.append(_paired(pairs // size, pairs % size, coded.dictionary))

    def counts(self) -> Column:
        """How many different values each account has, (accounts,)."""
        found: Column = np.zeros(self.accounts, np.int32)
        for ticks in self._ticks:
            found += ticks
        if not self._pairs:
            return found
        parts, self._pairs = self._pairs, []
        both = parts[0] if len(parts) == 1 else pa.concat_tables(parts).unify_dictionaries()
        place = both["place"].to_numpy()
        if len(parts) > 1:
            codes = np.concatenate([chunk.indices.to_numpy() for chunk in both["value"].chunks])
            size = int(codes.max()) + 1
            place = _once(place * size + codes, self.accounts * size) // size
        counted: Column = np.bincount(place, minlength=self.accounts).astype(np.int32)
        return counted

    def _known_with(self, values: pa.Array) -> int:
        if len(values) > _FEW:
            return len(values)
        return len(self._words.numbers.keys() | set(values.to_pylist()))

    def _tick(self, place: Column, numbers: Column) -> None:
        while len(self._ticks) < len(self._words.numbers):
            self._ticks.append(np.zeros(self.accounts, bool))
        for number, ticks in enumerate(self._ticks):
            ticks[place[numbers == number]] = True

    def _ticked(self, kind: pa.DataType) -> pa.Table:
        """What was ticked off so far, as pairs."""
        places = [np.flatnonzero(ticks) for ticks in self._ticks]
        numbers = np.repeat(np.arange(len(places)), [len(one) for one in places])
        return _paired(np.concatenate(places), numbers, pa.array(list(self._words.numbers), kind))


def encoded(column: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """A column with each of its values once, and where it stands."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = pc.dictionary_encode(whole)
    return coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded


def _paired(place: Column, number: Column, values: pa.Array) -> pa.Table:
    value = pa.DictionaryArray.from_arrays(pa.array(number, pa.int32()), values)
    return pa.table({"place": place, "value": value})


def _once(numbers: Column, below: int) -> Column:
    """Each number once, in order. Where there are few to choose from they are ticked off, which beats sorting."""
    if below <= 8 * max(len(numbers), 1_000_000):
        ticked = np.zeros(below, bool)
        ticked[numbers] = True
        return np.flatnonzero(ticked)
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]
