"""Finding patterns in analysed turns: all of them together, from the rarest slot of each.

Every place where a slot is filled is one number, slot and place in one; what stands near is one search in these.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.boundaries import Boundaries
from keepwell.listening.matching.governing import Governing
from keepwell.listening.matching.lexicon import Lexicon
from keepwell.listening.matching.meeting import FAR, Meeting, parts
from keepwell.listening.matching.others import of_others
from keepwell.listening.matching.patterns import Keys, Pattern, Slot
from keepwell.listening.matching.reading import DENIALS
from keepwell.listening.matching.relating import Relations, Surroundings
from keepwell.listening.matching.resuming import taken_up
from keepwell.listening.matching.sequences import Sequences, spread

Longs = npt.NDArray[np.int64]
_LED = 4  # words from "for" to the noun it leads to
_TRIED = 512  # choices of places tried for a pattern around one place of its rarest slot


Places = tuple[Longs, Longs, Longs]  # of slots: slot and place in one, sorted; first token; last token
Columns = tuple[Longs, Longs, Longs]  # as in `Found`


class Found:
    """Patterns found: the number of each; first and last token of every slot in columns, -1 for none."""

    def __init__(self, pattern: Longs, first: Longs, last: Longs) -> None:
        self.pattern, self.first, self.last = pattern, first, last

    def __len__(self) -> int:
        return len(self.pattern)


class Finder:
    """Patterns of a language, ready to be found together."""

    def __init__(self, lexicon: Lexicon, patterns: Sequence[Pattern]) -> None:
        self.lexicon = lexicon
        self.language = lexicon.language
        self.patterns = list(patterns)
        self._sequences = Sequences(lexicon)
        self._slots: dict[tuple[object, ...], int] = {}
        self._kinds: list[Slot] = []
        self._strangers: dict[frozenset[Keys], int] = {}
        self._width = max(2, *(len(pattern.slots) for pattern in patterns), 2)
        self._table = np.full((len(self.patterns), self._width), -1, np.int64)
        for p, pattern in enumerate(self.patterns):
            for k, slot in enumerate(pattern.slots):
                self._table[p, k] = self._number(slot)
        for pattern in self.patterns:
            if strange := _strangers_of(pattern):
                self._strangers[strange] = self._number(Slot(strange, permits=frozenset()))
        self._strange = np.array(
            [self._strangers.get(_strangers_of(pattern), -1) for pattern in self.patterns], np.int64
        )
        self._of_stranger = np.zeros(len(self._kinds), bool)
        self._of_stranger[list(self._strangers.values())] = True
        self._verbs = np.array([slot.verb for slot in self._kinds], bool)
        self._governing = Governing(
            lexicon, [slot.permits for slot in self._kinds], [slot.verb for slot in self._kinds]
        )
        nouns = {idea: k for k, idea in enumerate(sorted(lexicon.words.taken_up))}
        self._taken_up = np.array(
            [max((nouns.get(idea, -1) for idea in slot.ideas), default=-1) for slot in self._kinds], np.int64
        )
        self._topic = np.array([bool(lexicon.words.topic & {*slot.ideas}) for slot in self._kinds], bool)
        self._listed = np.array([bool(slot.ideas) for slot in self._kinds], bool)
        self._boundaries = Boundaries(lexicon)
        self._surroundings = Surroundings(lexicon, self._kinds)
        self._relations = Relations(lexicon, self.patterns)
        self._near = np.zeros(self._table.shape, bool)
        for p, pattern in enumerate(self.patterns):
            self._near[p, : len(pattern.slots)] = [slot.near is not None for slot in pattern.slots]
        self._sizes = (self._table >= 0).sum(axis=1)
        self._denied = np.array([bool(pattern.denied) for pattern in self.patterns], bool)
        self._ours = np.array([pattern.ours for pattern in self.patterns], bool)
        self._tied = np.array([bool(pattern.slots[0].tied) for pattern in self.patterns], bool)
        self._on = np.array([self._limit(pattern, turned=False) for pattern in self.patterns], np.int64)
        self._back = np.array([self._limit(pattern, turned=True) for pattern in self.patterns], np.int64)
        self._meeting = self._met()

    def _met(self) -> Meeting:
        """What tells which places of slots may be part of a pattern by what is near them."""
        steps = max(self.language.gap, self.language.turned) + 1
        reach = np.where(self._sizes > 2, steps * (self._sizes - 1) + 4, np.maximum(self._on, self._back) + 1)
        # A pronoun may stand for a noun far from it: where the other slots stand then tells nothing.
        far = self._of_stranger | (self._taken_up >= 0) | self._topic
        alone = far.copy()
        for own in self._table[(self._sizes == 1) | np.append(far, False)[self._table].any(axis=1)]:
            alone[own[own >= 0]] = True
        longest = max((len(way) for slot in self._kinds for way in slot.ways), default=1)
        return Meeting(self._table, reach, alone, longest)

    def _number(self, slot: Slot) -> int:
        key = (slot.ways, slot.verb, slot.permits, slot.ideas, slot.plain)
        if key not in self._slots:
            self._slots[key] = len(self._slots)
            self._kinds.append(slot)
            for way in slot.ways:
                self._sequences.add(way, self._slots[key])
        return self._slots[key]

    def _limit(self, pattern: Pattern, *, turned: bool) -> int:
        """How many words may stand between two slots as typed, or turned; -1 where that is no such phrase."""
        first = pattern.slots[0]
        if first.tied:
            return self.language.prefix_gap
        if turned and (pattern.ordered or first.wide):
            return -1
        if (
            first.near is not None
        ):  # where endings agree, what describes may stand behind: "zarząd całkiem nowy"
            return -1 if turned and not self.language.agreement else first.near
        if first.wide and not turned:
            return 2 * self.language.gap
        if turned:
            return self._close() if pattern.predicate else (pattern.gap or self.language.turned)
        return self.language.gap if pattern.gap is None else pattern.gap

    def _close(self) -> int:
        """How many words may part what is said of a noun from the noun behind it: not "too high for the price"."""
        return 1 if self.language.prepositions else self.language.near

    def _step(self, pattern: Pattern, *, turned: bool) -> int:
        """How many words may stand between two neighbours of a longer pattern."""
        if turned and pattern.ordered:
            return -1
        if turned and pattern.predicate:
            return self._close()
        if pattern.gap is not None:
            return pattern.gap
        return self.language.turned if turned else self.language.gap

    def find(self, batch: Batch) -> Found:
        """Where the patterns stand in the batch, each place once: those with a denial only where there is one."""
        slot, first, last = self._occurrences(batch)
        if self._strangers:
            named = ~(self._of_stranger[slot] & _only_named(batch, self.lexicon, first, last))
            slot, first, last = slot[named], first[named], last[named]
        longest = _longest(slot, first, last)
        slot, first, last = slot[longest], first[longest], last[longest]
        where = slot * FAR + batch.place[first]
        counts = np.bincount(slot, minlength=len(self._slots)).astype(np.int64)
        begins = np.concatenate([[0], np.cumsum(counts)])
        held = np.where(self._table >= 0, counts[self._table], np.iinfo(np.int64).max)
        active = np.flatnonzero((held > 0).all(axis=1)) if len(self.patterns) else np.zeros(0, np.int64)
        places, deniable = (where, first, last), batch.marks.in_sentences(DENIALS)
        none = np.zeros((0, self._width), np.int64)
        told = [(np.zeros(0, np.int64), none, none)]
        for size, find in ((1, self._ones), (2, self._pairs), (3, self._more)):
            those = active[np.minimum(self._sizes[active], 3) == size]
            rare = np.argmin(held[those], axis=1)
            slots = self._table[those, rare]
            for few in parts(counts[slots]):
                own = counts[slots[few]]
                at, pattern = spread(begins[slots[few]], own), np.repeat(those[few], own)
                may = ~self._denied[pattern] | deniable[batch.sentence[first[at]]]
                told += find(batch, pattern[may], np.repeat(rare[few], own)[may], at[may], places)
        pattern, first, last = (np.concatenate(columns) for columns in zip(*told, strict=True))
        kept = self._relations.hold(batch, pattern, first, last) & self._together(batch, pattern, first, last)
        if len(where) and (self._strange[pattern] >= 0).any():
            spans = np.where(first >= 0, first, FAR).min(axis=1), last.max(axis=1)
            kept &= ~self._of_strangers(batch, where, self._strange[pattern], spans)
        if self._ours[pattern].any():
            low = np.where(first >= 0, first, FAR).min(axis=1) if len(pattern) else pattern
            kept &= ~(self._ours[pattern] & of_others(batch, self.lexicon, low))
        return Found(pattern[kept], first[kept], last[kept])

    def _occurrences(self, batch: Batch) -> Columns:
        """Where slots are filled, by slot and place: but where no other slot of a pattern is near, and but for words
        that are part of other words, nouns taken for verbs, and the like."""
        slot, first, last = self._sorted(batch, *self._sequences.find(batch.ids, batch.parted, batch.order))
        begin, end = batch.place[first], batch.place[last]
        near = self._meeting.may(slot, begin, end, torn=end - begin != last - first)
        slot, first, last = slot[near], first[near], last[near]
        kept = np.ones(len(slot), bool)
        shield_first, shield_last = batch.marks.spans("shields")
        if len(shield_first):
            cover = np.full(len(batch.ids) + 1, -1, np.int64)
            for k in np.argsort(shield_last - shield_first, kind="stable"):
                cover[shield_first[k] : shield_last[k] + 1] = k
            for end in (first, last):
                shield = cover[end]
                holds = (first <= shield_first[shield]) & (shield_last[shield] <= last)
                if not self.language.characters:  # there a listed word may itself be the shield: 董事会
                    holds &= (last - first) > (shield_last[shield] - shield_first[shield])
                kept &= (shield < 0) | holds
        size = len(batch.ids)
        verb = self._verbs[slot] & (first == last)
        if verb.any() and self.language.articles:
            base = self.lexicon.column(
                "base", lambda word, keys: int(f"={word}" in keys and "^noun" not in keys)
            )
            behind = np.concatenate([[False], batch.marks.at("articles", size)[:-1]]) & ~batch.parted
            before = np.concatenate([(batch.marks.at("nouns_of", size) & ~batch.parted)[1:], [False]])
            noun = behind & ~before & (base[batch.ids] > 0)
            kept &= ~(verb & noun[first])
        if verb.any() and self.language.reflexive:
            self_ = np.concatenate([batch.marks.at("reflexive", size)[1:], [False]])
            self_ &= ~np.concatenate([batch.parted[1:], [True]])
            kept &= ~(verb & self_[first])
        kept &= self._governing.fits(batch, slot, first, last)
        if self.language.characters and len(slot):
            rows = np.flatnonzero(kept & self._listed[slot])
            kept[rows] = ~self._boundaries.cut(batch, first[rows], last[rows])
        kept &= ~self._surroundings.strange(batch, slot, first, last)
        filled = slot[kept], first[kept], last[kept]
        more = taken_up(batch, self.lexicon, self._taken_up, self._topic, filled)
        return filled if len(more[0]) == len(filled[0]) else self._sorted(batch, *more)

    def _sorted(self, batch: Batch, slot: Longs, first: Longs, last: Longs) -> Columns:
        """Places of slots by slot and place."""
        order = np.argsort(batch.place[first], kind="stable")  # they come nearly so
        small = slot.astype(np.uint16) if len(self._slots) < 1 << 16 else slot  # sorted by digits, in no time
        order = order[np.argsort(small[order], kind="stable")]
        return slot[order], first[order], last[order]

    def _together(self, batch: Batch, pattern: Longs, first: Longs, last: Longs) -> npt.NDArray[np.bool_]:
        """Where nothing that parts a description from its noun stands between the two."""
        if not self._near[pattern].any():
            return np.ones(len(pattern), bool)
        bars = self.lexicon.column("bar", lambda _word, keys: int("^bar" in keys))[batch.ids]
        before = np.concatenate([[0], np.cumsum(bars)])
        kept = np.ones(len(pattern), bool)
        for k in range(self._width - 1):
            those = self._near[pattern, k] & (first[:, k + 1] >= 0)
            low = np.minimum(last[those, k], last[those, k + 1]) + 1
            high = np.maximum(first[those, k], first[those, k + 1])
            kept[those] &= before[high] == before[low]
            kept[those] &= self._governing.agree(batch, first[those, k], first[those, k + 1])
        return kept

    def _of_strangers(
        self, batch: Batch, where: Longs, strangers: Longs, spans: tuple[Longs, Longs]
    ) -> npt.NDArray[np.bool_]:
        """Which places stand near something that the pattern is not said of."""
        low = np.searchsorted(where, strangers * FAR + batch.place[spans[0]] - self.language.turned - 1)
        high = np.searchsorted(
            where, strangers * FAR + batch.place[spans[1]] + self.language.gap + 1, "right"
        )
        return np.asarray((strangers >= 0) & (high > low))

    def _ones(
        self, _batch: Batch, pattern: Longs, _rare: Longs, at: Longs, places: Places
    ) -> Iterator[Columns]:
        """Patterns of one slot: every place of it."""
        _where, first, last = places
        yield pattern, _wide(first[at][:, None], self._width), _wide(last[at][:, None], self._width)

    def _pairs(
        self, batch: Batch, pattern: Longs, rare: Longs, at: Longs, places: Places
    ) -> Iterator[Columns]:
        """Patterns of two slots: from each place of the rarer one to the next of the other, on either side."""
        where, first, last = places
        if not len(where):
            return
        other = self._table[pattern, 1 - rare]
        here_first, here_last = batch.place[first[at]], batch.place[last[at]]
        after = np.searchsorted(where, other * FAR + here_last + 1)
        before = np.searchsorted(where, other * FAR + here_first) - 1
        for near, follows in ((after, True), (before, False)):
            ok = (near >= 0) & (near < len(where))
            near_ok = np.where(ok, near, 0)
            ok &= where[near_ok] // FAR == other
            if follows:
                gap = batch.place[first[near_ok]] - here_last - 1
            else:
                gap = here_first - batch.place[last[near_ok]] - 1
            limit = np.where((rare == 0) == follows, self._on[pattern], self._back[pattern])
            rows = np.flatnonzero(ok & (gap >= 0) & (gap <= limit))
            here, there, swap = at[rows], near_ok[rows], rare[rows] == 1
            one, two = np.where(swap, there, here), np.where(swap, here, there)
            pairs = np.stack([first[one], first[two]], axis=1), np.stack([last[one], last[two]], axis=1)
            found = pattern[rows], _wide(pairs[0], self._width), _wide(pairs[1], self._width)
            yield self._whole(batch, found)

    def _whole(self, batch: Batch, found: tuple[Longs, Longs, Longs]) -> tuple[Longs, Longs, Longs]:
        """Without verbs that have another prefix beside them."""
        pattern, first, last = found
        tied = self._tied[pattern]
        if not len(pattern) or not tied.any():
            return found
        kept = np.array([not tie or self._its_own(batch, int(a), int(b)) for tie, a, b in zip(
            tied, first[:, 0], first[:, 1], strict=True)])  # fmt: skip
        return pattern[kept], first[kept], last[kept]

    def _its_own(self, batch: Batch, prefix: int, verb: int) -> bool:
        """Whether no other prefix stands right behind the verb."""
        after = verb + 1
        if after >= len(batch.ids) or after == prefix or batch.clause[after] != batch.clause[verb]:
            return True
        return self.lexicon.surfaces[batch.ids[after]] not in self.language.prefixes

    def _more(
        self, batch: Batch, pattern: Longs, rare: Longs, at: Longs, places: Places
    ) -> Iterator[Columns]:
        """Patterns of three slots and more: the few places where all are near are looked at one by one."""
        where, first, last = places
        reach = max(self.language.gap, self.language.turned) + 1
        for k in range(self._width if len(pattern) else 0):
            slot = self._table[pattern, k]
            here, far = slot * FAR + batch.place[first[at]], reach * (self._sizes[pattern] - 1) + 4
            near = np.searchsorted(where, here - far) < np.searchsorted(where, here + far, "right")
            near |= (slot < 0) | (rare == k)
            pattern, rare, at = pattern[near], rare[near], at[near]
        found, rows = [], []
        for p, k, a in zip(pattern.tolist(), rare.tolist(), at.tolist(), strict=True):
            if best := self._best(batch, p, k, a, places):
                found.append(p)
                rows.append(best + [-1] * (self._width - len(best)))
        if rows:
            chosen = np.array(rows, np.int64)
            none = chosen < 0
            yield (
                np.array(found, np.int64),
                np.where(none, -1, first[chosen]),
                np.where(none, -1, last[chosen]),
            )

    def _best(
        self, batch: Batch, p: int, rare: int, at: int, places: tuple[Longs, Longs, Longs]
    ) -> list[int] | None:
        where, first, last = places
        size = int(self._sizes[p])
        reach = (max(self.language.gap, self.language.turned) + 1) * (size - 1) + 4
        here = int(batch.place[first[at]])
        tried = max(1, int(_TRIED ** (1 / (size - 1)) / 2))
        ways: list[list[int]] = []
        for k in range(size):
            if k == rare:
                ways.append([at])
                continue
            base = int(self._table[p, k]) * FAR + here
            low, mid = bisect_left(where, base - reach), bisect_left(where, base)
            high = bisect_right(where, base + reach)
            ways.append([*range(max(low, mid - tried), mid), *range(mid, min(high, mid + tried))])
        best, least = None, 1 << 30
        for choice in product(*ways):
            cost = self._cost(batch, self.patterns[p], [(int(first[c]), int(last[c])) for c in choice])
            if cost is not None and cost < least:
                best, least = list(choice), cost
        return best

    def _cost(self, batch: Batch, pattern: Pattern, spans: list[tuple[int, int]]) -> int | None:
        """How far apart the words stand in all, None where it is too far or not the phrase."""
        place = batch.place
        total, order = 0, sorted(range(len(spans)), key=lambda k: spans[k])
        for one, two in pairwise(order):
            gap = int(place[spans[two][0]] - place[spans[one][1]]) - 1
            limit = self._step(pattern, turned=one > two)
            if not 0 <= gap <= limit:
                return None
            total += gap + (0 if one < two else 1)
        for k, slot in enumerate(pattern.slots[:-1]):
            gap = int(place[spans[k + 1][0]] - place[spans[k][1]]) - 1
            if slot.tied:
                back = int(place[spans[k][0]] - place[spans[k + 1][1]]) - 1
                if max(gap, back) > self.language.prefix_gap or not self._its_own(
                    batch, spans[k][0], spans[k + 1][0]
                ):
                    return None
            elif slot.near is not None and not 0 <= gap <= slot.near:
                return None
        return total


def _only_named(batch: Batch, lexicon: Lexicon, first: Longs, last: Longs) -> npt.NDArray[np.bool_]:
    """Which nouns only tell what another is like (the system of the meeting room), or for whom something is."""
    size = len(batch.ids)
    apart = np.append(batch.parted, True)
    found = np.append(lexicon.among("attributes", batch.ids), False)[last + 1] & ~apart[last + 1]
    led, joined = lexicon.among("beneficiaries", batch.ids), np.ones(len(first), bool)
    for step in range(1, _LED + 1 if led.any() else 1):
        joined &= (first >= step) & ~batch.parted[np.minimum(np.maximum(first - step + 1, 0), size - 1)]
        found |= joined & led[np.maximum(first - step, 0)]
    return np.asarray(found)


def _strangers_of(pattern: Pattern) -> frozenset[Keys]:
    """What a pattern that names nothing it is said of must not be said of, and what its phrase must not."""
    whole = [slot for slot in pattern.slots if not slot.tied]
    return pattern.strangers | (whole[0].strangers if len(whole) == 1 else frozenset())


def _longest(slot: Longs, first: Longs, last: Longs) -> npt.NDArray[np.bool_]:
    """Which places, sorted by slot and first token, do not lie in a longer word of the same slot: 删 in 删减."""
    kept = np.ones(len(slot), bool)
    same = slot[1:] == slot[:-1]
    kept[:-1] &= ~(same & (first[1:] == first[:-1]) & (last[1:] >= last[:-1]))
    kept[1:] &= ~(same & (first[1:] > first[:-1]) & (last[1:] <= last[:-1]))
    return kept


def _wide(columns: Longs, width: int) -> Longs:
    """Columns filled up to `width` with -1."""
    if columns.shape[1] == width:
        return columns
    return np.concatenate([columns, np.full((len(columns), width - columns.shape[1]), -1, np.int64)], axis=1)
