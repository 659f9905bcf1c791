"""Tables for spreadsheets: a cell that a spreadsheet would run as a formula is made plain text."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def plain(cell: Any) -> Any:
    """A cell as it is safe to open: a text that begins like a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


def as_csv(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file to download, named so; UTF-8 with the mark that spreadsheets look for."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(str(cell)) for cell in head])
    writer.writerows([plain(cell) for cell in row] for row in rows)
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
