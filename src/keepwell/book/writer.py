# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""The one who writes: puts rows, and makes everything put visible at once.

Nothing that a writer does can be seen until `commit`. A writer that dies leaves the book as it was.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book import manifest as manifests
from keepwell.book.delta import Draft
from keepwell.book.engines.workbench import Workbench, files, listed
from keepwell.book.incoming import RESERVED, Incoming, Rows, as_files, incoming
from keepwell.book.kept import CHANGES, COVERED, ERASED, LOADS, QUARANTINE
from keepwell.book.manifest import Manifest
from keepwell.book.persons import SOURCE_ID, PersonalPart, personal_name
from keepwell.book.settings import Settings
from keepwell.book.store import Store
from keepwell.book.stored import rewrite_without, stored_rows
from keepwell.book.tables import BOOKKEEPING, Table, table_named
from keepwell.book.versions import Counts, Versions
from keepwell.lib.errors import BadBook, KeepwellError
from keepwell.lib.text import gettext as _

GONE_WITHOUT_ASKING = 0.05  # share of a table that a snapshot may take away unconfirmed
LEDGER_SOURCES = ("accounts", "subscriptions", "purchases", "invoices")
_MANY_ROWS = 100_000


class Writer:
    """Writes to a book whose lock it holds; made by `Book.writer`."""

    def __init__(self, store: Store, base: Manifest, staging: Path, secret: bytes) -> None:
        self._store, self._base, self._staging, self.secret = store, base, staging, secret
        self._root = store.local or staging
        self.bench = Workbench(staging, home=store.home)
        self._begin(base)

    def _begin(self, base: Manifest) -> None:
        self._base = base
        self._drafts: dict[str, Draft] = {}
        self._loads: list[dict[str, object]] = []
        self._covered = {table: dict(days) for table, days in base.covered.items()}
        self._said_covered: list[dict[str, object]] = []
        self.settings: Settings = base.settings
        self.last_load = base.last_load

    def put(
        self,
        table: str,
        rows: Rows,
        *,
        known_at: datetime,
        source: str = "",
        file: str = "",
        snapshot: bool = False,
        confirmed: bool = False,
        unique: bool = False,
        spared: pa.Table | None = None,
        quarantined: int = 0,
        finished: bool = False,
    ) -> Counts:
        """Add rows to a table as versions; a row that says nothing new is not written.

        `rows` have the table's columns as `Table.schema` types them; columns beyond it are kept as text,
        columns they lack are taken as missing. A column `known_at` (naive UTC) says of each row since when it
        is known, else `known_at` is. Rows that share a number in a column `__line` are versions made of one
        line of a file and count once. `unique` promises that no key comes twice, which spares looking.
        `snapshot` says that these are all the rows there are: keys they lack, but for those in `spared`, are
        marked gone; above 5% of the table KeepwellError is raised unless it was `confirmed`. `finished` says
        that `rows` are files as they are stored, with `load` and `gone`: into an empty table they are then taken as
        they are, unless they name persons.
        """
        entry = table_named(table)
        load = self.last_load + 1
        moment = f"TIMESTAMP '{_naive(known_at).isoformat(sep=' ')}'"
        coming = incoming(
            self.bench,
            entry,
            as_files(self.bench, rows, self._staging),
            known_at=moment,
            load=load,
            extras=self._stored_extras(entry),
            secret=self.secret,
        )
        unique = unique and not coming.several
        versions = Versions(
            self.bench,
            self.draft(table),
            self.draft(f"{table}_history"),
            key=entry.key,
            columns=coming.facts,
            rows=coming.view,
        )
        versions.weigh(unique=unique, load=load)
        if snapshot:
            self._mark_gone(table, versions, moment, spared, confirmed)
        persons = self._personal_part(entry, coming)
        if persons:
            persons.weigh(unique=unique, gone=versions.gone)
        counts = versions.counts(persons.changes if persons else None)
        if table in LEDGER_SOURCES:
            self._note_changes(versions, load, counts)
        as_they_are = _as_stored(rows, entry, coming) if finished else []
        versions.write(known_at=moment, load=load, finished=as_they_are)
        if persons:
            persons.write()
        versions.forget()
        self.last_load = load
        self._log(counts, table=table, source=source, file=file, quarantined=quarantined)
        return counts

    def _mark_gone(
        self, table: str, versions: Versions, moment: str, spared: pa.Table | None, confirmed: bool
    ) -> None:
        taken = self.bench.take(spared) if spared is not None else None
        gone, of = versions.mark_gone(known_at=moment, spared=taken)
        if gone > of * GONE_WITHOUT_ASKING and not confirmed:
            raise _too_many_gone(table, gone, of)

    def _personal_part(self, entry: Table, coming: Incoming) -> PersonalPart | None:
        if coming.personal is None:
            return None
        erased = self.draft("erased")
        return PersonalPart(
            self.bench,
            self.draft(personal_name(entry.name)),
            table=entry,
            columns=coming.personal,
            rows=coming.view,
            erased=stored_rows(self.bench, erased, ERASED) if erased.files else None,
            secret=self.secret,
        )

    def _stored_extras(self, entry: Table) -> list[str]:
        """Columns the table has beside those foreseen, from earlier files."""
        name = personal_name(entry.name) if entry.extras_personal else entry.name
        schema = self.draft(name).schema
        known = {*entry.schema().names, *RESERVED, SOURCE_ID}
        return [n for n in schema.names if n not in known] if schema else []

    def _log(self, counts: Counts, **said: object) -> None:
        at = datetime.now(UTC).replace(tzinfo=None)
        self._loads.append({"load": self.last_load, "at": at, **asdict(counts), **said})

    def _note_changes(self, versions: Versions, load: int, counts: Counts) -> None:
        if versions.all_new and counts.loaded > _MANY_ROWS:
            self.append("changes", pa.table({"load": [load], "account_id": [None]}, schema=CHANGES))
            return
        touched = f"SELECT {load}::BIGINT AS load, account_id FROM ({versions.touched('account_id')})"
        draft = self.draft("changes")
        draft.add([self.bench.write(touched, draft.new_file())])

    def quarantine(self, rows: pa.Table) -> None:
        """Keep rows that could not be taken in, as `keepwell.book.kept.QUARANTINE` describes them."""
        self.append("quarantine", rows.select(QUARANTINE.names).cast(QUARANTINE))

    def release(self, ids: pa.Table) -> None:
        """Take rows out of the quarantine by their `id`."""
        self._without("quarantine", QUARANTINE, ids)

    def _without(self, name: str, columns: pa.Schema, doomed: pa.Table) -> None:
        draft, keys = self.draft(name), listed(doomed.column_names)
        taken, found = self.bench.take(doomed), self.bench.new_name("doomed")
        stored = stored_rows(self.bench, draft, columns)
        self.bench.run(
            f"CREATE TEMP TABLE {found} AS SELECT {keys}, __file FROM {stored} SEMI JOIN {taken} USING ({keys})"
        )
        rewrite_without(self.bench, draft, columns, keys=keys, doomed=found)
        self.bench.drop([found])

    def append(self, name: str, rows: Rows) -> None:
        """Add rows to a derived table, as they are."""
        draft = self.draft(name)
        found = as_files(self.bench, rows, self._staging)
        if found:
            draft.add([self.bench.write(f"SELECT * FROM {files(found)}", draft.new_file())])

    def staged_folder(self) -> Path:
        """A new folder's name for an engine to write files into, which `take_in` then moves into a table."""
        return self._staging / self.bench.new_name("folder")

    def take_in(self, name: str, found: Iterable[Path]) -> list[Path]:
        """Let a derived table hold these finished files too. They are moved, not copied; where to, is returned."""
        draft = self.draft(name)
        moved = [file.rename(draft.new_file()) for file in found]
        draft.add(moved)
        return [file for file in moved if file.exists()]

    def replace(self, name: str, rows: Rows) -> None:
        """Let a derived table hold these rows and no others."""
        draft = self.draft(name)
        draft.remove(list(draft.files))
        self.append(name, rows)

    def cover(
        self,
        table: str,
        source: str,
        day: date,
        *,
        known_at: datetime | None = None,
        at_least: bool = False,
    ) -> date:
        """Say that a source of a table is complete up to a day, itself not included; the day that now holds.

        `known_at` is since when this is known; without it, each day counts as known complete when it was over.
        With `at_least` a later day said before stays.
        """
        days = self._covered.setdefault(table_named(table).name, {})
        before = days.get(source)
        days[source] = max(day, before) if at_least and before else day
        since = _naive(known_at) if known_at else None
        row = {"table": table, "source": source, "day": day, "known_at": since, "at_least": at_least}
        self._said_covered.append({"load": self.last_load, **row})
        return days[source]

    def settle(self, settings: Settings) -> None:
        """Change the book's settings with this commit."""
        if settings.time_zone != self._base.settings.time_zone and self._base.last_load:
            raise KeepwellError(
                _("The time zone cannot change once rows are loaded: their days were worked out with it."),
                ways=[_("Make a new book with the other time zone and load the files again.")],
            )
        self.settings = settings

    def commit(self) -> Manifest:
        """Make everything since the last commit visible, all of it at once; the manifest it made."""
        if self._loads:
            self.append("loads", pa.Table.from_pylist(self._loads, schema=LOADS))
        if self._said_covered:
            earlier = [] if "covered" in self._base.tables else self._covered_before()
            self.append("covered", pa.Table.from_pylist(earlier + self._said_covered, schema=COVERED))
        tables = dict(self._base.tables)
        for name, draft in self._drafts.items():
            version = draft.commit()
            if version is not None:
                tables[name] = version
        made = replace(
            self._base,
            number=self._base.number + 1,
            at=manifests.now(),
            settings=self.settings,
            tables=tables,
            covered=self._covered,
            last_load=self.last_load,
        )
        if not self._store.create(made.path, made.to_bytes()):
            raise BadBook(
                _("Another writer took over the book at {home}.").format(home=self._store.home),
                ways=[_("Try again; the book is as the other writer left it.")],
            )
        self._begin(made)
        return made

    def _covered_before(self) -> list[dict[str, object]]:
        """What is covered in a book that has not noted since when: it counts as always known."""
        found = [(t, source, day) for t, days in self._base.covered.items() for source, day in days.items()]
        return [
            {"load": self._base.last_load, "table": t, "source": source, "day": day, "at_least": False}
            for t, source, day in found
        ]

    def tables(self) -> list[str]:
        """The stored tables."""
        return sorted({*self._base.tables, *self._drafts})

    def draft(self, name: str) -> Draft:
        """A table as this writer is changing it."""
        if name not in self._drafts:
            self._drafts[name] = Draft(self._store, name, self._base.tables.get(name), self._root)
        return self._drafts[name]

    def close(self) -> None:
        """Let go of what was not committed."""
        self.bench.close()


def _as_stored(rows: Rows, table: Table, coming: Incoming) -> list[Path]:
    """The files among `rows` if they may lie in the table as they are: they name nobody, and hold nothing else.

    Columns that are empty throughout they may lack.
    """
    if isinstance(rows, pa.Table | pa.RecordBatchReader):
        return []
    if coming.personal is not None or coming.several or any(c.refers == "contacts" for c in table.columns):
        return []
    stored = {field.name: field.type for field in (*coming.facts, *BOOKKEEPING)}
    found = [{f.name: f.type for f in pq.read_schema(file)} for file in rows]
    needed = {*table.key, *BOOKKEEPING.names}
    fit = all(columns.items() <= stored.items() and needed <= columns.keys() for columns in found)
    return list(rows) if fit else []


def _naive(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _too_many_gone(table: str, gone: int, of: int) -> KeepwellError:
    return KeepwellError(
        _("This snapshot of {table} would mark {gone} of {of} rows as gone.").format(
            table=table, gone=gone, of=of
        ),
        seen=_("{share:.1%} of the table; more than {limit:.0%} wants a confirmation").format(
            share=gone / of, limit=GONE_WITHOUT_ASKING
        ),
        ways=[
            _("If the file really holds everything there is, confirm it: --yes"),
            _("Else load it without --snapshot."),
        ],
    )
