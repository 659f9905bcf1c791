"""Observations: accounts on days, what was known of them then, and what became of them.

Of a day D is known what happened on days before D and was known by the end of the day before. The rows of the book,
the ledger, its rates and the accounts' attributes are all read as they were known then; only what became of an
observation is read from the book as it is today.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.book.scratch import scratch
from keepwell.ledger.ledger import Ledger
from keepwell.ledger.opening import open_ledger
from keepwell.lib.days import first_of_month, from_number, month_number, number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.days_kept import TABLE, Kept, keep, schema
from keepwell.risk.features import Feature, all_features
from keepwell.risk.features.sources import Then
from keepwell.risk.observing import observed
from keepwell.risk.outcomes import Outcomes, outcomes

Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done


@dataclass(frozen=True)
class Observations:
    """Accounts on days, what was known then, and (once matured) what became of them. Sorted by as_of and account.

    accounts: (n,) ids, texts. as_of: (n,) day numbers. values: (n, f), one column a feature: NaN where not known,
    of a category feature the place in its `categories`. kind: (n,) "contract" or "irregular": what its MRR came from.
    mrr: (n,) minor units of the reporting currency, a month. segment: (n,) as known then, "" where none was.
    """

    accounts: NDArray[Any]
    as_of: NDArray[np.int64]
    values: NDArray[np.float64]
    features: tuple[Feature, ...]
    kind: NDArray[Any]
    mrr: NDArray[np.int64]
    segment: NDArray[Any]
    outcomes: Outcomes

    def __len__(self) -> int:
        return len(self.accounts)

    def where(self, mask: NDArray[Any]) -> "Observations":
        """Some of them: a mask, or places in order."""
        return replace(
            self,
            accounts=self.accounts[mask],
            as_of=self.as_of[mask],
            values=self.values[mask],
            kind=self.kind[mask],
            mrr=self.mrr[mask],
            segment=self.segment[mask],
            outcomes=self.outcomes.where(mask),
        )

    def column(self, name: str) -> NDArray[np.float64]:
        """A feature's values, (n,)."""
        place = [feature.name for feature in self.features].index(name)
        found: NDArray[np.float64] = self.values[:, place]
        return found

    def days(self) -> NDArray[np.int64]:
        """The days observed, in order."""
        return np.unique(self.as_of)


def observe(
    book: Book,
    engine: Engine,
    days: Sequence[date],
    *,
    horizon: int = 90,
    features: Sequence[Feature] | None = None,
    progress: Progress | None = None,
) -> Observations:
    """Observe every eligible account on each of the days; `horizon` is the days ahead that outcomes are read for.

    Day by day, so that the memory it takes is that of one. All features on days past are kept in the book and worked
    out once; chosen `features` are worked out anew. Raises KeepwellError where nothing was known by then.
    """
    ledger = open_ledger(book, engine)
    with _Days.worked_out(book, ledger, days, features, progress) as made:
        return made.seen(made.wanted, horizon)


def each_day(
    book: Book,
    engine: Engine,
    days: Sequence[date],
    *,
    horizon: int = 90,
    features: Sequence[Feature] | None = None,
    progress: Progress | None = None,
) -> Iterator[Observations]:
    """As `observe`, one day after the other, for days that together are more than fit in memory."""
    ledger = open_ledger(book, engine)
    with _Days.worked_out(book, ledger, days, features, progress) as made:
        for day in made.wanted:
            yield made.seen([day], horizon)


@dataclass(frozen=True)
class _Days:
    """Days worked out: some before, and kept in the book; others now, and still in files aside."""

    ledger: Ledger
    moment: Moment
    features: tuple[Feature, ...]
    wanted: list[int]
    kept: Kept
    made: dict[int, list[Path]]

    @classmethod
    @contextmanager
    def worked_out(
        cls,
        book: Book,
        ledger: Ledger,
        days: Sequence[date],
        features: Sequence[Feature] | None,
        progress: Progress | None,
    ) -> Iterator[Self]:
        """The days, for as long as they are read. The book keeps those that are past, where it can be written to."""
        chosen = tuple(features if features is not None else all_features().values())
        engine, moment = ledger.engine, book.moment(ledger.engine)
        kept = Kept.of(moment, chosen) if features is None else Kept.nothing(moment)
        wanted = sorted({number(day) for day in days})
        missing = [day for day in wanted if day not in kept.days]
        with scratch(book.store) as aside:
            made: dict[int, list[Path]] = {}
            for done, day in enumerate(missing):
                if progress is not None:
                    progress(done, len(missing), _("observing {day}").format(day=from_number(day)))
                own = engine.fork()  # so that what a day takes is given back with it
                if day >= number(ledger.covered) or _told_by(book.moment(own, from_number(day - 1))):
                    made[day] = _written(then_on(book, ledger, from_number(day), own), chosen, kept, aside)
                own.close()
            past = {day: found for day, found in made.items() if day < number(ledger.covered)}
            if features is None and past and keep(book, engine, past, chosen, aside):
                moment, kept = book.moment(engine), replace(kept, days=kept.days | past.keys())
                made = {day: found for day, found in made.items() if day not in past}
            if progress is not None:
                progress(len(missing), len(missing), _("observed"))
            yield cls(ledger, moment, chosen, wanted, kept, made)

    def seen(self, days: Sequence[int], horizon: int) -> Observations:
        """What is observed on some of the days. Raises KeepwellError where that is nothing."""
        engine, shape = self.ledger.engine, schema(self.features)
        tables = [shape.empty_table()]
        for day in days:
            files = [str(file) for file in self.made.get(day, [])]
            tables += [engine.collect(engine.scan(files, shape))] if files else []
        before = self.kept.days & set(days)
        if before and self.moment.has(
            TABLE
        ):  # of nothing but days on which nobody was there, there is no table
            rows = self.kept.rows(self.moment).filter(nw.col("as_of").is_in(sorted(before)))
            tables.append(engine.collect(rows.select(*shape.names)))
        seen = _observations(pa.concat_tables(tables, promote_options="permissive"), self.features)
        if not len(seen):
            raise _nobody(self.ledger, days)
        return replace(seen, outcomes=outcomes(self.ledger, seen.accounts, seen.as_of, horizon))


def then_on(book: Book, ledger: Ledger, day: date, engine: Engine | None = None) -> Then:
    """What was known by the end of the day before `day`; for the newest day, what is known now.

    `ledger` is the book's own, as it is now; `engine` computes, where it is to be another than the ledger's.
    """
    own = engine or ledger.engine
    if day >= ledger.covered:
        return Then(book.moment(own), ledger if engine is None else open_ledger(book, own), number(day))
    eve = day - timedelta(days=1)
    return Then(book.moment(own, eve), open_ledger(book, own, as_known_on=eve), number(day))


def month_ends(ledger: Ledger, most: int = 36) -> list[date]:
    """The newest days to observe on, the first of each month: all but the month in which the ledger begins.

    An observation on the first of a month knows what was known by the end of the month before.
    """
    first = ledger.engine.collect(ledger.rows.select(day=nw.col("day").min()))["day"].to_pylist()[0]
    if first is None:
        return []
    months = range(month_number(from_number(first)) + 2, month_number(ledger.covered) + 1)
    return [first_of_month(n) for n in months][-most:]


def _written(then: Then, features: Sequence[Feature], kept: Kept, aside: Path) -> list[Path]:
    """A day's observations as files of the columns of kept ones."""
    shape = schema(features)
    later = [feature for feature in features if feature.in_numpy is not None]
    file = aside / f"{then.day}.parquet"
    with pq.ParquetWriter(file, shape, compression="zstd") as writer:
        for table in [pa.concat_tables(observed(then, features))] if later else observed(then, features):
            whole = kept.stamped(_with(table, later), then.day)
            writer.write_table(whole.select(shape.names).cast(shape))
    return [file]


def _with(table: pa.Table, later: Sequence[Feature]) -> pa.Table:
    """With the features that are worked out for all accounts of a day at once."""
    for feature in later:
        assert feature.in_numpy is not None
        columns = {name: table[name].to_numpy() for name in feature.needs}
        table = table.append_column(feature.name, pa.array(feature.in_numpy(columns), pa.float64()))
    return table


def _told_by(moment: Moment) -> bool:
    """Whether the book, as known then, had been told anything that a ledger rests on."""
    return any(
        moment.has(name) and moment.covered(name) is not None for name in ("subscriptions", "purchases")
    )


def _nobody(ledger: Ledger, days: Sequence[int]) -> KeepwellError:
    """Why there is no observation at all."""
    first, last = min(days, default=0), max(days, default=0)
    paid = ledger.rows.filter(nw.col("day") < last, nw.col("until") >= first, nw.col("after") > 0)
    if ledger.engine.collect(paid.select(n=nw.len()))["n"].to_pylist()[0] and first < number(ledger.covered):
        return KeepwellError(
            _("Nothing was known of the accounts by then: the book was told of them later."),
            seen=_("every row is known since the moment it was loaded"),
            ways=[
                _("Load the past as known when it happened: keepwell import TABLE FILE --known-at occurred."),
                _("Or give the files a column known_at that says since when each row was known."),
            ],
        )
    return KeepwellError(
        _("No account was paying, and not known to leave, on the days to be observed."),
        seen=", ".join(str(from_number(day)) for day in days[:3]) or _("no days"),
        ways=[_("Choose days on which the company had customers.")],
    )


def _observations(table: pa.Table, features: tuple[Feature, ...]) -> Observations:
    """From rows of `observed` with their as_of; outcomes are still missing."""
    table = table.sort_by([("as_of", "ascending"), ("account_id", "ascending")])
    values = np.full((table.num_rows, len(features)), np.nan)
    resolved = []
    for place, feature in enumerate(features):
        found = table[feature.name]
        if feature.categories is None:
            values[:, place] = found.to_numpy(zero_copy_only=False)
            resolved.append(feature)
            continue
        names = sorted(name for name in pc.unique(found).to_pylist() if name)  # an empty text says nothing
        codes = pc.index_in(found, pa.array(names, pa.string())).cast(pa.float64())
        values[:, place] = codes.to_numpy(zero_copy_only=False)
        resolved.append(replace(feature, categories=tuple(names)))
    none: NDArray[np.float64] = np.full(table.num_rows, np.nan)
    blank = np.full(table.num_rows, "", dtype=object)
    return Observations(
        accounts=table["account_id"].to_numpy(zero_copy_only=False),
        as_of=table["as_of"].to_numpy(),
        values=values,
        features=tuple(resolved),
        kind=table["kind"].to_numpy(zero_copy_only=False),
        mrr=table["mrr"].to_numpy(),
        segment=pc.fill_null(table["segment"], "").to_numpy(zero_copy_only=False),
        outcomes=Outcomes(0, none.astype(bool), none, none, blank, none, none),
    )
