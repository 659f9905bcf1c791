"""Following sorted rows: handed over in Arrow tables that never part what belongs together."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq

Work = Callable[[pa.Table], Mapping[str, pa.Table]]

_ROW_GROUP = 122_880  # what DuckDB reads with one thread at a time


@dataclass(frozen=True)
class Stored:
    """Rows that lie in Parquet files as following them left them: what belongs together is together, in order.

    Files that are not on this machine are paths of the Arrow file system `at`.
    """

    files: tuple[str, ...]
    schema: pa.Schema
    at: pafs.FileSystem | None = None

    def select(self, *names: str) -> "Stored":
        """The same rows with these columns only."""
        return replace(self, schema=pa.schema([self.schema.field(name) for name in names]))

    def batches(self, key: str, size: int) -> Iterator[pa.RecordBatch]:
        """The rows as they lie. Texts other than the `key` come as codes: few, and often the same."""
        names = self.schema.names
        coded = [field.name for field in self.schema if field.type == pa.string() and field.name != key]
        for path in self.files:
            source = path if self.at is None else self.at.open_input_file(path)
            with pq.ParquetFile(source, read_dictionary=coded) as file:
                yield from file.iter_batches(size, columns=names, use_threads=False)


def whole_groups(batches: Iterable[pa.RecordBatch], key: str, at_least: int = 1) -> Iterator[pa.Table]:
    """Tables of rows of which those of one `key` follow one another, of `at_least` so many rows where there are.

    All rows of a key that follow one another are in one table.
    """
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(part.num_rows for part in waiting) < at_least:
            continue
        table = pa.Table.from_batches(waiting)
        column = table[key]
        # More rows of the last value may be in the next batch.
        others = np.flatnonzero(pc.not_equal(column, column[-1]).to_numpy())
        whole = int(others[-1]) + 1 if len(others) else 0
        if whole:
            yield table.slice(0, whole).combine_chunks()
        waiting = table.slice(whole).to_batches()
    if any(part.num_rows for part in waiting):
        yield pa.Table.from_batches(waiting).combine_chunks()


def write_followed(
    tables: Iterator[pa.Table],
    work: Work,
    outputs: Iterable[str],
    folder: Path,
    *,
    threads: int,
    compression: str,
) -> dict[str, list[Path]]:
    """Write what `work` makes of each table: under each name of `outputs` at most one Parquet file a thread."""
    written: dict[str, list[Path]] = {name: [] for name in outputs}
    taking, stopped = threading.Lock(), threading.Event()

    def follow(place: int) -> None:
        writers: dict[str, pq.ParquetWriter] = {}
        with ExitStack() as open_files:
            while True:
                with taking:
                    table = None if stopped.is_set() else next(tables, None)
                if table is None:
                    return
                for name, made in work(table).items():
                    if not made.num_rows:
                        continue
                    if name not in writers:
                        file = folder / name / f"part-{place}.parquet"
                        file.parent.mkdir(parents=True, exist_ok=True)
                        writers[name] = open_files.enter_context(_writer(file, made.schema, compression))
                        written[name].append(file)
                    writers[name].write_table(made, row_group_size=_ROW_GROUP)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for done in [pool.submit(follow, place) for place in range(threads)]:
                done.result()
        finally:
            stopped.set()  # whoever interrupts, or fails, does not wait for all the rest
    return written


def _writer(file: Path, schema: pa.Schema, compression: str) -> pq.ParquetWriter:
    # Numbers and days come back often; texts do only where they are coded already.
    repeated = [field.name for field in schema if field.type != pa.string()]
    return pq.ParquetWriter(
        file,
        schema,
        compression=compression,
        compression_level=1 if compression == "zstd" else None,
        use_dictionary=repeated,
        store_schema=False,
    )
