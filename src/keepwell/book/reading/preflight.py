"""A first look at a file in constant memory: is it what it claims to be?

Reads it once, a chunk at a time, and stops at the first sign that it cannot be used. What comes through a pipe
is kept in the scratch folder on the way, since it cannot be read a second time.
"""

import gzip
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from keepwell.book.reading.encodings import Listener, codec_named
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

Kind = Literal["text", "parquet", "xlsx"]

CHUNK = 1024 * 1024
_STEP = (
    CHUNK // 4
)  # read at a time: what is worked out of more no longer fits beside it in the processor's cache
_BREAK, _RETURN, _SPACE = 10, 13, 32
_BESIDE = np.zeros(256, dtype=bool)  # signs that may stand at the end of a value
_BESIDE[list(b',;|\t"\r\n ')] = True
LONGEST_LINE = 16 * CHUNK
# From this size on, what unpacks to so many times as much as it takes is no table, but meant to fill disk or memory.
UNPACKED, PACKED, PARTS = 1024 * CHUNK, 200, 10_000
_MAGIC = [
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "zip"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "old Excel"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"7z\xbc\xaf", "7z"),
    (b"SQLite format 3", "SQLite"),
]
_SPREADSHEETS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}


@dataclass(frozen=True)
class Looked:
    """What a first look found: where the bytes lie now, their kind and encoding, and how many lines."""

    path: Path
    name: str
    kind: Kind
    encoding: str = ""
    codec: str = ""
    lines_total: int = 0  # what stands after the last line break counts as a line
    longest: int = 0  # bytes of the longest line, known only when it exceeds a chunk
    gap: bool = False  # whether an empty line was seen
    packed: bool = False
    spaced: bool = True  # whether a space stands beside what may separate two values


def look(path: Path, *, scratch: Path, encoding: str | None = None) -> Looked:
    """Look at a file before it is read.

    Raises BadInput where it is missing, empty, binary, truncated, or has lines of more than 16 MB: for these it
    stops reading at once.
    """
    mode = _mode(path)
    piped = not stat.S_ISREG(mode)
    with _reading(path) as raw:
        head = raw.read(16)
        if not head:
            raise _empty(path)
        magic = next((name for start, name in _MAGIC if head.startswith(start)), "")
        if magic in ("parquet", "zip", "old Excel") and not piped:
            return _columnar_or_sheet(path, magic)
        if magic == "gzip":
            raw.seek(0)
            with gzip.open(raw) as unpacked:
                return _text(path, b"", unpacked, scratch, encoding, keep=True)
        if magic:
            raise _binary(path, magic)
        return _text(path, head, raw, scratch, encoding, keep=piped)


def _mode(path: Path) -> int:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BadInput(
            _("There is no file {path}.").format(path=path), ways=[_("Check the path and the name.")]
        ) from None
    except PermissionError:
        raise BadInput(_("The file {path} may not be read by this user.").format(path=path)) from None
    return mode


def _reading(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except PermissionError:
        raise BadInput(_("The file {path} may not be read by this user.").format(path=path)) from None


def _columnar_or_sheet(path: Path, magic: str) -> Looked:
    if magic == "parquet":
        if path.suffix.lower() in (".csv", ".txt", ".tsv"):
            way = _("If it is meant to be Parquet, rename it to {name}.").format(
                name=path.with_suffix(".parquet").name
            )
            raise _binary(path, "Parquet", ways=[way])
        with path.open("rb") as raw:
            raw.seek(-4, 2)
            if path.stat().st_size < 12 or raw.read(4) != b"PAR1":
                raise BadInput(
                    _("The Parquet file {name} is cut off: its end is missing.").format(name=path.name),
                    seen=_("{size} bytes without the closing mark").format(size=path.stat().st_size),
                    ways=[_("Copy or export it again; nothing was loaded.")],
                )
        return Looked(path, path.name, "parquet")
    if path.suffix.lower() in _SPREADSHEETS:
        if magic == "zip":
            _unpacks_to_something_sensible(path)
        return Looked(path, path.name, "xlsx")
    raise _binary(path, magic)


def _unpacks_to_something_sensible(path: Path) -> None:
    """Look at what a packed workbook says it holds, and that it holds what it says, before anything unpacks it."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            _refuse_swelling(path, sum(part.file_size for part in parts), len(parts))
            wrong = packed.testzip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if wrong is not None:
        raise _damaged(path, wrong)


def _refuse_swelling(path: Path, size: int, parts: int = 1) -> None:
    if (size > UNPACKED and size > PACKED * path.stat().st_size) or parts > PARTS:
        raise BadInput(
            _("The file {name} unpacks to very much more than a table holds.").format(name=path.name),
            seen=_("over {size} MB in {parts} parts").format(size=size // CHUNK, parts=parts),
            ways=[_("Unpack it by hand, and look at what it is.")],
        )


def _damaged(path: Path, seen: str) -> BadInput:
    return BadInput(
        _("The workbook {name} cannot be read.").format(name=path.name),
        seen=seen,
        ways=[_("Save it again as XLSX or CSV; nothing was loaded.")],
    )


def _text(
    path: Path, head: bytes, raw: BinaryIO | gzip.GzipFile, scratch: Path, encoding: str | None, *, keep: bool
) -> Looked:
    listener = Listener()
    lines = _Lines(path)
    copy = scratch / f"piped-{abs(hash(path))}.txt" if keep else None
    with (copy or Path("/dev/null")).open("wb") as out:
        for chunk in _chunks(head, raw):
            listener.hear(chunk)
            if isinstance(raw, gzip.GzipFile):
                _refuse_swelling(path, listener.heard)
            if 0 in chunk and not listener.wide and not (encoding or "").startswith("utf-16"):
                raise _binary(path, _("NUL bytes"))
            lines.hear(chunk)
            if keep:
                out.write(chunk)
    if not listener.heard or (listener.bom and listener.heard <= 3):
        raise _empty(path)
    name, codec = codec_named(encoding) if encoding else listener.verdict()
    return Looked(
        copy or path,
        path.name,
        "text",
        name,
        codec,
        lines.total,
        lines.longest,
        lines.gap,
        keep,
        lines.ends_spaced,
    )


def _chunks(head: bytes, raw: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    chunk = head + raw.read(_STEP - len(head))
    while chunk:
        yield chunk
        try:
            chunk = raw.read(_STEP)
        except (EOFError, gzip.BadGzipFile) as error:
            raise BadInput(_("The packed file is cut off or damaged."), seen=str(error)) from None


class _Lines:
    """Measures lines without keeping them."""

    def __init__(self, path: Path) -> None:
        self.path, self.count, self.longest, self.gap, self.spaced = path, 0, 0, False, False
        self._running = 0
        self._tail = b""

    @property
    def total(self) -> int:
        """Line breaks heard, and one more where the last line has none."""
        return self.count + (self._tail[-1:] not in (b"\n", b""))

    @property
    def ends_spaced(self) -> bool:
        """Whether a space was heard beside what may separate two values, the file's end included."""
        return bool(self.spaced) or self._tail.endswith(b" ")

    def hear(self, chunk: bytes) -> None:
        signs = np.frombuffer(self._tail + chunk, dtype=np.uint8)
        kept, ends = len(self._tail), np.flatnonzero(signs == _BREAK)
        if not self.gap:
            steps = np.diff(ends)
            blank = ends[:-1][steps == 2]
            self.gap = bool((steps == 1).any()) or bool((signs[blank + 1] == _RETURN).any())
        if not self.spaced:
            spaces = np.flatnonzero(signs[1:-1] == _SPACE) + 1
            self.spaced = bool((_BESIDE[signs[spaces - 1]] | _BESIDE[signs[spaces + 1]]).any())
            self.spaced |= not kept and signs[0] == _SPACE  # the last sign is looked at with the next chunk
        ends = ends[ends >= kept] - kept
        self.count += len(ends)
        if not len(ends):
            ends = np.flatnonzero(signs[kept:] == _RETURN)
        first, last = (int(ends[0]), int(ends[-1])) if len(ends) else (-1, -1)
        self._running += len(chunk) if first < 0 else first
        self.longest = max(self.longest, self._running)
        if self._running > LONGEST_LINE:
            raise BadInput(
                _("A line of {name} is longer than 16 MB; this is no table.").format(name=self.path.name),
                seen=_("line {line} goes on for over {size} MB").format(
                    line=self.count + 1, size=LONGEST_LINE // CHUNK
                ),
                ways=[
                    _("Check that every record ends with a line break."),
                    _("Look for a quotation mark that is never closed."),
                ],
            )
        if first >= 0:
            self._running = len(chunk) - last - 1
        self._tail = chunk[-3:]


def _empty(path: Path) -> BadInput:
    return BadInput(
        _("The file {name} is empty.").format(name=path.name),
        seen=_("0 bytes"),
        ways=[_("Export it again; nothing was loaded.")],
    )


def _binary(path: Path, what: str, ways: Sequence[str] = ()) -> BadInput:
    return BadInput(
        _("The file {name} is not text, whatever its name says.").format(name=path.name),
        seen=what,
        ways=ways
        or [
            _("Export it as CSV, Parquet, XLSX or JSON lines."),
            _("If it is one of these, give it the ending that says so."),
        ],
    )
