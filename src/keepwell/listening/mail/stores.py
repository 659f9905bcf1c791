"""Where mail lies: a file, an mbox, a Maildir, a folder of files; told apart by looking."""

import re
from collections.abc import Iterator
from pathlib import Path

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.listening.mail.parts import lines_in
from keepwell.listening.mail.reading import Mail, read_mail, read_mail_file

_FROM = re.compile(rb"From \S.*\d{4}\s*$")
_QUOTED_FROM = re.compile(rb">+From ")
_SUFFIXES = (".eml", ".mbox", ".mbx", ".mail")


def read_mails(place: Path) -> Iterator[Mail]:
    """Every mail that lies in a file or folder, in order of its name; read one at a time.

    Raises BadInput where there is nothing of the kind.
    """
    if place.is_dir():
        yield from _folder(place)
    elif place.is_file():
        yield from _file(place)
    else:
        raise BadInput(
            _("“{name}” is not there.").format(name=place.name),
            ways=[_("Name an EML file, an mbox, a Maildir or a folder of them.")],
        )


def _folder(folder: Path) -> Iterator[Mail]:
    if (folder / "cur").is_dir() and (folder / "new").is_dir():
        boxes = [folder, *sorted(box for box in folder.glob(".*") if (box / "cur").is_dir())]
        for file in (
            file for box in boxes for part in ("cur", "new") for file in sorted((box / part).iterdir())
        ):
            if file.is_file():
                yield read_mail_file(file)
        return
    files = sorted(file for file in folder.rglob("*") if file.is_file() and _is_mail(file))
    if not files:
        raise BadInput(
            _("There is no mail in “{name}”.").format(name=folder.name),
            seen=_("a folder without {suffixes}").format(suffixes=", ".join(_SUFFIXES)),
        )
    for file in files:
        yield from _file(file)


def _is_mail(file: Path) -> bool:
    if file.suffix.lower() in _SUFFIXES:
        return True
    if file.suffix:
        return False
    with file.open("rb") as opened:
        return opened.read(5) == b"From "


def _file(path: Path) -> Iterator[Mail]:
    try:
        with path.open("rb") as file:
            mbox = file.read(5) == b"From "
    except OSError as error:
        raise BadInput(
            _("“{name}” cannot be opened.").format(name=path.name),
            seen=error.strerror or type(error).__name__,
        ) from error
    if mbox:
        yield from _mbox(path)
    else:
        yield read_mail_file(path)


def _mbox(path: Path) -> Iterator[Mail]:
    with path.open("rb") as file:
        box = _Box(lines_in(file))
        while not box.over:
            yield read_mail(box.mail(), f"{path.name}:{box.line}")


class _Box:
    """The lines of an mbox, a mail at a time: each begins with "From " behind a blank line."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.line = 1
        self.over = next(lines, None) is None

    def mail(self) -> Iterator[bytes]:
        """The lines of the next mail; all of them have to be read before the one after it."""
        blank = False
        for line in self._lines:
            self.line += line.endswith(b"\n")
            if blank and _FROM.match(line):
                return
            blank = not line.strip()
            yield line[1:] if _QUOTED_FROM.match(line) else line
        self.over = True
