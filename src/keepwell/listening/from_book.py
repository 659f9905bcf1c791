"""What customers said and wrote that the book knows: tickets, survey comments, conversations with their turns.

Each comes with whose it is, for the book says so; nothing has to be matched.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.book.moment import Moment
from keepwell.book.tables import table_named
from keepwell.listening.mail.pieces import pieces_of
from keepwell.listening.said import Conversation, Kind, Participant, Side, State, Turn

_KINDS = {kind.value: kind for kind in Kind} | {"phone": Kind.CALL, "email": Kind.MAIL, "video": Kind.MEETING}
_SIDES = {"us": Side.US, "them": Side.THEM}
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_NAMED = re.compile(rf"(?P<name>[^<>]*)<(?P<at>{_ADDRESS.pattern})>")


@dataclass(frozen=True)
class InBook:
    """A conversation of the book, and whose it is; `contact_id` is the surrogate, or "" where nobody is named."""

    account_id: str
    contact_id: str
    conversation: Conversation


def said_in_book(moment: Moment, *, since_load: int = 0) -> Iterator[InBook]:
    """Everything said or written that loads after `since_load` brought, a table after the other."""
    for row in _rows(moment, "tickets", since_load):
        yield InBook(row["account_id"], row.get("contact_id") or "", ticket_of(row))
    for row in _rows(moment, "answers", since_load):
        if (row.get("comment") or "").strip():
            yield InBook(row["account_id"], row.get("contact_id") or "", answer_of(row))
    if not moment.has("turns") or not moment.has("conversations"):
        return
    heads = {row["conversation_id"]: row for row in _rows(moment, "conversations", 0)}
    for name, turns in groupby(_rows(moment, "turns", 0), key=lambda row: row["conversation_id"]):
        written, head = list(turns), heads.get(name)
        if head and max(_newest(row) for row in (head, *written)) > since_load:
            yield InBook(head["account_id"], "", conversation_of(head, written))


def _rows(moment: Moment, name: str, since_load: int) -> Iterator[dict[str, Any]]:
    """A table's rows with their personal columns, in order of its key."""
    if not moment.has(name):
        return
    key = list(table_named(name).key)
    frame: Frame = moment.frame(name)
    new = nw.col("load") > since_load
    if moment.has(f"{name}_personal"):
        apart = moment.personal(name, loads=True)
        kept = [
            one
            for one in apart.collect_schema().names()
            if one in key or one not in frame.collect_schema().names()
        ]
        frame = frame.join(apart.select(kept), on=key, how="left")
        new = new | (nw.col("words_load") > since_load)  # other words may come without another row
    if since_load:
        frame = frame.filter(new)
    for batch in moment.engine.batches(frame.sort(key)):
        yield from batch.to_pylist()


def _newest(row: Mapping[str, Any]) -> int:
    """The load that a row or its words came with last."""
    return max(int(row["load"]), int(row.get("words_load") or 0))


def ticket_of(row: Mapping[str, Any]) -> Conversation:
    """A ticket as a conversation of one turn of theirs; what mail has added to it is set apart."""
    subject, text = row.get("subject") or "", row.get("text") or ""
    return _written(row["ticket_id"], Kind.TICKET, _moment(row.get("opened_at")), text, subject)


def answer_of(row: Mapping[str, Any]) -> Conversation:
    """A survey's comment as a conversation of one turn of theirs."""
    subject = row.get("survey") or ""
    return _written(
        row["answer_id"], Kind.SURVEY, _moment(row.get("answered_at")), row.get("comment") or "", subject
    )


def _written(name: str, kind: Kind, at: datetime | None, text: str, subject: str) -> Conversation:
    turn = Turn(1, text, Side.THEM, at=at, pieces=pieces_of(text), source_id=name)
    return Conversation(
        conversation_id=f"{kind}-{name}",
        kind=kind,
        started_at=at,
        subject=subject,
        turns=(turn,) if text.strip() else (),
        state=State.READY if text.strip() or subject else State.EMPTY,
        source_ids=(name,),
    )


def conversation_of(head: Mapping[str, Any], turns: list[dict[str, Any]]) -> Conversation:
    """A conversation of the book with its turns, in the order of their numbers."""
    kind = _KINDS.get((head.get("channel") or "").strip().lower(), Kind.CALL)
    names = [
        one.strip() for one in (head.get("participants") or "").replace(";", ",").split(",") if one.strip()
    ]
    made = tuple(_turn(row, mail=kind is Kind.MAIL) for row in turns if (row.get("text") or "").strip())
    return Conversation(
        conversation_id=head["conversation_id"],
        kind=kind,
        started_at=_moment(head.get("occurred_at")),
        participants=tuple(_participant(name) for name in names),
        language=head.get("language") or "",
        turns=made,
        state=State.READY if made else State.EMPTY,
        source_ids=(head["conversation_id"],),
    )


def _participant(said: str) -> Participant:
    """Somebody who took part, written as in mail: a name, an address, or Anna Berger <anna@example.com>."""
    named = _NAMED.fullmatch(said)
    if named is not None:
        return Participant(name=named["name"].strip().strip('"'), address=named["at"].lower())
    return Participant(address=said.lower()) if _ADDRESS.fullmatch(said) else Participant(name=said)


def _turn(row: Mapping[str, Any], *, mail: bool) -> Turn:
    text = row["text"]
    return Turn(
        no=int(row["turn_no"]),
        text=text,
        side=_SIDES.get(row.get("side") or "", Side.UNKNOWN),
        speaker=row.get("speaker") or "",
        start=row.get("starts_s"),
        end=row.get("ends_s"),
        pieces=pieces_of(text) if mail else (),
    )


def _moment(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
