"""Rows that were known in two steps: as they began, and again when something about them changed."""

import numpy as np
import pyarrow as pa

from keepwell.demo.clock import Flags, Ints
from keepwell.demo.columns import instants


def known_at(day: Ints) -> pa.Array:
    """The moment since when rows are known: the beginning of a day."""
    return instants(day, np.zeros(len(day), dtype=np.int64)).cast(pa.timestamp("s"))


def told_twice(
    columns: dict[str, pa.Array], *, first: Ints, again: Flags, then: Ints, late: tuple[str, ...]
) -> dict[str, pa.Array]:
    """The rows as known on day `first`, without the `late` columns; those flagged in `again` once more, with them.

    The second version is known from the day `then` on. So nobody who looks at a day before sees what came later.
    """
    table = pa.table(columns)
    early = table
    for name in late:
        place = table.column_names.index(name)
        early = early.set_column(place, name, pa.nulls(len(table), table.schema.field(name).type))
    early = early.append_column("known_at", known_at(first))
    at = np.flatnonzero(again)
    later = table.take(pa.array(at)).append_column("known_at", known_at(np.maximum(then, first + 1)[at]))
    both = pa.concat_tables([early, later]).combine_chunks()
    return {name: both[name].combine_chunks() for name in both.column_names}
