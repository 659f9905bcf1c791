# ruff: noqa: S608 - every name is quoted, every text escaped
"""Rows whose facts came one after the other, as the versions they would have been if loaded in their time."""

from datetime import datetime
from pathlib import Path

from keepwell.book.engines.workbench import files, quoted, text
from keepwell.book.tables import Table


def known_when_occurred(
    table: Table, staged: Path, columns: list[str], *, now: datetime, utc: bool
) -> str | None:
    """SQL of the staged rows with `known_at`, the moment of each fact, and `__line`, the row each is made of.

    A row of a table with stages gives a version for each stage it has reached; a column that a later stage reveals
    is missing before it. What lies ahead of `now` is known now. None for a table whose rows bear no day.
    """
    if not table.occurred:
        return None
    limit = f"TIMESTAMP {text(now.replace(tzinfo=None).isoformat(sep=' '))}"
    rows = files([str(staged)])
    source = f"(SELECT *, row_number() OVER () AS __line FROM {rows})"
    if not table.stages:
        moment = f"least({_moment(table, table.occurred, utc)}, {limit})"
        return f"SELECT *, {moment} AS known_at FROM {rows}"
    first = _moment(table, table.stages[0].when, utc)
    moments = {
        s.when: f"least(greatest({_moment(table, s.when, utc)}, {first}), {limit})" for s in table.stages
    }
    # greatest() and least() pass over what is missing; a stage not reached must stay missing.
    moments = {when: f"CASE WHEN {quoted(when)} IS NOT NULL THEN {sql} END" for when, sql in moments.items()}
    named = {when: f"__at_{i}" for i, when in enumerate(moments)}
    staged_at = ", ".join(f"{sql} AS {named[when]}" for when, sql in moments.items())
    listed = ", ".join(named.values())
    shown = {c: _shown(table, c, named) for c in columns}
    return f"""
        SELECT {", ".join(f"{sql} AS {quoted(c)}" for c, sql in shown.items())}, __line, known_at
        FROM (SELECT *, greatest({listed}) AS __end,
                unnest(list_distinct(list_filter([{listed}], lambda x: x IS NOT NULL))) AS known_at
              FROM (SELECT *, {staged_at} FROM {source}))"""


def _moment(table: Table, name: str, utc: bool) -> str:
    if table.column(name).kind == "instant":
        return quoted(name)
    start = f"CAST({quoted(name)} AS TIMESTAMP)"
    return start if utc else f"timezone('UTC', CAST({quoted(name)} AS TIMESTAMPTZ))"


def _shown(table: Table, column: str, named: dict[str, str]) -> str:
    days = {c.day_name: c.name for c in table.instants}
    fact = days.get(column, column)
    for stage in table.stages:
        if fact in stage.reveals:
            at = named[stage.when]
            return f"CASE WHEN coalesce({at}, __end) <= known_at THEN {quoted(column)} END"
    if column in table.last:
        return f"CASE WHEN known_at = __end THEN {quoted(column)} END"
    return quoted(column)
