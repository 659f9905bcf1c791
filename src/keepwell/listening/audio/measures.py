"""How a talk was shared: who spoke how long, who waited, who asked, who broke in; and how sure that is."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from keepwell.listening.audio.voices import Stretch, Voices, united
from keepwell.listening.said import Side, Turn

_PAUSE = 1.0  # seconds of nobody speaking that are a pause
_BREATH = 2.0  # seconds of silence after which a monologue has ended
_AGREEING = 1.0  # "uh-huh": the other side speaking less than this ends no monologue and breaks nothing
_INTO = 0.3  # seconds two have to speak at once for one to have broken in
_UNDERWAY = 1.0  # seconds somebody must have been speaking to be broken into


@dataclass(frozen=True)
class Shared:
    """What one side did: seconds spoken, its share, its longest monologue, questions, how often it broke in."""

    seconds: float = 0.0
    share: float | None = None
    longest_monologue: float = 0.0
    questions: int = 0
    interruptions: int | None = None


@dataclass(frozen=True)
class Talk:
    """How a talk was shared between the sides.

    `confidence` from 0 to 1: how sure the sides' figures are. 0.9 with a channel for each side; 0.5 on one channel
    with turns that name both sides, where who broke in cannot be told; 0.2 and no shares where it is not known
    who else speaks.
    `reply_after` is the mean silence in seconds before a side answers the other.
    """

    seconds: float
    speech: float
    sides: Mapping[Side, Shared] = field(default_factory=dict)
    pauses: int = 0
    longest_pause: float = 0.0
    reply_after: Mapping[Side, float] = field(default_factory=dict)
    confidence: float = 0.2


def measure(
    turns: Sequence[Turn], voices: Voices | None = None, channels: Mapping[int, Side] | None = None
) -> Talk:
    """The measures of a talk, out of its voices and its turns; without voices out of the turns' times alone.

    `channels` says which side speaks on which channel of a recording that has one for each.
    """
    spoken, confidence = _spoken(turns, voices, channels or {})
    every = united(_all_of(spoken, voices))
    seconds = voices.seconds if voices else max((one.end for one in every), default=0.0)
    gaps = [after.start - before.end for before, after in pairwise(every)]
    known = [side for side in (Side.US, Side.THEM) if side in spoken]
    total = sum(one.seconds for side in known for one in spoken[side])
    apart = voices is not None and len(voices.channels) > 1 and len(known) > 1
    return Talk(
        seconds=seconds,
        speech=sum(one.seconds for one in every),
        sides={
            side: Shared(
                seconds=sum(one.seconds for one in spoken[side]),
                share=sum(one.seconds for one in spoken[side]) / total if total and len(known) > 1 else None,
                longest_monologue=_monologue(spoken[side], _others(spoken, side)),
                questions=sum(_questions(turn.said) for turn in turns if turn.side is side),
                interruptions=_interruptions(spoken[side], _others(spoken, side)) if apart else None,
            )
            for side in known
        },
        pauses=sum(gap >= _PAUSE for gap in gaps),
        longest_pause=max((gap for gap in gaps if gap >= _PAUSE), default=0.0),
        reply_after=_replies(spoken),
        confidence=confidence if len(known) > 1 else 0.2,
    )


def _spoken(
    turns: Sequence[Turn], voices: Voices | None, channels: Mapping[int, Side]
) -> tuple[dict[Side, list[Stretch]], float]:
    found: dict[Side, list[Stretch]] = {}
    if voices and len(voices.channels) > 1 and channels:
        for n, stretches in enumerate(voices.channels):
            found.setdefault(channels.get(n, Side.UNKNOWN), []).extend(stretches)
        return {side: united(stretches) for side, stretches in found.items()}, 0.9
    for turn in turns:
        if turn.start is not None and turn.end is not None and turn.end > turn.start:
            found.setdefault(turn.side, []).append(Stretch(turn.start, turn.end))
    heard = united([one for channel in voices.channels for one in channel]) if voices else None
    return {
        side: united(stretches) if heard is None else _within(united(stretches), heard)
        for side, stretches in found.items()
    }, (0.5 if voices else 0.4)


def _all_of(spoken: Mapping[Side, Sequence[Stretch]], voices: Voices | None) -> list[Stretch]:
    if voices:
        return [one for channel in voices.channels for one in channel]
    return [one for stretches in spoken.values() for one in stretches]


def _within(these: Sequence[Stretch], those: Sequence[Stretch]) -> list[Stretch]:
    """What two lists of stretches, each in order, have in common."""
    found, at = [], 0
    for one in these:
        while at < len(those) and those[at].end <= one.start:
            at += 1
        for other in those[at:]:
            if other.start >= one.end:
                break
            found.append(Stretch(max(one.start, other.start), min(one.end, other.end)))
    return found


def _others(spoken: Mapping[Side, Sequence[Stretch]], side: Side) -> list[Stretch]:
    return united([one for other, stretches in spoken.items() if other is not side for one in stretches])


def _monologue(own: Sequence[Stretch], others: Sequence[Stretch]) -> float:
    """The longest stretch of one side speaking with no more than breath and a nod of the other in between."""
    longest, start, end = 0.0, 0.0, float("-inf")
    speaking = [other for other in others if other.seconds >= _AGREEING]
    starts = [other.start for other in speaking]
    for one in own:
        before = bisect_left(starts, one.start) - 1
        if one.start - end > _BREATH or (before >= 0 and speaking[before].end > end):
            start = one.start
        end = one.end
        longest = max(longest, end - start)
    return longest


def _interruptions(own: Sequence[Stretch], others: Sequence[Stretch]) -> int:
    """How often one side began while the other was speaking, and both went on at once."""
    starts, count = [other.start for other in others], 0
    for one in own:
        before = bisect_left(starts, one.start) - 1
        if before >= 0 and one.seconds >= _AGREEING:
            other = others[before]
            both = min(one.end, other.end) - one.start
            count += other.start + _UNDERWAY <= one.start and both >= _INTO
    return count


def _replies(spoken: Mapping[Side, Sequence[Stretch]]) -> dict[Side, float]:
    """The mean silence before each side answers the other."""
    order = sorted(
        ((one, side) for side, stretches in spoken.items() for one in stretches), key=lambda p: p[0].start
    )
    waits: dict[Side, list[float]] = {}
    for (before, was), (after, side) in pairwise(order):
        if side is not was and after.start >= before.end and side is not Side.UNKNOWN:
            waits.setdefault(side, []).append(after.start - before.end)
    return {side: sum(all_) / len(all_) for side, all_ in waits.items()}


def _questions(text: str) -> int:
    """How many sentences end as questions."""
    marked = text.replace("？", "?")
    return sum(bool(part.strip(" ?!")) for part in marked.split("?")[:-1])
