"""One stored table: Parquet files, and a Delta log that says which of them count.

Files are written by the engine, at its own speed; a change of a table is one entry of its log that names
files added and files removed. An entry's number can be taken only once, so two writers can never both make
the same step. Entries hold no values of any row: only names, sizes and counts of rows.
"""

import json
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError

from keepwell.book.store import Store
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

FOLDER = "tables"
_CHECKPOINT_EVERY = 20  # entries of the log, so that opening a table reads few of them


def folder(name: str) -> str:
    """Where a table lies below the home."""
    return f"{FOLDER}/{name}"


class File(NamedTuple):
    """A Parquet file of a table: its bytes and its rows."""

    size: int
    rows: int


class Snapshot:
    """A table at one version: its live files by name, and its columns."""

    def __init__(self, store: Store, name: str, version: int) -> None:
        self.name, self.version = name, version
        table = _opened(store, name, version)
        self.schema = pa.schema(table.schema().to_arrow())
        actions = pa.table(table.get_add_actions(flatten=True)).select(["path", "size_bytes", "num_records"])
        self.files = {row["path"]: File(row["size_bytes"], row["num_records"]) for row in actions.to_pylist()}


def latest_version(store: Store, name: str) -> int | None:
    """The newest version in the log, pinned or not; None where there is no table."""
    try:
        return DeltaTable(store.uri(folder(name)), storage_options=store.options).version()
    except TableNotFoundError:
        return None


class Draft:
    """A table as a writer is changing it: what is pinned, with files added and removed that nobody sees yet.

    `root` is where files are written and read: the home itself, or for a remote home a folder here.
    """

    def __init__(
        self, store: Store, name: str, version: int | None, root: Path, keys: Iterable[str] = ()
    ) -> None:
        self.store, self.name, self.root = store, name, root
        self._keys = tuple(keys)
        self._pinned = None if version is None else Snapshot(store, name, version)
        self.schema: pa.Schema | None = self._pinned.schema if self._pinned else None
        self.files: dict[str, File] = dict(self._pinned.files) if self._pinned else {}
        self._version = self._restored(version)

    @property
    def place(self) -> Path:
        """The folder for new files."""
        place = self.root / folder(self.name)
        place.mkdir(parents=True, exist_ok=True)
        return place

    def new_file(self) -> Path:
        """A name that no file has had yet."""
        return self.place / f"part-{uuid.uuid4().hex}.parquet"

    def paths(self) -> list[str]:
        """The live files, each here on this machine."""
        found = []
        for name in self.files:
            path = self.root / folder(self.name) / name
            if not path.exists() and self.store.remote:
                self.store.fetch(f"{folder(self.name)}/{name}", path)
            found.append(str(path))
        return found

    def add(self, files: Iterable[Path]) -> None:
        """Let files in the table's folder count. New columns are taken in; files without rows are not."""
        for file in files:
            rows = pq.read_metadata(file).num_rows
            if rows == 0:
                file.unlink()
                continue
            self.files[file.name] = File(file.stat().st_size, rows)
            self.widen(pq.read_schema(file))

    def remove(self, files: Iterable[str]) -> None:
        """Let files, named by their whole path or last part, no longer count."""
        for file in files:
            del self.files[Path(file).name]

    def widen(self, schema: pa.Schema) -> None:
        """Let the table have these columns too; of files without them they are missing."""
        known = self.schema or pa.schema([])
        new = [f.with_nullable(True) for f in schema if f.name not in known.names]
        self.schema = pa.schema([*[f.remove_metadata() for f in known], *[f.remove_metadata() for f in new]])

    @property
    def rows(self) -> int:
        """How many rows the live files hold."""
        return sum(file.rows for file in self.files.values())

    def commit(self) -> int | None:
        """Write one entry of the log, if anything changed; the version to pin, None for a table never made.

        Nobody reads it until a manifest pins it.
        """
        before = self._pinned.files if self._pinned else {}
        for name in self.files.keys() - before.keys():
            self._keep(name)
        version = self._version
        if version is None:
            if self.schema is None:
                return None
            self._create(self.schema)
            version = 0
        actions = _difference(before, self.files)
        if self._pinned and self.schema and self.schema.names != self._pinned.schema.names:
            actions.append(self._columns(self.schema))
        return self._enter(version + 1, actions) if actions else version

    def _create(self, schema: pa.Schema) -> None:
        DeltaTable.create(
            self.store.uri(folder(self.name)),
            schema=Schema.from_arrow(schema),
            # Whoever else writes here must not put values of rows into the log either.
            configuration={"delta.dataSkippingStatsColumns": ",".join(self._keys) or schema.names[0]},
            storage_options=self.store.options,
        )

    def _keep(self, name: str) -> None:
        """Make a new file safe: on the disk, or at the remote home."""
        path = self.root / folder(self.name) / name
        if self.store.remote:
            self.store.send(path, f"{folder(self.name)}/{name}")
            return
        with path.open("rb") as handle:
            os.fsync(handle.fileno())

    def _columns(self, schema: pa.Schema) -> dict[str, Any]:
        assert self._pinned is not None
        meta = _opened(self.store, self.name, self._pinned.version).metadata()
        return {
            "metaData": {
                "id": str(meta.id),
                "format": {"provider": "parquet", "options": {}},
                "schemaString": Schema.from_arrow(schema).to_json(),
                "partitionColumns": [],
                "createdTime": meta.created_time,
                "configuration": meta.configuration,
            }
        }

    def _enter(self, version: int, actions: list[dict[str, Any]]) -> int:
        lines = [
            {"commitInfo": {"timestamp": _millis(), "operation": "WRITE", "engineInfo": "keepwell"}},
            *actions,
        ]
        content = "\n".join(json.dumps(line) for line in lines).encode()
        if not self.store.create(f"{folder(self.name)}/_delta_log/{version:020d}.json", content):
            raise BadBook(
                _("Another writer took over the book at {home}.").format(home=self.store.home),
                ways=[_("Try again; the book is as the other writer left it.")],
            )
        if version % _CHECKPOINT_EVERY == 0:
            _opened(self.store, self.name, version).create_checkpoint()
        return version

    def _restored(self, pinned: int | None) -> int | None:
        """Undo what a writer entered but never pinned before it died; the version that now is as pinned."""
        newest = latest_version(self.store, self.name)
        if newest is None or newest == pinned:
            return pinned
        if self._pinned is None:
            drop(self.store, self.name)
            return None
        ahead = Snapshot(self.store, self.name, newest)
        actions = _difference(ahead.files, self._pinned.files)
        if ahead.schema.names != self._pinned.schema.names:
            actions.append(self._columns(self._pinned.schema))
        return self._enter(newest + 1, actions) if actions else newest


def drop(store: Store, name: str) -> None:
    """Take a table away as if it had never been; the newest entries of its log first."""
    log = sorted((e.path for e in store.list(f"{folder(name)}/_delta_log")), reverse=True)
    store.delete(log)
    store.delete(e.path for e in store.list(folder(name)))


def _opened(store: Store, name: str, version: int) -> DeltaTable:
    try:
        return DeltaTable(store.uri(folder(name)), version=version, storage_options=store.options)
    except (DeltaError, OSError) as error:
        raise BadBook(
            _("The table “{name}” of the book at {home} cannot be read as of version {version}.").format(
                name=name, home=store.home, version=version
            ),
            seen=str(error).splitlines()[0],
            ways=[
                _("If this cut was cleaned away, ask for a newer one; else restore the book from a backup.")
            ],
        ) from error


def _difference(before: Mapping[str, File], after: Mapping[str, File]) -> list[dict[str, Any]]:
    """The entries that lead from one set of live files to another."""
    added = [_add(name, file) for name, file in after.items() if name not in before]
    return added + [_remove(name, file) for name, file in before.items() if name not in after]


def _add(name: str, file: File) -> dict[str, Any]:
    stats = json.dumps({"numRecords": file.rows})
    entry = {"path": name, "size": file.size, "modificationTime": _millis(), "stats": stats}
    return {"add": {**entry, "partitionValues": {}, "dataChange": True}}


def _remove(name: str, file: File) -> dict[str, Any]:
    entry = {"path": name, "size": file.size, "deletionTimestamp": _millis(), "extendedFileMetadata": True}
    return {"remove": {**entry, "partitionValues": {}, "dataChange": True}}


def _millis() -> int:
    return int(time.time() * 1000)
