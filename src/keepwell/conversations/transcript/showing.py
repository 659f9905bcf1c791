"""Conversations as pages show them: turns, sides, times and measures, in the reader's language."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keepwell.accounts.showing import per_cent
from keepwell.conversations.actions.siding import has_two_channels, ours_of
from keepwell.conversations.models import Clip, Conversation, Hit, Turn
from keepwell.conversations.queries import SPOKEN
from keepwell.conversations.transcript.turn_words import LOW, Marked, marked, written
from keepwell.listening.said import Side

LANGUAGES = {
    "en": gettext_lazy("English"),
    "zh": gettext_lazy("Chinese"),
    "hu": gettext_lazy("Hungarian"),
    "pl": gettext_lazy("Polish"),
}
SIDES = {
    "us": gettext_lazy("our side"),
    "them": gettext_lazy("the customer"),
    "unknown": gettext_lazy("side not known"),
}
CHANNELS = {
    0: gettext_lazy("first channel, side not known"),
    1: gettext_lazy("second channel, side not known"),
}
FIRST_WORDS = 60  # characters by which a channel is known


def clock(seconds: float | None) -> str:
    """Seconds as a player shows them: 0:07, 1:02:03."""
    if seconds is None:
        return ""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


@dataclass(frozen=True)
class ShownTurn:
    """A turn on its page."""

    turn: Turn
    body: SafeString
    hits: Sequence[Marked]
    clips: Sequence[Clip]
    chosen: bool = False

    @property
    def side(self) -> str:
        """Which side it is of, in words: never by its colour alone. Where that is not known, its channel."""
        if self.turn.side == Side.UNKNOWN and self.turn.channel in CHANNELS:
            return str(CHANNELS[self.turn.channel])
        return str(SIDES.get(self.turn.side, SIDES["unknown"]))

    @property
    def who(self) -> str:
        """Who speaks, as far as that is known."""
        return str(self.turn.contact or "") or self.turn.speaker

    @property
    def clock(self) -> str:
        """Where it begins in the sound."""
        return clock(self.turn.start)

    @property
    def unsure(self) -> str:
        """How sure its words are, where that is little."""
        sure = self.turn.confidence
        return per_cent(sure) if sure is not None and sure < LOW else ""


def shown_turns(
    turns: Iterable[Turn],
    hits: Iterable[Hit],
    clips: Iterable[Clip],
    *,
    timed: bool,
    chosen: int | None = None,
) -> list[ShownTurn]:
    """Turns for the page of their conversation."""
    by_turn: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_turn[hit.turn_id].append(hit)
    by_first: dict[int, list[Clip]] = defaultdict(list)
    for clip in clips:
        by_first[clip.first].append(clip)
    found = []
    for turn in turns:
        of_turn = marked(turn.text, by_turn.get(turn.pk, ()))
        body = written(turn, of_turn, timed=timed)
        found.append(ShownTurn(turn, body, of_turn, by_first.get(turn.no, ()), turn.no == chosen))
    return found


def channels_of(conversation: Conversation, turns: Sequence[Turn]) -> dict[str, Any] | None:
    """The choice which channel is ours, with what is said first on each; None where there are no two channels."""
    if conversation.kind not in SPOKEN or not has_two_channels(conversation, turns):
        return None
    first = {turn.channel: turn.text for turn in reversed(turns) if turn.text}
    ours, said = ours_of(conversation, turns), (first.get(0, ""), first.get(1, ""), "")
    return {
        "known": ours != Conversation.Ours.UNKNOWN,
        "choices": [
            {
                "value": value,
                "label": label,
                "words": Truncator(words).chars(FIRST_WORDS),
                "now": value == ours,
            }
            for (value, label), words in zip(Conversation.Ours.choices, said, strict=True)
        ],
    }


@dataclass(frozen=True)
class Line:
    """A measure, of our side and of the customer's, or of the whole where the sides have none of their own."""

    label: str
    us: str = ""
    them: str = ""
    whole: str = ""


def _number(value: Any, places: int = 0) -> str:
    if value is None:
        return "–"
    return formats.number_format(round(value, places) if places else round(value), use_l10n=True)


def measures_of(conversation: Conversation) -> dict[str, Any] | None:
    """What was measured of a conversation, as lines, with how sure it is; None where nothing was."""
    talk = conversation.measures.get("talk")
    if not talk:
        return None
    us, them = talk["sides"].get("us", {}), talk["sides"].get("them", {})
    reply = talk.get("reply_after", {})
    lines: list[Line] = []
    if talk.get("written"):
        lines += [
            Line(_("Messages"), _number(us.get("turns")), _number(them.get("turns"))),
            Line(_("Words"), _number(us.get("words")), _number(them.get("words"))),
            Line(
                _("Hours until an answer, in the middle case"),
                _number(reply.get("us"), 1),
                _number(reply.get("them"), 1),
            ),
        ]
    else:
        lines += [
            Line(
                _("Share of the talk"), per_cent(us.get("share")) or "–", per_cent(them.get("share")) or "–"
            ),
            Line(
                _("Longest monologue"),
                clock(us.get("longest_monologue")) or "–",
                clock(them.get("longest_monologue")) or "–",
            ),
            Line(_("Broke in"), _number(us.get("interruptions")), _number(them.get("interruptions"))),
            Line(_("Seconds until an answer"), _number(reply.get("us"), 1), _number(reply.get("them"), 1)),
            Line(_("Pauses of a second or more"), whole=_pauses(talk)),
        ]
    lines.insert(
        1 if talk.get("written") else 2,
        Line(_("Questions"), _number(us.get("questions")), _number(them.get("questions"))),
    )
    return {"lines": lines, "sure": sureness(talk), "confidence": talk.get("confidence")}


def _pauses(talk: dict[str, Any]) -> str:
    said = _number(talk.get("pauses"))
    if talk.get("longest_pause"):
        said += " " + _("(longest {time})").format(time=clock(talk["longest_pause"]))
    return said


def sureness(talk: dict[str, Any]) -> str:
    """How far measures can be trusted, and why."""
    if talk.get("written"):
        return ""
    confidence = talk.get("confidence") or 0
    if confidence >= 0.8:
        return _("Measured with a channel for each side: nearly sure ({share}).").format(
            share=per_cent(confidence)
        )
    if confidence >= 0.4:
        return _(
            "Only one channel: who speaks is known from the transcript, and who broke in cannot be told ({share})."
        ).format(share=per_cent(confidence))
    return _("Who speaks when is not known: no shares ({share}).").format(share=per_cent(confidence))


def length(conversation: Conversation, turns: int) -> str:
    """How long a conversation is: its time, or how many turns it has."""
    if conversation.seconds:
        return clock(conversation.seconds)
    return ngettext("{n} turn", "{n} turns", turns).format(n=turns)
