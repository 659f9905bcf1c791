"""What a mail's headers say, in whatever way they were written: names, addresses, dates and ids."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from keepwell.lib.errors import BadInput
from keepwell.listening.decoding import text_of
from keepwell.listening.said import Participant

_ID = re.compile(r"<([^<>\s]{1,998})>")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")
_WIDER = {
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "iso-8859-2": "iso8859-2",
    "unicode-1-1-utf-7": "utf-7",
}
_WESTERN = {"windows-1252", "cp1252", "iso8859-1"}
_DIRT = re.compile(r"[\x00-\x1f\x7f]+")


def words_of(data: bytes, charset: str) -> tuple[str, bool]:
    """Bytes as text, and whether the encoding they name was wrong about them.

    UTF-8 that calls itself something else is known by its shape; where the named one does not fit, the one the
    bytes tell of themselves is taken, and at last what can be read of them.
    """
    if data.isascii() and charset.lower() not in (
        "utf-7",
        "utf-16",
        "hz-gb-2312",
        "iso-2022-jp",
        "iso-2022-cn",
    ):
        return data.decode("ascii"), False
    named = _WIDER.get(charset.strip().lower(), charset.strip().lower())
    if named not in ("utf-8", "utf8"):
        try:
            return data.decode("utf-8"), bool(named)
        except UnicodeDecodeError:
            pass
    told = _told(data)
    try:
        text = data.decode(named or "utf-8")
    except (LookupError, UnicodeDecodeError, ValueError):
        return (told[0], True) if told else (data.decode("utf-8", "replace"), True)
    if named in _WESTERN and told and told[1] == "windows-1250":
        return told[0], True
    return text, False


def _told(data: bytes) -> tuple[str, str] | None:
    try:
        text = text_of(data)
    except BadInput:
        return None
    return text.text, text.encoding


def header(headers: Message, name: str) -> str:
    """A header's text on one line, decoded; "" where there is none."""
    return next((decoded(value) for value in _raw(headers, name)), "")


def _raw(headers: Message, *names: str) -> list[str]:
    """Headers as they were written, bytes beyond ASCII escaped as surrogates."""
    wanted = [name.lower() for name in names]
    return [str(value) for name, value in headers.raw_items() if name.lower() in wanted]


def decoded(value: str) -> str:
    """A header's text: encoded words decoded, raw bytes read as what they are."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        parts = [(value, None)]
    told = []
    for part, charset in parts:
        if isinstance(part, bytes) and charset:
            told.append(words_of(part, charset)[0])
            continue
        plain = part.decode("raw-unicode-escape") if isinstance(part, bytes) else part
        told.append(words_of(plain.encode("utf-8", "surrogateescape"), "utf-8")[0])
    return _DIRT.sub(" ", "".join(told)).strip()


def people(headers: Message, *names: str) -> list[Participant]:
    """Who stands in these headers, each address once."""
    values = _raw(headers, *names)
    found: dict[str, Participant] = {}
    try:
        listed = getaddresses(values)
    except (RecursionError, ValueError):  # brackets within brackets, made to break readers
        listed = [("", one) for one in _ADDRESS.findall(" ".join(values))]
    for name, address in listed:
        clean = address_of(address)
        if clean:
            found.setdefault(clean, Participant(name=decoded(name)[:200], address=clean))
    return list(found.values())


def address_of(written: str) -> str:
    """An address in lower case, or "" where it is none."""
    clean = written.strip().strip("<>'\"").lower()
    return clean if re.fullmatch(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,255}", clean) else ""


def ids_in(headers: Message, *names: str) -> list[str]:
    """The ids of mails that stand in these headers, in order, each once."""
    written = " ".join(value for name in names for value in _raw(headers, name))
    return list(dict.fromkeys(match[1] for match in _ID.finditer(written)))


def sent_at(headers: Message) -> datetime | None:
    """When a mail was sent, in UTC: its own date, else when it was last received; None where neither is a date."""
    written = _raw(headers, "Date")[:1]
    written += [value.rpartition(";")[2] for value in _raw(headers, "Received")[:1]]
    return next((moment for moment in map(_moment, written) if moment), None)


def _moment(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (
        ValueError,
        TypeError,
        OverflowError,
        IndexError,
        AttributeError,
    ):  # as hostile dates make it raise
        return None
    return moment if 1970 <= moment.year <= 2200 else None


def names_of(people: Iterable[Participant]) -> str:
    """People on one line."""
    return ", ".join(f"{one.name} <{one.address}>" if one.name else one.address for one in people)
