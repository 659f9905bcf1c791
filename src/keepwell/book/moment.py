"""One moment of the book: what a reader sees, however long it reads and whoever writes meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import narwhals as nw
import pyarrow as pa

from keepwell.book import delta
from keepwell.book.checks import sentences
from keepwell.book.engines import Engine, Frame
from keepwell.book.engines.following import Stored
from keepwell.book.kept import SCHEMAS
from keepwell.book.manifest import Manifest
from keepwell.book.persons import fact_columns, personal_columns, personal_name
from keepwell.book.store import Store
from keepwell.book.tables import BOOKKEEPING, all_tables, table_named
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

_HIDDEN = ("gone",)


Snapshots = dict[tuple[str, int], delta.Snapshot]  # by table and version


@dataclass(frozen=True)
class Cut:
    """Which state of the book a figure was made from: everything known by a moment."""

    manifest: int
    known_until: datetime
    as_known_on: date | None


class Moment:
    """One pinned manifest, read with one engine.

    With `as_known_on` every table of facts reads as it was known at the end of that company day. Derived
    tables (the ledger) always read as they were last posted.
    """

    def __init__(
        self,
        store: Store,
        manifest: Manifest,
        engine: Engine,
        as_known_on: date | None = None,
        snapshots: Snapshots | None = None,
    ) -> None:
        self._store, self._manifest, self.engine = store, manifest, engine
        self.cut = Cut(manifest.number, manifest.at, as_known_on)
        self.settings = manifest.settings
        self._snapshots = {} if snapshots is None else snapshots
        self._frames: dict[str, Frame] = {}  # those asked for: an engine takes its time to plan one

    @property
    def last_load(self) -> int:
        """The number of the newest load it holds; 0 before the first."""
        return self._manifest.last_load

    def has(self, name: str) -> bool:
        """Whether the table holds any row, current or past."""
        snapshot = self._snapshot(name)
        return snapshot is not None and bool(snapshot.files)

    def columns(self, name: str) -> list[str]:
        """The columns that `frame` gives."""
        names = self._schema(name).names
        if name not in all_tables():
            return list(names)
        names = [n for n in names if n not in _HIDDEN]
        return sorted(names, key=("known_at", "load").__contains__)

    def frame(self, name: str) -> Frame:
        """The rows of a table: its columns, known_at and load; days as numbers; deleted rows are absent.

        Personal columns are not among them, and ids of contacts are surrogates.
        """
        if name not in self._frames:
            self._frames[name] = self._frame(name)
        return self._frames[name]

    def _frame(self, name: str) -> Frame:
        schema = self._schema(name)
        rows = self._scan(name, schema)
        if name not in all_tables():
            return rows
        if self.cut.as_known_on is not None:
            rows = self._as_known(name, schema, rows)
        return rows.filter(~nw.col("gone")).select(*self.columns(name))

    def versions(self, name: str) -> Frame:
        """Every version of every row of a table of facts known by the moment, with known_at, load and gone."""
        schema = self._schema(name)
        both = [self._scan(name, schema), self._scan(f"{name}_history", schema)]
        rows = nw.concat([part.select(*schema.names) for part in both])
        if self.cut.as_known_on is not None:
            rows = rows.filter(nw.col("known_at") < self._night)
        return rows

    @property
    def _night(self) -> datetime:
        """The end of the company day as known on which it reads; naive UTC."""
        assert self.cut.as_known_on is not None
        over = self.cut.as_known_on + timedelta(days=1)
        return datetime.combine(over, time(), self.settings.zone).astimezone(UTC).replace(tzinfo=None)

    def _as_known(self, name: str, schema: pa.Schema, current: Frame) -> Frame:
        """The newest version of each key known before the night.

        Where the current version was known by then it is the one; only for the other keys is the past read.
        """
        key = list(all_tables()[name].key)
        known = nw.col("known_at") < self._night
        still = current.filter(known)
        if not self.has(f"{name}_history"):
            return still
        past = self._scan(f"{name}_history", schema).filter(known)
        # Few rows have a past: the present is asked about those, not the past about all of the present.
        overtaken = still.select(*key).join(past.select(*key), on=key, how="semi")
        past = past.join(overtaken, on=key, how="anti")
        past = past.unique(subset=key, keep="last", order_by=["known_at", "load"])
        return nw.concat([still.select(*schema.names), past.select(*schema.names)])

    def changed_accounts(self, since_load: int) -> Frame:
        """Accounts (account_id) with facts of the ledger written by later loads; a missing one means any."""
        return self.frame("changes").filter(nw.col("load") > since_load).select("account_id")

    def personal(self, name: str, *, loads: bool = False) -> Frame:
        """The personal columns of a table, under its key and the contact's surrogate; one row a key.

        They are as they are now, whatever day the moment is known on, and without persons erased since. With `loads`
        each bears in `words_load` the load that wrote it, which need not be that of the row it belongs to.
        """
        table = table_named(name)
        columns = personal_columns(table, ())
        if columns is None:
            raise KeepwellError(_("The table “{name}” keeps nothing personal.").format(name=name))
        snapshot = self._snapshot(personal_name(name))
        schema = snapshot.schema if snapshot else columns
        shown = [n for n in schema.names if n not in ("known_at", "load")]
        found = self._scan(personal_name(name), schema)
        return found.select(*shown, *([nw.col("load").alias("words_load")] if loads else []))

    def quarantined(self, file: str | None = None) -> dict[tuple[str, str], int]:
        """How many rows wait in quarantine, by table and reason; a row counts once, under its first reason.

        With `file` only the rows of files of that name.
        """
        rank = nw.lit("99")
        for place, reason in enumerate(sentences()):
            rank = nw.when(nw.col("reason") == reason).then(nw.lit(f"{place:02}")).otherwise(rank)
        waiting = self.frame("quarantine")
        if file:
            waiting = waiting.filter(nw.col("file") == file)
        ranked = waiting.with_columns(first=nw.concat_str([rank, nw.col("reason")]))
        rows = ranked.group_by("table", "id").agg(first=nw.col("first").min())
        counted = rows.group_by("table", "first").agg(rows=nw.len().cast(nw.Int64))
        found = self.engine.collect(counted).to_pylist()
        return {(row["table"], row["first"][2:]): row["rows"] for row in found}

    def covered(self, name: str) -> date | None:
        """The day up to which all sources of a table are complete, itself not included; None if unsaid.

        As known on a day it is what had been said by the end of it, and never beyond it.
        """
        days = self._manifest.covered.get(name, {})
        known_on = self.cut.as_known_on
        if known_on is not None:
            over, said = known_on + timedelta(days=1), self._covered_then
            days = days if said is None else said.get(name, {})
            days = {source: min(day, over) for source, day in days.items()}
        return min(days.values(), default=None)

    @cached_property
    def _covered_then(self) -> Mapping[str, Mapping[str, date]] | None:
        """By table, up to which day each source was known to be complete, as `keepwell.book.kept.COVERED` notes it.

        None where nothing was ever noted.
        """
        if not self.has("covered"):
            return None
        found: dict[str, dict[str, date]] = {}
        said = self.frame("covered").filter(nw.col("known_at").is_null() | (nw.col("known_at") < self._night))
        # What was said last holds, as it does in the present: also where it was said of a past.
        for row in sorted(self.engine.collect(said).to_pylist(), key=lambda row: row["load"]):
            sources = found.setdefault(row["table"], {})
            day, before = from_number(row["day"]), sources.get(row["source"])
            sources[row["source"]] = max(day, before) if row["at_least"] and before else day
        return found

    def stored(self, name: str) -> Stored:
        """The files of a table as it is now, for rows that are read as they lie in them."""
        return self._stored(name, self._schema(name))

    def _scan(self, name: str, schema: pa.Schema) -> Frame:
        found = self._stored(name, schema)
        return self.engine.scan(found.files, schema, at=found.at)

    def _stored(self, name: str, schema: pa.Schema) -> Stored:
        snapshot, folder = self._snapshot(name), delta.folder(name)
        found = [f"{folder}/{file}" for file in snapshot.files] if snapshot else []
        if self._store.remote:
            paths = tuple(self._store.arrow_path(path) for path in found)
            return Stored(paths, schema, self._store.arrow_files)
        return Stored(tuple(self._store.uri(path) for path in found), schema)

    def _schema(self, name: str) -> pa.Schema:
        """The columns of a table; those that it has got since its rows were written are empty in them."""
        snapshot, table = self._snapshot(name), all_tables().get(name)
        if snapshot and table is None:
            return snapshot.schema
        if name in SCHEMAS:
            return SCHEMAS[name]
        if table is None:
            raise _no_table(name, self._manifest)
        columns = pa.schema([*fact_columns(table, ()), *BOOKKEEPING])
        if not snapshot:
            return columns
        there = snapshot.schema
        return pa.schema([*there, *(one for one in columns if one.name not in there.names)])

    def _snapshot(self, name: str) -> delta.Snapshot | None:
        version = self._manifest.tables.get(name)
        if version is None:
            return None
        if (name, version) not in self._snapshots:
            self._snapshots[name, version] = delta.Snapshot(self._store, name, version)
        return self._snapshots[name, version]


def _no_table(name: str, manifest: Manifest) -> KeepwellError:
    close = near(name, {*all_tables(), *manifest.tables})
    return KeepwellError(
        _("The book has no table “{name}”.").format(name=name),
        ways=[_("Did you mean {names}?").format(names=", ".join(close))] if close else [],
    )
