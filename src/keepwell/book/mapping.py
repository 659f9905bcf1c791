"""How a file's columns become a table's: matched by name, or said in a mapping that can be kept and used again."""

import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keepwell.book.mapping_form import (
    FILE,
    FORMATS,
    MEANING,
    RULE,
    TEXT,
    TOP,
    VALUE,
    checked,
)
from keepwell.book.reading import Layout, Source
from keepwell.book.tables import Table, all_tables, table_named
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near


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
            raise BadInput(
                _("There is no mapping {path}.").format(path=path),
                ways=[
                    _("Check its name and folder."),
                    _("Or make one: keepwell mapping make TABLE FILE --out {path}").format(path=path),
                ],
            ) from None
        except OSError as error:
            raise BadInput(
                _("The mapping {path} cannot be read.").format(path=path), seen=str(error)
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput(_("The mapping {path} is no TOML.").format(path=path), seen=str(error)) from None
        return cls.from_toml(said)

    @classmethod
    def from_toml(cls, said: MappingOf[str, Any]) -> "Mapping":
        """A mapping from its parsed TOML. Raises BadInput on a name it does not know or a value of another kind."""
        checked(said, TOP, "")
        file, meaning, formats = said.get("file", {}), said.get("meaning", {}), said.get("formats", {})
        checked(file, FILE, "[file]")
        checked(formats, FORMATS, "[formats]")
        checked(meaning, MEANING, "[meaning]")
        columns, constants = said.get("columns", {}), said.get("constants", {})
        checked(columns, dict.fromkeys(columns, TEXT), "[columns]")
        checked(constants, dict.fromkeys(constants, VALUE), "[constants]")
        table = _table_of(said)
        for name in (*columns, *constants):
            if not table.has(name) and not (name == "known_at" and name in columns):
                close = near(name, [c.name for c in (*table.columns, *table.inputs)])
                raise BadInput(
                    _("The table {table} has no column “{name}”.").format(table=table.name, name=name),
                    ways=[
                        _("Did you mean {names}?").format(names=", ".join(close))
                        if close
                        else _("Its columns are: {names}.").format(
                            names=", ".join(c.name for c in table.columns)
                        )
                    ],
                )
        key = said.get("key", ())
        return cls(
            table=table.name,
            columns=dict(columns),
            constants={k: str(v) for k, v in constants.items()},
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
            negative=_rules(said, "negative"),
            leave_out=_rules(said, "leave_out"),
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


def safe_name(name: str, taken: Iterable[str]) -> str:
    """A name for a column nobody foresaw: lower case, digits and underscores, not yet taken."""
    safe = re.sub(r"_+", "_", re.sub(r"\W", "_", name.casefold())).strip("_") or "column"
    safe = f"c_{safe}" if safe[0].isdigit() else safe
    while safe in taken:
        safe += "_"
    return safe


def _rules(said: MappingOf[str, Any], name: str) -> tuple[Rule, ...]:
    rules = said.get(name, ())
    for rule in rules:
        checked(rule, RULE, f"[[{name}]]")
        if "where" not in rule:
            raise BadInput(
                _("A rule in [[{name}]] does not say which column it looks at.").format(name=name),
                ways=[_("Write it like: {example}").format(example='where = "Status"')],
            )
    return tuple(Rule(**rule) for rule in rules)


def _table_of(said: MappingOf[str, Any]) -> Table:
    """The table a mapping is for. Raises BadInput where it names none that there is."""
    try:
        if "table" in said:
            return table_named(said["table"])
    except BadInput:
        raise
    except KeepwellError as error:
        raise BadInput(error.wrong, seen=error.seen, ways=error.ways) from None
    raise BadInput(
        _("The mapping does not say which table it is for."),
        ways=[
            _("Write it first: {example}").format(example='table = "subscriptions"'),
            _("The tables are: {names}.").format(names=", ".join(all_tables())),
        ],
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
