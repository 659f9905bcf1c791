"""The one door to what computes: DuckDB in the process by default, Spark when a company outgrows it.

Everything above is written once, in Narwhals, and is handed lazy frames by an `Engine`. The operations
needed of an engine beyond Narwhals are the methods below; each has a test on every engine.

Inside frames a day is an integer, the number of days since 1970-01-01 (see `keepwell.lib.days`), because
engines disagree on the difference of two dates. `Engine.scan` and `Engine.frame` turn date columns into such
integers at the door, and instants (already in UTC) are left as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import pyarrow as pa
import pyarrow.fs as pafs

from keepwell.book.engines.following import Stored, Work
from keepwell.lib.errors import KeepwellError

Frame = nw.LazyFrame[Any]


class Engine(Protocol):
    """What a machine that computes must be able to do. One engine serves one thread; see `fork`."""

    name: str

    def scan(self, files: Sequence[str], schema: pa.Schema, *, at: pafs.FileSystem | None = None) -> Frame:
        """The rows of Parquet files, with exactly the columns of `schema`, dates as day numbers.

        A column that a file lacks reads as missing. No files at all give an empty frame. Files that are not on
        this machine are paths of the Arrow file system `at`.
        """

    def frame(self, table: Any) -> Frame:
        """A frame over what a person holds: Arrow, Polars, pandas, DuckDB or Spark, lazy or not."""

    def persist(self, frame: Frame) -> Frame:
        """The same rows, computed once, so that several questions can be asked of them."""

    def collect(self, frame: Frame) -> pa.Table:
        """All rows in memory. Only for small results."""

    def batches(self, frame: Frame) -> Iterator[pa.RecordBatch]:
        """The rows a batch at a time, in bounded memory."""

    def write(self, frame: Frame, folder: Path, *, sort: Sequence[str] = ()) -> list[Path]:
        """Write the rows as Parquet files into a new folder and name the files; integers stay 64 bits."""

    def follow(
        self,
        rows: Frame | Stored,
        work: Work,
        outputs: Mapping[str, pa.Schema],
        *,
        sort: Sequence[str],
        folder: Path | None = None,
    ) -> dict[str, list[Path]]:
        """Write what `work` makes of the rows, followed in the order of `sort`: Parquet files by name of output.

        `work` is handed an Arrow table of sorted rows at a time, in which whatever shares the first column of `sort`
        is together, and returns a table for any of `outputs`. Rows that are stored as they were followed before need
        not be sorted again, and their texts may come as codes. It runs where the rows are, on several threads or
        machines. Without `folder` the files last until the engine is closed.
        """

    def fork(self) -> "Engine":
        """The same engine for another thread, or for a while: it has frames of its own, which go when it is closed.

        That is before this one is.
        """

    def close(self) -> None:
        """Give everything back: temporary tables, files, sessions."""


def engine_named(name: str, settings: Mapping[str, str] | None = None) -> Engine:
    """The engine of that name: "duckdb" or "spark".

    Raises KeepwellError where it is unknown or not installed.
    """
    if name == "duckdb":
        from keepwell.book.engines.duckdb import DuckDBEngine

        return DuckDBEngine(settings or {})
    if name == "spark":
        from keepwell.book.engines.spark import SparkEngine

        return SparkEngine(settings or {})
    raise KeepwellError(f"There is no engine “{name}”.", ways=["Choose duckdb or spark."])
