"""CSV and its relatives: what separates the columns, where the rows begin, and UTF-8 where it is not."""

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TextIO

from keepwell.book.reading import Layout, Source, checked_header, header_only, not_encoded
from keepwell.book.reading.preflight import CHUNK, Looked
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_BY_WORD = {word: sign for sign, word in DELIMITERS.items()} | {"\\t": "\t", "space": " "}
_SAMPLE_ROWS = 200


def source(looked: Looked, layout: Layout, scratch: Path) -> Source:
    """A delimited file as UTF-8 with one known delimiter, kept in `scratch` where it had to be rewritten.

    Raises BadInput on a header without rows, a column named twice, or bytes that are not of the encoding.
    """
    sample, whole = _sample(looked)
    spaced = layout.delimiter == "whitespace"
    found = _delimiters(sample, layout.skip_lines)
    if spaced:
        delimiter = "\t"
        sample = "\n".join("\t".join(line.split()) for line in sample.splitlines())
    elif layout.delimiter:
        delimiter = _BY_WORD.get(layout.delimiter, layout.delimiter)
    else:
        delimiter = max(found, key=lambda d: found[d]) if found else ","
    columns, skip = _header(sample, delimiter, layout, looked.name)
    if whole and not _has_rows(sample, delimiter, skip):
        raise header_only(looked.name)
    path, name, lines = looked.path, looked.encoding, looked.lines_total
    old_mac = lines <= 1 and "\r" in sample
    if spaced or name != "utf-8" or old_mac:
        path = _rewritten(looked, scratch, spaced=spaced, old_mac=old_mac)
        lines = _count(path)
    return Source(
        name=looked.name,
        form="csv",
        paths=(path,),
        columns=columns,
        kind="CSV",
        delimiter=delimiter,
        encoding=name,
        skip=skip,
        lines_total=lines,
        gap=looked.gap or spaced,
        long_lines=looked.longest > CHUNK,
        spaced=looked.spaced or path != looked.path,
        alternatives={d: width for d, (_share, width) in found.items()},
    )


def _sample(looked: Looked) -> tuple[str, bool]:
    with looked.path.open("rb") as raw:
        head = raw.read(CHUNK)
        whole = len(head) < CHUNK
    text = io.TextIOWrapper(io.BytesIO(head), encoding=looked.codec, errors="replace", newline="").read()
    return (text if whole else text[: max(text.rfind("\n"), 0) or len(text)]), whole


def _rows(sample: str, delimiter: str, most: int) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row and any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) >= most:
                break
    except csv.Error:
        return rows
    return rows


def _delimiters(sample: str, skip: int) -> dict[str, tuple[float, int]]:
    """Of each delimiter that splits the sample: the share of rows split alike, and into how many columns."""
    body = "".join(sample.splitlines(keepends=True)[skip:])
    found = {}
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _rows(body, delimiter, _SAMPLE_ROWS))
        if widths:
            width, times = widths.most_common(1)[0]
            if width > 1:
                found[delimiter] = (round(times / widths.total(), 1), width)
    return found


def _header(sample: str, delimiter: str, layout: Layout, name: str) -> tuple[tuple[str, ...], int]:
    lines = sample.splitlines(keepends=True)
    body = "".join(lines[layout.skip_lines :])
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)
    first: list[str] = next((row for row in reader if any(cell.strip() for cell in row)), [])
    if not first:
        raise BadInput(_("The file {name} holds nothing but empty lines.").format(name=name))
    if layout.header:
        columns = list(layout.names) if layout.names else first
        return checked_header(columns, name), layout.skip_lines + reader.line_num
    names = list(layout.names) or [f"column {i}" for i in range(1, len(first) + 1)]
    if len(names) != len(first):
        raise BadInput(
            _("The file {name} has {n} columns, and the mapping names {m}.").format(
                name=name, n=len(first), m=len(names)
            ),
            seen=delimiter.join(first)[:200],
            ways=[_("Name each column once in the mapping, in the file's order.")],
        )
    return checked_header(names, name), layout.skip_lines


def _has_rows(sample: str, delimiter: str, skip: int) -> bool:
    body = "".join(sample.splitlines(keepends=True)[skip:])
    return bool(_rows(body, delimiter, 1)) or bool(body.strip())


def _rewritten(looked: Looked, scratch: Path, *, spaced: bool, old_mac: bool) -> Path:
    target = scratch / f"utf8-{abs(hash(looked.path))}.csv"
    try:
        with _text_of(looked, old_mac) as text, target.open("w", encoding="utf-8", newline="") as out:
            if spaced:
                out.writelines("\t".join(line.split()) + "\n" for line in text)
            else:
                while chunk := text.read(CHUNK):
                    out.write(chunk)
    except UnicodeDecodeError as error:
        raise not_encoded(looked, error) from None
    return target


def _text_of(looked: Looked, old_mac: bool) -> TextIO:
    # Line ends are kept as they are, so that a line's number here is its number in the file; those of old Macs
    # are the exception, since only they would make one line of the whole file.
    return looked.path.open(encoding=looked.codec, newline=None if old_mac else "")


def _count(path: Path) -> int:
    lines, last = 0, b"\n"
    with path.open("rb") as raw:
        while chunk := raw.read(CHUNK):
            lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    return lines + (last != b"\n")
