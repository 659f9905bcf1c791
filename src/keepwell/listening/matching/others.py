"""Who says it of whom: a phrase whose clause begins with somebody else ("our customers are not satisfied").

What a company tells of its customers, its competitors or its landlord is not what it means to do itself.
"""

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.lexicon import Lexicon

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FAR = 8  # words that may stand between somebody else and what is said of them


def of_others(batch: Batch, lexicon: Lexicon, low: Longs) -> Flags:
    """Before which tokens somebody else stands in the clause, and nobody who speaks for themselves between."""
    first, last = batch.marks.spans("others")
    if not len(first) or not len(low):
        return np.zeros(len(low), bool)
    size = len(batch.ids)
    led, joined = lexicon.among("leads", batch.ids), ~batch.parted
    behind = lexicon.among("no_others", batch.ids)
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, size - 1)
    subject = ~((first > 0) & led[before] & joined[first])  # not "for our customers"
    subject &= ~((last + 1 < size) & behind[after] & joined[after])  # nor "customer service"
    place = batch.place
    thinks = lexicon.among("finding", batch.ids)[after] & joined[after]
    subject &= ~thinks  # "the landlord finds it too expensive" is told as a reason
    theirs = np.sort(place[last[subject]])
    own = np.sort(place[np.flatnonzero(lexicon.among("selves", batch.ids))])
    found = _nearest(theirs, place[low]) > np.maximum(_nearest(own, place[low]), place[low] - _FAR - 2)
    return np.asarray(found & ~_of_you(batch, lexicon, low))


def _of_you(batch: Batch, lexicon: Lexicon, low: Longs) -> Flags:
    """Behind which tokens a clause goes on to speak of the one spoken to: "our guests complain about your staff"."""
    place = batch.place
    yours = np.sort(place[np.flatnonzero(lexicon.among("addressed", batch.ids))])
    if not len(yours):
        return np.zeros(len(low), bool)
    at = np.searchsorted(yours, place[low])
    return np.asarray((at < len(yours)) & (yours[np.minimum(at, len(yours) - 1)] <= place[low] + _FAR))


def _nearest(at: Longs, low: Longs) -> Longs:
    """The last of the sorted places before each, -1 where there is none."""
    if not len(at):
        return np.full(len(low), -1, np.int64)
    k = np.searchsorted(at, low) - 1
    return np.asarray(np.where(k >= 0, at[np.maximum(k, 0)], -1))
