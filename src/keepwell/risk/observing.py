"""One day's observations: every feature of every account that is eligible on the day.

Each source is read once, whatever number of features it serves, and only its columns and days that are needed: so a
day costs what it costs to read what has to be read. The engine reads, filters and groups; what it finds of an account
goes to the account's place in columns, and features are worked out of columns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.book.engines import Frame
from keepwell.lib.days import number
from keepwell.risk.features import EVER, Feature, Part, parts_of
from keepwell.risk.features.sources import Then, all_sources
from keepwell.risk.features.sources.base import Roster, attributes, roster
from keepwell.risk.tallies import Found, Tallies, Tally

# The columns beside the features. A feature that bears the name of one of them is that column.
KEYS = ("account_id", "kind", "mrr", "segment")

# A window is known with a seventh of it lacking at either end: no table has rows every day.
_SHARE_LACKING = 7
_OLDEST = "__oldest"
_AT_ONCE = 200_000  # accounts whose features are worked out together


def observed(then: Then, features: Sequence[Feature], at_once: int = _AT_ONCE) -> Iterator[pa.Table]:
    """One row an account eligible on the day, in order: KEYS, the features by their names, and what others `need`.

    Numbers are Float64, categories text, and missing is what is not known. So many accounts `at_once` in a table, and
    one table at least.
    """
    seen = _Seen.of(then, features)
    needs = {name: nw.col(name).cast(nw.Float64()) for f in features for name in f.needs}
    values = {f.name: _value(then, f, seen) for f in features if f.value is not None and f.name not in KEYS}
    for first in range(0, max(len(seen.roster), 1), at_once):
        columns = nw.from_native(seen.between(first, first + at_once), eager_only=True)
        made: pa.Table = columns.select(*KEYS, **{**needs, **values}).to_native()
        yield made


@dataclass(frozen=True)
class _Seen:
    """What was seen of the accounts of a day: columns by name, and how far back each source reaches."""

    roster: Roster
    texts: Mapping[str, pa.Array]
    found: Mapping[str, Found]
    absent: Sequence[str]
    reaches: Mapping[str, int]
    covered: Mapping[str, date | None]

    @classmethod
    def of(cls, then: Then, features: Sequence[Feature]) -> "_Seen":
        parts, accounts = parts_of(features), roster(then)
        sources = {name: source for name, source in all_sources().items() if then.has(source.table)}
        places, found, reaches = accounts.places(then), {}, {}
        for name in sorted({p.source for p in parts.values()} & sources.keys()):
            own = {part: p for part, p in parts.items() if p.source == name}
            made, reaches[name] = _grouped(then, sources[name].rows(then), places, len(accounts), own)
            found.update(made)
            pa.default_memory_pool().release_unused()  # or each source leaves behind what it took at its most
        absent = [name for name, p in parts.items() if p.source not in reaches]
        texts = {"kind": accounts.kind, **attributes(then, accounts)}
        covered = {name: then.moment.covered(name) for name in {f.table for f in features if f.window}}
        return cls(accounts, texts, found, absent, reaches, covered)

    def between(self, first: int, last: int) -> pa.Table:
        """The columns of some of the accounts."""
        accounts = self.roster.accounts[first:last]
        texts = {name: column[first:last].cast(pa.string()) for name, column in self.texts.items()}
        numbers = {**self.roster.columns, **self.found}
        known = {name: column.between(first, last) for name, column in numbers.items()}
        absent = dict.fromkeys(self.absent, pa.nulls(len(accounts), pa.float64()))
        return pa.table({"account_id": accounts, **texts, **known, **absent})


def _grouped(
    then: Then, rows: Frame, places: Frame, accounts: int, parts: Mapping[str, Part]
) -> tuple[dict[str, Found], int]:
    """The parts of one source, and how many days back its rows go; 0 where it has none.

    Rows of accounts that are not observed tell too how far back a table goes.
    """
    tallies = {name: part.of for name, part in parts.items() if isinstance(part.of, Tally)}
    grouped = {name: part.of for name, part in parts.items() if isinstance(part.of, nw.Expr)}
    if not tallies:
        by_account = rows.group_by("account_id").agg(**grouped, **{_OLDEST: nw.col("age").max()})
        return _scattered(then, by_account.join(places, on="account_id", how="left"), accounts, grouped)
    assert not grouped, "parts of one source are of one sort"
    columns = {c for t in tallies.values() for c in (t.column, t.where)} - {"", "age"}
    wanted = rows.join(places, on="account_id", how="left").select(
        "place", *sorted(columns), age=nw.col("age").cast(nw.Int32())
    )
    made = Tallies(tallies, accounts)
    for batch in then.engine.batches(wanted):
        made.add(batch)
    return dict(made.found()), made.oldest


def _scattered(
    then: Then, by_account: Frame, accounts: int, parts: Iterable[str]
) -> tuple[dict[str, Found], int]:
    """Parts that the engine made, each at its account's place."""
    found = {name: Found(np.zeros(accounts), np.zeros(accounts, bool)) for name in parts}
    oldest = 0
    for batch in then.engine.batches(by_account.select("place", _OLDEST, *found)):
        oldest = max(oldest, pc.max(batch[_OLDEST]).as_py() or 0)
        observed_ = batch.filter(pc.is_valid(batch["place"]))
        place = observed_["place"].to_numpy()
        for name, (values, known) in ((name, (f.values, f.known)) for name, f in found.items()):
            column = observed_[name].cast(pa.float64())
            values[place] = column.fill_null(0).to_numpy()
            assert known is not None
            known[place] = column.is_valid().to_numpy(zero_copy_only=False)
    return found, oldest


def _value(then: Then, feature: Feature, seen: _Seen) -> nw.Expr:
    """A feature's value where what it rests on is covered, else missing."""
    assert feature.value is not None
    kind = nw.Float64() if feature.categories is None else nw.String()
    value, nothing = feature.value.cast(kind), nw.lit(None, kind)
    if feature.window is None:
        return value
    lacking = 0 if feature.window >= EVER else feature.window // _SHARE_LACKING
    reach = min((seen.reaches.get(part.source, 0) for part in feature.parts.values()), default=0)
    covered = seen.covered[feature.table]
    late = covered is not None and then.day - number(covered) > max(1, lacking)
    if reach == 0 or late:
        return nothing
    if reach + lacking >= feature.window:
        return value
    return nw.when(nw.col("tenure") <= reach + lacking).then(value).otherwise(nothing)
