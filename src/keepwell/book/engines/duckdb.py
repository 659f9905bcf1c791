# ruff: noqa: D102 - what each method does is said by Engine, in the package
"""DuckDB, in the process: the default, with nothing to install."""

import copy
import itertools
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.fs as pafs

from keepwell.book.engines import Engine, Frame
from keepwell.book.engines.following import Stored, Work, whole_groups, write_followed

_EPOCH = "DATE '1970-01-01'"
_AT_ONCE = 491_520  # rows followed at a time: four of the row groups that are written
_STORED_AT_ONCE = 122_880  # of stored rows: columns much longer are given back to the system after each step


class DuckDBEngine:
    """Computes with DuckDB on this machine, spilling to a temporary folder beyond its memory.

    Settings are DuckDB's own: `memory_limit`, `threads`.
    """

    name = "duckdb"

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._spill: tempfile.TemporaryDirectory[str] | None = tempfile.TemporaryDirectory(
            prefix="keepwell-duckdb-"
        )
        config: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": self._spill.name,
            "memory_limit": "3GiB",
            "preserve_insertion_order": "false",
            **settings,
            # No extension is ever fetched or loaded, and nothing that a query says can change that.
            "lock_configuration": "true",
        }
        self.connection = duckdb.connect(":memory:", config=config)
        self._folder = Path(self._spill.name)
        ((threads,),) = self.connection.execute("SELECT current_setting('threads')").fetchall()
        self._threads = int(threads)
        self._names = itertools.count(1)
        self._persisted: list[str] = []

    def scan(self, files: Sequence[str], schema: pa.Schema, *, at: pafs.FileSystem | None = None) -> Frame:
        if not files:
            return self.frame(schema.empty_table())
        if at is not None:
            return self.frame(pads.dataset(list(files), schema=schema, format="parquet", filesystem=at))
        source = self.connection.read_parquet([str(f) for f in files], union_by_name=True)
        present = set(source.columns)
        columns = [
            _at_the_door(f.name, f.type)
            if f.name in present
            else f"NULL::{_sql_type(f.type)} AS {_quoted(f.name)}"
            for f in schema
        ]
        return nw.from_native(
            source.project(", ".join(columns))
        )  # as one text: looked at once, not one by one

    def frame(self, table: Any) -> Frame:
        relation = table if isinstance(table, duckdb.DuckDBPyRelation) else self._taken_in(table)
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        if any(t == "DATE" for t in types.values()):
            relation = relation.project(
                ", ".join(
                    f"CAST({_quoted(c)} - {_EPOCH} AS BIGINT) AS {_quoted(c)}" if t == "DATE" else _quoted(c)
                    for c, t in types.items()
                )
            )
        return nw.from_native(relation)

    def _taken_in(self, table: Any) -> duckdb.DuckDBPyRelation:
        if not isinstance(table, pa.Table | pads.Dataset):
            native: Any = nw.from_native(table)
            table = (native.collect() if isinstance(native, nw.LazyFrame) else native).to_arrow()
        # Not registered under a name: whatever changes names has every frame looked at anew that is used afterwards.
        return self.connection.from_arrow(table)

    def persist(self, frame: Frame) -> Frame:
        name = self._new_name()
        relation: duckdb.DuckDBPyRelation = frame.to_native()
        relation.create(name)
        self._persisted.append(name)
        return nw.from_native(self.connection.table(name))

    def collect(self, frame: Frame) -> pa.Table:
        relation: duckdb.DuckDBPyRelation = frame.to_native()
        return relation.to_arrow_table()

    def batches(self, frame: Frame) -> Iterator[pa.RecordBatch]:
        relation: duckdb.DuckDBPyRelation = frame.to_native()
        yield from relation.to_arrow_reader(100_000)

    def write(self, frame: Frame, folder: Path, *, sort: Sequence[str] = ()) -> list[Path]:
        relation: duckdb.DuckDBPyRelation = frame.to_native()
        if sort:
            relation = relation.order(", ".join(map(_quoted, sort)))
        folder.mkdir(parents=True)
        file = folder / "part-0.parquet"
        relation.write_parquet(str(file), compression="zstd")
        return [file]

    def follow(
        self,
        rows: Frame | Stored,
        work: Work,
        outputs: Mapping[str, pa.Schema],
        *,
        sort: Sequence[str],
        folder: Path | None = None,
    ) -> dict[str, list[Path]]:
        tables = whole_groups(self._in_order(rows, sort), sort[0])
        # What lasts as long as the engine is read once or twice: making it small would cost more than that.
        compression = "zstd" if folder else "lz4"
        folder = folder or self._folder / self._new_name()
        return write_followed(tables, work, outputs, folder, threads=self._threads, compression=compression)

    def _in_order(self, rows: Frame | Stored, sort: Sequence[str]) -> Iterable[pa.RecordBatch]:
        if isinstance(rows, Stored):
            return rows.batches(sort[0], _STORED_AT_ONCE)
        relation: duckdb.DuckDBPyRelation = rows.to_native()
        in_order = relation.order(", ".join(map(_quoted, sort)))
        found: Iterable[pa.RecordBatch] = in_order.to_arrow_reader(_AT_ONCE)
        return found

    def fork(self) -> Engine:
        other = copy.copy(self)
        other.connection = self.connection.cursor()
        other._spill, other._persisted = None, []
        other._folder = self._folder / self._new_name()
        return other

    def close(self) -> None:
        if (
            self._spill is None
        ):  # a fork takes along what it made, and leaves the rest to the engine it came from
            for name in self._persisted:
                self.connection.execute(f"DROP TABLE IF EXISTS {name}")
            shutil.rmtree(self._folder, ignore_errors=True)
        self.connection.close()
        if self._spill is not None:
            self._spill.cleanup()

    def _new_name(self) -> str:
        return f"keepwell_{next(self._names)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _at_the_door(name: str, kind: pa.DataType) -> str:
    if pa.types.is_date(kind):
        return f"CAST({_quoted(name)} - {_EPOCH} AS BIGINT) AS {_quoted(name)}"
    return _quoted(name)


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_date(kind) or pa.types.is_integer(kind):
        return "BIGINT"
    if pa.types.is_floating(kind):
        return "DOUBLE"
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP"
    return "VARCHAR"
