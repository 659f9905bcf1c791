"""Files of rows in order of time, written as the rows come, in bounded memory."""

from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from keepwell.demo.draws import Ints

ROW_GROUP = 122_880  # as DuckDB likes them


class _Sink(Protocol):
    def write_table(self, table: pa.Table) -> Any: ...
    def close(self) -> Any: ...


class DatedFiles:
    """One table as a folder of files, one a stretch of time, each in the order its rows were added.

    Rows wait until a whole row group of their file is full, so the files do not depend on how the rows were cut into
    tables on their way here.
    """

    def __init__(self, folder: Path, *, form: str = "parquet") -> None:
        folder.mkdir(parents=True)
        self._folder, self._form = folder, form
        self._sinks: dict[str, _Sink] = {}
        self._waiting: dict[str, list[pa.Table]] = {}
        self.rows = 0

    def add(self, table: pa.Table, stretch: Ints, name: str) -> None:
        """Give each row to the file of its stretch (a number that `name`, a format, makes a file name of)."""
        if not table.num_rows:
            return
        self.rows += table.num_rows
        order = np.argsort(stretch, kind="stable")
        sorted_stretch = stretch[order]
        if sorted_stretch[0] != sorted_stretch[-1]:
            table = table.take(pa.array(order))
        stretches, starts = np.unique(sorted_stretch, return_index=True)
        ends = [*starts[1:].tolist(), len(order)]
        for number, start, end in zip(stretches.tolist(), starts.tolist(), ends, strict=True):
            self._put(name.format(number), table.slice(start, end - start))

    def _put(self, file: str, table: pa.Table) -> None:
        waiting = self._waiting.setdefault(file, [])
        waiting.append(table)
        if sum(t.num_rows for t in waiting) >= ROW_GROUP:
            rows = pa.concat_tables(waiting)
            whole = rows.num_rows // ROW_GROUP * ROW_GROUP
            for start in range(0, whole, ROW_GROUP):
                self._flush(file, rows.slice(start, ROW_GROUP))
            self._waiting[file] = [rows.slice(whole)]

    def _flush(self, file: str, rows: pa.Table) -> None:
        if file not in self._sinks:
            self._sinks[file] = self._opened(file, rows.schema)
        self._sinks[file].write_table(rows.unify_dictionaries().combine_chunks())

    def _opened(self, file: str, schema: pa.Schema) -> _Sink:
        path = self._folder / f"{file}.{self._form}"
        if self._form == "csv":
            csv: _Sink = pacsv.CSVWriter(
                path, schema, write_options=pacsv.WriteOptions(quoting_style="needed")
            )
            return csv
        # Without Arrow's own schema a dictionary of words reads as what it is to everyone: text.
        texts = [f.name for f in schema if pa.types.is_dictionary(f.type)]
        sink: _Sink = pq.ParquetWriter(
            path, schema, compression="zstd", store_schema=False, use_dictionary=texts
        )
        return sink

    def close(self) -> list[Path]:
        """Write what waits and name the files, in order of time."""
        for file, waiting in self._waiting.items():
            rows = pa.concat_tables(waiting)
            if rows.num_rows:
                self._flush(file, rows)
        for sink in self._sinks.values():
            sink.close()
        return sorted(self._folder.glob(f"*.{self._form}"))
