"""What was said or written, however it came in: conversations made of turns, and what could not be read of them.

Records only. Whoever stores them redacts first (`keepwell.listening.redacting`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from keepwell.lib.text import gettext as _


class Kind(StrEnum):
    """What a conversation is."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"
    CHAT = "chat"
    TICKET = "ticket"
    SURVEY = "survey"


class Side(StrEnum):
    """Who speaks: one of ours, one of the customer's, or it cannot be told."""

    US = "us"
    THEM = "them"
    UNKNOWN = "unknown"


class State(StrEnum):
    """How far a conversation could be read; `sentence_of` says each in words."""

    READY = "ready"  # read whole
    PARTLY = "partly"  # some of it is kept aside
    WAITING = "waiting"  # sound that nobody has transcribed yet
    EMPTY = "empty"
    UNREADABLE = "unreadable"  # not what it claims to be, or broken
    NO_SOUND = "no_sound"
    SILENT = "silent"  # sound without anything to hear
    NO_SPEECH = "no_speech"
    TOO_LARGE = "too_large"


def sentence_of(state: State) -> str:
    """A state in words, in the reader's language."""
    return {
        State.READY: _("Read whole."),
        State.PARTLY: _("Read, but for what is kept aside."),
        State.WAITING: _("Not transcribed yet."),
        State.EMPTY: _("There is nothing in it."),
        State.UNREADABLE: _("It could not be read: it is broken, or not what it claims to be."),
        State.NO_SOUND: _("It has a picture and no sound."),
        State.SILENT: _("It has a sound track on which nothing is to be heard."),
        State.NO_SPEECH: _("There is sound, but nobody speaks."),
        State.TOO_LARGE: _("It is too large to be read whole; its beginning was."),
    }[state]


class PieceKind(StrEnum):
    """What a stretch of a text is that its writer did not say just now."""

    QUOTED = "quoted"
    SIGNATURE = "signature"
    FOOTER = "footer"


@dataclass(frozen=True)
class Piece:
    """A stretch [start, end) of a turn's text, in characters, set apart from what was said."""

    kind: PieceKind
    start: int
    end: int


@dataclass(frozen=True)
class Word:
    """A word with its time in seconds from the beginning, and how sure the hearing is, from 0 to 1."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True)
class Turn:
    """What one speaker said before another spoke; of a mail thread one mail.

    `start` and `end` are seconds from the beginning of a recording, or None where there is none; `at` is the
    moment of a written turn. `source_id` is what the source calls it, so that it is never taken twice.
    """

    no: int
    text: str
    side: Side = Side.UNKNOWN
    speaker: str = ""
    start: float | None = None
    end: float | None = None
    at: datetime | None = None
    pieces: tuple[Piece, ...] = ()
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    channel: int | None = None
    source_id: str = ""

    @property
    def said(self) -> str:
        """Its text without what was quoted, signed or appended."""
        return "".join(self.text[start:end] for start, end in self.said_spans()).strip()

    def said_spans(self) -> list[tuple[int, int]]:
        """The stretches of its text that are in no piece, in order."""
        spans, at = [], 0
        for piece in sorted(self.pieces, key=lambda piece: piece.start):
            if piece.start > at:
                spans.append((at, piece.start))
            at = max(at, piece.end)
        if at < len(self.text):
            spans.append((at, len(self.text)))
        return spans


@dataclass(frozen=True)
class Participant:
    """Someone who took part, as far as the source tells: any field may be empty."""

    name: str = ""
    address: str = ""
    phone: str = ""
    side: Side = Side.UNKNOWN


@dataclass(frozen=True)
class KeptAside:
    """What could not be read, so that nothing is lost: where it stood, why, and the thing itself.

    `line` counts from 1; 0 where the whole file is meant. `text` is cut at 2,000 characters.
    """

    file: str
    line: int
    reason: str
    text: str = ""


@dataclass(frozen=True)
class Conversation:
    """A call, meeting, mail thread, chat, ticket or comment, with its turns in order.

    `conversation_id` is the same whenever the same thing is read again. `started_at` is in UTC, None where the
    source does not say. `source_ids` are the ids of what it was made from (a Message-ID, a file's hash).
    """

    conversation_id: str
    kind: Kind
    started_at: datetime | None = None
    participants: tuple[Participant, ...] = ()
    language: str = ""
    subject: str = ""
    turns: tuple[Turn, ...] = ()
    state: State = State.READY
    reason: str = ""
    aside: tuple[KeptAside, ...] = ()
    source: str = ""
    source_ids: tuple[str, ...] = ()


def id_of(*parts: str | bytes) -> str:
    """A permanent id made of what something is: 32 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def aside(file: str, line: int, reason: str, text: str = "") -> KeptAside:
    """What is kept aside, its text cut where it is long."""
    return KeptAside(file, line, reason, text[:2000])


def numbered(turns: Iterable[Turn]) -> Iterator[Turn]:
    """The turns counted from 1 in the order given."""
    return (replace(turn, no=no) for no, turn in enumerate(turns, 1))


def joined(turns: Iterable[Turn], longest_pause: float = 2.0) -> list[Turn]:
    """Turns where one speaker's lines that follow each other within `longest_pause` seconds are one turn.

    Captions cut speech into lines; a rule looks at what was said before the other side spoke. Turns of different
    channels, and those with neither a speaker nor a channel, stay as they are.
    """
    found: list[Turn] = []
    for turn in turns:
        last = found[-1] if found else None
        if last and _go_on(last, turn, longest_pause):
            found[-1] = _one(last, turn)
        else:
            found.append(turn)
    return list(numbered(found))


def _go_on(last: Turn, turn: Turn, longest_pause: float) -> bool:
    if (not turn.speaker and turn.channel is None) or (last.speaker, last.side, last.channel) != (
        turn.speaker,
        turn.side,
        turn.channel,
    ):
        return False
    if last.pieces or turn.pieces or last.at != turn.at:
        return False
    if turn.start is None or last.end is None:
        return turn.start is None and last.end is None
    return turn.start - last.end <= longest_pause


def _one(last: Turn, turn: Turn) -> Turn:
    ends = [end for end in (last.end, turn.end) if end is not None]
    sure = [one for one in (last.confidence, turn.confidence) if one is not None]
    return replace(
        last,
        text=f"{last.text} {turn.text}".strip(),
        end=max(ends, default=None),
        words=last.words + turn.words,
        confidence=min(sure, default=None),
    )
