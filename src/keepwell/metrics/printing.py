"""Answers as they show themselves in a plain Python console: a small table, by the names one asks them by."""

from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import east_asian_width

MOST = 40  # rows that are printed
MOST_AGES = 13  # columns of ages that are printed

Rows = Iterable[Sequence[Any]]


def printed(title: str, heads: Sequence[str], rows: Rows) -> str:
    """A title and a table under it: numbers to the right, text to the left, what is missing a dash."""
    held = [list(row) for row in rows]
    shown = [[_cell(value) for value in row] for row in held[:MOST]]
    wide = [max(map(_width, (head, *(row[n] for row in shown)))) for n, head in enumerate(heads)]
    left = [
        all(isinstance(row[n], str | None) and "%" not in str(row[n]) for row in held)
        for n in range(len(heads))
    ]
    lines = [title, *(_line(row, wide, left) for row in (list(heads), *shown))]
    if len(held) > MOST:
        lines.append(f"… {len(held) - MOST:,} more")
    return "\n".join(lines)


def share(value: Any) -> str | None:
    """A share in percent."""
    return None if value is None else f"{float(value):.1%}"


def triangle(cohorts: Sequence[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """The heads and rows of cohorts in their JSON form, up to `MOST_AGES` ages."""
    ages = sorted({cell["age"] for one in cohorts for cell in one["cells"]})
    heads = ["cohort", "size", *map(str, ages[:MOST_AGES]), *["…"] * (len(ages) > MOST_AGES)]
    rows = []
    for one in cohorts:
        cells = {cell["age"]: cell["share"] for cell in one["cells"]}
        shares = [share(cells.get(age)) or "" for age in ages[:MOST_AGES]]
        rows.append([one["cohort"], one["size"], *shares, *[""] * (len(heads) - 2 - len(shares))])
    return heads, rows


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return (
        str(value)
        if isinstance(value, str | bool)
        else f"{value:,}"
        if hasattr(value, "real")
        else str(value)
    )


def _line(cells: Sequence[str], wide: Sequence[int], left: Sequence[bool]) -> str:
    padded = [
        cell + " " * (room - _width(cell)) if start else " " * (room - _width(cell)) + cell
        for cell, room, start in zip(cells, wide, left, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
