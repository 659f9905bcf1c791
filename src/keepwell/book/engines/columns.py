# ruff: noqa: S608 - table names are our own; every name is quoted and every text escaped
"""Each column of a table as SQL over a file's columns of text: how it is read, and what is asked of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from keepwell.book import checks
from keepwell.book.engines import parsing
from keepwell.book.engines.parsing import FIRST_DAY, LAST_DAY, Written
from keepwell.book.engines.workbench import quoted, text
from keepwell.book.tables import Column, Table
from keepwell.lib.money import CURRENCIES

CURRENCY_LIST = ", ".join(text(c) for c in sorted(CURRENCIES))
KNOWN_ACCOUNTS = "known_accounts"


@dataclass(frozen=True)
class Cell:
    """One column of the table and where its text comes from: columns of the file (SQL names), or a constant.

    Several sources are multiplied, or for a key joined. `negative` is SQL that says for which rows an amount is
    to be taken as below zero.
    """

    column: Column
    sources: tuple[str, ...] = ()
    written: tuple[Written, ...] = (Written(),)
    constant: str | None = None
    joined: bool = False
    negative: str | None = None
    empty: tuple[str, ...] = ()
    spaced: bool = True  # whether values may have spaces around them

    @property
    def raw(self) -> str:
        """SQL of the text a person would recognise, NULL where it is missing."""
        if self.constant is not None:
            return text(self.constant)
        parts = [parsing.trimmed(s, self.empty, spaced=self.spaced) for s in self.sources]
        between = " || '/' || " if self.joined else " || ' * ' || "
        return between.join(parts)

    @property
    def is_text(self) -> bool:
        """Whether its text is kept as it is."""
        return self.column.kind == "text"

    @property
    def numeric(self) -> bool:
        """Whether its text is read as a number."""
        return self.column.kind in ("money", "decimal", "integer")

    @property
    def dated(self) -> bool:
        """Whether its text is read as a day or a moment."""
        return self.column.kind in ("day", "instant")


@dataclass(frozen=True)
class Check:
    """A reason for which a row is put aside: SQL of when it holds, and of the text it is about."""

    column: str
    reason: str
    holds: str
    value: str


@dataclass(frozen=True)
class Plan:
    """How the rows of one file become rows of one table.

    `extras` are further columns, kept as text: the name to store, and SQL of the file's column. `by_row` keys each
    row by its content. `known_accounts` says that every account must be among those known. `now` is the moment of
    loading (naive UTC, as text), before which every row must be known. `nulls` says that texts may have null
    characters in them, which no text of the book may.
    """

    table: Table
    cells: Mapping[str, Cell]
    extras: Mapping[str, str] = field(default_factory=dict)
    by_row: bool = False
    utc: bool = True
    known_accounts: bool = True
    leave_out: str | None = None
    spaced: bool = True
    now: str | None = None
    nulls: bool = False

    def with_written(self, written: Mapping[str, Sequence[Written]]) -> "Plan":
        """The same plan with some columns written otherwise."""
        return replace(
            self,
            cells={n: replace(c, written=tuple(written.get(n, c.written))) for n, c in self.cells.items()},
        )

    def raws(self) -> str:
        """SELECT list: the text of each cell, and of each factor of a product."""
        parts = [f"{cell.raw} AS {quoted('r ' + name)}" for name, cell in self.cells.items()]
        for name, cell in self.cells.items():
            if _multiplied(cell):
                parts += [
                    f"{parsing.trimmed(s, cell.empty, spaced=cell.spaced)} AS {quoted(f'r {name} {i}')}"
                    for i, s in enumerate(cell.sources)
                ]
            if cell.negative:
                parts.append(f"coalesce({cell.negative}, false) AS {quoted('n ' + name)}")
        return ", ".join(parts)

    def source(self, view: str) -> str:
        """SQL of a file's rows with the text and the value of each cell, those left out by the mapping left out.

        Numbers are read one level below the values, so that no long expression has to be written out twice.
        """
        kept = f"WHERE ({self.leave_out}) IS NOT TRUE" if self.leave_out else ""
        raws = f"SELECT *, {self.raws()} FROM {view} {kept}"
        narrow, wide = self._numbers()
        for level in (narrow, wide):
            raws = f"SELECT *, {', '.join(level)} FROM ({raws})" if level else raws
        return f"(SELECT *, {self.values()} FROM ({raws}))"

    def _numbers(self) -> tuple[list[str], list[str]]:
        narrow, wide = [], []
        for name, cell in self.cells.items():
            raw, how = quoted("r " + name), cell.written[0]
            d, w = quoted("d " + name), quoted("w " + name)
            if _multiplied(cell) or not cell.numeric:
                continue
            if cell.column.kind == "money":
                narrow.append(f"{parsing.narrow(raw, how)} AS {d}")
                wide.append(
                    f"CASE WHEN {d} IS NULL THEN {parsing.number(raw, how, 'DECIMAL(38, 18)')} END AS {w}"
                )
            else:
                kind = "DOUBLE" if cell.column.kind == "decimal" else "DECIMAL(22, 4)"
                narrow.append(f"{parsing.number(raw, how, kind)} AS {d}")
        return narrow, wide

    def values(self) -> str:
        """SELECT list over `raws`: the value of each cell, NULL where its text is none."""
        ordered = sorted(self.cells.values(), key=lambda cell: cell.column.kind == "money")
        return ", ".join(f"{self._value(cell)} AS {quoted('p ' + cell.column.name)}" for cell in ordered)

    def _value(self, cell: Cell) -> str:
        column, raw, how = cell.column, quoted("r " + cell.column.name), cell.written[0]
        if _multiplied(cell):
            raws = [quoted(f"r {column.name} {i}") for i in range(len(cell.sources))]
            money = self._currency(column) if column.kind == "money" else None
            sql = parsing.product(raws, cell.written, money)
        elif column.kind == "money":
            currency = self._currency(column)
            narrow, wide = (
                parsing.minor(quoted("d " + column.name), currency),
                parsing.minor(quoted("w " + column.name), currency),
            )
            sql = f"CASE WHEN {quoted('d ' + column.name)} IS NOT NULL THEN {narrow} ELSE {wide} END"
        else:
            sql = {
                "text": lambda: f"upper({raw})" if column.refers == "currencies" else raw,
                "choice": lambda: parsing.choice(raw, column.choices, dict(column.same)),
                "day": lambda: self._day(column, raw, how),
                "instant": lambda: parsing.instant(raw, how, utc=self.utc),
                "decimal": lambda: parsing.finite(quoted("d " + column.name)),
                "integer": lambda: parsing.whole(quoted("d " + column.name)),
                "flag": lambda: parsing.flag(raw),
            }[column.kind]()
        if cell.negative:
            sql = f"CASE WHEN {quoted('n ' + column.name)} THEN -abs({sql}) ELSE {sql} END"
        return sql

    def _day(self, column: Column, raw: str, how: Written) -> str:
        sql = parsing.day(raw, how)
        return f"CAST(date_trunc('month', {sql}) AS DATE)" if column.name == "month" else sql

    def _currency(self, column: Column) -> str:
        if column.currency not in self.cells:
            return "''"
        cell = self.cells[column.currency]
        # The text, not the value: values of one SELECT cannot speak of each other.
        return (
            text(cell.constant.upper())
            if cell.constant is not None
            else f"upper({quoted('r ' + column.currency)})"
        )

    def checks(self) -> list[Check]:
        """Everything asked of a row, in the order in which its first failure is named."""
        found = [*self._nulls(), *(check for cell in self.cells.values() for check in self._of(cell))]
        for first, second in self.table.ends_after:
            if first in self.cells and second in self.cells:
                holds = f"{quoted('p ' + second)} < {quoted('p ' + first)}"
                found.append(Check(second, checks.END_BEFORE_START, holds, quoted("r " + second)))
        if self.nulls:
            found = [replace(c, value=parsing.shown(c.value)) for c in found]
        order = list(checks.sentences())
        return sorted(found, key=lambda c: order.index(c.reason))

    def _nulls(self) -> Iterator[Check]:
        """That no text has a null character in it; where it stands in a number or a day, that is no number or day."""
        if not self.nulls:
            return
        texts = {c.column.name: quoted("r " + c.column.name) for c in self.cells.values() if c.is_text}
        for name, sql in (texts | dict(self.extras)).items():
            yield Check(name, checks.NULL_CHARACTER, parsing.has_null(sql), sql)

    def good(self) -> str:
        """SQL of whether nothing at all is wrong with a row: the opposite of `checks`, in fewer questions."""
        subtle = (
            checks.IMPOSSIBLE_DATE,
            checks.UNREADABLE_DATE,
            checks.TOO_LARGE,
            checks.NOT_FINITE,
            checks.NOT_WHOLE,
            checks.UNREADABLE_NUMBER,
        )
        tests = [c.holds for c in self.checks() if c.reason not in subtle]
        tests += [self._unread(cell) for cell in self.cells.values() if cell.dated or cell.numeric]
        # One AND after another: the next is only asked of the rows that are good so far.
        return " AND ".join(f"({test}) IS NOT TRUE" for test in tests) or "true"

    def _unread(self, cell: Cell) -> str:
        raw, value = quoted("r " + cell.column.name), quoted("p " + cell.column.name)
        open_end = ", ".join(text(o) for w in cell.written for o in w.open_end)
        return f"{value} IS NULL AND {raw} IS NOT NULL" + (
            f" AND {raw} NOT IN ({open_end})" if open_end else ""
        )

    def _priced(self, cell: Cell) -> str:
        """SQL that it is not for its currency alone, which has no minor units, that money has no value."""
        column = cell.column
        if column.kind != "money" or column.currency not in self.cells or _multiplied(cell):
            return ""
        number = quoted("d " + column.name)
        currency = self._currency(column)
        known = f"{currency} IN ({', '.join(map(text, parsing.COMMON))}) OR {currency} IN ({CURRENCY_LIST})"
        return f" AND ({number} IS NULL OR {known})"

    def _of(self, cell: Cell) -> list[Check]:
        column = cell.column
        raw, value = quoted("r " + column.name), quoted("p " + column.name)
        found = []

        def when(reason: str, holds: str) -> None:
            found.append(Check(column.name, reason, holds, raw))

        if column.required and not (self.by_row and (column.name,) == self.table.key):
            when(self._missing(column), f"{raw} IS NULL")
        elif column.refers == "currencies":
            for other in self.table.columns:
                if other.kind == "money" and other.currency == column.name and other.name in self.cells:
                    when(
                        checks.MISSING_CURRENCY, f"{raw} IS NULL AND {quoted('r ' + other.name)} IS NOT NULL"
                    )
        found += [Check(column.name, reason, holds, raw) for reason, holds in self._unreadable(cell)]
        if column.refers == "currencies":
            common = ", ".join(map(text, parsing.COMMON))
            # CASE asks of the long list only what is not in the short one; AND would ask both of every row.
            known = f"CASE WHEN {value} IN ({common}) THEN true ELSE {value} IN ({CURRENCY_LIST}) END"
            when(checks.UNKNOWN_CURRENCY, f"NOT {known}")
        if column.refers == "accounts" and self.known_accounts:
            known = f"(SELECT account_id FROM {KNOWN_ACCOUNTS})"
            when(checks.UNKNOWN_ACCOUNT, f"{raw} IS NOT NULL AND {value} NOT IN {known}")
        return found

    def _unreadable(self, cell: Cell) -> Iterator[tuple[str, str]]:
        """What is asked of a text so that it is a value of its kind: reason, and SQL of when it is none."""
        column = cell.column
        raw, value = quoted("r " + column.name), quoted("p " + column.name)
        unread = self._unread(cell)
        if cell.dated:
            impossible = rf"regexp_matches({raw}, '^\d{{1,4}}[-/. ]\d{{1,2}}[-/. ]\d{{1,4}}')"
            yield checks.IMPOSSIBLE_DATE, f"{unread} AND {impossible}"
            yield checks.UNREADABLE_DATE, f"{unread} AND NOT {impossible}"
            span = f"DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}'"
            yield checks.DATE_OUT_OF_RANGE, f"{value} NOT BETWEEN {span}"
            if column.name == "known_at" and self.now:
                yield checks.KNOWN_LATER, f"{value} > TIMESTAMP {text(self.now)}"
        elif cell.numeric:
            strange = f"regexp_matches(lower({raw}), '^[-+]?(nan|inf|infinity)$')"
            yield checks.NOT_FINITE, f"{unread} AND {strange}"
            large = f"regexp_matches({raw}, '{_LARGE}')"
            yield checks.TOO_LARGE, f"{unread} AND {large}"
            strange = f"({strange} OR {large})"
            whole = "false"
            if column.kind == "integer":
                whole = f"try_cast({raw} AS DOUBLE) IS NOT NULL"
                yield checks.NOT_WHOLE, f"{unread} AND NOT {strange} AND {whole}"
            yield (
                checks.UNREADABLE_NUMBER,
                f"{unread} AND NOT {strange} AND NOT ({whole}){self._priced(cell)}",
            )
            if not column.negative:
                yield checks.NEGATIVE, f"{value} < 0"
        elif column.kind == "choice":
            yield checks.UNKNOWN_CHOICE, unread
        elif column.kind == "flag":
            yield checks.UNREADABLE_FLAG, unread

    def _missing(self, column: Column) -> str:
        if column.name in self.table.key:
            return checks.MISSING_KEY
        if column.refers == "accounts":
            return checks.MISSING_ACCOUNT
        return checks.MISSING_CURRENCY if column.refers == "currencies" else checks.MISSING_VALUE

    def finals(self) -> list[str]:
        """SELECT list over `values`: the columns as they are stored, in the table's own order."""
        parts = []
        for column in self.table.columns:
            if self.by_row and (column.name,) == self.table.key:
                parts.append(f"{self.row_key()} AS {quoted(column.name)}")
            elif column.name in self.cells:
                parts.append(f"{quoted('p ' + column.name)} AS {quoted(column.name)}")
            elif column.name == "mrr" and {"amount", "interval"} <= set(self.cells):
                monthly = parsing.a_month(quoted("p amount"), quoted("p interval"))
                parts.append(f"{monthly} AS mrr")
            else:
                parts.append(f"NULL::{_SQL_TYPES[column.kind]} AS {quoted(column.name)}")
        for column in self.table.instants:
            if column.name in self.cells:
                day = parsing.day_of(quoted("p " + column.name), utc=self.utc)
            else:
                day = "NULL::DATE"
            parts.append(f"{day} AS {quoted(column.day_name)}")
        for name, sql in self.extras.items():
            parts.append(f"{parsing.trimmed(sql, spaced=self.spaced)} AS {quoted(name)}")
        if "known_at" in self.cells:
            parts.append(f"{quoted('p known_at')} AS known_at")
        return parts

    def row_key(self) -> str:
        """SQL of what the content of a row comes to, whatever file or format it lay in."""
        said = [
            f"coalesce(CAST({quoted('p ' + c.name)} AS VARCHAR), '')"
            for c in self.table.columns
            if c.name in self.cells
        ]
        said += [f"coalesce(trim({sql}), '')" for _name, sql in sorted(self.extras.items())]
        return f"md5(concat_ws(chr(31), {', '.join(said)}))"


# Sixteen digits before the decimals, or a power of ten: a number, and where it is not read then for its size.
_LARGE = r"^[-+]?(\d{16,}([.,]\d*)?|\d+([.,]\d+)?[eE]\+?\d+)$"


def _multiplied(cell: Cell) -> bool:
    return len(cell.sources) > 1 and not cell.joined


_SQL_TYPES = {
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "day": "DATE",
    "instant": "TIMESTAMP",
    "money": "BIGINT",
    "decimal": "DOUBLE",
    "integer": "BIGINT",
    "flag": "BOOLEAN",
}
