"""Spreadsheets: one sheet, its first filled row the header."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from keepwell.book.reading import Layout, Source, checked_header, header_only
from keepwell.book.reading.preflight import Looked
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near


def source(looked: Looked, layout: Layout, scratch: Path) -> Source:
    """A sheet of a workbook, as text. Raises BadInput where there is no such sheet, or nothing on it."""
    try:
        book = CalamineWorkbook.from_path(str(looked.path))
        sheet = _chosen(book, layout.sheet, looked.name)
        rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    except CalamineError as error:
        raise BadInput(
            _("The workbook {name} cannot be read.").format(name=looked.name),
            seen=str(error),
            ways=[_("Save it again as XLSX or CSV; nothing was loaded.")],
        ) from error
    filled = [
        (number, row) for number, row in enumerate(rows, 1) if any(_said(cell) is not None for cell in row)
    ]
    filled = [(number, row) for number, row in filled if number > layout.skip_lines]
    if not filled:
        raise BadInput(_("The sheet of {name} is empty.").format(name=looked.name))
    first = filled[0][1]
    if layout.header:
        width = max(i for i, cell in enumerate(first, 1) if _said(cell) is not None)
        columns = checked_header(list(layout.names) or [_said(c) or "" for c in first[:width]], looked.name)
        filled = filled[1:]
    else:
        columns = checked_header(list(layout.names) or ["" for _cell in first], looked.name)
    if not filled:
        raise header_only(looked.name)
    table = {
        name: [_said(row[i]) if i < len(row) else None for _n, row in filled]
        for i, name in enumerate(columns)
    }
    target = scratch / f"sheet-{abs(hash(looked.path))}.parquet"
    pq.write_table(
        pa.table(
            {**{n: pa.array(v, pa.string()) for n, v in table.items()}, "_line": [n for n, _r in filled]}
        ),
        target,
    )
    return Source(looked.name, "parquet", (target,), columns, kind="XLSX", lines="column", rows=len(filled))


def _chosen(book: Any, wanted: str | None, name: str) -> Any:
    names: list[str] = book.sheet_names
    if wanted is None:
        for candidate in names:
            sheet = book.get_sheet_by_name(candidate)
            if sheet.total_height:
                return sheet
        return book.get_sheet_by_index(0)
    if wanted in names:
        return book.get_sheet_by_name(wanted)
    raise BadInput(
        _("The workbook {name} has no sheet “{sheet}”.").format(name=name, sheet=wanted),
        ways=[_("Its sheets are: {names}.").format(names=", ".join(near(wanted, names) or names))],
    )


def _said(cell: Any) -> str | None:
    """A cell as the text of its value: days and moments in ISO form, whole numbers without a point."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return str(cell)
