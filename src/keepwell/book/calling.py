# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Where a person is called by a part of their name alone: in words kept of the account they are at.

“Ann” is many people's name. At her own account, where nobody else bears it, it means her.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.book.engines.workbench import Workbench, files, listed, text
from keepwell.book.tables import Table, table_named
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
        here = at_account(self.writer, table, self.account)
        if not here or not columns:
            return ""
        return f"({here} AND {holds(columns, self.pattern)})"


def at_account(writer: Writer, table: Table, account: str) -> str:
    """SQL for whether a personal row is kept of an account; "" where none is, and of contacts, who are themselves."""
    if table.name == "contacts":
        return ""
    by = table if table.has("account_id") else None
    keys = listed(table.key)
    if table.name == "turns":
        by, keys = table_named("conversations"), "conversation_id"
    paths = writer.draft(by.name).paths() if by else []
    at = f"account_id = {text(account)}"
    return f"({keys}) IN (SELECT {keys} FROM {files(paths)} WHERE {at})" if paths else ""


def account_of(bench: Workbench, writer: Writer, surrogate: str) -> str:
    """The account that a contact is at; "" where that is not known."""
    paths = writer.draft("contacts").paths()
    here = f"contact_id = {text(surrogate)} AND account_id IS NOT NULL"
    found = bench.rows(f"SELECT account_id FROM {files(paths)} WHERE {here}") if paths else []
    return str(found[0][0]) if found else ""


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
    free: list[str] = []
    apart: list[str] = []
    for form, part in zip(forms, parts, strict=True):
        (free if form == part and not part.isascii() and len(part) == 2 else apart).append(form)
    pattern = "|".join([*free, *([on_its_own("|".join(apart))] if apart else [])])
    return Called(pattern, account, writer)


def on_its_own(pattern: str) -> str:
    """The pattern where no letter and no digit stands on either side of it.

    To prepare a pattern that knows all letters takes milliseconds: one serves for many words.
    """
    return rf"(^|[^\pL\pN])(?:{pattern})($|[^\pL\pN])"


def holds(columns: Sequence[str], pattern: str) -> str:
    """SQL for whether a pattern is found in one of these texts; false where none is there. It is prepared once.

    Between two texts stands what is part of neither, so that nothing is found across them.
    """
    return f"regexp_matches(concat_ws(chr(31), {listed(columns)}), {text(pattern)})"
