"""A mail as a record: who, to whom, when, what was said, what was attached; and how far it could be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.listening.mail.headers import decoded, header, ids_in, names_of, people, sent_at, words_of
from keepwell.listening.mail.pages import text_of_page
from keepwell.listening.mail.parts import Mailed, Part, disposition_of, lines_in, read_parts
from keepwell.listening.mail.pieces import pieces_of
from keepwell.listening.said import Participant, Piece, PieceKind, State, id_of


@dataclass(frozen=True)
class Attachment:
    """What came with a mail: listed, never opened. `size` in bytes, `digest` of it as it travelled."""

    name: str
    kind: str
    size: int
    digest: str


@dataclass(frozen=True)
class Mail:
    """One mail. `mail_id` is its Message-ID, or made of its content where it has none.

    `answers` are the ids of the mails it follows, oldest first. `text` has all its words; `pieces` are the
    stretches its writer did not say.
    """

    mail_id: str
    sender: Participant | None
    to: tuple[Participant, ...]
    sent_at: datetime | None
    subject: str
    text: str
    pieces: tuple[Piece, ...]
    attachments: tuple[Attachment, ...]
    answers: tuple[str, ...]
    state: State
    reason: str
    source: str
    size: int


def read_mail_file(path: Path) -> Mail:
    """The mail in an EML file. Raises BadInput where the file cannot be opened."""
    try:
        with path.open("rb") as file:
            return read_mail(lines_in(file), path.name)
    except OSError as error:
        raise BadInput(
            _("“{name}” cannot be opened.").format(name=path.name),
            seen=error.strerror or type(error).__name__,
        ) from error


def read_mail(lines: Iterable[bytes], source: str) -> Mail:
    """The mail that these lines hold, read once and in bounded memory. Raises nothing: `state` tells."""
    mailed = read_parts(lines)
    headers = mailed.headers[0] if mailed.headers else None
    text, pieces, remarks = _words(mailed)
    senders = people(headers, "From") or people(headers, "Sender", "Reply-To") if headers else []
    ids = ids_in(headers, "Message-ID") if headers else []
    subject = header(headers, "Subject") if headers else ""
    when = sent_at(headers) if headers else None
    state, reason = _state(mailed, text, remarks, known=bool(senders or ids or when or subject))
    return Mail(
        mail_id=ids[0] if ids else _made_id(mailed, senders, when, subject, text),
        sender=senders[0] if senders else None,
        to=tuple(people(headers, "To", "Cc", "Delivered-To")) if headers else (),
        sent_at=when,
        subject=subject,
        text=text,
        pieces=pieces,
        attachments=tuple(_attachment(part) for part in mailed.parts if not part.text),
        answers=tuple(ids_in(headers, "References", "In-Reply-To")) if headers else (),
        state=state,
        reason=reason,
        source=source,
        size=mailed.size,
    )


def _made_id(
    mailed: Mailed, senders: list[Participant], when: datetime | None, subject: str, text: str
) -> str:
    parts = (part.digest for part in mailed.parts if not part.text)
    return "made-" + id_of(names_of(senders), str(when), subject, text, *parts)


def _words(mailed: Mailed) -> tuple[str, tuple[Piece, ...], list[str]]:
    """The mail's own words, then those of the mails enclosed in it, set apart as quoted; and what was remarkable."""
    remarks: list[str] = []
    own = _joined([part for part in _chosen(mailed.parts) if not part.within], remarks)
    pieces = list(pieces_of(own))
    text = own
    for within in range(1, len(mailed.headers)):
        enclosed = _joined([part for part in _chosen(mailed.parts) if part.within == within], remarks)
        head = _head_of(mailed, within)
        start = len(text)
        text += ("\n\n" if text else "") + f"{head}\n{enclosed}".strip() + "\n"
        pieces.append(Piece(PieceKind.QUOTED, start, len(text)))
    if any(part.cut for part in mailed.parts):
        remarks.insert(0, "cut")
    return text, tuple(pieces), remarks


def _head_of(mailed: Mailed, within: int) -> str:
    headers = mailed.headers[within]
    return f"{names_of(people(headers, 'From'))}: {header(headers, 'Subject')}"


def _chosen(parts: list[Part]) -> list[Part]:
    """The parts with words, of alternatives one: plain text where it says anything, else the page."""
    found: dict[object, Part] = {}
    for place, part in enumerate(parts):
        if not part.text:
            continue
        key = (part.choice, part.within) if part.choice else place
        held = found.get(key)
        if held is None or (held.kind != "text/plain" and part.kind == "text/plain") or not held.data.strip():
            found[key] = part if held is None or part.data.strip() else held
    return list(found.values())


def _joined(parts: list[Part], remarks: list[str]) -> str:
    return "\n".join(text for text in (_text(part, remarks) for part in parts) if text)


def _text(part: Part, remarks: list[str]) -> str:
    charset = str(part.headers.get_content_charset() or "")
    text, lied = words_of(part.data, charset)
    if lied:
        remarks.append(charset)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return (text_of_page(text) if part.kind == "text/html" else text).strip("\n")


def _attachment(part: Part) -> Attachment:
    try:
        name = decoded(part.headers.get_filename("") or "")
    except (ValueError, LookupError, TypeError):  # names written as no standard says
        name = ""
    kind = part.kind if disposition_of(part.headers) or part.kind else "application/octet-stream"
    return Attachment(name[:255], kind, part.size, part.digest)


def _state(mailed: Mailed, text: str, remarks: list[str], *, known: bool) -> tuple[State, str]:
    told = [
        (not mailed.size, State.EMPTY, _("The file is empty.")),
        (not known, State.UNREADABLE, _("It has no sender, no date, no subject and no id: it is no mail.")),
        ("cut" in remarks, State.TOO_LARGE, _("Only the first part of its words was kept.")),
        (not mailed.ended, State.PARTLY, _("It ends in the middle of a part.")),
        (not text.strip(), State.EMPTY, _("It has no words.")),
        (bool(remarks), State.READY, _lied(remarks)),
    ]
    return next(((state, reason) for true, state, reason in told if true), (State.READY, ""))


def _lied(remarks: list[str]) -> str:
    named = ", ".join(sorted({remark or _("none") for remark in remarks}))
    return _("Its words are not in the encoding it names: {named}.").format(named=named)
