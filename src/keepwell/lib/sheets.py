"""Tables for spreadsheets: a cell that a spreadsheet would run as a formula is made plain text."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from numbers import Number
from typing import Any

# A spreadsheet also takes the full-width signs of East Asia for them, and may pass over a line end or a NUL before.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_MARK = "\ufeff"  # by which spreadsheets know that a file is UTF-8


def plain(cell: Any) -> Any:
    """A cell as it is safe to open: what begins like a formula gets an apostrophe before it, unless it is a number.

    >>> plain("=1+1"), plain(-3)
    ("'=1+1", -3)
    """
    if cell is None or isinstance(cell, Number):
        return cell
    return f"'{cell}" if str(cell).startswith(_FORMULAS) else str(cell)


def written(head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file, one after the other, so that a long one is never whole in memory."""
    yield _MARK + _line([plain(str(cell)) for cell in head])
    for row in rows:
        yield _line([plain(cell) for cell in row])


def _line(cells: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
