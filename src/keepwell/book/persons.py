# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Persons apart: what names or quotes a person lies in tables of its own, and can be erased for good.

A contact's id is replaced by a surrogate on its way in: a hash of it with the book's secret salt. Facts know the
surrogate only. The personal columns of a row go to `<table>_personal`, under the row's own key; there is one
row a key and no history of it. An erased person leaves only salted hashes behind, which every later put obeys.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

import pyarrow as pa

from keepwell.book.delta import Draft
from keepwell.book.engines.workbench import Workbench, blob, listed, quoted, text
from keepwell.book.stored import rewrite_without, stored_rows
from keepwell.book.tables import Table

SOURCE_ID = "source_id"  # in contacts_personal: the id the source knows the person by
_TAIL = pa.schema([("known_at", pa.timestamp("us")), ("load", pa.int64())])


def personal_name(table: str) -> str:
    """Where a table's personal columns lie."""
    return f"{table}_personal"


def surrogate(secret: bytes, value: str) -> str:
    """SQL for the HMAC-SHA256 of a text with the book's secret, its first 32 digits; missing stays missing."""
    key = secret.ljust(64, b"\0")
    inner, outer = (blob(bytes(b ^ pad for b in key)) for pad in (0x36, 0x5C))
    return f"left(sha256({outer} || unhex(sha256({inner} || encode({value})))), 32)"


def surrogate_of(secret: bytes, value: str) -> str:
    """The surrogate of one contact's id; the same as `surrogate` gives in SQL."""
    return hmac.new(secret, value.encode(), hashlib.sha256).hexdigest()[:32]


def fact_columns(table: Table, extra: Iterable[str]) -> pa.Schema:
    """The columns a table keeps among the facts."""
    apart = {c.name for c in table.personal}
    foreseen = [f for f in table.schema() if f.name not in apart]
    more = [] if table.extras_personal else [pa.field(name, pa.string()) for name in extra]
    return pa.schema([*foreseen, *more])


def personal_columns(table: Table, extra: Iterable[str]) -> pa.Schema | None:
    """The columns a table keeps apart, behind its key and the contact's surrogate; None where it has none."""
    if not table.personal:
        return None
    schema = table.schema(extra)
    names = [*table.key]
    if table.has("contact_id") and "contact_id" not in names:
        names.append("contact_id")
    fields = [schema.field(name) for name in names]
    if table.name == "contacts":
        fields.append(pa.field(SOURCE_ID, pa.string()))
    fields += [schema.field(c.name) for c in table.personal]
    if table.extras_personal:
        fields += [pa.field(name, pa.string()) for name in extra]
    return pa.schema(fields)


class PersonalPart:
    """What one put does to a table's personal rows: the newest known of each key replaces what is there.

    `rows` names a view of the incoming rows with the personal columns, known_at, load and a number `__id`;
    `erased` one with the tombstones.
    """

    def __init__(
        self,
        bench: Workbench,
        draft: Draft,
        *,
        table: Table,
        columns: pa.Schema,
        rows: str,
        erased: str | None,
        secret: bytes,
    ) -> None:
        self._bench, self._draft, self._rows = bench, draft, rows
        self._keys = listed(table.key)
        values = [n for n in columns.names if n not in table.key and n != "contact_id"]
        self._hash = f"hash({listed(values)})"
        self._anything = "(" + " OR ".join(f"{quoted(n)} IS NOT NULL" for n in values) + ")"
        self._columns = pa.schema([*columns, *_TAIL])
        self._allowed = not_erased(table, columns, erased, secret) if erased else "true"
        self._match, self._removes, self.changed = (
            bench.new_name(word) for word in ("personal", "personal_removes", "personally_changed")
        )
        self._all_new = False

    def weigh(self, *, unique: bool, gone: str | None) -> None:
        """Decide of every incoming row; the personal rows of keys in the table `gone` go too."""
        run, keys = self._bench.run, self._keys
        self._all_new = unique and not self._draft.files
        if self._all_new:
            return
        old = stored_rows(self._bench, self._draft, self._columns)
        newest = f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY known_at DESC, __id DESC) = 1"
        run(f"""
            CREATE TEMP TABLE {self._match} AS
            SELECT i.*, o.__file FROM (
                SELECT __id, {keys}, known_at, {self._hash} AS h, {self._anything} AS anything
                FROM {self._rows} WHERE {self._allowed} {"" if unique else newest}) i
            LEFT JOIN (SELECT {keys}, known_at, {self._hash} AS h, __file FROM {old}) o USING ({keys})
            WHERE (o.h IS NULL AND i.anything) OR (o.h <> i.h AND i.known_at >= o.known_at)""")
        run(f"CREATE TEMP TABLE {self.changed} AS SELECT __id FROM {self._match}")
        run(
            f"CREATE TEMP TABLE {self._removes} AS SELECT {keys}, __file FROM {self._match} WHERE __file IS NOT NULL"
        )
        if gone:
            run(
                f"INSERT INTO {self._removes} SELECT {keys}, __file FROM {old} SEMI JOIN {gone} USING ({keys})"
            )

    @property
    def changes(self) -> str | None:
        """The table with the ids of the rows whose personal part is new or different."""
        return None if self._all_new else self.changed

    def write(self) -> None:
        """Write what is new, without what it replaces."""
        bench, wanted = self._bench, f"SELECT {listed(self._columns.names)} FROM {self._rows}"
        if self._all_new:
            sql = f"{wanted} WHERE {self._allowed} AND {self._anything}"
            self._draft.add([bench.write(sql, self._draft.new_file())])
            return
        rewrite_without(bench, self._draft, self._columns, keys=self._keys, doomed=self._removes)
        if bench.count(f"SELECT count(*) FROM {self._match} WHERE anything"):
            chosen = f"SELECT __id FROM {self._match} WHERE anything"
            self._draft.add(
                [bench.write(f"{wanted} SEMI JOIN ({chosen}) USING (__id)", self._draft.new_file())]
            )
        bench.drop([self._match, self._removes, self.changed])


def key_hash(table: Table, secret: bytes, keys: Mapping[str, str] | None = None) -> str:
    """SQL for what the key of a row is remembered by once the row is erased; `keys` is SQL of the key's columns."""
    if table.name == "contacts" and keys is None:
        return quoted("contact_id")  # a salted hash already
    said = keys or {k: quoted(k) for k in table.key}
    return surrogate(secret, f"concat_ws(chr(31), {', '.join(f'{said[k]}::VARCHAR' for k in table.key)})")


def not_erased(table: Table, columns: pa.Schema, erased: str, secret: bytes) -> str:
    """SQL for whether an incoming personal row may be kept: neither the person nor the row was erased."""
    hashes = f"""(SELECT hash FROM {erased} WHERE "table" = {{}})"""
    rules = [f"{key_hash(table, secret)} NOT IN {hashes.format(text(table.name))}"]
    if table.name != "contacts" and "contact_id" in columns.names:
        rules.append(f"coalesce(contact_id, '') NOT IN {hashes.format(text('contacts'))}")
    if table.name != "conversations" and "conversation_id" in columns.names:
        rules.append(f"{surrogate(secret, 'conversation_id')} NOT IN {hashes.format(text('conversations'))}")
    return "(" + " AND ".join(rules) + ")"
