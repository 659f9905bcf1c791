"""Bytes that should be text, made text: the encoding is found, never trusted, and what does not fit is told."""

import re
from dataclasses import dataclass
from pathlib import Path

from keepwell.book.reading.encodings import Listener, codec_named
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

LARGEST = 64 * 1024 * 1024  # bytes of one transcript; four hours of captions are about one million
_SIGNATURES = (
    b"RIFF",
    b"ID3",
    b"OggS",
    b"fLaC",
    b"PK\x03\x04",
    b"%PDF",
    b"\x1aE\xdf\xa3",
    b"\x89PNG",
    b"\x00\x00\x00",
)


@dataclass(frozen=True)
class Text:
    """A file's text: its encoding, and the numbers of the lines in which bytes did not fit."""

    text: str
    encoding: str
    broken: tuple[int, ...] = ()
    cut: int = 0  # bytes beyond what was read


def bytes_of(path: Path, most: int = LARGEST) -> tuple[bytes, int]:
    """The first `most` bytes of a file, and how many more there are. Raises BadInput where it cannot be opened."""
    try:
        with path.open("rb") as file:
            data = file.read(most)
        return data, max(path.stat().st_size - len(data), 0)
    except OSError as error:
        raise BadInput(
            _("“{name}” cannot be opened.").format(name=path.name),
            seen=error.strerror or type(error).__name__,
            ways=[_("Check that the file is there and may be read.")],
        ) from error


def text_of(data: bytes, encoding: str = "", cut: int = 0) -> Text:
    """The text that bytes are, in the encoding a person names or the one they tell of themselves.

    Raises BadInput where they are no text, or their encoding cannot be told.
    """
    if encoding:
        name, codec = codec_named(encoding)
    else:
        name, codec = _told(data)
    text = data.decode(codec, "replace").removeprefix("\ufeff")
    if text.count("\x00") > len(text) // 1000:
        raise BadInput(_("The file is not text."), seen=_("bytes that stand for no character"))
    lines = text.split("\n")
    broken = tuple(n for n, line in enumerate(lines, 1) if "\ufffd" in line)
    return Text(text, name, broken, cut)


def _told(data: bytes) -> tuple[str, str]:
    if data.startswith(_SIGNATURES):
        raise BadInput(_("The file is not text."), seen=_("a recording, a picture or an archive"))
    listener = Listener()
    listener.hear(data)
    if not (listener.wide or listener.plain or listener.ended_whole()) and _nearly_utf8(data):
        return "utf-8", "utf-8"
    return listener.verdict()


def _nearly_utf8(data: bytes) -> bool:
    """Whether all but a few of the lines beyond ASCII are UTF-8: some tool has cut or mixed the rest."""
    foreign = [line for line in data.split(b"\n") if not line.isascii()]
    return sum(map(_broken, foreign)) < 0.05 * len(foreign)


def _broken(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")


def lines_of(text: str) -> list[str]:
    """A text's lines without their ends, however these are written, and without what nobody sees."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
