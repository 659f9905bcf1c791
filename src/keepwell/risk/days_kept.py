"""Days observed before, kept in the book: what was known on a past day is worked out once.

A kept day counts as long as all it rests on is as it was: the features are worked out in the same way, under the same
settings, and no later load brought rows that were already known by then (as one with `--known-at occurred` does). The
newest day is never kept, because more may still come to be known of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from importlib.resources import files
from pathlib import Path

import narwhals as nw
import pyarrow as pa

from keepwell.book.book import Book
from keepwell.book.engines import Engine, Frame
from keepwell.book.moment import Moment
from keepwell.book.writer import LEDGER_SOURCES
from keepwell.ledger.keeping import as_text, policies_of
from keepwell.lib.days import from_number
from keepwell.lib.errors import BadBook
from keepwell.risk.features import Feature
from keepwell.risk.features.sources import all_sources

TABLE = "observations"

_COUNTING = ("observing.py", "tallies.py", "differing.py")

# What a kept row has beside `as_of`, the keys and the features.
_MADE = (pa.field("definitions", pa.string()), pa.field("load", pa.int64()))


def schema(features: Sequence[Feature]) -> pa.Schema:
    """The columns of kept observations: keys, features (categories as text), as_of, and what they were made from."""
    keys = [
        pa.field("account_id", pa.string()),
        pa.field("as_of", pa.int64()),
        pa.field("kind", pa.string()),
        pa.field("mrr", pa.int64()),
        pa.field("segment", pa.string()),
    ]
    names = {key.name for key in keys}
    own = [
        pa.field(f.name, pa.float64() if f.categories is None else pa.string())
        for f in features
        if f.name not in names
    ]
    return pa.schema([*keys, *own, *_MADE])


def definitions(features: Sequence[Feature], moment: Moment) -> str:
    """SHA-256 over all that decides what is observed on a day, but for the facts."""
    settings = moment.settings
    said = [feature.definition for feature in sorted(features, key=lambda f: f.name)]
    said += [as_text(policies_of(moment)), str(settings.reporting_currency), settings.time_zone]
    # How rows are made ready for the parts is code.
    for place in ("keepwell.risk.features.sources", "keepwell.risk.buying"):
        said += sorted(p.read_text() for p in files(place).iterdir() if p.name.endswith(".py"))
    said += [
        files("keepwell.risk").joinpath(name).read_text()
        for name in ("observing.py", "tallies.py", "differing.py")
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


@dataclass(frozen=True)
class Kept:
    """The days that count, by number, of one set of definitions; `stale` says that others are kept too."""

    days: frozenset[int]
    stale: bool
    definitions: str
    load: int

    @classmethod
    def nothing(cls, moment: Moment) -> "Kept":
        """As if nothing were kept: what is worked out from it is not to be kept either."""
        return cls(frozenset(), False, "", moment.last_load)

    @classmethod
    def of(cls, moment: Moment, features: Sequence[Feature]) -> "Kept":
        """What a book has kept."""
        wanted = definitions(features, moment)
        if not moment.has(TABLE):
            return cls(frozenset(), False, wanted, moment.last_load)
        made = moment.frame(TABLE).select("as_of", "definitions", "load").unique()
        rows = moment.engine.collect(made).to_pylist()
        same = {row["as_of"]: row["load"] for row in rows if row["definitions"] == wanted}
        reached = _reached_back(moment, min(same.values(), default=moment.last_load))
        fresh = {
            day
            for day, load in same.items()
            if not any(later > load and known < _night(moment, day) for later, known in reached.items())
        }
        return cls(frozenset(fresh), len(rows) > len(fresh), wanted, moment.last_load)

    def rows(self, moment: Moment) -> Frame:
        """The rows that count."""
        kept = moment.frame(TABLE).filter(nw.col("definitions") == self.definitions)
        return kept.filter(nw.col("as_of").is_in(sorted(self.days)))

    def stamped(self, rows: pa.Table, day: int) -> pa.Table:
        """A day's rows with what they were made from."""
        said = {"as_of": day, "definitions": self.definitions, "load": self.load}
        for name, value in said.items():
            rows = rows.append_column(name, pa.repeat(value, rows.num_rows))
        return rows


def keep(
    book: Book, engine: Engine, made: Mapping[int, Sequence[Path]], features: Sequence[Feature], aside: Path
) -> bool:
    """Let the book keep the files made for these days, and nothing stale; False where it cannot be written to now.

    The files are moved. `aside` is a folder for what has to be written again.
    """
    if not made:
        return True
    shape = schema(features)
    try:
        with book.writer(wait=0) as writer:
            moment = book.moment(engine)
            kept = Kept.of(moment, features)  # somebody else may have kept the same days meanwhile
            found = [file for day, files_ in made.items() if day not in kept.days for file in files_]
            if kept.stale:
                still = (
                    engine.write(kept.rows(moment).select(*shape.names), aside / "still") if kept.days else []
                )
                writer.replace(TABLE, shape.empty_table())
                found += still
            writer.take_in(TABLE, found)
            writer.commit()
    except BadBook:
        return False
    return True


def _reached_back(moment: Moment, since: int) -> Mapping[int, datetime]:
    """By load after `since`, the earliest moment as of which it told something of what observations rest on."""
    tables = sorted({source.table for source in all_sources().values()} | {*LEDGER_SOURCES, "rates"})
    later = [
        moment.versions(name).filter(nw.col("load") > since).select("load", "known_at")
        for name in tables
        if moment.has(name) or moment.has(f"{name}_history")
    ]
    if not later:
        return {}
    both = nw.concat(later, how="vertical").group_by("load").agg(known_at=nw.col("known_at").min())
    return {row["load"]: row["known_at"] for row in moment.engine.collect(both).to_pylist()}


def _night(moment: Moment, day: int) -> datetime:
    begins = datetime.combine(from_number(day), time(), moment.settings.zone)
    return begins.astimezone(UTC).replace(tzinfo=None)
