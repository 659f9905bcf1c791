# ruff: noqa: D102 - what each method does is said by Engine, in the package
"""Spark, for books beyond one machine: the extra `keepwell[spark]`, and Java 17."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from keepwell.book.engines import Engine, Frame
from keepwell.book.engines.following import Stored, Work, whole_groups
from keepwell.book.engines.starting import spark_session

_AT_ONCE = 491_520  # rows followed at a time


class SparkEngine:
    """Computes with Spark; settings are Spark's own, `master` says where (default: this machine)."""

    name = "spark"

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.session = spark_session(settings)
        self._folder = Path(tempfile.mkdtemp(prefix="keepwell-spark-"))

    def scan(self, files: Sequence[str], schema: pa.Schema, *, at: pafs.FileSystem | None = None) -> Frame:
        from pyspark.sql import functions as f

        if not files:
            return self.frame(schema.empty_table())
        if at is not None:
            files = [self._brought_here(file, at) for file in files]
        source = self.session.read.option("mergeSchema", "true").parquet(*[str(x) for x in files])
        present = set(source.columns)
        columns = [
            (_at_the_door(f.col(c.name), c.type) if c.name in present else f.lit(None))
            .cast(_sql_type(c.type))
            .alias(c.name)
            for c in schema
        ]
        return _lazy(source.select(*columns))

    def _brought_here(self, file: str, at: pafs.FileSystem) -> str:
        """A copy of a remote file: what a Spark needs to reach an object store itself is a download."""
        here = self._folder / "remote" / file
        if not here.exists():
            here.parent.mkdir(parents=True, exist_ok=True)
            pafs.copy_files(file, str(here), source_filesystem=at)
        return str(here)

    def frame(self, table: Any) -> Frame:
        from pyspark.sql import DataFrame
        from pyspark.sql import functions as f

        if isinstance(table, DataFrame):
            return _lazy(
                table.select(
                    *[
                        f.unix_date(f.col(c)).cast("bigint").alias(c) if t == "date" else f.col(c)
                        for c, t in table.dtypes
                    ]
                )
            )
        if not isinstance(table, pa.Table):
            native = nw.from_native(table)
            table = (native.collect() if isinstance(native, nw.LazyFrame) else native).to_arrow()
        # Handed over as a file: integer columns with a missing value came back wholly missing from memory.
        path = self._folder / f"{uuid.uuid4().hex}.parquet"
        pq.write_table(table, path, coerce_timestamps="us")
        return self.scan([str(path)], table.schema)

    def persist(self, frame: Frame) -> Frame:
        # Not cache(): plans over cached plans are written out in full, and a posting has too many of them for that.
        return _lazy(frame.to_native().localCheckpoint())

    def collect(self, frame: Frame) -> pa.Table:
        table: pa.Table = frame.to_native().toArrow()
        return table

    def batches(self, frame: Frame) -> Iterator[pa.RecordBatch]:
        for file in self.write(frame, self._folder / uuid.uuid4().hex):
            yield from pq.ParquetFile(file).iter_batches(100_000)

    def write(self, frame: Frame, folder: Path, *, sort: Sequence[str] = ()) -> list[Path]:
        native = frame.to_native()
        if sort:
            native = native.orderBy(*sort)
        native.write.parquet(str(folder))
        return sorted(folder.glob("*.parquet"))

    def follow(
        self,
        rows: Frame | Stored,
        work: Work,
        outputs: Mapping[str, pa.Schema],
        *,
        sort: Sequence[str],
        folder: Path | None = None,
    ) -> dict[str, list[Path]]:
        from pyspark.sql import functions as f
        from pyspark.sql.pandas.types import from_arrow_schema

        # Each output's rows lie in a column of its own, so that the rows are followed once for all outputs.
        side_by_side = pa.schema([(name, pa.struct(list(schema))) for name, schema in outputs.items()])

        def followed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for table in whole_groups(batches, sort[0], at_least=_AT_ONCE):
                for name, found in work(table).items():
                    for part in found.cast(outputs[name]).to_batches():
                        columns = [pa.nulls(part.num_rows, field.type) for field in side_by_side]
                        columns[side_by_side.get_field_index(name)] = part.to_struct_array()
                        yield pa.record_batch(columns, schema=side_by_side)

        # Of files, whoever reads them takes pieces that may part what belongs together.
        frame = self.scan(rows.files, rows.schema, at=rows.at) if isinstance(rows, Stored) else rows
        native = frame.to_native().repartition(sort[0]).sortWithinPartitions(*sort)
        made = native.mapInArrow(followed, from_arrow_schema(side_by_side)).localCheckpoint()
        folder = folder or self._folder / uuid.uuid4().hex
        files: dict[str, list[Path]] = {}
        for name in outputs:
            own = made.where(f.col(name).isNotNull()).select(f"{name}.*")
            files[name] = self.write(_lazy(own), folder / name)
        return files

    def fork(self) -> Engine:
        return _Fork(self)

    def close(self) -> None:
        self.session.catalog.clearCache()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Fork(SparkEngine):
    """The same session, which threads may share; closing it closes nothing."""

    def __init__(self, of: SparkEngine) -> None:
        self.session, self._folder = of.session, of._folder

    def close(self) -> None:
        return


def _lazy(native: Any) -> Frame:
    frame: Frame = nw.from_native(native)
    return frame


def _at_the_door(column: Any, kind: pa.DataType) -> Any:
    from pyspark.sql import functions as f

    return f.unix_date(column) if pa.types.is_date(kind) else column


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_date(kind) or pa.types.is_integer(kind):
        return "bigint"
    if pa.types.is_floating(kind):
        return "double"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_timestamp(kind):
        return "timestamp_ntz"
    return "string"
