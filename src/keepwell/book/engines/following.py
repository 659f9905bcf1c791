"""Following sorted rows: handed over in Arrow tables that never part what belongs together."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

Work = Callable[[pa.Table], Mapping[str, pa.Table]]

_ROW_GROUP = 122_880  # what DuckDB reads with one thread at a time


def whole_groups(batches: Iterable[pa.RecordBatch], key: str, at_least: int = 1) -> Iterator[pa.Table]:
    """Tables of rows sorted by `key`, of `at_least` so many rows where there are, each value of it in one of them."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(part.num_rows for part in waiting) < at_least:
            continue
        table = pa.Table.from_batches(waiting)
        column = table[key]
        newest = column[-1].as_py()
        # More rows of the last value may be in the next batch.
        whole = bisect_left(range(table.num_rows), newest, key=lambda row: column[row].as_py())
        if whole:
            yield table.slice(0, whole).combine_chunks()
        waiting = table.slice(whole).to_batches()
    if any(part.num_rows for part in waiting):
        yield pa.Table.from_batches(waiting).combine_chunks()


def write_followed(
    tables: Iterator[pa.Table], work: Work, outputs: Iterable[str], folder: Path, *, threads: int
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
                        writers[name] = open_files.enter_context(_writer(file, made.schema))
                        written[name].append(file)
                    writers[name].write_table(made, row_group_size=_ROW_GROUP)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for done in [pool.submit(follow, place) for place in range(threads)]:
                done.result()
        finally:
            stopped.set()  # whoever interrupts, or fails, does not wait for all the rest
    return written


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    # Numbers and days come back often; texts do only where they are coded already.
    repeated = [field.name for field in schema if field.type != pa.string()]
    return pq.ParquetWriter(
        file, schema, compression="zstd", compression_level=1, use_dictionary=repeated, store_schema=False
    )
