"""Mail fetched from a mailbox on a server, over TLS, and read only: nothing is marked as seen, moved or deleted.

The account should have no more rights than to look. Where the server numbers its mail anew, all of it is read once
more; a mail is known by its Message-ID, so that this adds nothing.
"""

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.mail.reading import Mail, read_mail

_PIECE = 1024 * 1024  # bytes of a mail that are fetched at once
_TIMEOUT = 60  # seconds
_WRONG = (imaplib.IMAP4.error, OSError)  # TLS and time-outs are OSErrors


@dataclass(frozen=True)
class Mailbox:
    """A mailbox on a server. `starttls` where it speaks plainly first; never is anything said without TLS.

    `folder` as people see it; `trust` is a file of certificates to trust instead of the machine's.
    """

    host: str
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    port: int = 993
    starttls: bool = False
    trust: str = ""


@dataclass(frozen=True)
class Place:
    """How far a folder was read: the server's number of the folder, and of the last mail read."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True)
class Fetched:
    """A mail, and the place to go on behind once it is stored."""

    mail: Mail
    place: Place


def fetch(mailbox: Mailbox, after: Place | None = None, *, most: int = 1000) -> Iterator[Fetched]:
    """Up to `most` mails that came after a place, oldest first, one at a time and in bounded memory.

    Raises KeepwellError where the server cannot be reached, is not who it says, or does not let us look.
    """
    with _looking(mailbox) as (server, validity):
        last = after.uid if after and after.validity == validity else 0
        for uid in _uids(server, last)[:most]:
            lines = _Lines(server, uid)
            mail = read_mail(lines, f"imap:{mailbox.folder}/{validity}/{uid}")
            if lines.gone:
                continue  # deleted since we asked what there is
            yield Fetched(mail, Place(validity, uid))


def count(mailbox: Mailbox, after: Place | None = None) -> int:
    """How many mails came after a place: shows that a mailbox can be read. Raises as `fetch` does."""
    with _looking(mailbox) as (server, validity):
        return len(_uids(server, after.uid if after and after.validity == validity else 0))


@contextmanager
def _looking(mailbox: Mailbox) -> Iterator[tuple[imaplib.IMAP4, int]]:
    server: imaplib.IMAP4 | None = None
    try:
        server = _connected(mailbox)
        server.login(mailbox.user, mailbox.password)
        answer, said = server.select(_quoted(mailbox.folder), readonly=True)  # EXAMINE
        if answer != "OK":
            raise imaplib.IMAP4.error(_said(said))
        _answer, numbers = server.response("UIDVALIDITY")
        yield server, int(numbers[0] or 0) if numbers else 0
    except _WRONG as error:
        raise _told(mailbox, error) from error
    finally:
        if server:
            with suppress(*_WRONG):
                server.logout()


def _connected(mailbox: Mailbox) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=mailbox.trust or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not mailbox.starttls:
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=_TIMEOUT)
    server = imaplib.IMAP4(mailbox.host, mailbox.port, timeout=_TIMEOUT)
    try:
        server.starttls(context)
    except _WRONG:
        with suppress(OSError):
            server.shutdown()
        raise
    return server


def _told(mailbox: Mailbox, error: BaseException) -> KeepwellError:
    if isinstance(error, ssl.SSLError):
        way = _("Check the name of the server, or name its certificate's authority.")
    elif isinstance(error, OSError) and not isinstance(error, imaplib.IMAP4.error):
        way = _("Check the name and port of the server, and that it can be reached from here.")
    else:
        way = _(
            "Check the user, the password and the folder; some servers want a password made for this use."
        )
    return KeepwellError(
        _("The mailbox {user} on {host} cannot be read.").format(user=mailbox.user, host=mailbox.host),
        seen=_seen(error).replace(mailbox.password or "\0", "…")[:300],
        ways=[way],
    )


def _seen(error: BaseException) -> str:
    """What went wrong, as the server or the system puts it: without numbers of errors and marks of Python."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _uids(server: imaplib.IMAP4, last: int) -> list[int]:
    answer, said = server.uid("SEARCH", f"UID {last + 1}:*")
    if answer != "OK":
        raise imaplib.IMAP4.error(_said(said))
    found = {int(one) for line in said if line for one in line.split() if one.isdigit()}
    return sorted(uid for uid in found if uid > last)  # a server tells the last one even where it is older


def _said(said: object) -> str:
    first = said[0] if isinstance(said, list) and said else said
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


class _Lines:
    """The lines of a mail, fetched a piece at a time without marking it as seen."""

    def __init__(self, server: imaplib.IMAP4, uid: int) -> None:
        self._server, self._uid = server, uid
        self.gone = False

    def __iter__(self) -> Iterator[bytes]:
        rest, at = b"", 0
        while True:
            piece = self._piece(at)
            if not piece:
                break
            at += len(piece)
            *whole, rest = (
                (rest + piece).splitlines(keepends=True)
                if piece[-1:] != b"\n"
                else [*(rest + piece).splitlines(keepends=True), b""]
            )
            yield from whole
            if len(piece) < _PIECE:
                break
        self.gone = not at
        if rest:
            yield rest

    def _piece(self, at: int) -> bytes:
        answer, said = self._server.uid("FETCH", str(self._uid), f"(BODY.PEEK[]<{at}.{_PIECE}>)")
        if answer != "OK":
            raise imaplib.IMAP4.error(_said(said))
        return next((bytes(one[1]) for one in said if isinstance(one, tuple)), b"")


def _quoted(folder: str) -> str:
    """A folder's name as servers write it: beyond ASCII in base64 of UTF-16, as RFC 3501 says, and in quotes."""
    written = re.sub(r"[^\x20-\x7e]+|&", _shifted, folder)
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shifted(match: re.Match[str]) -> str:
    if match[0] == "&":
        return "&-"
    data = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii")
    return "&" + data.rstrip("=").replace("/", ",") + "-"
