"""How a file's columns become a table's: matched by name, or said in a mapping that can be kept and used again."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from keepwell.book.reading import Layout, Source
from keepwell.book.tables import Column, Table, table_named
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

BY_ROW = "row"


@dataclass(frozen=True)
class Rule:
    """A test of a row by one of the file's columns: its value equals, or starts with, a text."""

    where: str
    equals: str | None = None
    starts_with: str | None = None
    unless: bool = False
    column: str = ""  # of a sign rule: the amount that the rule makes negative


@dataclass(frozen=True)
class Mapping:
    """How a file's columns become a table's.

    `columns` names for each of the table's columns the file's: one name, or several joined by " * ", which are
    multiplied. `constants` are values for every row. `key` is "row" where the source has no key, or the names of
    the file's columns that together are one. `end_inclusive` says that ended_on is the last day paid for;
    `open_end` are days that mean no end; `empty` are texts that mean nothing. `negative` rows have their amount
    made negative, `leave_out` rows are no rows of this table. `extra` says whether other columns are kept.
    """

    table: str
    columns: MappingOf[str, str] = field(default_factory=dict)
    constants: MappingOf[str, str] = field(default_factory=dict)
    key: str | tuple[str, ...] = ()
    layout: Layout = field(default_factory=Layout)
    date_order: str | None = None
    decimal_mark: str | None = None
    empty: tuple[str, ...] = ()
    open_end: tuple[str, ...] = ()
    end_inclusive: bool = False
    negative: tuple[Rule, ...] = ()
    leave_out: tuple[Rule, ...] = ()
    extra: bool = True
    ignore: tuple[str, ...] = ()
    source: str = ""

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """A mapping kept in a TOML file. Raises BadInput where it cannot be read or says what is unknown."""
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BadInput(_("There is no mapping {path}.").format(path=path)) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(_("The mapping {path} is no TOML.").format(path=path), seen=str(error)) from None
        return cls.from_toml(said)

    @classmethod
    def from_toml(cls, said: MappingOf[str, Any]) -> "Mapping":
        """A mapping from its parsed TOML. Raises BadInput on a name it does not know."""
        _known(said, _TOP, "")
        file, meaning, formats = said.get("file", {}), said.get("meaning", {}), said.get("formats", {})
        _known(file, _FILE, "file")
        _known(formats, _FORMATS, "formats")
        _known(meaning, _MEANING, "meaning")
        table = table_named(str(said.get("table", "")))
        for name in (*said.get("columns", {}), *said.get("constants", {})):
            if not table.has(name) and name != "known_at":
                close = near(name, [c.name for c in (*table.columns, *table.inputs)])
                raise BadInput(
                    _("The table {table} has no column “{name}”.").format(table=table.name, name=name),
                    ways=[_("Did you mean {names}?").format(names=", ".join(close))] if close else [],
                )
        key = said.get("key", ())
        return cls(
            table=table.name,
            columns=dict(said.get("columns", {})),
            constants={k: str(v) for k, v in said.get("constants", {}).items()},
            key=key if isinstance(key, str) else tuple(key),
            layout=Layout(
                encoding=file.get("encoding"),
                delimiter=file.get("delimiter"),
                header=file.get("header", True),
                names=tuple(file.get("names", ())),
                skip_lines=file.get("skip_lines", 0),
                sheet=file.get("sheet"),
            ),
            date_order=formats.get("date_order"),
            decimal_mark=formats.get("decimal_mark"),
            empty=tuple(formats.get("empty", ())),
            open_end=tuple(map(str, meaning.get("open_end", ()))),
            end_inclusive=meaning.get("end_inclusive", False),
            negative=tuple(Rule(**rule) for rule in said.get("negative", ())),
            leave_out=tuple(Rule(**rule) for rule in said.get("leave_out", ())),
            extra=said.get("extra", True),
            ignore=tuple(said.get("ignore", ())),
            source=said.get("source", ""),
        )

    def to_toml(self) -> str:
        """As a file that a person can read, change and keep."""
        file = {
            "encoding": self.layout.encoding,
            "delimiter": self.layout.delimiter,
            "header": None if self.layout.header else False,
            "names": self.layout.names,
            "skip_lines": self.layout.skip_lines or None,
            "sheet": self.layout.sheet,
        }
        formats = {"date_order": self.date_order, "decimal_mark": self.decimal_mark, "empty": self.empty}
        meaning = {"end_inclusive": self.end_inclusive or None, "open_end": self.open_end}
        top = {
            "table": self.table,
            "source": self.source or None,
            "key": self.key,
            "extra": None if self.extra else False,
            "ignore": self.ignore,
        }
        parts = [_section("", top)]
        for name, said in (
            ("columns", self.columns),
            ("constants", self.constants),
            ("file", file),
            ("formats", formats),
            ("meaning", meaning),
        ):
            parts.append(_section(f"[{name}]", said))
        for name, rules in (("negative", self.negative), ("leave_out", self.leave_out)):
            parts += [
                _section(f"[[{name}]]", {k: v or None for k, v in vars(rule).items()}) for rule in rules
            ]
        return "\n".join(part for part in parts if part)

    def save(self, path: Path) -> None:
        """Keep it in a TOML file."""
        path.write_text(self.to_toml(), encoding="utf-8")

    def test(self, source: Source) -> list[str]:
        """What this mapping names and the file lacks, one sentence each; none where it fits."""
        problems = []
        for name, said in self.columns.items():
            for part in sources_of(said, source.columns):
                if part not in source.columns:
                    close = near(part, source.columns)
                    hint = _(" Did you mean {names}?").format(names=", ".join(close)) if close else ""
                    problems.append(
                        _("The mapping takes {column} from “{part}”, which {file} lacks.{hint}").format(
                            column=name, part=part, file=source.name, hint=hint
                        )
                    )
        for part in (*self.key_columns, *(r.where for r in (*self.negative, *self.leave_out))):
            if part not in source.columns:
                problems.append(
                    _("The mapping speaks of “{part}”, which {file} lacks.").format(
                        part=part, file=source.name
                    )
                )
        return problems

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The file's columns that together are the key, where the mapping names any."""
        return () if isinstance(self.key, str) else self.key


def sources_of(said: str, columns: Iterable[str]) -> tuple[str, ...]:
    """The file's columns that a mapping's word means: itself, or the factors of a product."""
    return (said,) if said in columns or " * " not in said else tuple(p.strip() for p in said.split(" * "))


def matched(source: Source, table: Table, mapping: Mapping) -> Mapping:
    """The mapping with every column that can be found by its name added.

    Raises BadInput where a column that is needed is not found, with near names and a mapping to start from.
    """
    problems = mapping.test(source)
    if problems:
        raise BadInput(problems[0], seen=_columns_seen(source), ways=problems[1:])
    found = dict(mapping.columns)
    taken = {part for said in found.values() for part in sources_of(said, source.columns)}
    taken |= {*mapping.ignore, *mapping.key_columns}
    free = {_folded(name): name for name in source.columns if name not in taken}
    wanted = [
        c for c in (*table.columns, *table.inputs) if c.name not in found and c.name not in mapping.constants
    ]
    keyed = bool(mapping.key)
    wanted = [c for c in wanted if not (keyed and (c.name,) == table.key)]
    for names in ((lambda c: (c.name,)), (lambda c: c.also)):
        for column in wanted:
            hit = next((n for n in map(_folded, names(column)) if n in free), None)
            if column.name not in found and hit:
                found[column.name] = free.pop(hit)
    if "known_at" not in found and "knownat" in free:
        found["known_at"] = free.pop("knownat")
    mapping = replace(mapping, columns=found)
    mapping = _keyed(table, mapping)
    lacking = [c for c in table.columns if c.required and not _provided(c, table, mapping)]
    if lacking:
        raise _lacking(source, table, mapping, lacking, list(free.values()))
    return mapping


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


def _lacking(
    source: Source, table: Table, mapping: Mapping, lacking: Sequence[Column], free: list[str]
) -> BadInput:
    names = ", ".join(c.name for c in lacking)
    wrong = _("The file {file} lacks what {table} needs: {names}.").format(
        file=source.name, table=table.name, names=names
    )
    if len(source.columns) == 1 and source.form == "csv":
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
    return BadInput(wrong, seen=_columns_seen(source), ways=_ways(table, mapping, lacking, free))


def _ways(table: Table, mapping: Mapping, lacking: Sequence[Column], free: list[str]) -> list[str]:
    ways, proposed = [], dict(mapping.columns)
    for column in lacking:
        close = _near_columns(column, free)
        if close:
            proposed[column.name] = close[0]
            ways.append(_("{column} may be “{names}”.").format(column=column.name, names="”, “".join(close)))
        elif column.refers == "currencies":
            ways.append(_("If all of it is one currency, say which: --currency EUR"))
        else:
            proposed[column.name] = "?"
    if any(c.name == "mrr" for c in lacking):
        ways.append(_("Instead of mrr, amount and interval (month, quarter, year) will do."))
    proposal = replace(mapping, columns=proposed)
    if any(c.refers == "currencies" for c in lacking) and "currency" not in proposed:
        proposal = replace(proposal, constants={**mapping.constants, "currency": "EUR"})
    ways.append(
        _("Save this as {table}.toml, correct it and use it: --mapping {table}.toml\n\n{toml}").format(
            table=table.name, toml=proposal.to_toml()
        )
    )
    return ways


def _near_columns(column: Column, free: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in (column.name, *column.also):
        found += [n for n in near(name, free) if n not in found]
    return found[:3]


def _columns_seen(source: Source) -> str:
    return _("its columns are {names}").format(names=", ".join(source.columns[:40]))


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def safe_name(name: str, taken: Iterable[str]) -> str:
    """A name for a column nobody foresaw: lower case, digits and underscores, not yet taken."""
    safe = re.sub(r"_+", "_", re.sub(r"\W", "_", name.casefold())).strip("_") or "column"
    safe = f"c_{safe}" if safe[0].isdigit() else safe
    while safe in taken:
        safe += "_"
    return safe


_TOP = [
    "table",
    "source",
    "key",
    "extra",
    "ignore",
    "columns",
    "constants",
    "file",
    "formats",
    "meaning",
    "negative",
    "leave_out",
]
_FILE = ["encoding", "delimiter", "header", "names", "skip_lines", "sheet"]
_FORMATS = ["date_order", "decimal_mark", "empty"]
_MEANING = ["end_inclusive", "open_end"]


def _known(said: MappingOf[str, Any], names: Sequence[str], section: str) -> None:
    for name in said:
        if name not in names:
            close = near(name, names)
            raise BadInput(
                _("A mapping has no “{name}”{where}.").format(
                    name=name, where=f" [{section}]" if section else ""
                ),
                ways=[_("Did you mean {names}?").format(names=", ".join(close or names))],
            )


def _section(head: str, said: MappingOf[str, Any]) -> str:
    lines = [f"{_key(k)} = {_value(v)}" for k, v in said.items() if v is not None and v not in ((), [])]
    if not lines:
        return ""
    return "\n".join([head, *lines] if head else lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        shown = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
        return f'"{shown}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    raise KeepwellError(f"{value!r} cannot stand in a mapping.")
