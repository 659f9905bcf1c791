# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""The one who writes: puts rows, and makes everything put visible at once.

Nothing that a writer does can be seen until `commit`. A writer that dies leaves the book as it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from keepwell.book import manifest as manifests
from keepwell.book.delta import Draft
from keepwell.book.engines.workbench import Workbench, files, quoted, sql_type
from keepwell.book.manifest import Manifest
from keepwell.book.settings import Settings
from keepwell.book.store import Store
from keepwell.book.tables import Table, table_named
from keepwell.book.versions import Counts, Versions
from keepwell.lib.errors import BadBook, KeepwellError
from keepwell.lib.text import gettext as _

Rows: TypeAlias = pa.Table | pa.RecordBatchReader | Sequence[Path]

GONE_WITHOUT_ASKING = 0.05  # share of a table that a snapshot may take away unconfirmed
LEDGER_SOURCES = ("accounts", "subscriptions", "purchases", "invoices")
_MANY_ROWS = 100_000
_RESERVED = ("known_at", "load", "gone", "row_hash", "__line")

LOADS = pa.schema(
    [
        ("load", pa.int64()),
        ("at", pa.timestamp("us")),
        ("table", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("loaded", pa.int64()),
        ("updated", pa.int64()),
        ("unchanged", pa.int64()),
        ("gone", pa.int64()),
        ("quarantined", pa.int64()),
    ]
)
# Which accounts a load touched; a missing account_id means that any may have been.
CHANGES = pa.schema([("load", pa.int64()), ("account_id", pa.string())])


class Writer:
    """Writes to a book whose lock it holds; made by `Book.writer`."""

    def __init__(self, store: Store, base: Manifest, staging: Path, secret: bytes) -> None:
        self._store, self._base, self._staging, self._secret = store, base, staging, secret
        self._root = store.local or staging
        self._bench = Workbench(staging, home=store.home)
        self._begin(base)

    def _begin(self, base: Manifest) -> None:
        self._base = base
        self._drafts: dict[str, Draft] = {}
        self._loads: list[dict[str, object]] = []
        self._covered = {table: dict(days) for table, days in base.covered.items()}
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
    ) -> Counts:
        """Add rows to a table as versions; a row that says nothing new is not written.

        `rows` have the table's columns as `Table.schema` types them; columns beyond it are kept as text,
        columns they lack are taken as missing. A column `known_at` (naive UTC) says of each row since when it
        is known, else `known_at` is. Rows that share a number in a column `__line` are versions made of one
        line of a file and count once. `unique` promises that no key comes twice, which spares looking.
        `snapshot` says that these are all the rows there are: keys they lack, but for those in `spared`, are
        marked gone; above 5% of the table KeepwellError is raised unless it was `confirmed`.
        """
        entry = table_named(table)
        load = self.last_load + 1
        moment = f"TIMESTAMP '{_naive(known_at).isoformat(sep=' ')}'"
        view, columns, seen = self._incoming(entry, rows, moment, load)
        versions = Versions(
            self._bench,
            self.draft(table),
            self.draft(f"{table}_history"),
            key=entry.key,
            columns=columns,
            rows=view,
        )
        versions.weigh(unique=unique and "__line" not in seen, load=load)
        if snapshot:
            taken = self._bench.take(spared) if spared is not None else None
            gone, of = versions.mark_gone(known_at=moment, spared=taken)
            if gone > of * GONE_WITHOUT_ASKING and not confirmed:
                raise _too_many_gone(table, gone, of)
        counts = versions.counts()
        if table in LEDGER_SOURCES:
            self._note_changes(versions, load, counts)
        versions.write(known_at=moment, load=load)
        versions.forget()
        self.last_load = load
        self._loads.append(
            {
                "load": load,
                "at": datetime.now(UTC).replace(tzinfo=None),
                "table": table,
                "source": source,
                "file": file,
                "loaded": counts.loaded,
                "updated": counts.updated,
                "unchanged": counts.unchanged,
                "gone": counts.gone,
                "quarantined": quarantined,
            }
        )
        return counts

    def _incoming(self, entry: Table, rows: Rows, moment: str, load: int) -> tuple[str, pa.Schema, list[str]]:
        """A view of the rows with the columns the table stores; those columns; the columns given."""
        paths = [str(path) for path in self._as_files(rows)]
        if not paths:
            paths = [str(self._bench.write(_nothing(entry), self._staged()))]
        seen = self._bench.schema(f"SELECT * FROM {files(paths)}").names
        foreseen = entry.schema()
        extra = [n for n in seen if n not in foreseen.names and n not in _RESERVED]
        extra += [n for n in self._stored_extras(entry) if n not in extra]
        columns = entry.schema(extra)
        parts = [
            f"CAST({quoted(f.name) if f.name in seen else 'NULL'} AS {sql_type(f.type)}) AS {quoted(f.name)}"
            for f in columns
        ]
        number = "(file_index::BIGINT << 40) + file_row_number"
        line = "__line" if "__line" in seen else number
        known = f"coalesce(known_at, {moment})" if "known_at" in seen else moment
        view = self._bench.new_name("rows")
        self._bench.run(f"""
            CREATE TEMP VIEW {view} AS
            SELECT {number} AS __id, {line} AS __line, {", ".join(parts)},
                {known}::TIMESTAMP AS known_at, {load}::BIGINT AS load, false AS gone
            FROM {files(paths)}""")
        return view, columns, seen

    def _stored_extras(self, entry: Table) -> list[str]:
        schema = self.draft(entry.name).schema
        foreseen = entry.schema().names
        return [n for n in schema.names if n not in foreseen and n not in _RESERVED] if schema else []

    def _as_files(self, rows: Rows) -> list[Path]:
        if isinstance(rows, pa.Table):
            rows = rows.to_reader()
        if isinstance(rows, pa.RecordBatchReader):
            file = self._staged()
            self._bench.spool(rows, file)
            return [file]
        return [Path(path) for path in rows]

    def _staged(self) -> Path:
        return self._staging / f"{self._bench.new_name('rows')}.parquet"

    def _note_changes(self, versions: Versions, load: int, counts: Counts) -> None:
        if versions.all_new and counts.loaded > _MANY_ROWS:
            self.append("changes", pa.table({"load": [load], "account_id": [None]}, schema=CHANGES))
            return
        touched = f"SELECT {load}::BIGINT AS load, account_id FROM ({versions.touched('account_id')})"
        draft = self.draft("changes")
        draft.add([self._bench.write(touched, draft.new_file())])

    def append(self, name: str, rows: Rows) -> None:
        """Add rows to a derived table, as they are."""
        draft = self.draft(name)
        found = list(map(str, self._as_files(rows)))
        if found:
            draft.add([self._bench.write(f"SELECT * FROM {files(found)}", draft.new_file())])

    def staged_folder(self) -> Path:
        """A new folder's name for an engine to write files into, which `take_in` then moves into a table."""
        return self._staging / self._bench.new_name("folder")

    def take_in(self, name: str, found: Iterable[Path]) -> None:
        """Let a derived table hold these finished files too. They are moved, not copied."""
        draft = self.draft(name)
        for file in found:
            draft.add([file.rename(draft.new_file())])

    def replace(self, name: str, rows: Rows) -> None:
        """Let a derived table hold these rows and no others."""
        draft = self.draft(name)
        draft.remove(list(draft.files))
        self.append(name, rows)

    def cover(self, table: str, source: str, day: date) -> None:
        """Say that a source of a table is complete up to a day, itself not included."""
        table_named(table)
        self._covered.setdefault(table, {})[source] = day

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

    def draft(self, name: str) -> Draft:
        """A table as this writer is changing it."""
        if name not in self._drafts:
            self._drafts[name] = Draft(self._store, name, self._base.tables.get(name), self._root)
        return self._drafts[name]

    def close(self) -> None:
        """Let go of what was not committed."""
        self._bench.close()


def _nothing(entry: Table) -> str:
    parts: Iterable[str] = (f"NULL::{sql_type(f.type)} AS {quoted(f.name)}" for f in entry.schema())
    return f"SELECT {', '.join(parts)} LIMIT 0"


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
            _("If the file really holds everything there is, confirm it."),
            _("Else load it without --snapshot."),
        ],
    )
