"""From a mapping to a plan: which of a file's columns is read how, told from what they hold."""

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from keepwell.book.engines.columns import Cell, Plan
from keepwell.book.engines.parsing import Written
from keepwell.book.engines.sieve import Opened, Sieve
from keepwell.book.engines.workbench import text
from keepwell.book.mapping import Mapping, Rule, safe_name, sources_of
from keepwell.book.mapping_form import BY_ROW
from keepwell.book.reading.shapes import Marks, Order, Shape, day_formats, decimal_mark, iso, marks, weigh
from keepwell.book.tables import BOOKKEEPING, Column, Table
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

KNOWN_AT = Column("known_at", "instant", help="Since when the row is known.")
_PLAIN = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")


@dataclass
class Prepared:
    """A plan for one file, and what was found out on the way."""

    plan: Plan
    order: Order
    mark: str = "."
    optimistic: set[str] = field(default_factory=set)  # columns of which only a sample was looked at

    def said(self, mapping: Mapping) -> Mapping:
        """The mapping with what was found out, so that the same rows are read the same way again."""
        used = self.order.used
        order = mapping.date_order or (next(iter(used)) if len(used) == 1 else None)
        return replace(mapping, date_order=order, decimal_mark=mapping.decimal_mark or self.mark)


def prepare(
    sieve: Sieve,
    opened: Opened,
    table: Table,
    mapping: Mapping,
    *,
    known_accounts: bool,
    now: datetime | None = None,
) -> Prepared:
    """A plan for a file whose columns are matched. Raises BadInput where a way of writing cannot be told."""
    columns = {name: f"c{i}" for i, name in enumerate(opened.source.columns)}
    cells = _cells(table, mapping, columns)
    cells = {name: replace(cell, spaced=opened.source.spaced) for name, cell in cells.items()}
    plan = Plan(
        table=table,
        cells=cells,
        extras=_extras(table, mapping, columns),
        by_row=mapping.key == BY_ROW,
        utc=sieve.utc,
        known_accounts=known_accounts,
        spaced=opened.source.spaced,
        nulls=opened.source.nulls,
        now=now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ") if now else None,
        leave_out=" OR ".join(f"({_test(r, columns)})" for r in mapping.leave_out) or None,
    )
    prepared = Prepared(plan, Order(forced=mapping.date_order))
    return _told_apart(sieve, opened, prepared, mapping)


def _cells(table: Table, mapping: Mapping, columns: MappingOf[str, str]) -> dict[str, Cell]:
    cells = {}
    monthly = "mrr" in mapping.columns or "mrr" in mapping.constants
    for name, said in mapping.columns.items():
        column = KNOWN_AT if name == "known_at" else table.column(name)
        if column in table.inputs:
            if monthly:
                continue
            column = replace(column, required=True)
        sources = tuple(columns[part] for part in sources_of(said, columns))
        rules = [r for r in mapping.negative if r.column == name]
        negative = " OR ".join(f"({_test(r, columns)})" for r in rules) or None
        written = (Written(),) * len(sources)
        if rules:
            column = replace(column, negative=True)
        cells[name] = Cell(column, sources, written, negative=negative, empty=mapping.empty)
    for name, value in mapping.constants.items():
        cells[name] = Cell(table.column(name), constant=value)
    if mapping.key_columns:
        key = table.column(table.key[0])
        sources = tuple(columns[part] for part in mapping.key_columns)
        cells[key.name] = Cell(key, sources, (Written(),) * len(sources), joined=True, empty=mapping.empty)
    return cells


def _extras(table: Table, mapping: Mapping, columns: MappingOf[str, str]) -> dict[str, str]:
    if not mapping.extra:
        return {}
    monthly = "mrr" in mapping.columns
    used = {
        part
        for name, said in mapping.columns.items()
        if not (monthly and name in {c.name for c in table.inputs})
        for part in ((said,) if said in columns else ())  # the factors of a product say more than it: kept
    }
    taken = {*table.schema().names, *BOOKKEEPING.names, "__line"}
    extras = {}
    for name, sql in columns.items():
        if name not in used and name not in mapping.ignore:
            safe = safe_name(name, taken)
            taken.add(safe)
            extras[safe] = sql
    return extras


def _test(rule: Rule, columns: MappingOf[str, str]) -> str:
    value = f"coalesce(trim({columns[rule.where]}), '')"
    if rule.starts_with is not None:
        sql = f"starts_with({value}, {text(rule.starts_with)})"
    else:
        sql = f"{value} = {text(rule.equals or '')}"
    return f"NOT {sql}" if rule.unless else sql


def _told_apart(sieve: Sieve, opened: Opened, prepared: Prepared, mapping: Mapping) -> Prepared:
    """Days and numbers as they are written: from a sample where that settles it, else from the whole file."""
    texts = _texts(prepared.plan)
    sample = sieve.sample(opened, texts)
    open_questions = {}
    for key, values in sample.items():
        cell = prepared.plan.cells[_name(key)]
        if cell.dated:
            settled = iso(v for v in values if v not in mapping.open_end)
        else:
            seen = marks([_shape(v) for v in values])
            settled = all(map(_PLAIN.match, values)) and (bool(seen.dot) or not seen.open_dot)
            settled = settled and mapping.decimal_mark in (None, ".")
        if settled:
            prepared.optimistic.add(cell.column.name)
        else:
            open_questions[key] = texts[key]
    return _settled(sieve, opened, prepared, mapping, open_questions)


def look_again(
    sieve: Sieve, opened: Opened, prepared: Prepared, mapping: Mapping, names: Sequence[str]
) -> Prepared | None:
    """A better plan after some columns turned out not to be what a sample promised; None where there is none."""
    doubtful = [name for name in names if name in prepared.optimistic]
    if not doubtful:
        return None
    texts = {k: sql for k, sql in _texts(prepared.plan).items() if _name(k) in doubtful}
    again = Prepared(prepared.plan, prepared.order, prepared.mark, prepared.optimistic - set(doubtful))
    try:
        found = _settled(sieve, opened, again, mapping, texts)
    except BadInput:
        return None  # a few odd values among many plain ones: they are put aside, and nothing else depends on them
    return found if found.plan != prepared.plan else None


def _settled(
    sieve: Sieve, opened: Opened, prepared: Prepared, mapping: Mapping, questions: MappingOf[str, str]
) -> Prepared:
    plan, order = prepared.plan, prepared.order
    shapes = sieve.shapes(opened, questions)
    dated = {k: s for k, s in shapes.items() if plan.cells[_name(k)].dated}
    numeric = {k: marks(s) for k, s in shapes.items() if k not in dated}
    for found in dated.values():
        weigh(found, order)
    written: dict[str, list[Written]] = {}
    for name, cell in plan.cells.items():
        end = name == "ended_on"
        base = Written(open_end=mapping.open_end if end else (), inclusive=mapping.end_inclusive and end)
        if name in dated:
            own = Order(forced=order.forced)
            weigh(dated[name], own)
            judge = own if own.day_first or own.month_first or own.forced else order
            kept = [s for s in dated[name] if s.example not in mapping.open_end]
            formats = day_formats(kept, judge, column=_called(mapping, name))
            order.used |= judge.used
            written[name] = [replace(base, formats=formats)]
        elif cell.numeric:
            written[name] = [_number(prepared, mapping, numeric, key) for key in _keys(name, cell)]
        else:
            written[name] = [base] * len(cell.written)
    return replace(prepared, plan=plan.with_written(written))


def _number(prepared: Prepared, mapping: Mapping, numeric: MappingOf[str, Marks], key: str) -> Written:
    if key not in numeric:
        return Written(mark=mapping.decimal_mark or ".")
    others = [found for other, found in numeric.items() if other != key]
    mark = decimal_mark(
        numeric[key], others, forced=mapping.decimal_mark, column=_called(mapping, _name(key))
    )
    prepared.mark = mark
    return Written(mark=mark)


def _called(mapping: Mapping, name: str) -> str:
    return mapping.columns.get(name, name)


def _keys(name: str, cell: Cell) -> list[str]:
    return [name] if len(cell.sources) < 2 else [f"{name} {i}" for i in range(len(cell.sources))]


def _name(key: str) -> str:
    return key.partition(" ")[0]


def _texts(plan: Plan) -> dict[str, str]:
    """SQL of every text that is read as a day or a number, by its column (and place among several factors)."""
    found: dict[str, str] = {}
    for name, cell in plan.cells.items():
        if cell.constant is None and (cell.dated or cell.numeric):
            parts = [replace(cell, sources=(s,)).raw for s in cell.sources]
            found |= dict(zip(_keys(name, cell), parts, strict=True))
    return found


def _shape(value: str) -> Shape:
    return Shape(re.sub(r"\d", "9", value), 1, zero=value.startswith("0"), example=value)


def default_currency(table: Table, mapping: Mapping, currency: str | None) -> Mapping:
    """The mapping with a currency for amounts that bear none. Raises BadInput where one is needed and none is set."""
    if not table.has("currency") or "currency" in mapping.columns or "currency" in mapping.constants:
        return mapping
    wanted = any(c.kind == "money" and c.name in mapping.columns for c in table.columns)
    if not wanted or table.column("currency").required:
        return mapping
    if currency is None:
        raise BadInput(
            _("The amounts of {table} bear no currency.").format(table=table.name),
            ways=[
                _("Say which it is: --currency EUR"),
                _("Or settle the reporting currency of the book once."),
            ],
        )
    return replace(mapping, constants={**mapping.constants, "currency": currency})
