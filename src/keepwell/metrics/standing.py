"""Where accounts stood in periods, found by following their rows: the one place that says which line they are on.

All periods are worked out together. Most accounts do not move in most periods and hold their place over many: they
are `still`. The others have moved, and are on the line that what they paid at both ends of the period puts them on.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.ledger.neighbours import Column, Groups, named, numbered
from keepwell.ledger.rows import KEPT_BY, LEAVING_KINDS
from keepwell.metrics.conversion import Prices
from keepwell.metrics.steps import Steps, steps_of

LINES = (
    "new", "reactivated", "expansion", "contraction", "churned", "unchanged", "passed_through", "came_back_and_left",
)  # fmt: skip

_NAMES = {"line": LINES, "leaving_kind": LEAVING_KINDS, "kept_by": KEPT_BY}

_WHO = [("account_id", pa.string()), ("target", pa.int64())]
_COUNTED = [("kept_by", pa.string()), ("accounts", pa.int64()), ("opening", pa.int64())]
STILL, MOVED, LEAVING = "still", "moved", "leaving"
# What is found, by name; see `keepwell.metrics.positions`. `accounts` is how many a row stands for.
OUTPUTS = {
    STILL: pa.schema([*_WHO, ("first", pa.int64()), ("last", pa.int64()), *_COUNTED]),
    MOVED: pa.schema(
        [
            *_WHO,
            ("place", pa.int64()),
            ("line", pa.string()),
            ("leaving_kind", pa.string()),
            ("interrupted", pa.int64()),
            *_COUNTED,
            ("closing", pa.int64()),
        ]
    ),
    LEAVING: pa.schema([*_WHO, ("place", pa.int64()), *_COUNTED[:2], ("closing", pa.int64())]),
}


@dataclass(frozen=True)
class Leavers:
    """From which place to which accounts are known to be leaving at the closing.

    ids: the accounts, in order; begins: where the stretches of each begin in first and last, and where those of the
    last end.
    """

    ids: pa.Array
    begins: Column
    first: Column
    last: Column

    @classmethod
    def of(cls, leaving: pa.Table, asked: "Asked") -> "Leavers":
        """Those of days over which accounts are leaving (see `keepwell.ledger.notices`)."""
        leaving = leaving.sort_by("account_id")
        ids = leaving["account_id"].combine_chunks()
        accounts = Groups.of(numbered(ids))
        day, until = (asked.place_of(leaving[name].to_numpy()).astype(np.int64) for name in ("day", "until"))
        begins = np.append(accounts.starts, len(ids))
        return cls(ids.take(pa.array(accounts.starts)), begins, np.maximum(day, 0), until - 1)

    def among(self, ids: pa.Array) -> "Leavers":
        """These, without most that are not among some accounts, so that they need not be searched."""
        ends = pc.min_max(ids)
        first = bisect_left(self.ids, ends["min"].as_py(), key=lambda one: one.as_py()) if len(ids) else 0
        last = bisect_right(self.ids, ends["max"].as_py(), key=lambda one: one.as_py()) if len(ids) else 0
        return replace(self, ids=self.ids[first:last], begins=self.begins[first : last + 1])


@dataclass(frozen=True)
class Asked:
    """What is asked of the ledger's rows.

    bounds: the first day of each period, and the one after the last. prices: of each era; eras: the first place of
    each. leaving: days over which accounts are leaving (see `keepwell.ledger.notices`).
    one_by_one: whether each account is told apart, or those alike are only counted.
    """

    bounds: tuple[int, ...]
    prices: Prices
    eras: tuple[int, ...]
    leaving: pa.Table
    one_by_one: bool
    outputs: tuple[str, ...]

    def __call__(self, rows: pa.Table) -> Mapping[str, pa.Table]:
        """The tables of `outputs`, of the accounts in `rows`."""
        found: dict[str, list[pa.Table]] = {name: [] for name in self.outputs}
        for steps in steps_of(rows, self.prices.currencies):
            stood = _Stood(steps, self)
            for name in self.outputs:
                found[name] += getattr(stood, name)()
        return {name: pa.concat_tables(parts) for name, parts in found.items() if parts}

    @property
    def places(self) -> int:
        """How many periods there are."""
        return len(self.bounds) - 1

    @cached_property
    def leavers(self) -> Leavers:
        """Those who are leaving."""
        return Leavers.of(self.leaving, self)

    @cached_property
    def _place_of(self) -> Column:
        """The place of each day from the one before the first period on: -1 before all, `places` after all."""
        days = np.arange(self.bounds[0] - 1, self.bounds[-1] + 1)
        return (np.searchsorted(self.bounds, days, side="right") - 1).astype(np.int16)

    def place_of(self, days: Column) -> Column:
        """The place of the period that each day lies in."""
        before, after = self.bounds[0] - 1, self.bounds[-1]
        found: Column = self._place_of[np.clip(days, before, after) - before]
        return found

    def era_of(self, places: Column) -> Column | int:
        """The era of each place."""
        return 0 if len(self.eras) == 1 else np.searchsorted(self.eras, places, side="right") - 1


# Whether it paid is asked of its own money: a forint a month is a paying account, and rounds to no euro cent.
def _line(opened: bool, closed: bool, joined: bool, grew: int) -> str:
    if opened:
        return ("contraction", "unchanged", "expansion")[grew + 1] if closed else "churned"
    if closed:
        return "new" if joined else "reactivated"
    return "passed_through" if joined else "came_back_and_left"


_LINE_OF = np.array(
    [
        LINES.index(_line(opened, closed, joined, grew))
        for opened in (False, True)
        for closed in (False, True)
        for joined in (False, True)
        for grew in (-1, 0, 1)
    ],
    np.int8,
)


class _Stood:
    """Where the accounts of some steps stood."""

    def __init__(self, steps: Steps, asked: Asked) -> None:
        self._steps, self._asked = steps, asked
        self._place = asked.place_of(steps.day)
        self._until = steps.accounts.following(self._place, asked.places)
        since = steps.accounts.preceding(self._place, -1)
        inside = (self._place >= 0) & (self._place < asked.places)
        # What an account did in a period reaches from the first to the last step of it there: nearly always the same.
        self._firsts = np.flatnonzero(inside & (since < self._place))
        self._lasts = np.flatnonzero(inside & (self._until > self._place))

    def still(self) -> Iterator[pa.Table]:
        """Accounts while nothing moves, from a first place to a last; once for each era of rates."""
        at = np.flatnonzero(self._steps.pays & (self._until - self._place > 1))
        first, last = self._place[at] + 1, self._until[at] - 1
        for era, begins in enumerate(self._asked.eras):
            ends = [*self._asked.eras, self._asked.places][era + 1] - 1
            here = slice(None) if len(self._asked.eras) == 1 else (first <= ends) & (last >= begins)
            yield self._told(
                STILL,
                at[here],
                {
                    "first": np.maximum(first[here], begins),
                    "last": np.minimum(last[here], ends),
                    "kept_by": self._steps.held[at[here]],
                },
                {"opening": self._worth("after", at[here], era)},
            )

    def moved(self) -> Iterator[pa.Table]:
        """Accounts that did anything in a period."""
        steps, firsts, lasts = self._steps, self._firsts, self._lasts
        place = self._place[firsts]
        era = self._asked.era_of(place)
        opening, closing = self._worth("before", firsts, era), self._worth("after", lasts, era)
        opened, closed, joined = self._opened, steps.pays[lasts], self._joined
        line = ((opened * 2 + closed) * 2 + joined) * 3 + np.sign(closing - opening) + 1
        yield self._told(
            MOVED,
            firsts,
            {
                "place": place,
                "interrupted": self._interrupted(opened & closed),
                "line": _LINE_OF[line],
                "leaving_kind": np.where(opened & ~closed, steps.why[lasts], -1),
                "kept_by": self._kept,
            },
            {"opening": opening, "closing": closing},
            self._target(firsts, place),
        )

    def leaving(self) -> Iterator[pa.Table]:
        """Accounts known to be leaving at the closing of a period that pay then."""
        asked, steps = self._asked, self._steps
        account, place = self._known_leavers()
        step = self._step_by(account, place)
        pays = (step >= steps.accounts.starts[account]) & steps.pays[step]
        step, place = step[pays], place[pays]
        moved = self._place[step] == place
        kept = steps.held[step]
        run = np.searchsorted(self._lasts, step[moved])
        kept[moved] = self._kept[run]
        began = step.copy()
        began[moved] = self._firsts[run]
        yield self._told(
            LEAVING,
            began,
            {"place": place, "kept_by": kept},
            {"closing": self._worth("after", step, asked.era_of(place))},
            self._target(began, place),
        )

    def _interrupted(self, at_both_ends: Column) -> Column:
        """1 where an account pays at both ends of the period and not throughout, else 0."""
        found = np.zeros(len(at_both_ends), np.int8)
        stops = np.cumsum(~self._steps.pays, dtype=np.int32)
        longer = np.flatnonzero(at_both_ends & (self._firsts != self._lasts))  # few
        found[longer] = stops[self._lasts[longer]] > stops[self._firsts[longer] - 1]
        return found

    @cached_property
    def _joined(self) -> Column:
        """Whether the account of each that moved first came in that period."""
        return self._steps.begins[self._firsts]

    @cached_property
    def _opened(self) -> Column:
        """Whether each that moved paid at the opening."""
        return ~self._joined & self._steps.pays[self._firsts - 1]

    @cached_property
    def _kept(self) -> Column:
        """What the MRR of each that moved comes from: the smallest of all that it comes from in the period."""
        steps = self._steps
        irregular = len(KEPT_BY) - 1
        contracts = np.cumsum(steps.kept < irregular, dtype=np.int32)
        own = contracts[self._lasts] - contracts[self._firsts] + (steps.kept[self._firsts] < irregular)
        found = np.where(own > 0, 0, irregular).astype(np.int8)
        if len(steps.legs) > 1:  # a currency that does not move says nothing inside
            before = np.where(self._joined, irregular, steps.held[self._firsts - 1])
            found = np.minimum(found, before)
        return found

    def _known_leavers(self) -> tuple[Column, Column]:
        """Accounts, by number, and the places at whose closing they are known to be leaving."""
        steps = self._steps
        ids = steps.ids.take(pa.array(steps.place[steps.accounts.starts]))
        leavers = self._asked.leavers.among(ids)
        found = pc.fill_null(pc.index_in(ids, leavers.ids), -1).to_numpy()
        account = np.flatnonzero(found >= 0)
        begins = leavers.begins[found[account]]
        # Each stretch of days of each account, then each place of each stretch.
        account, stretch = _each(account, begins, leavers.begins[found[account] + 1])
        return _each(account, leavers.first[stretch], leavers.last[stretch] + 1)

    def _step_by(self, account: Column, place: Column) -> Column:
        """The last step of each account up to the end of a period, or one of another account if it has none."""
        size = self._asked.places + 2
        number = self._steps.accounts.spread(np.arange(len(self._steps.accounts.starts)))
        return np.searchsorted(number * size + self._place, account * size + place, side="right") - 1

    def _worth(self, which: str, at: Column, era: Column | int) -> Column:
        return self._steps.worth(which, at, self._asked.prices, era)

    def _target(self, at: Column, place: Column) -> Callable[[], Column]:
        """The day before the period, or the first paying day of an account that joined in it."""
        day, begins, bounds = self._steps.day, self._steps.begins, np.array(self._asked.bounds)
        return lambda: np.where(begins[at] & (self._place[at] == place), day[at], bounds[place] - 1)

    def _told(
        self,
        name: str,
        at: Column,
        keys: dict[str, Column],
        sums: dict[str, Column],
        target: Callable[[], Column] | None = None,
    ) -> pa.Table:
        """Rows of an output, of accounts by a step of each; where accounts are not asked for, those alike in one."""
        schema = OUTPUTS[name]
        if self._asked.one_by_one:
            known = {**keys, **sums, "accounts": np.ones(len(at), np.int64)}
            known["account_id"] = self._steps.ids.take(pa.array(self._steps.place[at]))
            if target is not None:
                known["target"] = target()
        else:
            known = _alike(keys, sums)
        columns = [_column(known.get(field.name), field, len(known["accounts"])) for field in schema]
        return pa.table(
            columns, schema=pa.schema([(f.name, c.type) for f, c in zip(schema, columns, strict=True)])
        )


def _each(column: Column, begins: Column, ends: Column) -> tuple[Column, Column]:
    """Values of a column, each once for every number from where it `begins` to before it `ends`; and the numbers."""
    times = np.maximum(ends - begins, 0)
    behind = np.cumsum(times) - times
    return np.repeat(column, times), np.arange(times.sum()) + np.repeat(begins - behind, times)


def _alike(keys: dict[str, Column], sums: dict[str, Column]) -> dict[str, Column]:
    """Rows alike in the keys, small numbers from -1 on, in one: how many `accounts`, and the sums."""
    sizes = {name: int(column.max(initial=-1)) + 2 for name, column in keys.items()}
    code = np.zeros(len(next(iter(keys.values()))), np.int32)
    for name, column in keys.items():
        code = code * sizes[name] + (column + 1)
    accounts = np.bincount(code)
    found = np.flatnonzero(accounts)
    told = {"accounts": accounts[found]}
    for name, column in sums.items():
        total = np.zeros(len(accounts), np.int64)
        np.add.at(total, code, column)
        told[name] = total[found]
    for name, size in reversed(sizes.items()):
        found, rest = np.divmod(found, size)
        told[name] = rest - 1
    return told


def _column(values: Any, field: pa.Field, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, field.type)
    if isinstance(values, pa.Array):
        return values
    if field.name in _NAMES:
        return named(values, _NAMES[field.name], missing=values < 0)
    return pa.array(values.astype(np.int64, copy=False))
