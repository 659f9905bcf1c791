"""DuckDB asked for no more than to read the bytes: what any answer from them costs at least."""

from collections.abc import Sequence
from typing import Any

import duckdb

LIMIT = "3GiB"  # what Keepwell gives its own


def _connected() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"memory_limit": LIMIT, "preserve_insertion_order": "false"})


def scan(paths: Sequence[str]) -> dict[str, Any]:
    """The sum of each column; of texts, the sum of their lengths."""
    rows = _connected().read_parquet(list(paths), union_by_name=True)
    sums = [
        f'sum(strlen("{name}"))' if str(kind) == "VARCHAR" else f'sum("{name}"::BIGINT)'
        for name, kind in zip(rows.columns, rows.types, strict=True)
    ]
    found = rows.aggregate(", ".join(["count(*)", *sums])).fetchall()[0]
    return {name: str(value) for name, value in zip(["rows", *rows.columns], found, strict=True)}


def csv_to_parquet(file: str, out: str) -> None:
    """Read the CSV with the types it is seen to have, and write it as Parquet."""
    _connected().read_csv(file).write_parquet(out, compression="zstd")


def same_rows(ours: Sequence[str], theirs: str) -> dict[str, Any]:
    """How many rows each ledger has and a sum over the hashes of their rows, which does not depend on order."""
    con, answer = _connected(), {}
    columns = con.read_parquet(theirs).columns
    hashed = ", ".join(f'"{name}"' for name in columns)
    for name, paths in (("ours", list(ours)), ("theirs", [theirs])):
        rows = con.read_parquet(paths, union_by_name=True)
        found = rows.aggregate(f"count(*) AS n, sum(hash({hashed})::HUGEINT)::VARCHAR AS h").fetchall()[0]
        answer[name] = {"rows": found[0], "hash": found[1]}
    return answer
