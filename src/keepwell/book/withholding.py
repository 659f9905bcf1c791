# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Rows that are not put aside with their values, because they are of a person who was erased.

A row put aside keeps all that its file says, names and addresses too. Where its person, or the row itself, was
erased for good, keeping it would bring back what was taken out: such a row is counted and no more.
"""

from collections.abc import Sequence

from keepwell.book.engines.workbench import files, quoted, text
from keepwell.book.persons import key_hash, surrogate
from keepwell.book.tables import Table

# What may stand between the values of a line that could not be split into columns: any delimiter, JSON's marks.
_BETWEEN = r"""[,;|"'\t\r\n{}\[\]:]+"""


def may_be_of_persons(table: Table) -> bool:
    """Whether a row of the table names, quotes or belongs to a person."""
    return bool(table.personal) or any(c.refers == "contacts" for c in table.columns)


def of_erased(
    table: Table, entries: str, columns: Sequence[str], *, erased: Sequence[str], secret: bytes
) -> str:
    """A query of the ids of rows put aside that are of an erased person.

    `entries` is SQL of the rows as the sieve puts them aside, with an `id`, and `columns` are theirs; `erased`
    are the files of the tombstones. A line that could not be read is one if any value in it is erased.
    """
    tombs = f"""(SELECT hash FROM {files(erased)} WHERE "table" = {{}})"""
    rules = []
    if "person" in columns:
        rules.append(f"{surrogate(secret, 'person')} IN {tombs.format(text('contacts'))}")
    if all(f"k {k}" in columns for k in table.key):
        keys = {k: quoted(f"k {k}") for k in table.key}
        rules.append(f"{key_hash(table, secret, keys)} IN {tombs.format(text(table.name))}")
        if "conversation_id" in keys:
            spoken = surrogate(secret, keys["conversation_id"])
            rules.append(f"{spoken} IN {tombs.format(text('conversations'))}")
    plain = [f"SELECT id FROM ({entries}) WHERE {rule}" for rule in rules]
    unread = f"""SELECT id FROM (
        SELECT id, unnest({words_of(quoted("value"))}) AS word
        FROM ({entries}) WHERE reasons = '[]')
        WHERE {surrogate(secret, "word")} IN (SELECT hash FROM {files(erased)})"""
    return " UNION ".join([*plain, unread])


def words_of(line: str) -> str:
    """SQL of the values that may stand in a line nobody could split into columns."""
    parts = f"list_concat(string_split_regex({line}, {text(_BETWEEN)}), string_split_regex({line}, '\\s+'))"
    return f"list_transform({parts}, lambda x: trim(x))"
