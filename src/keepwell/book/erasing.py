# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Erasing a person for good: what names or quotes them goes, figures stay as they are.

Erased are the personal rows under the person's surrogate, any other personal row that names them (by id, mail,
phone or name; at their own account by a part of the name that nobody else there bears), everything said in
conversations they took part in, and quarantined rows that name them. Of each erased row a salted hash of its key
stays, so that loading the same file again does not bring it back. So does one of the person's id, also where nobody
is known by it yet: whoever asked to be forgotten is not brought in later. An id that was remembered though nobody
had ever been known by it may have been mistyped, and can be let in again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from keepwell.book.calling import account_of, at_account, called_alone, holds, on_its_own
from keepwell.book.cleaning import Progress, say_nothing
from keepwell.book.engines.workbench import files, listed, quoted, text
from keepwell.book.kept import ERASED, QUARANTINE
from keepwell.book.persons import (
    SOURCE_ID,
    key_hash,
    not_erased,
    personal_columns,
    personal_name,
    surrogate_of,
)
from keepwell.book.stored import rewrite_without, stored_rows
from keepwell.book.tables import Table, all_tables
from keepwell.book.withholding import words_of
from keepwell.book.writer import Writer
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

_NOBODY = "nobody"  # the table under which an id is noted by which nobody was known when it was remembered
_NAMING = ("name", "email", "phone", SOURCE_ID)
_LISTS_OF_NAMES = ("participants", "speaker")
_COMPARED = 100  # ids of contacts looked at more closely for those that may have been meant
_SHORTEST = 4  # letters below which a plain word is only looked for as a whole value, never inside a text


@dataclass(frozen=True)
class Erased:
    """What erasing a person took away: personal rows by table, and rows of the quarantine.

    `known` says whether the book knew anything of them, be it only that facts bear their id, and `before` whether
    they were erased before. `near` are ids somebody may have meant who named one that nobody is known by; only such a
    one may not be `remembered`. `keys` are the keys of the personal rows, by table, their values in the key's order.
    """

    rows: dict[str, int]
    quarantined: int
    known: bool
    before: bool = False
    near: tuple[str, ...] = ()
    remembered: bool = False
    keys: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def nobody(self) -> bool:
        """Whether nobody is, or ever was, known by that id: it may be mistyped."""
        return not self.known and not self.before


def erase(writer: Writer, contact_id: str, *, even_unknown: bool, tell: Progress = say_nothing) -> Erased:
    """Erase a person by the id the source knows them by. The caller commits and sweeps the files.

    `even_unknown` says to remember the id also where nobody is known by it.
    """
    return _Erasing(writer, contact_id).done(even_unknown=even_unknown, tell=tell)


def let_in_again(writer: Writer, contact_id: str) -> bool:
    """Forget an id that was remembered though nobody was known by it; whether it was one. The caller commits."""
    bench, draft = writer.bench, writer.draft("erased")
    surrogate = surrogate_of(writer.secret, contact_id)
    known = stored_rows(bench, draft, ERASED)
    noted = f"""SELECT * FROM {known} WHERE "table" IN ('contacts', {text(_NOBODY)}) AND hash = {text(surrogate)}"""
    doomed = bench.new_name("doomed")
    bench.run(f"CREATE TEMP TABLE {doomed} AS {noted}")
    if not bench.rows(f"""SELECT 1 FROM {doomed} WHERE "table" = {text(_NOBODY)}"""):
        return False
    rewrite_without(bench, draft, ERASED, keys=listed(("table", "hash")), doomed=doomed)
    return True


def obey(writer: Writer, keys: Iterable[tuple[str, str]]) -> None:
    """Remember keys that were erased when this book was newer (table, and what its key is remembered by).

    What lies under them is taken out. The caller commits and sweeps the files.
    """
    at = datetime.now(UTC).replace(tzinfo=None)
    rows = [{"table": table, "hash": key, "at": at} for table, key in sorted(keys)]
    writer.append("erased", pa.Table.from_pylist(rows, schema=ERASED))
    bench = writer.bench
    erased = stored_rows(bench, writer.draft("erased"), ERASED)
    for table in _personal_tables():
        draft = writer.draft(personal_name(table.name))
        if draft.schema is None:
            continue
        view, doomed = stored_rows(bench, draft, draft.schema), bench.new_name("doomed")
        kept = not_erased(table, draft.schema, erased, writer.secret)
        names = listed(table.key)
        bench.run(f"CREATE TEMP TABLE {doomed} AS SELECT {names}, __file FROM {view} WHERE NOT {kept}")
        rewrite_without(bench, draft, draft.schema, keys=names, doomed=doomed)


def tables_naming_persons() -> list[str]:
    """The stored tables that may name a person, whose old files are removed at once."""
    return [*(personal_name(t.name) for t in _personal_tables()), "quarantine"]


def _personal_tables() -> list[Table]:
    return [table for table in all_tables().values() if table.personal]


class _Erasing:
    def __init__(self, writer: Writer, contact_id: str) -> None:
        self._writer, self._bench, self._secret = writer, writer.bench, writer.secret
        self._named, self._surrogate = contact_id, surrogate_of(self._secret, contact_id)
        self._views = {table.name: self._view(table) for table in _personal_tables()}
        self._doomed = {name: self._bench.new_name("doomed") for name in self._views}
        self._known_by = self._words_for()
        self._shared = self._borne_by_others()
        self._words = sorted({contact_id, *self._known_by.values()} - self._shared)
        self._account = account_of(self._bench, writer, self._surrogate)
        self._called = called_alone(self._bench, writer, self._surrogate, self._views["contacts"])

    def _view(self, table: Table) -> str:
        draft = self._writer.draft(personal_name(table.name))
        return stored_rows(self._bench, draft, self._columns(table))

    def _columns(self, table: Table) -> pa.Schema:
        """All stored columns, those beyond the foreseen included."""
        schema = self._writer.draft(personal_name(table.name)).schema
        foreseen = personal_columns(table, ())
        assert foreseen is not None
        tail = [pa.field("known_at", pa.timestamp("us")), pa.field("load", pa.int64())]
        return schema or pa.schema([*foreseen, *tail])

    def _words_for(self) -> dict[str, str]:
        """Everything the book knows the person by, by its column."""
        rows = self._bench.rows(f"""
            SELECT {listed(_NAMING)} FROM {self._views["contacts"]} WHERE contact_id = {text(self._surrogate)}""")
        said = zip(_NAMING, rows[0], strict=True) if rows else ()
        return {column: value.strip() for column, value in said if value and value.strip()}

    def _borne_by_others(self) -> set[str]:
        """Of that what others bear too: a common name, the number of a switchboard."""
        others = f"contact_id <> {text(self._surrogate)} AND NOT {self._is_them()}"
        return {
            value
            for column, value in self._known_by.items()
            if self._bench.rows(f"""
                SELECT 1 FROM {self._views["contacts"]} WHERE {_is(column, value)} AND {others} LIMIT 1""")
        }

    def _is_them(self) -> str:
        """SQL for whether a contact is the person under another id: of the same name and mail address."""
        told = [
            _is(column, self._known_by[column]) for column in ("name", "email") if column in self._known_by
        ]
        return f"({' AND '.join(told)})" if len(told) == 2 else "false"

    def done(self, *, even_unknown: bool, tell: Progress) -> Erased:
        tables = _personal_tables()
        for done, table in enumerate(tables):
            tell(done, len(tables), _("looking through {table}").format(table=table.name))
            self._bench.run(f"""
                CREATE TEMP TABLE {self._doomed[table.name]} AS
                SELECT {listed(table.key)}, __file FROM {self._views[table.name]} WHERE {self._names_them(table)}""")
        before = self._erased_before()
        self._whole_conversations()
        rows = {name: self._take_out(all_tables()[name]) for name in self._doomed}
        rows = {name: n for name, n in rows.items() if n}
        keys = {name: self._keys_taken(all_tables()[name]) for name in rows}
        quarantined = self._take_out_of_quarantine()
        known = bool(rows or quarantined) or self._in_facts()
        near_ids = () if known or before else self._near_ids()
        found = Erased(rows, quarantined, known, before, near_ids, keys=keys)
        if found.nobody and not even_unknown:
            return found
        self._remember("contacts", f"SELECT {text(self._surrogate)}")
        if found.nobody:
            self._remember(_NOBODY, f"SELECT {text(self._surrogate)}")
        elif known:
            self._somebody_after_all()
        return replace(found, remembered=True)

    def _somebody_after_all(self) -> None:
        """Whoever came to be known is erased for good: their id is not let in again."""
        draft = self._writer.draft("erased")
        view, doomed = stored_rows(self._bench, draft, ERASED), self._bench.new_name("doomed")
        ours = f""""table" = {text(_NOBODY)} AND hash = {text(self._surrogate)}"""
        self._bench.run(f"CREATE TEMP TABLE {doomed} AS SELECT * FROM {view} WHERE {ours}")
        rewrite_without(self._bench, draft, ERASED, keys=listed(("table", "hash")), doomed=doomed)

    def _erased_before(self) -> bool:
        known = stored_rows(self._bench, self._writer.draft("erased"), ERASED)
        ours = f""""table" = 'contacts' AND hash = {text(self._surrogate)}"""
        return bool(self._bench.rows(f"SELECT 1 FROM {known} WHERE {ours} LIMIT 1"))

    def _near_ids(self) -> tuple[str, ...]:
        """Ids of contacts like the one named; the engine chooses among all of them those worth comparing."""
        likeness = f"jaro_winkler_similarity(lower({SOURCE_ID}), lower({text(self._named)}))"
        alike = self._bench.rows(f"""
            SELECT {SOURCE_ID} FROM {self._views["contacts"]} WHERE {SOURCE_ID} IS NOT NULL
            ORDER BY {likeness} DESC, 1 LIMIT {_COMPARED}""")
        return tuple(near(self._named, [row[0] for row in alike]))

    def _in_facts(self) -> bool:
        """Whether any row of facts, current or past, bears the person's surrogate."""
        for table in all_tables().values():
            for name in (table.name, f"{table.name}_history") if table.has("contact_id") else ():
                paths = self._writer.draft(name).paths()
                bears = f"contact_id = {text(self._surrogate)}"
                if paths and self._bench.rows(f"SELECT 1 FROM {files(paths)} WHERE {bears} LIMIT 1"):
                    return True
        return False

    def _names_them(self, table: Table) -> str:
        columns = self._columns(table)
        rules = [f"contact_id = {text(self._surrogate)}"] if "contact_id" in columns.names else []
        values = [f.name for f in columns if pa.types.is_string(f.type) and f.name != "contact_id"]
        words = [name for name in values if name not in table.key]
        if table.name == "contacts":  # whoever is called as they are, or by the same number, is somebody else
            rules.append(self._is_them())
            words = [name for name in words if name not in _NAMING]
        rules += [self._mentions(table, some) for some in _alike(words)]
        if self._called and (rule := self._called.rule(table, words)):
            rules.append(rule)
        return " OR ".join(rules)

    def _mentions(self, table: Table, columns: Sequence[str]) -> str:
        """SQL for whether they are named: by what others bear too only at their own account."""
        always = columns[0] in _LISTS_OF_NAMES
        found = mentions(columns, self._words, always=always)
        here = at_account(self._writer, table, self._account) if self._shared and self._account else ""
        if not here:
            return found
        return f"({found} OR ({here} AND {mentions(columns, sorted(self._shared), always=always)}))"

    def _whole_conversations(self) -> None:
        """Where they took part, all that was said goes: it was said by them or to them."""
        self._bench.run(f"""
            CREATE OR REPLACE TEMP TABLE with_them AS
            SELECT conversation_id FROM {self._doomed["conversations"]}
            UNION SELECT conversation_id FROM {self._views["turns"]}
            WHERE {self._mentions(all_tables()["turns"], ["speaker"])}""")
        for name in ("conversations", "turns"):
            keys = listed(all_tables()[name].key)
            self._bench.run(f"""
                INSERT INTO {self._doomed[name]}
                SELECT {keys}, __file FROM {self._views[name]} SEMI JOIN with_them USING (conversation_id)
                ANTI JOIN {self._doomed[name]} USING ({keys})""")
        conversation = key_hash(all_tables()["conversations"], self._secret)
        self._remember("conversations", f"SELECT {conversation} FROM with_them")

    def _take_out(self, table: Table) -> int:
        doomed, draft = self._doomed[table.name], self._writer.draft(personal_name(table.name))
        self._remember(table.name, f"SELECT {key_hash(table, self._secret)} FROM {doomed}")
        rewrite_without(self._bench, draft, self._columns(table), keys=listed(table.key), doomed=doomed)
        return self._bench.count(f"SELECT count(*) FROM {doomed}")

    def _keys_taken(self, table: Table) -> list[tuple[Any, ...]]:
        return self._bench.rows(f"SELECT {listed(table.key)} FROM {self._doomed[table.name]}")

    def _remember(self, table: str, hashes: str) -> None:
        draft = self._writer.draft("erased")
        known = stored_rows(self._bench, draft, ERASED)
        fresh = f"""SELECT DISTINCT {text(table)} AS "table", hash, now()::TIMESTAMP AS at FROM ({hashes}) AS h(hash)
            WHERE hash NOT IN (SELECT hash FROM {known} WHERE "table" = {text(table)})"""
        draft.add([self._bench.write(fresh, draft.new_file())])

    def _take_out_of_quarantine(self) -> int:
        draft = self._writer.draft("quarantine")
        columns = draft.schema or QUARANTINE
        view, doomed = stored_rows(self._bench, draft, columns), self._bench.new_name("doomed")
        # Named by what they are meant to be: as stored, the whole row may be typed as JSON, and is no less text.
        values = [f.name for f in QUARANTINE if pa.types.is_string(f.type)]
        naming = mentions(values, self._words, quoted_too=True)
        if self._shared:
            shared = mentions(values, sorted(self._shared), quoted_too=True)
            naming = f"({naming} OR ({shared} AND NOT {self._of_a_namesake()}))"
        spoken = f"""("table" IN ('conversations', 'turns') AND EXISTS (FROM with_them WHERE
            contains("row", to_json(conversation_id)::VARCHAR)
            OR list_contains({words_of(quoted("row"))}, conversation_id)))"""
        self._bench.run(
            f"CREATE TEMP TABLE {doomed} AS SELECT DISTINCT id, __file FROM {view} WHERE {naming} OR {spoken}"
        )
        rewrite_without(self._bench, draft, columns, keys="id", doomed=doomed)
        return self._bench.count(f"SELECT count(*) FROM {doomed}")

    def _of_a_namesake(self) -> str:
        """SQL for whether a quarantined row tells by an id, an address or an account that it is of somebody else who
        bears a name or number of theirs. One that does not tell whose it is may be theirs, and goes.
        """
        shared, ours = (
            f"[{', '.join(text(value.lower()) for value in some)}]::VARCHAR[]"
            for some in (self._shared, self._words)
        )
        told = f"[{', '.join(f'lower(trim({quoted(name)}))' for name in _NAMING)}]"
        others = f"contact_id <> {text(self._surrogate)} AND NOT {self._is_them()}"
        alike = (
            f"""SELECT * FROM {self._views["contacts"]} WHERE {others} AND list_has_any({told}, {shared})"""
        )
        paths = self._writer.draft("contacts").paths()
        accounts = f"""UNION SELECT lower(account_id) FROM {files(paths)}
            WHERE contact_id IN (SELECT contact_id FROM ({alike})) AND account_id <> {text(self._account)}"""
        names = self._bench.new_name("namesakes")
        self._bench.run(f"""
            CREATE TEMP TABLE {names} AS
            SELECT value FROM (SELECT unnest({told}) AS value FROM ({alike}) {accounts if paths else ""})
            WHERE value IS NOT NULL AND NOT list_contains(list_concat({shared}, {ours}), value)""")
        line = f"lower({quoted('row')})"
        return f"""EXISTS (FROM {names} WHERE contains({line}, to_json(value)::VARCHAR)
            OR list_contains({words_of(line)}, value))"""


def _is(column: str, value: str) -> str:
    """SQL for whether a column holds a value, however it is written."""
    return f"coalesce(lower(trim({quoted(column)})) = lower({text(value)}), false)"


def _alike(columns: Iterable[str]) -> list[list[str]]:
    """Lists of names, and all the rest: what is looked for in the same way."""
    kinds: dict[bool, list[str]] = {}
    for name in columns:
        kinds.setdefault(name in _LISTS_OF_NAMES, []).append(name)
    return list(kinds.values())


def mentions(
    columns: Sequence[str], words: Sequence[str], *, always: bool = False, quoted_too: bool = False
) -> str:
    """SQL for whether one of these texts is one of the words, or holds one as a word of its own.

    A short plain word ("17", "Ann") would be found in what has nothing to do with the person: inside a text it
    counts only with `always`, or with `quoted_too` where it stands in quotation marks, as values do in JSON.
    """
    rules = [f"lower(trim({quoted(name)})) = lower({text(word)})" for name in columns for word in words]
    inside = [word for word in words if distinctive(word) or (always and not word.isdigit())]
    if inside:
        rules.append(holds(columns, "(?i)" + "|".join(_as_words(inside))))
    if quoted_too:
        short = (chr(34) + word + chr(34) for word in words if word not in inside)
        rules += [f"contains({quoted(name)}, {text(word)})" for word in short for name in columns]
    return f"coalesce({' OR '.join(rules)}, false)"


def distinctive(word: str) -> bool:
    """Whether finding the word inside a text means the person."""
    if not word.isascii():
        return len(word) > 1
    return len(word) >= _SHORTEST and (
        not word.isalnum() or (len(word) > _SHORTEST + 1 and not word.isdigit())
    )


def _as_words(words: Iterable[str]) -> list[str]:
    """Patterns of which one is found where one of the words stands as a word of its own."""
    free: list[str] = []
    apart: list[str] = []
    for word in words:
        escaped = "".join(c if c.isalnum() else f"\\x{{{ord(c):x}}}" for c in word)
        # Chinese writes no spaces between words.
        (free if not word.isascii() and not any(c.isspace() for c in word) else apart).append(escaped)
    return [*free, *([on_its_own("|".join(apart))] if apart else [])]
