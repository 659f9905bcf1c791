"""Files of a simulated company: small tables as CSV, large ones as Parquet."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

LARGE = frozenset({"events", "turns", "touches"})


def write_csv(folder: Path, name: str, table: pa.Table, extra: list[dict[str, str]]) -> Path:
    """Write a table, and after it rows of text as they are, whatever they hold."""
    path = folder / f"{name}.csv"
    with path.open("wb") as file:
        pacsv.write_csv(table, file, pacsv.WriteOptions(quoting_style="needed"))
    if extra:
        with path.open("a", encoding="utf-8", newline="") as more:
            writer = csv.DictWriter(more, fieldnames=table.column_names, restval="", lineterminator="\n")
            writer.writerows(extra)
    return path


def write_parquet(folder: Path, name: str, table: pa.Table, extra: list[dict[str, str]]) -> Path:
    """Write a table; every value has a type, so that a row of text (`extra`) has no place in it."""
    if extra:
        raise ValueError(f"{name} is written as Parquet and takes no rows of text")
    path = folder / f"{name}.parquet"
    pq.write_table(table, path, compression="zstd")
    return path
