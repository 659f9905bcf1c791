"""Nouns taken up again: a pronoun that stands for the noun of the clause before it fills the noun's place.

"The contract we signed in May, I want it cancelled." Only a noun that its clause begins with is taken up so, and not
from afar; a relative pronoun takes up the noun right before it.
"""

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import APART, Batch
from keepwell.listening.matching.lexicon import Lexicon

Longs = npt.NDArray[np.int64]
Columns = tuple[Longs, Longs, Longs]  # slot, first token, last token

_AFAR = 16  # tokens between a noun and its pronoun
_BEGINS = 3  # tokens that may stand before a noun that its clause begins with
_BESIDE = 2  # tokens from a noun to its relative pronoun, with a preposition before that
_OPENING = 3  # tokens that may stand before who speaks, behind a topic and its comma
_TRIED = 2  # pronouns looked at behind each noun


def taken_up(
    batch: Batch, lexicon: Lexicon, groups: Longs, topics: npt.NDArray[np.bool_], filled: Columns
) -> Columns:
    """Where slots are filled, and the pronouns that stand for some.

    `groups`: of each slot the number of its noun, -1 for none; a pronoun fills every slot of the noun it stands for,
    for it may stand in another case. `topics`: which slots are nouns that may be named before a comma.
    """
    slot, first, last = filled
    nouns = np.flatnonzero(groups[slot] >= 0) if len(slot) else np.zeros(0, np.int64)
    more = [filled]
    for kind in ("pronouns", "relatives") if len(nouns) else ():
        at = np.flatnonzero(lexicon.among(kind, batch.ids))
        if not len(at):
            continue
        own = nouns if kind == "relatives" else nouns[_opens(batch, first[nouns])]
        for step in range(_TRIED):
            spot = np.searchsorted(at, last[own], "right") + step
            there = spot < len(at)
            rows, by = own[there], at[spot[there]]
            near = by - last[rows] <= (_BESIDE if kind == "relatives" else _AFAR)
            near &= batch.clause[by] != batch.clause[last[rows]]
            near &= batch.turn[by] == batch.turn[last[rows]]
            near &= batch.sentence[by] - batch.sentence[last[rows]] <= int(kind == "pronouns")
            for number in np.unique(groups[slot[rows[near]]]).tolist():
                own_rows = by[near][groups[slot[rows[near]]] == number]
                for each in np.flatnonzero(groups == number).tolist():
                    more.append((np.full(len(own_rows), each, np.int64), own_rows, own_rows))
    named = np.flatnonzero(topics[slot]) if len(slot) else nouns
    if len(named):
        more.append(_topics(batch, lexicon, (slot[named], last[named])))
    slots, firsts, lasts = (np.concatenate(columns) for columns in zip(*more, strict=True))
    return slots, firsts, lasts


def _topics(batch: Batch, lexicon: Lexicon, nouns: tuple[Longs, Longs]) -> Columns:
    """What who speaks does to a thing named before a comma: "the supplier of labels, we will change"."""
    slot, last = nouns
    selves = np.flatnonzero(lexicon.among("selves", batch.ids))
    end = np.minimum(last + 1, len(batch.ids) - 1)
    spot = np.searchsorted(selves, end)
    there = np.flatnonzero((last + 1 < len(batch.ids)) & batch.parted[end] & (spot < len(selves)))
    by = selves[spot[there]]
    near = (by - end[there] <= _OPENING) & (batch.clause[by] == batch.clause[end[there]])
    near &= batch.clause[by] != batch.clause[last[there]]
    near &= batch.sentence[by] == batch.sentence[last[there]]
    return slot[there[near]], by[near], by[near]


def _opens(batch: Batch, at: Longs) -> npt.NDArray[np.bool_]:
    """Which tokens stand near the beginning of their clause."""
    place = batch.place
    began = np.flatnonzero(np.diff(place[batch.order], prepend=-APART) > 1)
    begins = place[batch.order[began]]
    return np.asarray(place[at] - begins[np.searchsorted(begins, place[at], "right") - 1] <= _BEGINS)
