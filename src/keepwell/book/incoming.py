# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Rows on their way in, as one view with every column the table stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from keepwell.book.engines.workbench import Workbench, files, quoted, sql_type
from keepwell.book.persons import SOURCE_ID, fact_columns, personal_columns, surrogate
from keepwell.book.tables import BOOKKEEPING, Table

Rows: TypeAlias = pa.Table | pa.RecordBatchReader | Sequence[Path]

RESERVED = (*BOOKKEEPING.names, "__line")


@dataclass(frozen=True)
class Incoming:
    """A view of incoming rows: the columns of facts and of persons, known_at, load, gone, `__id` and `__line`.

    `several` says that one line of a file may have become several rows.
    """

    view: str
    facts: pa.Schema
    personal: pa.Schema | None
    several: bool


def as_files(bench: Workbench, rows: Rows, staging: Path) -> list[str]:
    """The rows as Parquet files: those given, or one written here."""
    if isinstance(rows, pa.Table):
        rows = rows.to_reader()
    if isinstance(rows, pa.RecordBatchReader):
        file = staging / f"{bench.new_name('rows')}.parquet"
        bench.spool(rows, file)
        return [str(file)]
    return [str(path) for path in rows]


def incoming(
    bench: Workbench,
    table: Table,
    paths: Sequence[str],
    *,
    known_at: str,
    load: int,
    extras: Iterable[str],
    secret: bytes,
) -> Incoming:
    """The rows of Parquet files as `table` stores them; `extras` are columns it has beside those foreseen."""
    source = files(paths) if paths else f"(SELECT {_nothing(table)} LIMIT 0)"
    number = "(file_index::BIGINT << 40) + file_row_number" if paths else "NULL::BIGINT"
    seen = bench.schema(f"SELECT * FROM {source}").names
    foreseen = table.schema().names
    extra = [n for n in seen if n not in foreseen and n not in RESERVED]
    extra += [n for n in extras if n not in extra]
    facts, personal = fact_columns(table, extra), personal_columns(table, extra)
    wanted = {f.name: f for f in (*facts, *(personal or ()))}
    parts = [f"{_value(table, f, seen, secret)} AS {quoted(f.name)}" for f in wanted.values()]
    known = f"coalesce(known_at, {known_at})" if "known_at" in seen else known_at
    line = "__line" if "__line" in seen else number
    view = bench.new_name("incoming")
    bench.run(f"""
        CREATE TEMP VIEW {view} AS
        SELECT {number} AS __id, {line} AS __line, {", ".join(parts)},
            {known}::TIMESTAMP AS known_at, {load}::BIGINT AS load, false AS gone
        FROM {source}""")
    return Incoming(view, facts, personal, several="__line" in seen)


def _value(table: Table, field: pa.Field, seen: Sequence[str], secret: bytes) -> str:
    name = "contact_id" if field.name == SOURCE_ID else field.name
    kind, there = sql_type(field.type), name in seen
    value = f"CAST({quoted(name)} AS {kind})" if there else f"NULL::{kind}"
    counts = table.column(name).counts if table.has(name) else ""
    if counts in seen:
        return f"coalesce({value}, nullif(length(trim({quoted(counts)})), 0))"
    is_person = table.has(name) and table.column(name).refers == "contacts"
    return surrogate(secret, value) if there and is_person and field.name != SOURCE_ID else value


def _nothing(table: Table) -> str:
    return ", ".join(f"NULL::{sql_type(f.type)} AS {quoted(f.name)}" for f in table.schema())
