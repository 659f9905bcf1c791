"""What the index keeps of a conversation: a row a turn, of a long turn several."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from keepwell.conversations.index.analysing import Token, tokens
from keepwell.conversations.index.digests import digest
from keepwell.conversations.models import Conversation, Indexed, Turn
from keepwell.listening.languages import all_languages
from keepwell.listening.languages.telling import language_of

PART = 4_000  # words of a row: more have no places of their own in a tsvector
Period = tuple[
    int | None, int | None
]  # the place that begins it and the one that ends it; None narrows nothing
_PARTS, _TURNS = 8, 30  # bits of a place that count the parts of a turn; those below the moment


@dataclass(frozen=True)
class Row:
    """A row and its words: lemmas and stems place by place, further lemmas by place, and marks to be filtered by."""

    indexed: Indexed
    heads: Sequence[str]
    stems: Sequence[str]
    more: dict[int, tuple[str, ...]] = field(default_factory=dict)
    marks: Sequence[str] = ()


def place_of(turn: Turn, at: datetime, part: int = 0) -> int:
    """Where a turn stands among all: by its moment, then by its key."""
    seconds = max(int(at.timestamp()), 0)
    return seconds << _TURNS | (turn.pk % (1 << _TURNS - _PARTS)) << _PARTS | part


def since(moment: datetime) -> int:
    """The place that everything said from a moment on stands behind."""
    return max(int(moment.timestamp()), 0) << _TURNS


def rows_of(one: Conversation, turns: Sequence[Turn]) -> Iterator[Row]:
    """The rows of a conversation; its title is found at its first turn."""
    usual = language_in(one, turns)
    for no, turn in enumerate(turns):
        language = usual if one.language else language_of(turn.text) or usual
        words = list(said(turn, language))
        if no == 0 and one.title:
            words += tokens(one.title, language_of(one.title) or usual)
        at = moment_of(one, turn)
        for part, begin in enumerate(range(0, max(len(words), 1), PART)):
            if part < 1 << _PARTS:
                yield _row(one, turn, place_of(turn, at, part), language, words[begin : begin + PART])


def said(turn: Turn, language: str) -> Iterator[Token]:
    """The words of a turn, but for what it quotes from others: that is found where it was written."""
    quoted = [(start, end) for kind, start, end in turn.pieces if kind == "quoted"]
    words = tokens(turn.text, language)
    if not quoted:
        return words
    return (word for word in words if not any(start <= word.start < end for start, end in quoted))


def moment_of(one: Conversation, turn: Turn) -> datetime:
    """When a turn was said."""
    return turn.at or one.at + timedelta(seconds=turn.start or 0)


def language_in(one: Conversation, turns: Sequence[Turn]) -> str:
    """The language of a conversation, "" where it cannot be told."""
    if one.language[:2] in all_languages():
        return one.language[:2]
    return language_of("\n".join(turn.text[:500] for turn in turns[:20])) or ""


def account_mark(account_id: str) -> str:
    """The mark of an account's turns."""
    return f"a{digest(account_id)}"


def _row(one: Conversation, turn: Turn, place: int, language: str, words: Sequence[Token]) -> Row:
    indexed = Indexed(
        place=place, turn=turn, conversation=one, account=one.account_id or "", language=language
    )
    marks = ["every", f"k{one.kind}", f"s{turn.side}", f"l{language}", account_mark(one.account_id or "")]
    more = {at: tuple(digest(head) for head in token.more) for at, token in enumerate(words) if token.more}
    return Row(
        indexed, [digest(token.head) for token in words], [digest(token.stem) for token in words], more, marks
    )
