"""Observations: accounts on days, what was known of them then, and what became of them.

Of a day D is known what happened on days before D and was known by the end of the day before. The rows of the book,
the ledger, its rates and the accounts' attributes are all read as they were known then; only what became of an
observation is read from the book as it is today.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.ledger.opening import open_ledger
from keepwell.lib.days import number
from keepwell.lib.text import gettext as _
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

    Month by month, so that the memory it takes is that of one. Raises KeepwellError where nothing was known by then.
    """
    chosen = tuple(features if features is not None else all_features().values())
    ordered = sorted(set(days))
    tables = []
    for done, day in enumerate(ordered):
        if progress is not None:
            progress(done, len(ordered), _("observing {day}").format(day=day))
        table = engine.collect(observed(then_on(book, engine, day), chosen))
        tables.append(table.append_column("as_of", pa.array([number(day)] * table.num_rows, pa.int64())))
    made = _observations(pa.concat_tables(tables), chosen)
    became = outcomes(open_ledger(book, engine), made.accounts, made.as_of, horizon)
    if progress is not None:
        progress(len(ordered), len(ordered), _("observed"))
    return replace(made, outcomes=became)


def then_on(book: Book, engine: Engine, day: date) -> Then:
    """What was known of everything by the end of the day before `day`; for the newest day, what is known now."""
    ledger = open_ledger(book, engine)
    if day >= ledger.covered:
        return Then(book.moment(engine), ledger, number(day))
    eve = day - timedelta(days=1)
    return Then(book.moment(engine, eve), open_ledger(book, engine, as_known_on=eve), number(day))


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
        segment=table["segment"].to_numpy(zero_copy_only=False),
        outcomes=Outcomes(0, none.astype(bool), none, none, blank, none, none),
    )
