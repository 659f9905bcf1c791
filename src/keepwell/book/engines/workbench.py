"""Where rows are prepared on their way into the book: one DuckDB of the writer's own.

The writer always works here, on this machine, whichever engine the figures are computed with.
"""

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from keepwell.book.store import bad_book

FORM = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1"  # as small as level 3, at the price of none


class Workbench:
    """Runs SQL over Parquet files and Arrow tables, spilling into `spill`; closes with the writer."""

    def __init__(self, spill: Path, *, home: str) -> None:
        self._home = home
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "temp_directory": str(spill),
                "memory_limit": "2GiB",
                "lock_configuration": "true",
            },
        )
        self._names = itertools.count(1)

    def run(self, sql: str) -> None:
        """Carry out a statement."""
        self.rows(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.IOException as error:
            raise bad_book(self._home, error) from error

    def count(self, sql: str) -> int:
        """The one number of an answer."""
        return int(self.rows(sql)[0][0])

    def new_name(self, word: str) -> str:
        """A name no table here has had yet."""
        return f"{word}_{next(self._names)}"

    def take(self, table: pa.Table) -> str:
        """Name an Arrow table so that SQL can speak of it."""
        name = self.new_name("taken")
        self._connection.register(name, table)
        return name

    def schema(self, sql: str) -> pa.Schema:
        """The columns of a query, as Arrow types."""
        return self._connection.sql(sql).limit(0).to_arrow_table().schema

    def spool(self, batches: pa.RecordBatchReader, file: Path) -> None:
        """Write a stream of batches to a Parquet file, a batch at a time."""
        name = self.new_name("stream")
        self._connection.register(name, batches)
        self.write(f"FROM {name}", file)
        self._connection.unregister(name)

    def write(self, sql: str, file: Path) -> Path:
        """Write the rows of a query to a Parquet file."""
        self.run(f"COPY ({sql}) TO {text(str(file))} ({FORM})")
        return file

    def drop(self, names: Iterable[str]) -> None:
        """Forget tables."""
        for name in names:
            self.run(f"DROP TABLE IF EXISTS {name}")

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: Iterable[str], prefix: str = "") -> str:
    """Columns as SQL lists them."""
    return ", ".join(prefix + quoted(n) for n in names)


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def blob(value: bytes) -> str:
    """Bytes as SQL writes them."""
    return "'" + "".join(f"\\x{b:02X}" for b in value) + "'::BLOB"


def files(paths: Sequence[str]) -> str:
    """A reading of Parquet files whose columns may differ; file_index and file_row_number are at hand."""
    return f"read_parquet([{', '.join(map(text, paths))}], union_by_name = true)"


_SQL = {pa.date32(): "DATE", pa.int64(): "BIGINT", pa.float64(): "DOUBLE", pa.bool_(): "BOOLEAN"}


def sql_type(kind: pa.DataType) -> str:
    """The SQL name of a stored column's type."""
    return "TIMESTAMP" if pa.types.is_timestamp(kind) else _SQL.get(kind, "VARCHAR")
