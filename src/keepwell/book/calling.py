# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Where a person is called by a part of their name alone: in words kept of the account they are at.

“Ann” is many people's name. At her own account, where nobody else bears it, it means her.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.book.engines.workbench import Workbench, files, listed, quoted, text
from keepwell.book.tables import Table
from keepwell.book.writer import Writer
from keepwell.lib.names import called, parts_of


@dataclass(frozen=True)
class Called:
    """The parts of a person's name that mean them at their account, as a pattern, and where."""

    pattern: str
    account: str
    writer: Writer

    def rule(self, table: Table, columns: Sequence[str]) -> str:
        """SQL for whether a personal row of their account calls them so; "" where none of the table's may."""
        here = self._here(table)
        if not here or not columns:
            return ""
        said = " OR ".join(f"regexp_matches({quoted(name)}, {text(self.pattern)})" for name in columns)
        return f"({here} AND coalesce({said}, false))"

    def _here(self, table: Table) -> str:
        if table.name == "contacts":
            return ""
        by = table if table.has("account_id") else None
        keys = listed(table.key)
        if table.name == "turns":
            from keepwell.book.tables import table_named

            by, keys = table_named("conversations"), "conversation_id"
        paths = self.writer.draft(by.name).paths() if by else []
        at = f"account_id = {text(self.account)}"
        return f"({keys}) IN (SELECT {keys} FROM {files(paths)} WHERE {at})" if paths else ""


def called_alone(bench: Workbench, writer: Writer, surrogate: str, names: str) -> Called | None:
    """How a contact is called alone; `names` is SQL of all contacts' personal rows. None where it means nobody."""
    facts = writer.draft("contacts").paths()
    if not facts:
        return None
    them = bench.rows(f"""
        SELECT account_id, language, name FROM {files(facts)} JOIN {names} USING (contact_id)
        WHERE contact_id = {text(surrogate)} AND account_id IS NOT NULL AND name IS NOT NULL""")
    if not them:
        return None
    account, language, name = them[0]
    others = bench.rows(f"""
        SELECT name FROM {files(facts)} JOIN {names} USING (contact_id)
        WHERE account_id = {text(account)} AND contact_id <> {text(surrogate)} AND name IS NOT NULL""")
    if paths := writer.draft("accounts").paths():
        at = f"account_id = {text(account)} AND name IS NOT NULL"
        others += bench.rows(f"SELECT name FROM {files(paths)} WHERE {at}")
    borne = {part.casefold() for (other,) in others for part in parts_of(other)}
    parts = [part for part in parts_of(name) if part.casefold() not in borne]
    if not parts:
        return None
    forms = [called(part, language or "") for part in parts]
    around = [
        form
        if form == part and not part.isascii() and len(part) == 2
        else rf"(^|[^\pL\pN]){form}($|[^\pL\pN])"
        for form, part in zip(forms, parts, strict=True)
    ]
    return Called("|".join(around), account, writer)
