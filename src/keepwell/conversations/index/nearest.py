"""Search by meaning: what a member may see that means nearly what they type, the nearest first.

What may be near is told in memory (`remembered`); what is found is what the database, asked with the member's
permission and the page's filters, gives of that.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from keepwell.conversations.index.pointing import around
from keepwell.conversations.index.remembered import Narrowed, remembered
from keepwell.conversations.index.rows import since
from keepwell.conversations.index.searching import (
    PAGE,
    Asked,
    Result,
    Results,
    accounts_seen,
    narrowed,
    search,
    seen,
)
from keepwell.conversations.models import Hit, Meaning, Turn
from keepwell.listening import meaning
from keepwell.listening.languages.telling import language_of
from keepwell.members.models import Member

MOST = 200  # turns that are found: further down nearly all are alike by chance
LOOKED_AT = 1_000  # stretches that are looked at first; of a million these hold the nearest turns
LONGEST_LOOK = 20_000  # and in the end
FEW = 200  # stretches that a member may see, none of which is near: then none further off is
ACCOUNTS = 20_000  # of a member, by which the memory is narrowed; who sees more meets theirs soon enough
HITS = 30_000  # of a theme, the same


@dataclass(frozen=True)
class _Near:
    """A stretch of a turn that was found."""

    likeness: float
    turn: int
    start: int
    end: int


def why_not(asked: Asked) -> str:
    """Why words are looked for although it was asked by meaning; "" where the meaning can be."""
    if not asked.by_meaning:
        return ""
    if not meaning.here():
        return _(
            "Search by meaning is not installed here: pip install 'keepwell[meaning]'. Words were searched instead."
        )
    unknown = _("Meaning is known of English and Chinese only. The words were searched instead, in any form.")
    if asked.language and asked.language not in meaning.LANGUAGES:
        return unknown
    told = language_of(asked.words) or meaning.LANGUAGES[0]
    return "" if told in meaning.LANGUAGES else unknown


def search_as_asked(
    member: Member, asked: Asked, *, now: datetime, number: int = 1, size: int = PAGE
) -> Results:
    """A page of what a member finds: by meaning the nearest first; by words, also where nothing else can, newest."""
    if not asked.by_meaning or not asked.words.strip() or why_not(asked):
        return search(member, asked, number=number, size=size)
    last = max(MOST // size, 1)
    number = min(max(number, 1), last)
    near = _nearest(member, asked, now=now, most=number * size + 1)
    part = near[(number - 1) * size : number * size]
    turns = Turn.objects.select_related("conversation__account", "contact").in_bulk(
        [one.turn for one in part]
    )
    rows = [
        Result(turn, turn.conversation, around(turn.text, one.start, one.end), one.likeness)
        for one in part
        if (turn := turns.get(one.turn)) is not None
    ]
    return Results(rows, number, len(near) > number * size, last)


def _nearest(member: Member, asked: Asked, *, now: datetime, most: int) -> list[_Near]:
    """The turns nearest to what is asked, each by its nearest stretch."""
    vector = meaning.encoder().vectors([asked.words])
    there = remembered().renewed(now=now)
    allowed = narrowed(seen(Meaning.objects.all(), member), asked)
    best: dict[int, _Near] = {}
    looked = 0
    for keys in there.nearest(meaning.signs(vector).tobytes(), _narrowed(member, asked), LOOKED_AT):
        for begin in range(0, len(keys), LOOKED_AT):
            part = keys[begin : begin + LOOKED_AT]
            rows = list(allowed.filter(pk__in=part).values_list("turn_id", "start", "end", "vector"))
            before = len(best)
            _keep_best(best, rows, vector[0])
            looked += len(part)
            barren = len(best) == before and len(rows) >= FEW
            if len(best) >= most or barren or looked >= LONGEST_LOOK:
                return _in_order(best, most)
    return _in_order(best, most)


def _in_order(best: dict[int, _Near], most: int) -> list[_Near]:
    return sorted(best.values(), key=lambda one: (-one.likeness, -one.turn))[:most]


def _keep_best(
    best: dict[int, _Near], rows: list[tuple[int, int, int, Any]], vector: meaning.Vectors
) -> None:
    """Keep of each turn the stretch that is nearest, where it is near at all."""
    if not rows:
        return
    others = np.frombuffer(b"".join(row[3] for row in rows), np.int8).reshape(len(rows), meaning.SIZE)
    for likeness, (turn, start, end, _vector) in zip(
        meaning.likeness(vector, others).tolist(), rows, strict=True
    ):
        if likeness >= meaning.NEAR and (turn not in best or best[turn].likeness < likeness):
            best[turn] = _Near(likeness, turn, start, end)


def _narrowed(member: Member, asked: Asked) -> Narrowed:
    """What the memory is narrowed by; whether it is right is asked again of the database."""
    hits: list[int] | None = None
    if asked.theme:
        rows = Hit.objects.filter(theme=asked.theme, void_at=None).order_by().values_list("turn", flat=True)
        hits = list(rows[: HITS + 1])
    return Narrowed(
        accounts=asked.accounts if asked.accounts is not None else accounts_seen(member, ACCOUNTS),
        turns=hits if hits is not None and len(hits) <= HITS else None,
        kind=asked.kind,
        side=asked.side,
        language=asked.language,
        begin=since(asked.begin) if asked.begin else None,
        end=since(asked.end) if asked.end else None,
    )
