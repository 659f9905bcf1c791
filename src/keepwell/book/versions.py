# ruff: noqa: S608 - table names are our own; values and column names are quoted by the workbench
"""Rows of a table as versions: which incoming rows say something new, and where each belongs.

Every row is known from a moment on. The version of a key that became known last is current and lies in the
table itself; those before it lie in the table's history. An incoming row is compared with the version known
just before it: if the two are equal it says nothing new and is not written. One that became known earlier
than the current version goes into the history at its place and replaces nothing.

Most keys come once and later than their current version: those are settled by one join. The others are laid
out in order of time, together with what is stored of them. Rows are compared by a hash that is worked out for
both sides each time and never stored, so neither a new column nor a new DuckDB makes equal rows look changed.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from keepwell.book.delta import Draft
from keepwell.book.engines.workbench import Workbench, listed, quoted
from keepwell.book.stored import rewrite_without, stored_rows
from keepwell.book.tables import BOOKKEEPING
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

# What became of an incoming row; of several versions made of one line of a file the smallest counts.
LOADED, UPDATED, UNCHANGED = 1, 2, 3


@dataclass(frozen=True)
class Counts:
    """What became of the rows put: loaded + updated + unchanged are all; `gone` are keys a snapshot lacks."""

    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.loaded + other.loaded,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.gone + other.gone,
        )


class Versions:
    """What one put does to one table: `weigh` finds out, nothing is written until `write`.

    `rows` names a view of the incoming rows with all of `columns` and the bookkeeping, a number `__id` of
    each row, and the `__line` of the file it was made from.
    """

    def __init__(
        self,
        bench: Workbench,
        current: Draft,
        history: Draft,
        *,
        key: tuple[str, ...],
        columns: pa.Schema,
        rows: str,
    ) -> None:
        self._bench, self._current, self._history = bench, current, history
        self._rows = rows
        self._columns = pa.schema([*columns, *BOOKKEEPING])
        self._keys = listed(key)
        self._stored = listed(self._columns.names)
        self._hash = f"hash({listed([*columns.names, 'gone'])})"
        self._paths = current.paths()
        self._match, self._verdict, self._superseded, self._gone, self._timeline, self._intricate = (
            bench.new_name(word)
            for word in ("match", "verdict", "superseded", "gone", "timeline", "intricate")
        )
        self._old = stored_rows(bench, current, self._columns)
        self._older = stored_rows(bench, history, self._columns)
        self.all_new = self._unique = False

    def weigh(self, *, unique: bool, load: int) -> None:
        """Decide of every incoming row. `unique` promises that no key comes twice."""
        self.all_new = unique and not self._paths
        if self.all_new:
            return
        self._unique = unique
        run = self._bench.run
        run(f"""
            CREATE TEMP TABLE {self._match} AS
            SELECT i.*, c.known_at AS was_known, c.h AS was, c.__file
            FROM (SELECT __id, __line, {self._keys}, known_at, {self._hash} AS h FROM {self._rows}) i
            LEFT JOIN (SELECT {self._keys}, known_at, {self._hash} AS h, __file FROM {self._old}) c
            USING ({self._keys})""")
        several = "" if unique else "count(*) > 1 OR"
        run(f"""
            CREATE TEMP TABLE {self._intricate} AS
            SELECT {self._keys} FROM {self._match} {"WHERE known_at < was_known" if unique else ""}
            GROUP BY ALL HAVING {several} bool_or(known_at < was_known)""")
        run(f"""
            CREATE TEMP TABLE {self._verdict} AS
            SELECT __id, __line, what, CASE WHEN what <> {UNCHANGED} THEN 'current' END AS place FROM (
                SELECT *, CASE WHEN was_known IS NULL THEN {LOADED} WHEN h = was THEN {UNCHANGED}
                               ELSE {UPDATED} END AS what
                FROM {self._match} ANTI JOIN {self._intricate} USING ({self._keys}))""")
        run(f"""
            CREATE TEMP TABLE {self._superseded} AS
            SELECT {self._keys}, __file FROM {self._match} ANTI JOIN {self._intricate} USING ({self._keys})
            WHERE was_known IS NOT NULL AND h <> was""")
        if self._bench.count(f"SELECT count(*) FROM {self._intricate}"):
            self._lay_out(load)
        run(f"CREATE TEMP TABLE {self._gone} AS SELECT {self._keys} FROM {self._superseded} LIMIT 0")

    def _lay_out(self, load: int) -> None:
        """Settle the keys that come several times or late, in order of time."""
        keys, run = self._keys, self._bench.run
        run(f"""
            CREATE TEMP TABLE {self._timeline} AS
            WITH all_versions AS (
                SELECT {keys}, known_at, load, {self._hash} AS h, NULL::BIGINT AS __id, __file
                FROM {self._old} SEMI JOIN {self._intricate} USING ({keys})
                UNION ALL
                SELECT {keys}, known_at, load, {self._hash}, NULL, NULL
                FROM {self._older} SEMI JOIN {self._intricate} USING ({keys})
                UNION ALL
                SELECT {keys}, known_at, {load}, h, min(__id), NULL
                FROM {self._match} SEMI JOIN {self._intricate} USING ({keys}) GROUP BY {keys}, known_at, h
            ), in_order AS (
                SELECT *, lag(h) OVER (PARTITION BY {keys} ORDER BY known_at, load) AS before
                FROM all_versions
            )
            SELECT *,
                row_number() OVER (PARTITION BY {keys} ORDER BY known_at DESC, load DESC) = 1 AS is_last,
                row_number() OVER (PARTITION BY {keys} ORDER BY known_at, load) = 1 AS is_first,
                bool_or(__id IS NULL) OVER (PARTITION BY {keys}) AS was_stored
            FROM in_order WHERE __id IS NULL OR before IS DISTINCT FROM h""")
        self._refuse_contradictions()
        run(f"""
            INSERT INTO {self._verdict}
            SELECT m.__id, m.__line,
                CASE WHEN t.__id IS NULL THEN {UNCHANGED}
                     WHEN t.is_first AND NOT t.was_stored THEN {LOADED} ELSE {UPDATED} END,
                CASE WHEN t.is_last THEN 'current' WHEN t.__id IS NOT NULL THEN 'history' END
            FROM {self._match} m SEMI JOIN {self._intricate} USING ({keys})
            LEFT JOIN (SELECT * FROM {self._timeline} WHERE __id IS NOT NULL) t USING (__id)""")
        run(f"""
            INSERT INTO {self._superseded}
            SELECT {keys}, __file FROM {self._timeline} WHERE __file IS NOT NULL AND NOT is_last""")

    def _refuse_contradictions(self) -> None:
        twice = self._bench.rows(f"""
            SELECT {self._keys}, known_at FROM {self._match} SEMI JOIN {self._intricate} USING ({self._keys})
            GROUP BY ALL HAVING count(DISTINCT h) > 1 LIMIT 1""")
        if twice:
            raise BadInput(
                _("The same key comes twice with different content, known from the same moment."),
                seen=", ".join(str(value) for value in twice[0]),
                ways=[_("Keep one of the rows, or say in a column known_at which came later.")],
            )

    def mark_gone(self, *, known_at: str, spared: str | None) -> tuple[int, int]:
        """Mark the keys that a snapshot lacks, but for those in the table `spared`: how many, of how many."""
        if self.all_new:
            return 0, 0
        but = f"ANTI JOIN {spared} USING ({self._keys})" if spared else ""
        self._bench.run(f"""
            INSERT INTO {self._gone}
            SELECT {self._keys} FROM (SELECT {self._keys} FROM {self._old}
                                      WHERE NOT gone AND known_at <= {known_at})
            ANTI JOIN {self._match} USING ({self._keys}) {but}""")
        lacking = self._bench.count(f"SELECT count(*) FROM {self._gone}")
        self._bench.run(f"""
            INSERT INTO {self._superseded}
            SELECT {self._keys}, __file FROM {self._old} SEMI JOIN {self._gone} USING ({self._keys})""")
        return lacking, self._bench.count(f"SELECT count(*) FROM {self._old} WHERE NOT gone")

    @property
    def gone(self) -> str | None:
        """The table with the keys marked gone."""
        return None if self.all_new else self._gone

    def counts(self, also_changed: str | None = None) -> Counts:
        """What becomes of the lines put; `also_changed` names a table of ids whose personal part changed."""
        if self.all_new:
            return Counts(loaded=self._bench.count(f"SELECT count(*) FROM {self._rows}"))
        if also_changed:
            self._bench.run(f"""
                UPDATE {self._verdict} SET what = {UPDATED}
                WHERE what = {UNCHANGED} AND __id IN (SELECT __id FROM {also_changed})""")
        # Where no key comes twice each row is a line of its own.
        lines = f"SELECT min(what) AS what FROM {self._verdict} GROUP BY __line"
        counted = self._verdict if self._unique else f"({lines})"
        found = dict(self._bench.rows(f"SELECT what, count(*) FROM {counted} GROUP BY what"))
        gone = self._bench.count(f"SELECT count(*) FROM {self._gone}")
        return Counts(found.get(LOADED, 0), found.get(UPDATED, 0), found.get(UNCHANGED, 0), gone)

    def touched(self, column: str) -> str:
        """A query of every value of a column on the rows that are new, superseded or gone."""
        name = quoted(column)
        if self.all_new:
            return f"SELECT DISTINCT {name} FROM {self._rows}"
        return f"""
            SELECT {name} FROM {self._rows}
            WHERE __id IN (SELECT __id FROM {self._verdict} WHERE place IS NOT NULL)
            UNION SELECT {name} FROM {self._old} SEMI JOIN {self._superseded} USING ({self._keys})"""

    def write(self, *, known_at: str, load: int, finished: Sequence[Path] = ()) -> None:
        """Write the new versions, move superseded ones to the history and mark what is gone.

        `finished` files hold the rows just as they are stored: into an empty table they are taken as they are.
        """
        bench = self._bench
        if self.all_new and finished:
            for file in finished:
                target = self._current.new_file()
                _linked(file, target)
                self._current.add([target])
            self._current.widen(self._columns)
            return
        if self.all_new:
            self._current.add(
                [bench.write(f"SELECT {self._stored} FROM {self._rows}", self._current.new_file())]
            )
            return
        places = dict(bench.rows(f"SELECT place, count(*) FROM {self._verdict} GROUP BY place"))
        past, present = [], []
        if bench.count(f"SELECT count(*) FROM {self._superseded}"):
            past.append(
                f"SELECT {self._stored} FROM {self._old} SEMI JOIN {self._superseded} USING ({self._keys})"
            )
        if places.get("history"):
            past.append(self._at("history"))
        if places.get("current"):
            everything = places == {"current": bench.count(f"SELECT count(*) FROM {self._rows}")}
            present.append(f"SELECT {self._stored} FROM {self._rows}" if everything else self._at("current"))
        if bench.count(f"SELECT count(*) FROM {self._gone}"):
            present.append(f"""
                SELECT {self._stored} FROM (
                    SELECT * REPLACE ({known_at} AS known_at, {load}::BIGINT AS load, true AS gone)
                    FROM {self._old} SEMI JOIN {self._gone} USING ({self._keys}))""")
        if past:
            self._history.add([bench.write(" UNION ALL ".join(past), self._history.new_file())])
        rewrite_without(
            bench, self._current, self._columns, keys=self._keys, doomed=self._superseded, more=present
        )

    def _at(self, place: str) -> str:
        return f"""SELECT {self._stored} FROM {self._rows}
            SEMI JOIN (SELECT __id FROM {self._verdict} WHERE place = '{place}') USING (__id)"""

    def forget(self) -> None:
        """Drop what was only needed to decide."""
        self._bench.drop(
            [self._match, self._verdict, self._superseded, self._gone, self._timeline, self._intricate]
        )


def _linked(file: Path, target: Path) -> None:
    """The same file under another name, or a copy where one disk cannot name a file of another."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)
