# ruff: noqa: S608 - table names are our own; every name is quoted and every text escaped
"""Where the rows of a file are told apart: the good ones typed and ready for the book, the others with reasons.

A file is read as text by DuckDB, in a DuckDB of its own; good rows go straight to Parquet. Only when there are rows
that are not good is the file read again, to name them with their lines.
"""

import csv
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book import checks
from keepwell.book.engines.columns import KNOWN_ACCOUNTS, Plan
from keepwell.book.engines.workbench import FORM, files, quoted, text
from keepwell.book.reading import Source
from keepwell.book.reading.parquet import damaged
from keepwell.book.reading.preflight import LONGEST_LINE
from keepwell.book.reading.shapes import Shape
from keepwell.book.store import bad_book
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

_SAMPLE = 5000
_SAMPLED = 200_000  # rows looked at for what is only told from many
_PAIRS = 100  # subscriptions that follow on another, from which it is told how they do
_FEW_PAIRS, _TERMS = 3, 10  # pairs, and terms of whole months, below which they tell nothing
_MOST_SHAPES = 2000
FLAGGED = (
    "flagged"  # keys put aside for what other rows say: two meanings of one key, accounts merged in a circle
)


@dataclass(frozen=True)
class Opened:
    """A source as the sieve knows it: a view with the columns c0, c1, ... of text."""

    source: Source
    view: str
    numbered: str  # the same rows in the file's order with their number `rn`, from 1


class Sieve:
    """One DuckDB for one import. Instants without a zone are told by the clock of `time_zone`."""

    def __init__(self, scratch: Path, *, time_zone: str, home: str) -> None:
        self._scratch, self._home = scratch, home
        self.utc = time_zone == "UTC"
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "temp_directory": str(scratch / "spill"),
                "memory_limit": "2GiB",
                "preserve_insertion_order": "false",
            },
        )
        self._run(f"SET TimeZone = {text(time_zone)}")
        self._names = itertools.count(1)

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.IOException as error:
            raise bad_book(self._home, error) from error

    def _read(self, source: Source, sql: str) -> list[tuple[Any, ...]]:
        """Run what reads a file, and say what is wrong with the file where it cannot be read."""
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.IOException as error:
            raise bad_book(self._home, error) from error
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            if source.form == "parquet":
                raise damaged(source.name, error) from error
            raise BadInput(
                _("The file {name} cannot be read as a table.").format(name=source.name),
                seen=str(error).splitlines()[0],
                ways=[_("Check its delimiter and quotation marks; nothing was loaded.")],
            ) from error

    def _name(self, word: str) -> str:
        return f"{word}_{next(self._names)}"

    def know_accounts(self, paths: Sequence[str]) -> None:
        """Tell which accounts the book has, as Parquet files of the accounts table."""
        rows = (
            f"SELECT account_id FROM {files(paths)} WHERE NOT gone"
            if paths
            else "SELECT NULL::VARCHAR LIMIT 0"
        )
        self._run(f"CREATE OR REPLACE TEMP TABLE {KNOWN_ACCOUNTS}(account_id) AS {rows}")

    def open(self, source: Source) -> Opened:
        """Make a source ready to be asked."""
        view, numbered = self._name("file"), self._name("numbered")
        if source.form == "csv":
            self._run(f"CREATE TEMP VIEW {view} AS SELECT * FROM {_csv(source, '')}")
            kept = f"store_rejects = true, rejects_table = '{view}_rejects', rejects_scan = '{view}_scans'"
            rows = f"SELECT *, row_number() OVER () AS rn FROM {_csv(source, kept)}"
        else:
            texts = [f"CAST({quoted(c)} AS VARCHAR) AS c{i}" for i, c in enumerate(source.columns)]
            line = {"column": "_line", "row": "file_row_number + 1"}[source.lines]
            rows = f"SELECT {', '.join(texts)}, {line} AS rn FROM {files([str(p) for p in source.paths])}"
            self._read(source, f"CREATE TEMP VIEW {view} AS {rows}")
        self._run(f"CREATE TEMP VIEW {numbered} AS {rows}")
        return Opened(source, view, numbered)

    def sample(self, opened: Opened, exprs: Mapping[str, str]) -> dict[str, list[str]]:
        """The first values of some columns, those that are not empty."""
        if not exprs:
            return {}
        picked = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in exprs.items())
        rows = self._read(opened.source, f"SELECT {picked} FROM {opened.view} LIMIT {_SAMPLE}")
        return {name: [r[i] for r in rows if r[i] is not None] for i, name in enumerate(exprs)}

    def values(self, opened: Opened, column: str, wanted: Sequence[str]) -> list[str]:
        """Which of some values a column of the file holds, anywhere."""
        place = opened.source.columns.index(column)
        listed = ", ".join(map(text, wanted))
        sql = f"SELECT DISTINCT trim(c{place}) FROM {opened.view} WHERE trim(c{place}) IN ({listed})"
        return sorted(r[0] for r in self._read(opened.source, sql))

    def shapes(self, opened: Opened, exprs: Mapping[str, str]) -> dict[str, list[Shape]]:
        """The shapes of all values of some columns; reads the whole file once."""
        if not exprs:
            return {}
        union = self._name("values")
        columns = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in exprs.items())
        numbers = r"regexp_extract(v, '^(\d{1,2})[-/ .]\s?(\d{1,2})[-/ .]', ['a', 'b'])"
        # UNPIVOT leaves out what is missing and reads the file once for all columns.
        rows = self._read(
            opened.source,
            rf"""CREATE OR REPLACE TEMP TABLE {union} AS
            WITH given AS (UNPIVOT (SELECT {columns} FROM {opened.view}) ON COLUMNS(*) INTO NAME n VALUE v),
            parted AS (SELECT n, v, translate(v, '012345678', '999999999') AS s, v LIKE '0%' AS z,
                try_cast({numbers}['a'] AS INT) AS a, try_cast({numbers}['b'] AS INT) AS b FROM given)
            SELECT n, s, z, count(*) AS total, count_if(a > 12 AND b <= 12) AS a_big,
                count_if(b > 12 AND a <= 12) AS b_big, count_if(a = b) AS alike, min(v) AS example
            FROM parted GROUP BY n, s, z ORDER BY total DESC LIMIT {_MOST_SHAPES}""",
        )
        rows = self._run(f"SELECT * FROM {union}")
        found: dict[str, list[Shape]] = {name: [] for name in exprs}
        for name, shape, zero, total, first_big, second_big, alike, example in rows:
            found[name].append(Shape(shape, total, first_big, second_big, alike, zero, example))
        return found

    def stage(self, opened: Opened, plan: Plan, target: Path, *, more: Iterable[str] = ()) -> int:
        """Write the good rows, typed, to a Parquet file; how many there are. `more` is further SQL to select."""
        sql = f"""SELECT {", ".join([*plan.finals(), *more])}
            FROM {plan.source(opened.view)} WHERE {plan.good()}"""
        with self._worked_out_once():
            return self._write(opened.source, sql, target)

    @contextmanager
    def _worked_out_once(self) -> Iterator[None]:
        """Let each value of a row be worked out once, and what is asked of it be asked of the result.

        Pushed down towards the file, the questions would work out every value a second time; and short lists
        would be searched by joins, which cost more than comparing.
        """
        self._run("SET disabled_optimizers = 'filter_pushdown,in_clause'")
        try:
            yield
        finally:
            self._run("SET disabled_optimizers = ''")

    def left_out(self, opened: Opened, plan: Plan) -> int:
        """How many rows of the file are no rows of the table, as the mapping says."""
        if not plan.leave_out:
            return 0
        return int(
            self._read(opened.source, f"SELECT count(*) FROM {opened.view} WHERE {plan.leave_out}")[0][0]
        )

    def _write(self, source: Source, sql: str, target: Path) -> int:
        copy = f"COPY ({sql}) TO {text(str(target))} ({FORM})"
        return int(self._read(source, copy)[0][0])

    def repeated(self, staged: Path, keys: Sequence[str]) -> bool:
        """Whether any key may come twice: told from hashes, in eight bytes a row."""
        relation = self._connection.execute(f"SELECT hash({_list(keys)}) AS h FROM {files([str(staged)])}")
        hashes = np.asarray(relation.fetchnumpy()["h"])
        hashes.sort()
        return bool((hashes[1:] == hashes[:-1]).any())

    def flag_doubled(self, staged: Path, keys: Sequence[str]) -> int:
        """Flag keys that come several times with different content; how many rows that are merely repeated."""
        names = _list(keys)
        self._run(f"""
            CREATE OR REPLACE TEMP TABLE doubled AS
            SELECT {names}, count(*) AS n, count(DISTINCT md5(t::VARCHAR)) AS kinds
            FROM {files([str(staged)])} t GROUP BY {names} HAVING count(*) > 1""")
        self._flag(keys, checks.DUPLICATE_KEY, f"SELECT {names} FROM doubled WHERE kinds > 1", keys[-1])
        return int(self._run("SELECT coalesce(sum(n - 1), 0)::BIGINT FROM doubled WHERE kinds = 1")[0][0])

    def begin_flags(self, staged: Path, keys: Sequence[str]) -> None:
        """Forget flags of another file."""
        columns = ", ".join(map(quoted, keys))
        self._run(f"""CREATE OR REPLACE TEMP TABLE {FLAGGED} AS
            SELECT {columns}, ''::VARCHAR AS reason, ''::VARCHAR AS "column" FROM {files([str(staged)])} LIMIT 0""")

    def _flag(self, keys: Sequence[str], reason: str, rows: str, column: str) -> None:
        names = _list(keys)
        self._run(f"""INSERT INTO {FLAGGED} SELECT DISTINCT {names}, {text(reason)}, {text(column)} FROM ({rows})
            ANTI JOIN {FLAGGED} USING ({names})""")

    def flag(self, keys: Sequence[str], reason: str, column: str, values: Sequence[str]) -> None:
        """Flag rows by the values of a key of one column."""
        table = pa.table({keys[0]: pa.array(list(values), pa.string())})
        self._connection.register("flags_in", table)
        self._flag(keys, reason, "SELECT * FROM flags_in", column)
        self._connection.unregister("flags_in")

    def none_doubled(self, staged: Path, keys: Sequence[str]) -> None:
        """Note that no key comes twice."""
        self._run(
            f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT {_list(keys)} FROM {files([str(staged)])} LIMIT 0"
        )

    def flag_like(self, keys: Sequence[str], other: Path, staged: Path) -> bool:
        """Flag good rows whose key also stands in a row that is put aside: which of them is true?"""
        names, before = _list(keys), self.flags
        rows = f"""SELECT {names} FROM {files([str(staged)])} SEMI JOIN
            (SELECT {_list(f"k {k}" for k in keys)} FROM {files([str(other)])}) o({names}) USING ({names})"""
        self._flag(keys, checks.DUPLICATE_KEY, rows, keys[-1])
        return self.flags > before

    @property
    def flags(self) -> int:
        """How many keys are flagged."""
        return int(self._run(f"SELECT count(*) FROM {FLAGGED}")[0][0])

    def without_flagged(self, source: Source, staged: Path, keys: Sequence[str], target: Path) -> int:
        """Write the staged rows again, each once and none that is flagged; how many are left."""
        names = _list(keys)
        rows = f"SELECT * FROM {files([str(staged)])} ANTI JOIN {FLAGGED} USING ({names})"
        return self._write(
            source,
            f"""{rows} ANTI JOIN doubled USING ({names})
            UNION ALL SELECT DISTINCT * FROM ({rows} SEMI JOIN doubled USING ({names}))""",
            target,
        )

    def number_equals(self, source: Source, staged: Path, key: str, target: Path) -> None:
        """Rows known by their content alone: equal ones are told apart by their ordinal."""
        place = f"coalesce('-' || nullif(row_number() OVER (PARTITION BY {quoted(key)}), 1), '')"
        rows = files([str(staged)])
        self._run(f"""CREATE OR REPLACE TEMP TABLE doubled AS
            SELECT {quoted(key)} FROM {rows} GROUP BY 1 HAVING count(*) > 1""")
        self._write(
            source,
            f"""SELECT * FROM {rows} ANTI JOIN doubled USING ({quoted(key)})
            UNION ALL SELECT * REPLACE ({quoted(key)} || {place} AS {quoted(key)})
            FROM (SELECT * FROM {rows} SEMI JOIN doubled USING ({quoted(key)}))""",
            target,
        )

    def put_aside(self, opened: Opened, plan: Plan, keys: Sequence[str], target: Path) -> int:
        """Write the rows that are not good, with line, column, value and reasons; how many there are.

        Columns: line, column, value, reason, reasons (JSON), row (JSON of the file's own values), ordinal among
        equal rows, key (text), `k NAME` for each column of the key, and where the table has one the contact's id as
        `person`.
        """
        self._run("SET preserve_insertion_order = true")
        found = self._scratch / f"{self._name('aside')}.parquet"
        try:
            self._write(opened.source, self._aside_sql(opened, plan, keys), found)
        finally:
            self._run("SET preserve_insertion_order = false")
        lines = self._lines(opened, found)
        refused = self._refused(opened)
        self._connection.register("refused_in", refused)
        count = self._write(
            opened.source,
            f"""SELECT *, row_number() OVER (PARTITION BY "row" ORDER BY line) AS ordinal FROM (
                SELECT * EXCLUDE (rn), {lines} AS line FROM {files([str(found)])}
                UNION ALL BY NAME SELECT line, '' AS "column", "text" AS "value", reason,
                    '[]' AS reasons, json_object('', "text") AS "row" FROM refused_in)""",
            target,
        )
        self._connection.unregister("refused_in")
        return count

    def _aside_sql(self, opened: Opened, plan: Plan, keys: Sequence[str]) -> str:
        tests = plan.checks()
        holds = " OR ".join(f"({c.holds})" for c in tests) or "false"
        said = "{{'column': {column}, 'value': {value}, 'reason': {reason}}}"
        each = ", ".join(
            f"CASE WHEN {c.holds} THEN "
            + said.format(column=text(c.column), value=c.value, reason=text(c.reason))
            + " END"
            for c in tests
        )
        flagged = not plan.by_row
        found = f"list_filter([{each}], lambda x: x IS NOT NULL)" if each else "[]"
        if flagged:
            ids = [quoted("p " + k) for k in keys]
            on = " AND ".join(f"f.{quoted(k)} = v.{i}" for k, i in zip(keys, ids, strict=True))
            join, more = f"LEFT JOIN {FLAGGED} f ON {on}", "OR f.reason IS NOT NULL"
            value = " || '/' || ".join(f"CAST({i} AS VARCHAR)" for i in ids)
            late = f"""CASE WHEN f.reason IS NOT NULL
                THEN [{{'column': f."column", 'value': {value}, 'reason': f.reason}}] ELSE [] END"""
            found = f"list_concat({found}, {late})"
            named = ", ".join(
                [f"{value} AS key", *(f"{i} AS {quoted('k ' + k)}" for i, k in zip(ids, keys, strict=True))]
            )
        else:
            join, more, named = "", "", "NULL::VARCHAR AS key"
        persons = [c.column.name for c in plan.cells.values() if c.column.refers == "contacts"]
        named += "".join(f", {quoted('p ' + name)} AS person" for name in persons)
        return f"""
            SELECT rn, found[1]['column'] AS "column", found[1]['value'] AS "value", found[1]['reason'] AS reason,
                to_json(found)::VARCHAR AS reasons, "row", key, * EXCLUDE (rn, found, "row", key)
            FROM (SELECT rn, {found} AS found, {_fields(opened.source)} AS "row", {named}
                  FROM {plan.source(opened.numbered)} v {join} WHERE ({holds}) {more})"""

    def _refused(self, opened: Opened) -> pa.Table:
        """Lines that could not be split into columns."""
        rows = [(r.line, r.text, r.reason) for r in opened.source.refused]
        if opened.source.form == "csv":
            known = self._run(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{opened.view}_rejects'")
            if known:
                lost = self._run(f"""SELECT DISTINCT ON (line_byte_position) line_byte_position, csv_line
                    FROM {opened.view}_rejects
                    WHERE scan_id = (SELECT max(scan_id) FROM {opened.view}_rejects) ORDER BY 1""")
                places = _lines_at(opened.source, [(p, len(t) - len(t.lstrip("\r\n"))) for p, t in lost])
                rows += [
                    (n, t.strip("\r\n"), checks.WRONG_COLUMNS)
                    for n, (_p, t) in zip(places, lost, strict=True)
                ]
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        return pa.table(
            {
                "line": pa.array(columns[0], pa.int64()),
                "text": pa.array(columns[1], pa.string()),
                "reason": pa.array(columns[2], pa.string()),
            }
        )

    def _lines(self, opened: Opened, found: Path) -> str:
        """SQL of the line in the file on which record number `rn` begins."""
        source = opened.source
        if source.lines != "counted":
            return "rn"
        total = int(self._read(source, f"SELECT count(*) FROM {opened.view}")[0][0])
        if total + source.skip == source.lines_total and not source.gap:
            return f"rn + {source.skip}"
        wanted = [r[0] for r in self._run(f"SELECT rn FROM {files([str(found)])} ORDER BY rn")]
        lines = pa.table(
            {"n": pa.array(wanted, pa.int64()), "line": pa.array(_lines_of(source, wanted), pa.int64())}
        )
        self._connection.register("lines_in", lines)
        self._run("CREATE OR REPLACE TEMP TABLE line_of AS SELECT * FROM lines_in")
        self._connection.unregister("lines_in")
        return "(SELECT l.line FROM line_of l WHERE l.n = rn)"

    def identity(self, table: str, file: str) -> str:
        """SQL of what a row put aside is known by again: its table, file, content and ordinal."""
        return f"""md5(concat_ws(chr(31), {text(table)}, {text(file)}, "row", ordinal))"""

    def contents(self, opened: Opened, table: str) -> str:
        """A query of what each row of a file would be known by if it were put aside."""
        fields = _fields(opened.source)
        ordinal = 'row_number() OVER (PARTITION BY "row")'
        refused = ", ".join(text(r.text) for r in opened.source.refused)
        return f"""SELECT {self.identity(table, opened.source.name)} FROM (
            SELECT "row", {ordinal} AS ordinal FROM (
                SELECT {fields} AS "row" FROM {opened.view}
                UNION ALL SELECT json_object('', t) FROM unnest([{refused}]::VARCHAR[]) u(t)))"""

    def table(self, sql: str) -> pa.Table:
        """A small answer over staged files, as Arrow."""
        return self._connection.sql(sql).to_arrow_table()

    def ends_inclusive(self, staged: Path) -> bool:
        """Whether subscriptions mostly follow on each other with a start on the day after the end before.

        Told from the first rows, where they hold pairs that follow on each other; else from some of the accounts.
        Where hardly any follow, it is told from terms of whole months: such a one begins and ends, its end not
        included, on the same day of a month, or on the first.
        """
        steps = 1 + pq.read_metadata(staged).num_rows // _SAMPLED
        after = at_once = 0
        for some in (f"file_row_number < {_SAMPLED}", f"hash(account_id) % {steps} = 0"):
            if after + at_once < _PAIRS:
                after, at_once = self._run(f"""
                    SELECT count(*) FILTER (gap = 1), count(*) FILTER (gap = 0) FROM (SELECT lead(started_on) OVER (
                        PARTITION BY account_id, product ORDER BY started_on) - ended_on AS gap
                        FROM {files([str(staged)])} WHERE {some})""")[0]
        if after + at_once >= _FEW_PAIRS:
            return bool(after > 5 * at_once)
        ended, within, without = self._run(f"""
            SELECT count(*), count(*) FILTER ({_whole_months("ended_on + 1")}),
                count(*) FILTER ({_whole_months("ended_on")})
            FROM {files([str(staged)])} WHERE ended_on > started_on AND file_row_number < {_SAMPLED}""")[0]
        return bool(within >= _TERMS and within > 5 * without and within >= 0.8 * ended)

    def one(self, sql: str) -> Any:
        """The one value of an answer over staged files."""
        return self._run(sql)[0][0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A small answer over staged files."""
        return self._run(sql)

    def write(self, sql: str, target: Path) -> int:
        """Write an answer over staged files to another."""
        return int(self._run(f"COPY ({sql}) TO {text(str(target))} ({FORM})")[0][0])


def _whole_months(end: str) -> str:
    return f"day({end}) IN (1, day(started_on))"


def _csv(source: Source, more: str) -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(source.columns)))
    long = f", max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE}" if source.long_lines else ""
    return f"""read_csv({text(str(source.paths[0]))}, delim = {text(source.delimiter)}, quote = '"', escape = '"',
        header = false, skip = {source.skip}, auto_detect = false, columns = {{{columns}}}, strict_mode = true,
        {more or "ignore_errors = true"}{long})"""


def _lines_of(source: Source, wanted: Sequence[int]) -> list[int]:
    """The line on which each wanted record begins, counted as the file's readers count, blank lines and all."""
    csv.field_size_limit(LONGEST_LINE)
    lines, width, record, before = [], len(source.columns), 0, 0
    targets = iter(wanted)
    target = next(targets, None)
    with source.paths[0].open(encoding="utf-8-sig", newline="") as raw:
        for _header in range(source.skip):
            raw.readline()
        reader = csv.reader(raw, delimiter=source.delimiter)
        for row in reader:
            start, before = before, reader.line_num
            if len(row) != width or (width == 1 and not row):
                continue
            record += 1
            while target == record:
                lines.append(source.skip + start + 1)
                target = next(targets, None)
    return lines + [0] * (len(wanted) - len(lines))


def _lines_at(source: Source, places: Sequence[tuple[int, int]]) -> list[int]:
    """The line at each byte position of a file, past so many line breaks that stand before the record itself."""
    lines, seen, at = [], 0, 0
    with source.paths[0].open("rb") as raw:
        for place, blank in places:
            while at < place:
                chunk = raw.read(min(place - at, 1024 * 1024))
                if not chunk:
                    break
                seen, at = seen + chunk.count(b"\n"), at + len(chunk)
            lines.append(seen + 1 + blank)
    return lines


def _fields(source: Source) -> str:
    """SQL of a row as JSON, by the file's own names."""
    return (
        "json_object("
        + ", ".join(f"{text(name)}, c{i}" for i, name in enumerate(source.columns))
        + ")::VARCHAR"
    )


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))
