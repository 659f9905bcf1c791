# ruff: noqa: S608 - table names are our own; column names are quoted by the workbench
"""Words that an older Keepwell kept among the facts, set apart like those of today.

A book made before a column was personal holds it in its files of facts, past versions included, where no erasing
would find it. Before anybody is erased it is moved to where personal columns lie.
"""

import pyarrow as pa

from keepwell.book.engines.workbench import listed, quoted
from keepwell.book.kept import ERASED
from keepwell.book.persons import not_erased, personal_columns, personal_name
from keepwell.book.stored import stored_rows
from keepwell.book.tables import Table, all_tables
from keepwell.book.writer import Writer


def set_apart(writer: Writer) -> list[str]:
    """Move personal columns out of the facts; gives the tables changed. The caller commits and sweeps them."""
    changed = []
    for table in all_tables().values():
        if _among_facts(writer, table, table.name):
            _keep_apart(writer, table)
        for name in (table.name, f"{table.name}_history"):
            if _among_facts(writer, table, name):
                _leave_out(writer, table, name)
                changed.append(name)
    return changed


def _among_facts(writer: Writer, table: Table, name: str) -> list[str]:
    schema = writer.draft(name).schema if table.personal else None
    return [column.name for column in table.personal if schema and column.name in schema.names]


def _keep_apart(writer: Writer, table: Table) -> None:
    """The present words go to the personal rows, but for what lies there already and of whom was erased."""
    bench, draft = writer.bench, writer.draft(personal_name(table.name))
    foreseen = personal_columns(table, ())
    assert foreseen is not None
    facts = writer.draft(table.name)
    columns = pa.schema([*foreseen, pa.field("known_at", pa.timestamp("us")), pa.field("load", pa.int64())])
    stored = stored_rows(bench, facts, pa.schema([*columns, pa.field("gone", pa.bool_())]))
    there = stored_rows(bench, draft, columns)
    erased = stored_rows(bench, writer.draft("erased"), ERASED)
    said = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in _among_facts(writer, table, table.name))
    allowed = not_erased(table, foreseen, erased, writer.secret)
    rows = f"""SELECT {listed(columns.names)} FROM {stored} ANTI JOIN {there} USING ({listed(table.key)})
        WHERE NOT gone AND ({said}) AND {allowed}"""
    draft.add([bench.write(rows, draft.new_file())])


def _leave_out(writer: Writer, table: Table, name: str) -> None:
    """Write every file anew without those columns."""
    bench, draft = writer.bench, writer.draft(name)
    words = _among_facts(writer, table, name)
    assert draft.schema is not None
    columns = pa.schema([field for field in draft.schema if field.name not in words])
    for path in draft.paths():
        kept = stored_rows(bench, draft, columns, [path])
        written = bench.write(f"SELECT {listed(columns.names)} FROM {kept}", draft.new_file())
        draft.remove([path])
        draft.add([written])
    draft.schema = columns
