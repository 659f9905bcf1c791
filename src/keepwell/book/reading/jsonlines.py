"""JSON lines: one object a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book.reading import Refused, Source, checked_header, not_encoded
from keepwell.book.reading.preflight import Looked
from keepwell.lib.errors import BadInput
from keepwell.lib.text import NULL_SIGN
from keepwell.lib.text import gettext as _

_BATCH = 50_000
_MOST_REFUSED = 1000


def is_one(looked: Looked) -> bool:
    """Whether a text file is JSON rather than CSV."""
    name = looked.name.lower().removesuffix(".gz")
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return True
    with looked.path.open(encoding=looked.codec, errors="replace") as text:
        return text.read(1024).lstrip().startswith('{"')


def source(looked: Looked, scratch: Path) -> Source:
    """JSON lines as text columns; nested values stay JSON. Raises BadInput on any other kind of JSON."""
    columns: dict[str, None] = {}
    refused: list[Refused] = []
    paths: list[Path] = []
    rows: list[dict[str, Any]] = []
    total = 0
    for number, line in enumerate(_lines(looked), 1):
        if not line.strip():
            continue
        row = _parsed(line)
        if row is None:
            if number == 1:
                raise _no_lines(looked.name, line)
            refused.append(Refused(number, line.rstrip("\n").replace("\0", NULL_SIGN), "unreadable_line"))
            if len(refused) > _MOST_REFUSED and len(refused) > number / 2:
                raise _no_lines(looked.name, line)
            continue
        columns.update(dict.fromkeys(row))
        rows.append({**row, "_line": number})
        total += 1
        if len(rows) >= _BATCH:
            paths.append(_kept(rows, list(columns), scratch, looked, len(paths)))
            rows = []
    if rows or not paths:
        paths.append(_kept(rows, list(columns), scratch, looked, len(paths)))
    header = checked_header(list(columns), looked.name)
    if header != tuple(columns):
        raise BadInput(_("A name in {name} begins or ends with a space.").format(name=looked.name))
    return Source(
        looked.name,
        "parquet",
        tuple(paths),
        header,
        kind="JSON lines",
        encoding=looked.encoding,
        lines="column",
        refused=tuple(refused),
        rows=total,
    )


def _lines(looked: Looked) -> Iterator[str]:
    try:
        with looked.path.open(encoding=looked.codec) as text:
            yield from text
    except UnicodeDecodeError as error:
        raise not_encoded(looked, error) from None


def _parsed(line: str) -> dict[str, str | None] | None:
    try:
        # Numbers stay the text they are, so that no cent is lost on the way through a float.
        found = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except ValueError:
        return None
    return {k: _said(v) for k, v in found.items()} if isinstance(found, dict) else None


def _said(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _kept(rows: list[dict[str, Any]], columns: list[str], scratch: Path, looked: Looked, part: int) -> Path:
    target = scratch / f"json-{abs(hash(looked.path))}-{part}.parquet"
    data = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in columns}
    data["_line"] = pa.array([row["_line"] for row in rows], pa.int64())
    pq.write_table(pa.table(data), target)
    return target


def _no_lines(name: str, line: str) -> BadInput:
    return BadInput(
        _("The file {name} is not JSON lines: one object on each line.").format(name=name),
        seen=line.strip()[:80],
        ways=[_("Write one object a line, without commas between them and without brackets around them.")],
    )
