"""How a conversation was shared between the sides: measured when its words change, kept on it, told to the book."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from keepwell.accounts import outbox
from keepwell.conversations.actions.rewriting import said_of
from keepwell.conversations.models import Conversation, Felt
from keepwell.conversations.mood.columns import columns_of
from keepwell.conversations.rules.to_book import id_of
from keepwell.listening.audio.measures import Talk, measure
from keepwell.listening.audio.sound import Sound
from keepwell.listening.audio.voices import Stretch, Voices
from keepwell.listening.said import Side, State, Turn

TABLE = "talks"
TALK = "talk"  # where they are among a conversation's measures
_WORD = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+")  # a character of Chinese, or a run of letters


def measured(conversation: Conversation, now: datetime) -> None:
    """Measure a conversation anew and keep it on the conversation; the book gets it where the account is known."""
    if conversation.deleted_at is not None:
        return
    turns = [said_of(turn) for turn in conversation.turns.order_by("no")]
    if turns:
        talk = (
            spoken(conversation, turns)
            if any(turn.start is not None for turn in turns)
            else in_writing(turns)
        )
        measures = conversation.measures | {
            TALK: talk | {"at": now.isoformat(), "version": conversation.version}
        }
    else:
        measures = {name: value for name, value in conversation.measures.items() if name != TALK}
    if measures == conversation.measures:
        return
    conversation.measures = measures
    Conversation.objects.filter(pk=conversation.pk).update(measures=measures)
    if turns and conversation.account_id is not None:
        row = row_of(conversation, Felt.objects.filter(pk=conversation.pk).first())
        outbox.send(TABLE, str(row["conversation_id"]), row)


def spoken(conversation: Conversation, turns: Sequence[Turn]) -> dict[str, Any]:
    """The measures of what was spoken: from the voices of each channel where there are some, else from its turns."""
    channels = [
        tuple(Stretch(start, end) for start, end in channel)
        for channel in conversation.measures.get("voices", ())
    ]
    voices = None
    if any(channels):
        seconds = conversation.seconds or max(one.end for channel in channels for one in channel)
        sound = Sound("", State.WAITING, seconds=seconds, channels=len(channels))
        voices = Voices(sound, State.WAITING, "", seconds, tuple(channels))
    return _plain(measure(turns, voices, _sides(turns)))


def _sides(turns: Sequence[Turn]) -> dict[int, Side]:
    """Which side is on each channel: the one that most of its turns are of."""
    found: dict[int, Counter[Side]] = defaultdict(Counter)
    for turn in turns:
        if turn.channel is not None:
            found[turn.channel][turn.side] += 1
    return {channel: sides.most_common(1)[0][0] for channel, sides in found.items()}


def _plain(talk: Talk) -> dict[str, Any]:
    return {
        "seconds": round(talk.seconds, 2),
        "speech": round(talk.speech, 2),
        "sides": {
            side.value: {
                "seconds": round(one.seconds, 2),
                "share": None if one.share is None else round(one.share, 4),
                "longest_monologue": round(one.longest_monologue, 2),
                "questions": one.questions,
                "interruptions": one.interruptions,
            }
            for side, one in talk.sides.items()
        },
        "pauses": talk.pauses,
        "longest_pause": round(talk.longest_pause, 2),
        "reply_after": {side.value: round(wait, 2) for side, wait in talk.reply_after.items()},
        "confidence": talk.confidence,
    }


def in_writing(turns: Sequence[Turn]) -> dict[str, Any]:
    """The measures of what was written: how much, how many questions, and the hours until the other side answered."""
    sides: dict[str, dict[str, int]] = {}
    waits: dict[str, list[float]] = defaultdict(list)
    before: Turn | None = None
    for turn in turns:
        if turn.side is Side.UNKNOWN:
            continue
        side = sides.setdefault(turn.side.value, {"turns": 0, "words": 0, "questions": 0})
        side["turns"] += 1
        side["words"] += len(_WORD.findall(turn.said))
        side["questions"] += turn.said.count("?") + turn.said.count("？")
        if (
            before is not None
            and before.side is not turn.side
            and before.at
            and turn.at
            and turn.at >= before.at
        ):
            waits[turn.side.value].append((turn.at - before.at).total_seconds() / 3600)
        before = turn
    return {
        "written": True,
        "sides": sides,
        "reply_after": {side: round(median(hours), 2) for side, hours in waits.items()},
    }


def row_of(conversation: Conversation, felt: Felt | None) -> dict[str, Any]:
    """What the book's table of talks has of a conversation."""
    talk = conversation.measures[TALK]
    row: dict[str, Any] = {
        "conversation_id": id_of(conversation),
        "account_id": conversation.account_id,
        "occurred_at": conversation.at.isoformat(),
        "channel": conversation.kind,
        "confidence": talk.get("confidence"),
        "pauses": talk.get("pauses"),
        **columns_of(felt),
    }
    for side, name in (("us", "our"), ("them", "their")):
        of_side = talk["sides"].get(side, {})
        row |= {
            f"{name}_share": of_side.get("share"),
            f"{name}_longest_s": of_side.get("longest_monologue"),
            f"{name}_questions": of_side.get("questions"),
            f"{name}_interruptions": of_side.get("interruptions"),
        }
    return row
