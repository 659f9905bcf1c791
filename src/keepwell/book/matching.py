"""Which of a file's columns is which of a table's: found by its name, or asked for with a mapping to start from."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import replace

from keepwell.book.headers import by_folded, folded, is_price, words_for
from keepwell.book.mapping import Mapping, sources_of
from keepwell.book.mapping_form import BY_ROW
from keepwell.book.reading import Source
from keepwell.book.tables import Column, Table
from keepwell.lib.errors import BadInput
from keepwell.lib.money import CURRENCIES
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

UNKNOWN = "?"  # in a proposal: what only a person can say
# Signs and names that people write for a currency's code.
_MONEY = {
    **dict.fromkeys(("€", "euro", "euros"), "EUR"),
    **dict.fromkeys(("$", "us$", "dollar", "dollars", "us-dollar"), "USD"),
    **dict.fromkeys(("£", "pound", "pounds", "sterling"), "GBP"),
    **dict.fromkeys(("zł", "zl", "zloty", "złoty"), "PLN"),
    **dict.fromkeys(("ft", "forint"), "HUF"),
    **dict.fromkeys(("kč", "kc", "koruna"), "CZK"),
    **dict.fromkeys(("rmb", "yuan", "元", "人民币", "人民幣"), "CNY"),
    **dict.fromkeys(("franken", "sfr", "franc"), "CHF"),
}


def matched(source: Source, table: Table, mapping: Mapping, *, keep_in: str = "") -> Mapping:
    """The mapping with every column that can be found by its name added.

    Raises BadInput where a column that is needed is not found, with near names and a mapping to start from, which
    is to be kept in the file `keep_in`.
    """
    problems = mapping.test(source)
    if problems:
        raise BadInput(problems[0], seen=_columns_seen(source), ways=problems[1:])
    check_constants(table, mapping.constants)
    found = dict(mapping.columns)
    taken = {part for said in found.values() for part in sources_of(said, source.columns)}
    taken |= {*mapping.ignore, *mapping.key_columns}
    free = by_folded(table, (name for name in source.columns if name not in taken))
    wanted = [
        c for c in (*table.columns, *table.inputs) if c.name not in found and c.name not in mapping.constants
    ]
    keyed = bool(mapping.key)
    wanted = [c for c in wanted if not (keyed and (c.name,) == table.key)]
    for words in (lambda c: (folded(c.name),), words_for):
        for column in wanted:
            hit = next((word for word in words(column) if word in free), None)
            if column.name not in found and hit:
                found[column.name] = free[hit]
                free = {word: name for word, name in free.items() if name != free[hit]}
    if "known_at" not in found and "knownat" in free:
        found["known_at"] = free.pop("knownat")
    _refuse_unit_price(source, mapping, found)
    mapping = replace(mapping, columns=found)
    mapping = _keyed(table, mapping)
    lacking = [c for c in table.columns if c.required and not _provided(c, table, mapping)]
    if lacking:
        left = list(dict.fromkeys(free.values()))
        raise _lacking_columns(
            source, table, mapping, lacking=lacking, free=left, keep_in=keep_in or f"{table.name}.toml"
        )
    return mapping


def _refuse_unit_price(source: Source, mapping: Mapping, found: MappingOf[str, str]) -> None:
    """A price beside a quantity may be that of one piece: taken for the amount it would be wrong in silence."""
    price, quantity = found.get("amount", ""), found.get("quantity", "")
    if "amount" in mapping.columns or "mrr" in found or not quantity or not is_price(price):
        return
    raise BadInput(
        _("It cannot be told whether “{price}” is the price of one or of all.").format(price=price),
        seen=_("{file} has “{quantity}” too").format(file=source.name, quantity=quantity),
        ways=[
            _("If it is of one, say so in a mapping: {line}").format(
                line=f'amount = "{price} * {quantity}"',
            ),
            _("If it is of all: {line}").format(line=f'amount = "{price}"'),
            _(
                "Make the mapping, and use it with --mapping {table}.toml:"
                " keepwell mapping make {table} {file} --set 'amount={price} * {quantity}' --out {table}.toml"
            ).format(table=mapping.table, file=source.name, price=price, quantity=quantity),
        ],
    )


def check_constants(table: Table, constants: MappingOf[str, str]) -> None:
    """Refuse what no row could take: a currency or a choice that is none. Raises BadInput."""
    for name, value in constants.items():
        if not table.has(name):
            raise BadInput(
                _("The table {table} has no column “{name}”.").format(table=table.name, name=name),
                ways=[_("Its columns are: {names}.").format(names=", ".join(c.name for c in table.columns))],
            )
        column = table.column(name)
        if column.refers == "currencies" and value not in CURRENCIES:
            raise no_currency(value)
        choices = (*column.choices, *(word for word, _choice in column.same))
        if column.choices and value.strip().lower() not in choices:
            close = near(value, column.choices) or column.choices
            raise BadInput(
                _("{column} cannot be “{value}”.").format(column=name, value=value),
                ways=[_("Choose one of {names}.").format(names=", ".join(close))],
            )


def no_currency(said: str) -> BadInput:
    """That what was said is no currency, with those that may be meant."""
    close = [_MONEY[said.strip().casefold()]] if said.strip().casefold() in _MONEY else near(said, CURRENCIES)
    return BadInput(
        _("“{code}” is not a currency in use.").format(code=said),
        ways=[
            *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
            _("Give its three letters of ISO 4217, such as EUR, USD, PLN, HUF or CNY."),
        ],
    )


def _keyed(table: Table, mapping: Mapping) -> Mapping:
    """A table whose rows may do without a key is keyed by its rows where the file has none."""
    without = len(table.key) == 1 and table.key[0] not in mapping.columns and not mapping.key
    return replace(mapping, key=BY_ROW) if without and table.keyless else mapping


def _provided(column: Column, table: Table, mapping: Mapping) -> bool:
    if column.name in mapping.columns or column.name in mapping.constants:
        return True
    if (column.name,) == table.key and mapping.key:
        return True
    said = {*mapping.columns, *mapping.constants}
    return column.name == "mrr" and {"amount", "interval"} <= said


def _lacking_columns(
    source: Source,
    table: Table,
    mapping: Mapping,
    *,
    lacking: Sequence[Column],
    free: list[str],
    keep_in: str,
) -> BadInput:
    """That a file lacks columns, with what may be them and a mapping to complete."""
    names = ", ".join(c.name for c in lacking)
    wrong = _("The file {file} lacks what {table} needs: {names}.").format(
        file=source.name, table=table.name, names=names
    )
    if len(source.columns) == 1 and source.form == "csv":
        return _another_delimiter(wrong, source)
    ways, proposal = _proposed(mapping, lacking, free)
    ways.append(
        _("Save this as {path}, correct it and use it: --mapping {path}\n\n{toml}").format(
            path=keep_in, toml=proposal.to_toml()
        )
    )
    return BadInput(wrong, seen=_columns_seen(source), ways=ways)


def _another_delimiter(wrong: str, source: Source) -> BadInput:
    better = [d for d, width in source.alternatives.items() if width > 1 and d != source.delimiter]
    shown = ", ".join("\\t" if d == "\t" else d for d in better)
    return BadInput(
        wrong,
        seen=_("one column only, “{name}”: the delimiter seems to be another").format(
            name=source.columns[0][:80]
        ),
        ways=[
            _("This one would give several columns: --delimiter '{d}'").format(d=shown)
            if better
            else _("Say what separates the columns: --delimiter ';'"),
        ],
    )


def _proposed(mapping: Mapping, lacking: Sequence[Column], free: list[str]) -> tuple[list[str], Mapping]:
    """What may be the columns that are lacking, in words, and as a mapping with a question mark for the rest."""
    ways, columns, constants = [], dict(mapping.columns), dict(mapping.constants)
    for column in lacking:
        close = _near_columns(column, free)
        if column.name == "mrr" and "amount" in columns:
            amount = columns.pop("amount")
            columns["mrr"] = amount
            ways.append(
                _(
                    "If “{amount}” is what is paid in a month, it is mrr; if for longer, keep it as amount and say"
                    " for how long: interval (month, quarter, half-year, year)."
                ).format(amount=amount)
            )
        elif close:
            columns[column.name] = close[0]
            ways.append(_("{column} may be “{names}”.").format(column=column.name, names="”, “".join(close)))
        elif column.refers == "currencies":
            code, header = _code_in(columns.values(), free)
            constants[column.name] = code or UNKNOWN
            ways.append(
                _("“{header}” names it: --currency {code}").format(header=header, code=code)
                if code
                else _("If all of it is one currency, say which: --currency EUR")
            )
        else:
            columns[column.name] = UNKNOWN
            if column.name == "mrr":
                ways.append(_("Instead of mrr, amount and interval (month, quarter, year) will do."))
    return ways, replace(mapping, columns=columns, constants=constants)


def _code_in(*headers: Iterable[str]) -> tuple[str, str]:
    """The one currency that headers name ("Amount (EUR)"), and the first header that does."""
    named = [
        (word, h)
        for those in headers
        for h in those
        for word in re.split(r"[\W_\d]+", h)
        if word in CURRENCIES
    ]
    return named[0] if len({code for code, _header in named}) == 1 else ("", "")


def _near_columns(column: Column, free: Sequence[str]) -> list[str]:
    """Headers that resemble a column's name or contain a word for it, at most three."""
    found: list[str] = []
    for name in (column.name, *column.also):
        found += [n for n in near(name, free) if n not in found]
    for name in free:
        telling = [word for word in words_for(column) if len(word) >= (5 if word.isascii() else 2)]
        if name not in found and any(word in folded(name) for word in telling):
            found.append(name)
    return found[:3]


def _columns_seen(source: Source) -> str:
    return _("its columns are {names}").format(names=", ".join(source.columns[:40]))
