"""Files as people have them, brought into one shape: columns of text under the names the file gives them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from keepwell.book.reading.preflight import Looked, look
from keepwell.lib.errors import BadInput
from keepwell.lib.text import NULL_SIGN
from keepwell.lib.text import gettext as _

ENDINGS = {
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".gz",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".json",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
}


@dataclass(frozen=True)
class Layout:
    """What a person or a mapping says about how a file is written; None where it is to be found out."""

    encoding: str | None = None
    delimiter: str | None = None  # one character, or "whitespace"
    header: bool = True
    names: tuple[str, ...] = ()
    skip_lines: int = 0
    sheet: str | None = None


@dataclass(frozen=True)
class Refused:
    """A line that could not even be split into columns."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Source:
    """A file ready to be queried: `path` is UTF-8 CSV, or Parquet whose columns become text.

    `columns` are the names the file gives. A CSV's records begin after `skip` lines. `lines` says how the line
    of a record is found: counted in the file, standing in the column `_line`, or its place among the rows.
    """

    name: str
    form: Literal["csv", "parquet"]
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    kind: str  # as a person calls it: CSV, Parquet, XLSX, JSON lines
    delimiter: str = ""
    encoding: str = ""
    skip: int = 0
    lines: Literal["counted", "column", "row"] = "counted"
    lines_total: int = 0
    rows: int | None = None  # how many records, where that is known without reading them
    gap: bool = False
    long_lines: bool = False
    spaced: bool = True  # whether any value may have spaces around it
    refused: tuple[Refused, ...] = ()
    alternatives: dict[str, int] = field(default_factory=dict)  # delimiter: how many columns it would give

    @property
    def nulls(self) -> bool:
        """Whether a text in it may have a null character: text files with such bytes are refused as a whole."""
        return self.form == "parquet" or self.encoding.startswith("utf-16")


def expand(paths: list[Path]) -> list[Path]:
    """The files meant by files and folders, by name. Raises BadInput where there are none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p
                for p in path.iterdir()
                if p.suffix.lower() in ENDINGS and not p.name.startswith(".") and not p.is_dir()
            )
            if not inside:
                raise BadInput(
                    _("The folder {path} holds no file that can be imported.").format(path=path),
                    ways=[_("Files end in {endings}.").format(endings=", ".join(sorted(ENDINGS)))],
                )
            found += inside
        else:
            found.append(path)
    if not found:
        raise BadInput(_("No file was named."), ways=[_("Name at least one file or folder.")])
    return found


def passed_over(paths: list[Path]) -> dict[Path, list[str]]:
    """What lies in each folder and is not read: folders within it, and files of other endings. Hidden ones aside."""
    found = {}
    for folder in paths:
        if folder.is_dir():
            others = [p for p in folder.iterdir() if p.is_dir() or p.suffix.lower() not in ENDINGS]
            names = sorted(
                f"{p.name}/" if p.is_dir() else p.name for p in others if not p.name.startswith(".")
            )
            if names:
                found[folder] = names
    return found


def opened(path: Path, layout: Layout, *, scratch: Path) -> Source:
    """A file brought into shape. Raises BadInput where it is not what it claims to be."""
    from keepwell.book.reading import delimited, jsonlines, parquet, sheets

    looked: Looked = look(path, scratch=scratch, encoding=layout.encoding)
    if looked.kind == "xlsx":
        return sheets.source(looked, layout, scratch)
    if layout.sheet is not None:
        raise BadInput(
            _("{name} is no workbook and has no sheets.").format(name=looked.name),
            seen=layout.sheet,
            ways=[_("Leave the sheet out; nothing was loaded.")],
        )
    if looked.kind == "parquet":
        return parquet.source(looked)
    if jsonlines.is_one(looked):
        return jsonlines.source(looked, scratch)
    return delimited.source(looked, layout, scratch)


def checked_header(columns: list[str], name: str) -> tuple[str, ...]:
    """The header's names, trimmed; a column without one is named by its place.

    Raises BadInput where two columns bear the same name.
    """
    names = [c.strip().lstrip("\ufeff").strip() or f"column {i}" for i, c in enumerate(columns, 1)]
    broken = [n.replace("\0", NULL_SIGN) for n in names if "\0" in n]
    if broken:
        raise BadInput(
            _("A column of {name} has a null character in its name.").format(name=name),
            seen=", ".join(broken),
            ways=[_("Export it again with plain names; nothing was loaded.")],
        )
    folded = [n.casefold() for n in names]
    twice = sorted({n for n, f in zip(names, folded, strict=True) if folded.count(f) > 1})
    if twice:
        raise BadInput(
            _("The header of {name} has the same column twice.").format(name=name),
            seen=", ".join(twice),
            ways=[_("Give each column a name of its own; nothing was loaded.")],
        )
    return tuple(names)


def header_only(name: str) -> BadInput:
    """The error of a file with a header and nothing below it."""
    return BadInput(
        _("The file {name} has a header but no rows.").format(name=name),
        ways=[_("Export it again with its rows."), _("If its first line is data, say so: --no-header.")],
    )


def not_encoded(looked: Looked, error: UnicodeDecodeError) -> BadInput:
    """The error of a file whose bytes are not of the encoding it is said to be in."""
    return BadInput(
        _("The file {name} is not in the encoding {encoding}.").format(
            name=looked.name, encoding=looked.encoding
        ),
        seen=_("bytes that mean nothing in it, near byte {place}").format(place=error.start),
        ways=[_("Name another: --encoding utf-8, windows-1250, gb18030, big5, utf-16.")],
    )
