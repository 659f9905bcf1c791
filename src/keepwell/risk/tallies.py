"""What is counted of tables with many rows: in memory, a batch at a time, each row read once.

Grouping by account costs an engine several times what reading the rows does, counting different values more still.
Here every account that is observed has a place, rows come with it, and whole columns are counted at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from keepwell.risk.differing import Column, Differing

_AT_ONCE = 2_000_000  # rows counted together


@dataclass(frozen=True)
class Tally:
    """What to work out of an account's rows; missing where the account has none.

    what: "times" how many rows there are; "sum" of the column, what is missing in it counting nothing; "known"
        how often it is not missing; "different" how many values it has; "least" of them, missing where there is none.
    within: only rows of so many days. where: only rows with a 1 in this column.
    """

    what: Literal["times", "sum", "least", "known", "different"]
    column: str = ""
    within: int | None = None
    where: str = ""


@dataclass(frozen=True)
class Found:
    """A column with a value for each account observed, and whether there is one (None: for each)."""

    values: Column
    known: NDArray[np.bool_] | None = None

    def between(self, first: int, last: int) -> pa.Array:
        """Those of some accounts, missing where there is none."""
        gaps = None if self.known is None else ~self.known[first:last]
        return pa.array(self.values[first:last], mask=gaps)


@dataclass
class Tallies:
    """Tallies of one source on their way: `add` batches, then ask for what was `found`.

    Batches have `place` (the account's, missing for accounts that are not observed), `age`, and the columns that the
    tallies name. `oldest` is the age of the oldest row, of any account; 0 where there was none.
    """

    wanted: Mapping[str, Tally]
    accounts: int
    oldest: int = 0
    _waiting: list[pa.RecordBatch] = field(default_factory=list)
    _made: dict[str, Column] = field(default_factory=dict)
    _differing: dict[str, Differing] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch, now or together with later ones."""
        self._waiting.append(batch)
        if sum(one.num_rows for one in self._waiting) >= _AT_ONCE:
            self._count()

    def found(self) -> Iterator[tuple[str, Found]]:
        """Each tally by name."""
        self._count()
        there = self._made.pop("there", np.zeros(self.accounts, bool))
        for name, tally in self.wanted.items():
            if tally.what == "different":
                differing = self._differing.pop(name, None)
                yield (
                    name,
                    Found(differing.counts() if differing else np.zeros(self.accounts, np.int32), there),
                )
            elif tally.what == "least":
                known = self._made.pop(f"{name} known", np.zeros(self.accounts, bool))
                yield name, Found(self._made.pop(name, np.zeros(self.accounts)), known)
            else:
                kind = np.float64 if tally.what == "sum" else np.int32
                yield name, Found(self._made.pop(name, np.zeros(self.accounts, kind)), there)

    def _count(self) -> None:
        if not self._waiting:
            return
        rows = pa.Table.from_batches(self._waiting)
        self._waiting = []
        if not rows.num_rows:
            return
        self.oldest = max(self.oldest, pc.max(rows["age"]).as_py() or 0)
        if rows["place"].null_count:
            rows = rows.filter(pc.is_valid(rows["place"]))
        place, age = (np.asarray(rows[name]) for name in ("place", "age"))
        self._kept("there", bool)[place] = True
        for name, tally in self.wanted.items():
            meant = np.ones(len(place), bool) if tally.within is None else age <= tally.within
            if tally.where:
                meant &= np.asarray(rows[tally.where]) == 1
            self._one(name, tally, place, rows, meant)

    def _one(self, name: str, tally: Tally, place: Column, rows: pa.Table, meant: Column) -> None:
        if tally.what == "times":
            self._kept(name, np.int32)[:] += self._times(place, meant)
            return
        column = rows[tally.column]
        if column.null_count == len(column):
            return
        if column.null_count:
            meant = meant & np.asarray(pc.is_valid(column))
        if tally.what == "known":
            self._kept(name, np.int32)[:] += self._times(place, meant)
        elif tally.what == "different":
            differing = self._differing.setdefault(name, Differing(self.accounts))
            differing.add(place[meant], column.filter(pa.array(meant)))
        else:
            values = column.fill_null(0).to_numpy() if column.null_count else column.to_numpy()
            self._number(name, tally, place[meant], values[meant])

    def _times(self, place: Column, meant: Column) -> Column:
        return np.bincount(place if meant.all() else place[meant], minlength=self.accounts)

    def _number(self, name: str, tally: Tally, place: Column, values: Column) -> None:
        if tally.what == "sum":
            self._kept(name, np.float64)[:] += np.bincount(place, weights=values, minlength=self.accounts)
            return
        greatest = np.iinfo(values.dtype).max if np.issubdtype(values.dtype, np.integer) else np.inf
        np.minimum.at(self._kept(name, values.dtype, greatest), place, values)
        self._kept(f"{name} known", bool)[place] = True

    def _kept(self, name: str, kind: Any, begun: float = 0) -> Column:
        if name not in self._made:
            self._made[name] = np.full(self.accounts, begun, kind)
        return self._made[name]
