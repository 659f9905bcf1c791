"""Corrections that wait for a place: what was corrected, beside the turns of the new transcript that are nearest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.safestring import SafeString

from keepwell.conversations.models import Conversation, Correction, Unplaced
from keepwell.conversations.transcript.showing import ShownTurn, clock

NEAREST = 3  # turns that are shown beside one
AT_ONCE = 10  # that are shown at once; the others when these have a place


@dataclass(frozen=True)
class Shown:
    """What waits, or was dropped: what people corrected of one turn, the last of it first."""

    unplaced: Unplaced
    corrections: Sequence[Correction]
    near: Sequence[ShownTurn] = ()

    @property
    def before(self) -> str:
        """What stood there when somebody first corrected it."""
        return self.corrections[-1].before

    @property
    def after(self) -> str:
        """What it was corrected to."""
        return self.corrections[0].after

    @property
    def last(self) -> Correction:
        """Who corrected it last, and when."""
        return self.corrections[0]

    @property
    def clock(self) -> str:
        """Where it begins in the sound."""
        return clock(self.unplaced.start)


def waiting_in(one: Conversation) -> QuerySet[Unplaced]:
    """What waits in a conversation."""
    return one.unplaced.filter(settled_at=None)


def shown_waiting(some: Sequence[Unplaced]) -> list[Shown]:
    """What waits, all of one conversation, with the turns that are nearest to each."""
    if not some:
        return []
    one = some[0].conversation
    turns = list(one.turns.exclude(text="").values_list("no", "start", "end", "channel"))
    chosen = {waits.pk: _nearest(waits, turns) for waits in some}
    near = {
        turn.no: turn
        for turn in one.turns.filter(no__in={no for nos in chosen.values() for no in nos}).select_related(
            "contact"
        )
    }
    return [
        Shown(waits, fixes, [ShownTurn(near[no], SafeString(), (), ()) for no in chosen[waits.pk]])
        for waits, fixes in _of(some)
    ]


def shown_in(one: Conversation) -> dict[str, Any]:
    """What a conversation's page shows of it: how many wait, the first of them, and what was dropped."""
    waits = waiting_in(one)
    dropped = one.unplaced.filter(dropped=True).select_related("settled_by")[:AT_ONCE]
    return {
        "unplaced_count": waits.count(),
        "unplaced": shown_waiting(list(waits.select_related("conversation")[:AT_ONCE])),
        "dropped": [Shown(was, fixes) for was, fixes in _of(list(dropped))],
    }


def any_in() -> Exists:
    """Whether anything waits in a conversation or was dropped, to be asked together with it."""
    rows = Unplaced.objects.filter(Q(settled_at=None) | Q(dropped=True), conversation=OuterRef("pk"))
    return Exists(rows)


def _of(some: Sequence[Unplaced]) -> Iterator[tuple[Unplaced, list[Correction]]]:
    found: dict[int, list[Correction]] = {}
    for fix in Correction.objects.filter(unplaced__in=[waits.pk for waits in some]).select_related("by"):
        assert fix.unplaced_id is not None
        found.setdefault(fix.unplaced_id, []).append(fix)
    return ((waits, found[waits.pk]) for waits in some)


def _nearest(
    waits: Unplaced, turns: Sequence[tuple[int, float | None, float | None, int | None]]
) -> list[int]:
    """The places of the turns nearest to where it was, in order; those of another channel are somebody else's."""

    def off(turn: tuple[int, float | None, float | None, int | None]) -> float:
        no, start, end, _channel = turn
        if waits.start is None or start is None:
            return float(abs(no - waits.no))
        return max(start - (waits.end or waits.start), waits.start - (end or start), 0.0)

    same = [turn for turn in turns if None in (turn[3], waits.channel) or turn[3] == waits.channel]
    return sorted(turn[0] for turn in sorted(same, key=lambda turn: (off(turn), turn[0]))[:NEAREST])
