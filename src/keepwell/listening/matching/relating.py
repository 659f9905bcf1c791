"""Whether words that stand near one another belong together: a verb and what is done to it, a noun and its head.

Two tests. A place where a slot is filled may stand in surroundings that make its word another thing (`unlike` and
`heads`). And a verb and a noun that were found near one another may have nothing to do with each other: another noun
with a preposition lies between them, or the verb has an object of its own. The second is for languages that tell by
the order of words who does what: those with `prepositions` in their file.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from keepwell.listening.matching.analysis import Batch
from keepwell.listening.matching.lexicon import Lexicon, signs
from keepwell.listening.matching.marks import without_accents
from keepwell.listening.matching.patterns import Pattern, Slot
from keepwell.listening.matching.sequences import Sequences

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_CAUSED = 5  # words that may stand between to have and what one has something done to

_PLAIN, _VERB_FIRST, _NOUN_FIRST, _FRAME = range(
    4
)  # what two neighbouring slots of a pattern are to each other


class Surroundings:
    """What stands right beside a word and makes it another thing: the head of a compound, a listed neighbour."""

    def __init__(self, lexicon: Lexicon, slots: Sequence[Slot]) -> None:
        self.lexicon = lexicon
        words = lexicon.words
        self._ideas = {
            idea: k for k, idea in enumerate(dict.fromkeys([*words.unlike, *sorted(words.heading)]))
        }
        self._of_slot = [
            [self._ideas[i] for i in slot.ideas if i in self._ideas and not slot.plain] for slot in slots
        ]
        self._nouns = np.array(
            [bool(words.heading & {*slot.ideas}) and not slot.plain for slot in slots], bool
        )
        self._heads = frozenset(lexicon.language.heads)
        used = {idea for own in self._of_slot for idea in own}
        most = max(map(len, self._of_slot), default=0)
        self._numbers = [  # the first idea of each slot, the second, …
            np.array([own[k] if k < len(own) else -1 for own in self._of_slot], np.int64) for k in range(most)
        ]
        self._left, self._right = Sequences(lexicon), Sequences(lexicon)  # the left ones backwards
        self._pairs: list[tuple[int, int]] = []  # idea and number of entries with both sides
        for idea in self._ideas:
            entries = words.unlike.get(idea, ())
            heads = self._heads if lexicon.language.characters and idea in words.heading else ()
            for entry in [*entries, *(f"_{head}" for head in heads)] if self._ideas[idea] in used else ():
                self._add(self._ideas[idea], entry)

    def _add(self, idea: int, entry: str) -> None:
        sides = dict(zip(("left", "right"), (side.strip() for side in entry.split("_")), strict=True))
        number = idea
        if all(sides.values()):  # both must stand there: known by a number of their own
            number = len(self._ideas) + len(self._pairs)
            self._pairs.append((idea, number))
        for side, text in sides.items():
            if text:
                for keys in self._typed(text):
                    if side == "left":
                        self._left.add(keys[::-1], number)
                        continue
                    for parted in ((), *((prefix,) for prefix in self.lexicon.language.prefixes)):
                        self._right.add([*parted, *keys], number)  # "mondta fel nekünk" as "felmondta nekünk"

    def _typed(self, text: str) -> list[list[str]]:
        """What stands beside a word, as it is listed and as it is typed without accents."""
        if self.lexicon.language.characters:
            return [signs(text)]
        bare = without_accents(text.split())
        return [text.split(), bare] if bare else [text.split()]

    def strange(self, batch: Batch, slot: Longs, first: Longs, last: Longs) -> Flags:
        """Which occurrences (slot, first and last token) are another thing by what stands beside them."""
        found = np.zeros(len(slot), bool)
        if not len(slot):
            return found
        if self._heads and self._nouns.any() and not self.lexicon.language.characters:
            found |= self._nouns[slot] & self._headed(batch)[last]
        if self._numbers:
            found |= self._unlike(batch, slot, first, last)
        return found

    def _headed(self, batch: Batch) -> Flags:
        """Which tokens are followed at once by a noun that they only describe."""
        heads = self._heads
        column = self.lexicon.column("head", lambda word, _keys: int(word in heads))[batch.ids] > 0
        return np.concatenate([column[1:] & ~batch.parted[1:], [False]])

    def _unlike(self, batch: Batch, slot: Longs, first: Longs, last: Longs) -> Flags:
        size = len(batch.ids) + 1
        asked = np.zeros(len(slot), bool)
        for of_slot in self._numbers:
            asked |= of_slot[slot] >= 0
        starts = np.zeros(size + 1, bool)
        starts[first[asked]] = True
        starts[:-2] &= ~batch.parted
        number, begin, _end = self._left.find(batch.ids, batch.parted, np.flatnonzero(starts[1:]), back=True)
        before, seen = np.sort(number * size + begin + 1), set(number.tolist())
        beside = np.zeros(size, bool)  # tokens with anything listed beside them
        beside[begin + 1] = True
        starts[:] = False
        starts[last[asked] + 1] = True
        starts[:-2] &= ~batch.parted
        number, begin, _end = self._right.find(batch.ids, batch.parted, np.flatnonzero(starts[:-2]))
        behind = np.sort(number * size + begin - 1)
        beside[begin - 1] = True
        seen &= set(number.tolist())
        pairs = [(idea, pair) for idea, pair in self._pairs if pair in seen]
        found = np.zeros(len(slot), bool)
        for of_slot in self._numbers:
            own = of_slot[slot]
            rows = np.flatnonzero((own >= 0) & (beside[first] | beside[last]))
            one, low, high = own[rows], first[rows], last[rows]
            here = _among(one * size + low, before) | _among(one * size + high, behind)
            for idea, pair in pairs:
                those = np.flatnonzero(one == idea)
                both = _among(pair * size + low[those], before) & _among(pair * size + high[those], behind)
                here[those] |= both
            found[rows] |= here
        return found


class Relations:
    """Tells of words found together whether one is done to the other."""

    def __init__(self, lexicon: Lexicon, patterns: Sequence[Pattern]) -> None:
        self.lexicon = lexicon
        self.language = lexicon.language
        width = max((len(pattern.slots) for pattern in patterns), default=1)
        self._role = np.zeros((len(patterns), max(1, width - 1)), np.int8)
        self._links = np.full(self._role.shape, -1, np.int64)
        self._free = np.zeros(self._role.shape, bool)
        self._gives = np.zeros(self._role.shape, bool)
        self._onward = np.zeros(self._role.shape, bool)
        self._allowed: list[frozenset[str]] = []
        self._said = np.array([pattern.said for pattern in patterns], bool)
        self._alone = np.array([pattern.alone for pattern in patterns], bool)
        if self.language.prepositions or self.language.after_verbs:
            for p, pattern in enumerate(patterns):
                for k in range(len(pattern.slots) - 1):
                    self._relate(p, k, pattern.slots[k], pattern.slots[k + 1])

    def _relate(self, p: int, k: int, one: Slot, two: Slot) -> None:
        words = self.lexicon.words
        if one.wide:
            self._role[p, k] = _FRAME
        for role, verb, noun in ((_VERB_FIRST, one, two), (_NOUN_FIRST, two, one)):
            doing = [idea for idea in verb.ideas if idea in words.links]
            if doing and words.objects & {*noun.ideas} and self._role[p, k] == _PLAIN:
                allowed = frozenset(word for idea in doing for word in words.links[idea])
                if allowed not in self._allowed:
                    self._allowed.append(allowed)
                self._role[p, k] = role
                self._links[p, k] = self._allowed.index(allowed)
                self._free[p, k] = bool(words.happening & {*verb.ideas})
                self._gives[p, k] = bool(words.giving & {*verb.ideas})
                self._onward[p, k] = bool(words.onward & {*verb.ideas})

    def hold(self, batch: Batch, pattern: Longs, first: Longs, last: Longs) -> Flags:
        """Which of what was found holds together; columns as in `Found`."""
        kept = np.ones(len(pattern), bool)
        said = np.flatnonzero(self._said[pattern]) if len(pattern) else np.zeros(0, np.int64)
        told = _Words(batch, self.lexicon)
        if len(said):
            place = batch.place
            kept[said] = _between(told.places(told.copula), place[last[said, 0]], place[first[said, 1]])
            kept[said] &= ~told.of_another(first[said, 1], last[said, 1])
        alone = np.flatnonzero(self._alone[pattern]) if len(pattern) else said
        if len(alone):
            verb = last[alone].max(axis=1)
            kept[alone] &= ~(told.objectless[verb] & told.object_follows(verb) & ~told.own_object[verb])
        for k in range(self._role.shape[1] if len(pattern) and self._role.any() else 0):
            role = self._role[pattern, k]
            framed = np.flatnonzero(role == _FRAME)
            if len(framed):
                kept[framed] &= self._framed(told, first[framed, k], last[framed, k], first[framed, k + 1])
            rows = np.flatnonzero((role == _VERB_FIRST) | (role == _NOUN_FIRST))
            if not len(rows):
                continue
            turned = role[rows] == _NOUN_FIRST
            verb, noun = k + turned.astype(np.int64), k + (~turned).astype(np.int64)
            spans = first[rows, verb], last[rows, verb], first[rows, noun], last[rows, noun]
            asked = pattern[rows], np.full(len(rows), k)
            gives, ahead = self._gives[asked], self._ahead(spans)
            kept[rows] &= gives & ~ahead | self._related(told, self._links[asked], self._free[asked], spans)
            clause = _between(told.places(told.nominative), batch.place[spans[1]], batch.place[spans[2]])
            kept[rows] &= (gives | ~(ahead & clause)) & (ahead | ~self._onward[asked])
        return kept

    @staticmethod
    def _ahead(spans: tuple[Longs, Longs, Longs, Longs]) -> Flags:
        """Which verbs stand before their nouns."""
        return np.asarray(spans[1] < spans[2])

    def _framed(self, told: "_Words", frame: Longs, frame_end: Longs, verb: Longs) -> Flags:
        """Whether a verb stands in a form that may follow *would* and the like: no participle without *have*."""
        place = told.batch.place
        helped = _between(told.places(told.passive | told.perfect), place[frame] - 1, place[verb])
        return np.asarray(~told.past(verb) | helped | ~told.modal[frame_end] | (verb < frame))

    def _related(
        self, told: "_Words", links: Longs, free: Flags, spans: tuple[Longs, Longs, Longs, Longs]
    ) -> Flags:
        """Whether verbs (first and last token) act on nouns: behind them without a strange preposition between, or
        before them where the verb has no other object and does not tell what the noun itself does."""
        verb, verb_end, noun, noun_end = spans
        place = told.batch.place
        if self.language.after_verbs:
            parted = (told.of_it[noun_end] > 0) & (place[verb] > place[noun_end] + 2)
            return np.asarray(self._ahead(spans) | ~(told.object_follows(verb_end) | parted))
        ahead = self._ahead(spans)
        blocked = np.zeros(len(links), bool)
        for number in np.unique(links).tolist():
            rows = (links == number) & ahead
            at = told.places(told.leading(self._allowed[number]))
            blocked[rows] = _between(
                at, place[verb_end[rows]] + told.of_it[verb_end[rows]], place[noun[rows]]
            )
        articles = told.places(told.article)
        two = np.searchsorted(articles, place[noun]) - np.searchsorted(articles, place[verb_end], "right") > 1
        for number in np.unique(links).tolist():  # two nouns, unless the second is where a preposition leads
            at = told.places(told.linking(self._allowed[number]))
            two &= (links != number) | ~_between(at, place[verb_end], place[noun])
        blocked |= two & ahead
        passive = _between(told.places(told.passive), place[noun_end], place[verb])
        who = _last_before(
            told.places(told.nominative), place[verb]
        )  # "when it is signed I can cancel the order"
        passive &= who < np.maximum(_last_before(told.places(told.passive), place[verb]), place[noun_end])
        passive &= ~told.progressive(verb)  # "is switching to": the noun does it
        passive &= ~_between(told.places(told.telling), place[noun_end], place[verb])
        subject = passive | _between(told.places(told.subject), place[noun_end], place[verb])
        named = (place[verb] == place[noun_end] + 1) & told.compound(verb)  # "the budget cuts this year"
        own = told.object_follows(verb_end) & ~passive & ~named
        done = subject | self._undergone(told, verb, noun, noun_end) | named
        return np.asarray(np.where(ahead, ~blocked, ~own & (free | done)))

    @staticmethod
    def _undergone(told: "_Words", verb: Longs, noun: Longs, noun_end: Longs) -> Flags:
        """Whether a participle behind a noun says what is done to it: "contract cancelled", "have the contract
        cancelled"; not "our supplier has switched to …", where the noun itself does something."""
        place = told.batch.place
        told_of = _between(told.places(told.article), place[noun] - 3, place[noun])
        had = _between(told.places(told.causative), place[noun] - _CAUSED, place[noun])
        has = _between(told.places(told.perfect), place[noun_end], place[verb])
        return np.asarray(told.past(verb) & ~has & (had | ~told_of))


class _Words:
    """What the words of a batch are, as far as relations ask for it."""

    def __init__(self, batch: Batch, lexicon: Lexicon) -> None:
        self.batch, self.lexicon, self.language = batch, lexicon, lexicon.language
        self._known: dict[str, Flags] = {}

    def _is(self, name: str, words: Sequence[str]) -> Flags:
        """Which tokens are one of these words."""
        if name not in self._known:
            self._known[name] = self._among(name, words, self.batch.ids)
        return self._known[name]

    def _among(self, name: str, words: Sequence[str], ids: npt.NDArray[np.int32]) -> Flags:
        """Which of these surfaces are one of those words, known by a name."""
        those = frozenset(words)
        column = self.lexicon.column(f"relating {name}", lambda word, _keys: int(word in those))
        return np.asarray((column > 0)[ids])

    def places(self, flags: Flags) -> Longs:
        """The places of flagged tokens, sorted."""
        return np.sort(self.batch.place[np.flatnonzero(flags)])

    def leading(self, allowed: frozenset[str]) -> Flags:
        """Tokens that lead to another noun or verb than the one a verb with these prepositions acts on."""
        prepositions, part = self._leading
        return np.asarray(part | (prepositions & ~self.linking(allowed)))

    @cached_property
    def _leading(self) -> tuple[Flags, Flags]:
        """Prepositions that may lead to another noun, and each "of" that surely does."""
        light = self._is("light", self.language.light)
        infinitive = self._is("infinitive", self.language.infinitive)
        harmless = infinitive & np.concatenate([light[1:], [False]])
        part = self._is("of", self.language.of) & np.concatenate(
            [[False], ~self._is("amounts", self.language.amounts)[:-1]]
        )
        may = ~harmless
        for a, b in zip(*self.batch.marks.spans("adverbs"), strict=True):
            may[a : b + 1] = False
        return self._is("prepositions", self.language.prepositions) & may, part & may

    def linking(self, allowed: frozenset[str]) -> Flags:
        """Prepositions that lead from a verb to what it acts on."""
        return self._is("links " + " ".join(sorted(allowed)), sorted(allowed))

    @cached_property
    def of_it(self) -> Longs:
        """1 for tokens with "of" right behind them."""
        return np.concatenate([self._is("of", self.language.of)[1:], [False]]).astype(np.int64)

    @cached_property
    def copula(self) -> Flags:
        """Forms of *be* that say something of a noun."""
        return self._is("copula", self.language.copulas)

    @cached_property
    def passive(self) -> Flags:
        """Forms of *be* and the like."""
        return self._is("passive", self.language.passives)

    @cached_property
    def objectless(self) -> Flags:
        """Verbs that say of a thing that it works only where they have no object."""
        return self._is("objectless", self.language.objectless)

    @cached_property
    def own_object(self) -> Flags:
        """Tokens before what may nevertheless be their object: a thing that was sold."""
        own = self._is("own objects", self.language.own_objects)
        return np.concatenate([own[1:], np.zeros(min(1, len(own)), bool)])

    @cached_property
    def telling(self) -> Flags:
        """Verbs of what a paper says: "the contract says orders may be cancelled"."""
        return self._is("telling", self.language.telling)

    @cached_property
    def modal(self) -> Flags:
        """Verbs that another one follows in its base form."""
        return self._is("modal", self.language.modals)

    @cached_property
    def perfect(self) -> Flags:
        """Forms of *have*."""
        return self._is("perfect", self.language.perfects)

    @cached_property
    def nominative(self) -> Flags:
        """Who does something: behind a verb the beginning of another clause ("the hours we spend")."""
        return self._is("nominative", self.language.nominatives)

    @cached_property
    def causative(self) -> Flags:
        """To have or get, before a noun and what is done to it."""
        return self._is("causative", self.language.causatives)

    @cached_property
    def article(self) -> Flags:
        """What begins a noun and cannot stand inside of one."""
        ids = self.batch.ids
        again = np.concatenate([np.zeros(min(1, len(ids)), bool), ids[1:] == ids[:-1]])  # "the, the software"
        return np.asarray(self._is("article", self.language.articles) & ~again)

    @cached_property
    def subject(self) -> Flags:
        """Who does something, or "to" before a verb."""
        return self._is("subject", (*self.language.persons, *self.language.infinitive))

    def of_another(self, first: Longs, last: Longs) -> Flags:
        """Which describing words belong to a noun behind them: "the boss is on a different call"."""
        behind = np.minimum(last + 1, len(self.batch.ids) - 1)
        goes_on = (behind > last) & ~self.batch.parted[behind]
        persons = self._among("somebody", self.language.somebody, self.batch.ids[behind])
        return np.asarray(self.article[np.maximum(first - 1, 0)] & goes_on & ~persons)

    def past(self, at: Longs) -> Flags:
        """Participles, which say what is done to a thing."""
        column = self.lexicon.column("relating past", lambda _word, keys: int("^past" in keys))
        return np.asarray(column[self.batch.ids[at]] > 0)

    def progressive(self, at: Longs) -> Flags:
        """What somebody is doing, not what is done to it."""
        column = self.lexicon.column("relating progressive", lambda word, _keys: int(word.endswith("ing")))
        return np.asarray(column[self.batch.ids[at]] > 0)

    def compound(self, at: Longs) -> Flags:
        """Nouns made of verbs, which what is done follows at once (contract termination)."""
        column = self.lexicon.column("relating compound", lambda _word, keys: int("^compound" in keys))
        return np.asarray(column[self.batch.ids[at]] > 0)

    def object_follows(self, at: Longs) -> Flags:
        """Which tokens have the beginning of a noun right behind them."""
        behind = np.minimum(at + 1, len(self.batch.ids) - 1)
        ids, there = self.batch.ids[behind], (behind > at) & ~self.batch.parted[behind]
        if self.language.after_verbs:
            after = self._among("after verbs", self.language.after_verbs, self.batch.ids)
            done = self._among("done", self.language.aspects, ids)  # what is done to comes after it
            further = np.minimum(behind + 1, len(after) - 1)
            there &= ~done | ((further > behind) & ~self.batch.parted[further])
            return np.asarray(there & ~after[np.where(done, further, behind)])
        bare = self.lexicon.column(
            "relating bare", lambda word, keys: int("^plural" in keys or word.isdigit())
        )
        plural = (bare[ids] > 0) & ~self._among("no objects", self.language.no_objects, ids)
        return np.asarray(there & (plural | self._among("objects", self.language.determiners, ids)))


def _among(values: Longs, those: Longs) -> Flags:
    """Which values are among sorted ones."""
    if not len(those):
        return np.zeros(len(values), bool)
    at = np.minimum(np.searchsorted(those, values), len(those) - 1)
    return np.asarray(those[at] == values)


def _last_before(at: Longs, low: Longs) -> Longs:
    """The last of the sorted places before each, -1 where there is none."""
    k = np.searchsorted(at, low) - 1
    return np.where(k >= 0, at[np.maximum(k, 0)], -1) if len(at) else np.full(len(low), -1, np.int64)


def _between(at: Longs, low: Longs, high: Longs) -> Flags:
    """Whether one of the sorted places lies between two others."""
    return np.asarray(np.searchsorted(at, low, "right") < np.searchsorted(at, high))
