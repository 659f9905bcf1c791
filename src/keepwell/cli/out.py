"""Answers as tables for people, JSON and CSV for scripts.

Nothing is cut or coloured in a pipe, and nothing that came in with the data can act on the terminal or on the
spreadsheet that opens the CSV.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO

SHORT = 24  # letters up to which a cell is never broken into lines
GAP = 2  # between two columns

# What a terminal would obey instead of showing.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its name for scripts, its label for people, and whether it holds numbers.

    A `tied` column means nothing without the one before it, and stays beside it.
    """

    name: str
    label: str = ""
    number: bool = False
    tied: bool = False


@dataclass
class Sheet:
    """Rows under columns, with a title and lines of notes below."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    notes: Sequence[str] = ()


@dataclass
class Answer:
    """What a command says.

    `data` is what JSON shows; `sheets` are what people see; CSV shows `csv`, or the first sheet.
    """

    data: Any
    sheets: Sequence[Sheet] = ()
    notes: Sequence[str] = ()
    csv: Sheet | None = field(default=None)

    def write(self, format_: str, stream: TextIO) -> None:
        """Write it as "table", "json" or "csv"."""
        if format_ == "json":
            every_letter = (getattr(stream, "encoding", None) or "utf-8").lower().startswith("utf")
            json.dump(self.data, stream, ensure_ascii=not every_letter, indent=2, default=plain)
            stream.write("\n")
        elif format_ == "csv":
            _write_csv(self.csv or (self.sheets[0] if self.sheets else Sheet([], [])), stream)
        else:
            _write_tables(self, stream)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: days and instants in ISO form, money as text."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def shown(value: Any) -> str:
    """A value as a person reads it in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,}"
    return _CONTROL.sub("�", str(value))


def _write_csv(sheet: Sheet, stream: TextIO) -> None:
    from keepwell.book.quarantine import harmless_cell

    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in sheet.columns])
    writer.writerows([harmless_cell(_cell(value)) for value in row] for row in sheet.rows)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _write_tables(answer: Answer, stream: TextIO) -> None:
    from rich.console import Console

    piped = not stream.isatty()
    target = io.StringIO() if piped else stream
    console = Console(
        file=target,
        width=100_000 if piped else None,
        no_color=piped or None,
        force_terminal=False if piped else None,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=piped,
    )
    for n, sheet in enumerate(answer.sheets):
        if n:
            console.print()
        for m, part in enumerate([sheet] if piped else _fitting(sheet, console.width)):
            if m:
                console.print()
            console.print(_table(part, piped))
        for note in sheet.notes:
            console.print(_CONTROL.sub("�", note), style=None if piped else "dim")
    if answer.sheets and answer.notes:
        console.print()
    for note in answer.notes:
        console.print(_CONTROL.sub("�", note))
    if piped and isinstance(target, io.StringIO):
        stream.writelines(line.rstrip() + "\n" for line in target.getvalue().splitlines())


def _fitting(sheet: Sheet, width: int) -> list[Sheet]:
    """The sheet in parts that fit a terminal side by side with its first column: a number is never cut."""
    groups: list[list[int]] = []
    for place, column in enumerate(sheet.columns):
        if column.tied and groups:
            groups[-1].append(place)
        else:
            groups.append([place])
    first, *others = groups
    parts = [list(first)]
    for group in others:
        needed = sum(_least(sheet, place) for place in [*parts[-1], *group])
        if needed > width + GAP and len(parts[-1]) > len(first):
            parts.append(list(first))
        parts[-1] += group
    if len(parts) == 1:
        return [sheet]
    return [
        Sheet(
            [sheet.columns[place] for place in part],
            [[row[place] for place in part] for row in sheet.rows],
            title="" if n else sheet.title,
        )
        for n, part in enumerate(parts)
    ]


def _least(sheet: Sheet, place: int) -> int:
    """The letters a column cannot do without: all of a number or a short word, some of a text."""
    from rich.cells import cell_len

    column = sheet.columns[place]
    longest = max((cell_len(shown(row[place])) for row in sheet.rows), default=0)
    if not column.number and longest > SHORT:
        return SHORT + GAP
    return max(longest, cell_len(_label(column))) + GAP


def _label(column: Column) -> str:
    return column.label or column.name.replace("_", " ")


def _table(sheet: Sheet, piped: bool) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=sheet.title or None,
        title_justify="left",
        title_style="bold" if not piped else "",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
        header_style="bold" if not piped else "",
    )
    cells = [[shown(value) for value in row] for row in sheet.rows]
    for place, column in enumerate(sheet.columns):
        longest = max((len(row[place]) for row in cells), default=0)
        table.add_column(
            Text(_label(column)),
            justify="right" if column.number else "left",
            no_wrap=piped or column.number or longest <= SHORT,
            overflow="fold",
        )
    for row in cells:
        table.add_row(*map(Text, row))
    return table
