"""Sorted columns read by neighbours: what lies before and after each row in the group it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.lib.days import FOREVER, NEVER

Column = npt.NDArray[Any]


@dataclass(frozen=True)
class Groups:
    """Rows of which those of one group follow one another; `starts` are the places of the first ones."""

    starts: Column
    rows: int

    @classmethod
    def of(cls, *keys: Column) -> "Groups":
        """Groups of rows in which all keys are the same."""
        begins = np.ones(len(keys[0]), np.bool_)
        begins[1:] = False
        for key in keys:
            begins[1:] |= key[1:] != key[:-1]
        return cls(np.flatnonzero(begins), len(begins))

    def spread(self, values: Column) -> Column:
        """A value a group, on each of its rows."""
        return np.repeat(values, np.diff(self.starts, append=self.rows))

    def total(self, column: Column) -> Column:
        """The sum of each group."""
        return np.add.reduceat(column, self.starts, dtype=np.int64) if self.rows else column.astype(np.int64)

    def least(self, column: Column) -> Column:
        """The smallest value of each group."""
        return np.minimum.reduceat(column, self.starts) if self.rows else column

    def most(self, column: Column) -> Column:
        """The largest value of each group."""
        return np.maximum.reduceat(column, self.starts) if self.rows else column

    def so_far(self, column: Column) -> Column:
        """The sum of the group's rows up to each row, itself included."""
        run = np.cumsum(column, dtype=np.int64)
        return run - self.spread(run[self.starts] - column[self.starts])

    def next_day(self, days: Column) -> Column:
        """The day of the group's next row; FOREVER on its last."""
        return self.following(days, FOREVER)

    def day_before(self, days: Column) -> Column:
        """The day of the group's row before; NEVER on its first."""
        return self.preceding(days, NEVER)

    def following(self, column: Column, none: int) -> Column:
        """The value of the group's next row; `none` on its last."""
        found = np.empty_like(column)
        found[:-1] = column[1:]
        found[self.starts[1:] - 1] = none
        found[-1:] = none
        return found

    def preceding(self, column: Column, none: int) -> Column:
        """The value of the group's row before; `none` on its first."""
        found = np.empty_like(column)
        found[1:] = column[:-1]
        found[self.starts] = none
        return found


def numbered(sorted_texts: pa.Array) -> Column:
    """A number for each text, the same for those that are the same."""
    differs = pc.not_equal(sorted_texts[1:], sorted_texts[:-1]).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.cumsum(differs)])[: len(sorted_texts)]


def ranked(texts: pa.ChunkedArray) -> tuple[Column, pa.Array]:
    """Each of a few texts as its place in their order, and them in that order."""
    coded = pc.dictionary_encode(texts.combine_chunks())
    order = pc.array_sort_indices(coded.dictionary).to_numpy()
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places[coded.indices.to_numpy()], coded.dictionary.take(pa.array(order))


def coded(texts: pa.ChunkedArray, names: Sequence[str]) -> Column:
    """Each of a few texts as its place among `names`; -1 where it is missing."""
    column = texts.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    places = [names.index(text) for text in column.dictionary.to_pylist()]
    indices = pc.fill_null(column.indices, len(places)).to_numpy()
    found: Column = np.array([*places, -1], np.int8)[indices]
    return found


def named(places: Column, names: Sequence[str], missing: Column | None = None) -> pa.Array:
    """The text at each place among `names`, none where it is `missing`."""
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int8), mask=missing), list(names))
