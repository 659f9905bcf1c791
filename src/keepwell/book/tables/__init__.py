"""What the book holds: one file a table, found by its name.

A table says what its columns mean and nothing of how they are stored. Everything that reads, checks, stores
or documents a table does so from these entries, so a new table is one new file here and nothing else.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import pyarrow as pa

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

Kind = Literal["text", "day", "instant", "money", "decimal", "integer", "flag", "choice"]

_ARROW: dict[str, pa.DataType] = {
    "text": pa.string(),
    "choice": pa.string(),
    "day": pa.date32(),
    "instant": pa.timestamp("us"),
    "money": pa.int64(),
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "flag": pa.bool_(),
}

# What every stored row carries beside its own columns.
BOOKKEEPING = pa.schema([("known_at", pa.timestamp("us")), ("load", pa.int64()), ("gone", pa.bool_())])


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of value it holds, and what is asked of it.

    `personal` values name or quote a person and never lie among the facts. `refers` names what the value must
    be found in: a table ("accounts") or "currencies"; "contacts" marks the id of a person, which is kept as a
    surrogate. `also` are the names other systems give the same thing. `counts` names a personal column of which
    the number of characters is kept among the facts.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    personal: bool = False
    choices: tuple[str, ...] = ()
    same: tuple[tuple[str, str], ...] = ()  # other words, and the choice each stands for
    help: str = ""
    refers: str = ""
    currency: str = "currency"  # of a money column: the column that says which money
    negative: bool = True  # of a number: whether it may be below zero
    also: tuple[str, ...] = ()
    counts: str = ""

    @property
    def arrow(self) -> pa.DataType:
        """The type it is stored as: money in minor units, instants naive in UTC."""
        return _ARROW[self.kind]

    @property
    def day_name(self) -> str:
        """Of an instant: the stored column with its company day (occurred_at: occurred_on)."""
        return self.name.removesuffix("_at") + "_on"


@dataclass(frozen=True)
class Stage:
    """A moment in the life of a row at which more of it came to be known: from the day `when`, `reveals`.

    A table with stages, loaded with its facts known when they happened, gets a version of the row for each.
    """

    when: str
    reveals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of the book: its key, its columns, and when its facts came to be known.

    `inputs` may stand in a file but are not stored (an amount with an interval becomes a monthly amount).
    `occurred` is the column with the day on which a fact happened; without one it is known from the moment of
    loading. `last` are columns that tell the newest state, known only from the last stage of a row on.
    `ends_after` are pairs of columns of which the second may not lie before the first.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    help: str = ""
    inputs: tuple[Column, ...] = ()
    occurred: str = ""
    stages: tuple[Stage, ...] = ()
    last: tuple[str, ...] = ()
    ends_after: tuple[tuple[str, str], ...] = ()
    extras_personal: bool = False  # whether columns nobody foresaw must be taken to name a person
    keyless: bool = True  # whether a row without a key may be known by its content and ordinal
    _by_name: dict[str, Column] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update({c.name: c for c in (*self.columns, *self.inputs)})

    def column(self, name: str) -> Column:
        """The column of that name, stored or input; a KeyError where there is none."""
        return self._by_name[name]

    def has(self, name: str) -> bool:
        """Whether the table foresees a column of that name, stored or input."""
        return name in self._by_name

    @property
    def instants(self) -> tuple[Column, ...]:
        """The columns that hold a moment and therefore also a company day."""
        return tuple(c for c in self.columns if c.kind == "instant")

    @property
    def personal(self) -> tuple[Column, ...]:
        """The columns that are kept apart from the facts."""
        return tuple(c for c in self.columns if c.personal)

    def schema(self, extra: Iterable[str] = ()) -> pa.Schema:
        """Typed columns as they come out of an import: each column, company days, extras as text."""
        fields = [pa.field(c.name, c.arrow) for c in self.columns]
        fields += [pa.field(c.day_name, pa.date32()) for c in self.instants]
        fields += [pa.field(name, pa.string()) for name in extra]
        return pa.schema(fields)


@cache
def all_tables() -> dict[str, Table]:
    """Every table by its name, in the order of the alphabet."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name == "tests":
            continue
        table: Table = importlib.import_module(f"{__name__}.{module.name}").TABLE
        if table.name != module.name:
            raise KeepwellError(
                f"The table “{table.name}” must lie in a file of its own name.", seen=module.name
            )
        found[table.name] = table
    return found


def table_named(name: str) -> Table:
    """The table of that name. Raises KeepwellError with near names where there is none."""
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    tables = all_tables()
    if wanted in tables:
        return tables[wanted]
    close = near(name, tables)
    raise KeepwellError(
        _("There is no table “{name}”.").format(name=name),
        ways=[
            *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
            _("The tables are: {names}.").format(names=", ".join(tables)),
        ],
    )
