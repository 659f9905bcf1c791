"""The parts of a mail, read line by line: a mail of any size takes no more memory than its words.

What is text is kept up to `WORDS` bytes a part; of everything else only name, size and hash. Nothing is written to
disk, nothing is opened.
"""

import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from enum import Enum
from typing import BinaryIO

WORDS = 4 * 1024 * 1024  # bytes of one text part
_HEADERS = 256 * 1024  # bytes of one part's headers
_LINE = 64 * 1024
_DEEPEST = 40  # parts within parts
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")


@dataclass
class Part:
    """A leaf of a mail: its type, and its words where it has any.

    `size` is that of what it holds, decoded, in bytes. `choice` is the number of the alternatives it is one of, or
    0. `within` counts the mails it is enclosed in.
    """

    headers: Message
    kind: str
    choice: int
    within: int
    text: bool
    kept: bytearray = field(default_factory=bytearray)
    raw: int = 0
    cut: bool = False
    size: int = 0
    digest: str = ""
    hashed: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def data(self) -> bytes:
        """Its words, decoded from how they travelled; of what is no text nothing."""
        return _decoded(bytes(self.kept), self.travelled)

    @property
    def travelled(self) -> str:
        """How it was encoded for travelling: base64, quoted-printable, or as it is."""
        return str(self.headers.get("Content-Transfer-Encoding", "")).strip().lower()


@dataclass
class Mailed:
    """A mail as it travelled: headers of it and of the mails enclosed in it, and its leaves in order."""

    headers: list[Message] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    size: int = 0
    ended: bool = True  # False where a part was still open when the file was over


class _At(Enum):
    HEADERS = 1
    BODY = 2
    BETWEEN = 3  # before the first part, or behind the last


def lines_in(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file with their ends; a very long one comes in pieces."""
    while line := file.readline(_LINE):
        yield line


def read_parts(lines: Iterable[bytes]) -> Mailed:
    """Walk through a mail. Raises nothing: what is no mail has neither headers nor parts."""
    walk = _Walk()
    for line in lines:
        walk.step(line)
    return walk.end()


class _Walk:
    """Where we are in a mail: which boundaries are open, and what the next line belongs to."""

    def __init__(self) -> None:
        self.mailed = Mailed()
        self.open: list[tuple[bytes, int, int]] = []  # boundary, choice, within
        self.at = _At.HEADERS
        self.head: list[bytes] = []
        self.head_size = 0
        self.choice = self.choices = self.within = 0
        self.part: Part | None = None
        self.starts = True
        self.whole_mail = True  # the headers being read are a mail's, not a part's

    def step(self, line: bytes) -> None:
        self.mailed.size += len(line)
        starts, self.starts = self.starts, line.endswith(b"\n")
        if starts and line.startswith(b"--") and self.open and self._boundary(line.rstrip()):
            return
        if self.at is _At.HEADERS:
            self._header(line, starts)
        elif self.at is _At.BODY and self.part:
            _take(self.part, line)

    def _boundary(self, line: bytes) -> bool:
        for depth in range(len(self.open) - 1, -1, -1):
            name, choice, within = self.open[depth]
            if line not in (b"--" + name, b"--" + name + b"--"):
                continue
            if self.at is _At.HEADERS and self.head:
                self._headers_end()
            self._close()
            last = line != b"--" + name
            del self.open[depth + (0 if last else 1) :]
            self.choice, self.within = (choice, within) if not last else self._around()
            self.at = _At.BETWEEN if last else _At.HEADERS
            self.whole_mail = False
            return True
        return False

    def _around(self) -> tuple[int, int]:
        return self.open[-1][1:] if self.open else (0, 0)

    def _header(self, line: bytes, starts: bool) -> None:
        if starts and not line.strip():
            self._headers_end()
        elif starts and not line[:1].isspace() and not _HEADER.match(line) and not line.startswith(b"From "):
            self._headers_end()  # words begin without a blank line
            if self.part:
                _take(self.part, line)
        elif self.head_size < _HEADERS:
            self.head.append(line)
            self.head_size += len(line)

    def _headers_end(self) -> None:
        while self.head and self.head[0].startswith((b"From ", b">From ")):
            self.head.pop(0)
        headers = BytesHeaderParser().parsebytes(b"".join(self.head))
        empty, self.head, self.head_size = not self.head, [], 0
        kind = _kind_of(headers)
        if self.whole_mail:
            self.mailed.headers.append(headers)
        boundary = _parameter(headers, "boundary").encode("ascii", "surrogateescape").rstrip()
        if empty and self.whole_mail:
            kind = "text/plain"
        if kind.startswith("multipart/") and boundary and len(self.open) < _DEEPEST:
            self.choices += kind == "multipart/alternative"
            choice = self.choices if kind == "multipart/alternative" else self.choice
            self.open.append((boundary, choice, self.within))
            self.choice, self.at = choice, _At.BETWEEN
        elif kind == "message/rfc822" and self.within < _DEEPEST and _plain_way(headers):
            self.within, self.choice = self.within + 1, 0
            self.at, self.whole_mail = _At.HEADERS, True
        else:
            self.part = Part(headers, kind, self.choice, self.within, _is_words(headers, kind))
            self.at = _At.BODY

    def _close(self) -> None:
        if part := self.part:
            part.size = part.raw * 3 // 4 if part.travelled == "base64" else part.raw
            part.digest = part.hashed.hexdigest()[:32]
            self.mailed.parts.append(part)
        self.part = None

    def end(self) -> Mailed:
        if self.at is _At.HEADERS and self.head:
            self._headers_end()
        self.mailed.ended = not (self.open and self.at is not _At.BETWEEN)
        self._close()
        return self.mailed


def _take(part: Part, line: bytes) -> None:
    part.raw += len(line.strip()) if part.travelled == "base64" else len(line)
    part.hashed.update(line.rstrip(b"\r\n"))
    if part.text and len(part.kept) < WORDS:
        part.kept += line
    elif part.text:
        part.cut = True


def _kind_of(headers: Message) -> str:
    kind = headers.get_content_type()
    if kind.startswith("multipart/") and not _parameter(headers, "boundary"):
        return "text/plain"
    return kind


def _parameter(headers: Message, name: str) -> str:
    try:
        found = headers.get_param(name, "")
    except (ValueError, LookupError):  # parameters written as no standard says
        return ""
    return str(found[2]) if isinstance(found, tuple) else str(found or "")


def _plain_way(headers: Message) -> bool:
    return str(headers.get("Content-Transfer-Encoding", "")).strip().lower() in ("", "7bit", "8bit", "binary")


def _is_words(headers: Message, kind: str) -> bool:
    return kind in ("text/plain", "text/html") and disposition_of(headers) != "attachment"


def disposition_of(headers: Message) -> str:
    """What the sender wants done with a part: "attachment", "inline" or nothing."""
    return str(headers.get("Content-Disposition", "")).split(";")[0].strip().lower()


def _decoded(data: bytes, way: str) -> bytes:
    if way == "base64":
        clean = _NOT_BASE64.sub(b"", data)
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))
    if way == "quoted-printable":
        return binascii.a2b_qp(data)
    return data
