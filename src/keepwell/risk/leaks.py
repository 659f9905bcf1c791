"""Features that know too much: found by trying, and by how well they separate; and how much was known at all.

Three questions a sceptic asks of a risk. Does a feature look ahead? `looks_ahead` observes a day twice, in the book
and in a copy that holds nothing but what was known by then: any difference is a leak. Is a feature the outcome in
disguise? `suspects` names those that alone separate leavers from stayers better than people ever do. How much was
known of an account? `coverage`.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.book.tables import all_tables, table_named
from keepwell.ledger.opening import open_ledger
from keepwell.risk.features import Feature, all_features
from keepwell.risk.judging import auc
from keepwell.risk.observations import Observations, then_on
from keepwell.risk.observing import observed

SUSPECT = 0.95  # an AUC no honest feature reaches
_ENOUGH = 20  # leavers, and stayers, below which an AUC says nothing
_SAME = 1e-9  # sums of the same numbers in another order

Change = Callable[[str, pa.Table], pa.Table]


@dataclass(frozen=True)
class Ahead:
    """A feature whose value for an account differs in the book and in what was known by then."""

    feature: str
    accounts: int  # how many
    account: str  # one of them
    in_book: float | str | None
    as_it_was: float | str | None


@dataclass(frozen=True)
class Suspect:
    """A feature that alone separates leavers from stayers too well, by its value or by whether it is known."""

    feature: str
    auc: float
    by: str  # "value" or "whether known"


def looks_ahead(
    book: Book, engine: Engine, day: date, features: Sequence[Feature] | None = None
) -> list[Ahead]:
    """The features that, asked of `day`, see what happened or was known later; none where all is well.

    The book is copied as it was by then into a temporary folder: for books of what one machine holds in memory.
    Accounts that are observed in one and not in the other are told as the feature "account".
    """
    chosen = list(features if features is not None else all_features().values())
    with tempfile.TemporaryDirectory(prefix="keepwell-as-it-was-") as folder:
        copy = as_it_was(book, engine, day, Path(folder) / "book")
        ours, theirs = (values_on(one, engine, day, chosen) for one in (book, copy))
    return differences(ours, theirs)


Values = Mapping[str, Mapping[str, Any]]


def values_on(book: Book, engine: Engine, day: date, features: Sequence[Feature]) -> Values:
    """The features of every account observed on a day, by account and name."""
    tables = observed(then_on(book, open_ledger(book, engine), day), features)
    return {row.pop("account_id"): row for table in tables for row in table.to_pylist()}


def differences(ours: Values, theirs: Values) -> list[Ahead]:
    """In which features two observations of one day differ."""
    found = []
    apart = sorted(ours.keys() ^ theirs.keys())
    if apart:
        here = apart[0] in ours
        found.append(Ahead("account", len(apart), apart[0], *(("yes", None) if here else (None, "yes"))))
    both = sorted(ours.keys() & theirs.keys())
    for feature in ours[both[0]] if both else ():
        pairs = [(a, ours[a][feature], theirs[a][feature]) for a in both]
        differing = [pair for pair in pairs if not _same(*pair[1:])]
        if differing:
            found.append(Ahead(feature, len(differing), *differing[0]))
    return found


def as_it_was(book: Book, engine: Engine, day: date, home: Path) -> Book:
    """A new book that holds what was known by the end of the day before `day`, and is covered up to it."""
    night = pa.scalar(nightfall(book, day), pa.timestamp("us"))
    return copied(book, engine, home, lambda _name, rows: rows.filter(pc.less(rows["known_at"], night)), day)


def nightfall(book: Book, day: date) -> datetime:
    """The moment at which a company day begins: naive, in UTC."""
    return datetime.combine(day, time(), book.settings.zone).astimezone(UTC).replace(tzinfo=None)


def copied(book: Book, engine: Engine, home: Path, change: Change, until: date | None = None) -> Book:
    """A new book with the facts of another, changed, and covered at most up to `until`.

    `change` is handed the name of each table and all versions of its rows (the table's columns, known_at and
    `__line`), and returns those to be written.
    """
    moment = book.moment(engine)
    settings = moment.settings
    copy = Book.create(home, reporting_currency=settings.reporting_currency, time_zone=settings.time_zone)
    copy.change_settings(policies=settings.policies)
    with copy.writer() as writer:
        for name in all_tables():
            if not moment.has(name):
                continue
            rows = change(name, _versions(moment, name))
            if rows.num_rows:
                writer.put(name, rows, known_at=moment.cut.known_until)
            covered = moment.covered(name)
            if covered is not None:
                writer.cover(name, "", min(covered, until or covered))
        writer.commit()
    return copy


def _versions(moment: Moment, name: str) -> pa.Table:
    """All versions of a table's rows as a writer takes them; keys that were ever deleted are left out."""
    key = list(table_named(name).key)
    versions = moment.versions(name)
    gone = versions.filter(nw.col("gone")).select(*key).unique()
    rows = moment.engine.collect(
        versions.join(gone, on=key, how="anti").drop("gone", "load").sort("known_at")
    )
    days = {field.name for field in table_named(name).schema() if pa.types.is_date(field.type)}
    for place, field in enumerate(rows.schema):
        if field.name in days:
            rows = rows.set_column(place, field.name, rows[field.name].cast(pa.int32()).cast(pa.date32()))
    texts = [rows[k].cast(pa.string()) for k in key]
    joined = pc.binary_join_element_wise(*texts, "\x1f") if len(texts) > 1 else texts[0]
    # Versions of one key are to the writer what one line of a file became.
    return rows.append_column(
        "__line", pc.dictionary_encode(joined).combine_chunks().indices.cast(pa.int64())
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return bool(abs(one - other) <= _SAME * max(1.0, abs(one), abs(other)))
    return bool(one == other)


def suspects(obs: Observations, limit: float = SUSPECT) -> list[Suspect]:
    """Features that alone separate those who left from those who did not with an AUC above `limit`, worst first.

    Both ways round; a category by the share of leavers it had in the other half of the accounts.
    """
    known = obs.where(obs.outcomes.matured)
    left = known.outcomes.left
    found = []
    for feature in known.features:
        values = known.column(feature.name)
        there = np.isfinite(values)
        tried = [("whether known", left, there.astype(np.float64))]
        scores = values if feature.categories is None else _by_other_half(known, values)
        tried.append(("value", left[there], scores[there]))
        for by, became, score in tried:
            alone = _alone(became, score)
            if alone > limit:
                found.append(Suspect(feature.name, alone, by))
    return sorted(found, key=lambda s: -s.auc)


def _alone(left: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """The AUC of a score by itself, whichever way round; .5 where there is too little to tell."""
    if min((left == 1).sum(), (left == 0).sum()) < _ENOUGH:
        return 0.5
    found = auc(left, score)
    return 0.5 if found is None else max(found, 1 - found)


def _by_other_half(obs: Observations, codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row the share of leavers its category had among the accounts of the other half."""
    half = np.unique(obs.accounts, return_inverse=True)[1] % 2
    left = obs.outcomes.left
    shares = np.full(len(codes), left.mean() if len(left) else np.nan)
    for code in np.unique(codes[np.isfinite(codes)]):
        for side in (0, 1):
            others = (codes == code) & (half != side)
            if others.any():
                shares[(codes == code) & (half == side)] = left[others].mean()
    return shares


def coverage(obs: Observations) -> NDArray[np.float64]:
    """The share of features known, per observation (n,), of those that can be asked of an account of its kind."""
    known = np.isfinite(obs.values)
    applies = np.array([[f.only in ("", kind) for f in obs.features] for kind in ("contract", "irregular")])
    asked = applies[(obs.kind == "irregular").astype(int)]
    total = asked.sum(axis=1)
    shares: NDArray[np.float64] = np.where(
        total > 0, (known & asked).sum(axis=1) / np.maximum(total, 1), np.nan
    )
    return shares
