# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""The rows a table holds, as the writer's SQL reads them and leaves some of them out."""

import pyarrow as pa

from keepwell.book.delta import Draft
from keepwell.book.engines.workbench import Workbench, files, listed, quoted, sql_type


def stored_rows(bench: Workbench, draft: Draft, columns: pa.Schema, paths: list[str] | None = None) -> str:
    """A view of a table's live rows: exactly `columns`, and the index `__file` of the file each lies in.

    `paths` narrows it to some of the table's files.
    """
    paths = draft.paths() if paths is None else paths
    # Asked of the files: none of those wanted may have a column that others of the table have.
    known = set(bench.schema(f"SELECT * FROM {files(paths)}").names) if paths else set()
    parts = [
        quoted(f.name) if f.name in known else f"NULL::{sql_type(f.type)} AS {quoted(f.name)}"
        for f in columns
    ]
    source = (
        f"file_index::BIGINT AS __file FROM {files(paths)}" if paths else "NULL::BIGINT AS __file LIMIT 0"
    )
    name = bench.new_name("stored")
    bench.run(f"CREATE TEMP VIEW {name} AS SELECT {', '.join(parts)}, {source}")
    return name


def rewrite_without(
    bench: Workbench,
    draft: Draft,
    columns: pa.Schema,
    *,
    keys: str,
    doomed: str,
    more: list[str] | None = None,
) -> None:
    """Leave out the rows whose keys are in the table `doomed`, which also names the `__file` each lies in.

    Only files that hold such rows are written anew. The rows of the queries `more` are added in one go.
    """
    paths = draft.paths()
    indexes = bench.rows(f"SELECT DISTINCT __file FROM {doomed} ORDER BY 1")
    again = [paths[index] for (index,) in indexes]
    parts = list(more or [])
    if again:
        kept = stored_rows(bench, draft, columns, again)
        parts.insert(0, f"SELECT {listed(columns.names)} FROM {kept} ANTI JOIN {doomed} USING ({keys})")
    if parts:
        written = bench.write(" UNION ALL ".join(parts), draft.new_file())
        draft.remove(again)
        draft.add([written])
