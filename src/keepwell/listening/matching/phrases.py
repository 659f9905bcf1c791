"""A phrase as someone types it, made into patterns: slots of synonyms, how near they stand, and whether it denies."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.languages.lists import DENIALS, Saying, WordList
from keepwell.listening.matching.lexicon import Lexicon, normal, signs

Keys = tuple[str, ...]
LONGEST = 200  # characters of a phrase
MOST_SLOTS = 8
MOST_WAYS = 200  # of one slot
_CASES = 10  # of one word
_ANY = "any"  # instead of the names of cases: in every one
_SAYING = 3  # small words that are heard as they were typed, where a phrase has no others
_TIGHT = 1  # words that may stand between "too" and "expensive"


@dataclass(frozen=True)
class Slot:
    """A place in a pattern: any of these sequences of keys fills it.

    `near`: at most so many words before the next slot, which must follow. `tied`: a verb's prefix, in
    either order. `wide`: a verb that opens a frame, twice as far. `beside`: ways that fill it only right beside
    another slot. `permits`: adpositions it may stand with, None for any. `strangers`: what it is not said of.
    """

    ways: frozenset[Keys]
    ideas: tuple[str, ...] = ()
    near: int | None = None
    tied: bool = False
    verb: bool = False
    wide: bool = False
    beside: frozenset[Keys] = frozenset()
    permits: frozenset[str] | None = None
    strangers: frozenset[Keys] = frozenset()


@dataclass(frozen=True)
class Pattern:
    """Slots that make a phrase together, in the order typed; `denied` is the kind of denial that belongs to it."""

    slots: tuple[Slot, ...]
    denied: str = ""  # "", "nots", "nobody", "nones", "nomore"
    predicate: bool = False  # "support is slow": turned round it means something else
    gap: int | None = None  # words that may stand between two slots; none given is the language's own
    ordered: bool = False  # only in the order typed
    said: bool = False  # the second slot is said of the first, with *is* between
    saying: bool = False  # another way of saying the whole
    ours: bool = False  # counts only of who speaks
    short: bool = False  # says the phrase only where it is denied: "not expensive"
    strangers: frozenset[Keys] = (
        frozenset()
    )  # what the whole is not said of, beside what its only slot is not

    def __post_init__(self) -> None:
        if not 1 <= len(self.slots) <= MOST_SLOTS:
            raise KeepwellError(
                _("A phrase has one to {most} words that say something.").format(most=MOST_SLOTS),
                seen=_("{n} words").format(n=len(self.slots)),
                ways=[_("Leave out what is not needed, or make two rules of it.")],
            )


def patterns_of(phrase: str, lexicon: Lexicon) -> list[Pattern]:
    """The patterns of a typed phrase: as it stands, and by words that say two things at once, or the opposite."""
    if len(phrase) > LONGEST:
        raise KeepwellError(
            _("A phrase has at most {n} characters.").format(n=LONGEST), seen=phrase[:40] + "…"
        )
    reader = _Characters(lexicon) if lexicon.language.characters else _Words(lexicon)
    typed = reader.read(phrase)
    found = [typed]
    for make in (_opposites, _compounds, _predicated, _no_more, _sayings, _shortened):
        found += make(typed, reader)
    ours = any(reader.words.ours & {*slot.ideas} for slot in typed.slots)
    strangers = _strangers(typed, reader)
    found = [replace(pattern, ours=ours, strangers=strangers) for pattern in found]
    return [
        each
        for pattern in found
        for each in (pattern, *_parted(pattern, lexicon), *_close_up(pattern, lexicon))
    ]


def slots_of(slots: Sequence[Sequence[str]], lexicon: Lexicon) -> list[Pattern]:
    """The pattern of slots filled with words by hand, and those with verbs parted from their prefixes."""
    if len(slots) > MOST_SLOTS or any(len(words) > MOST_WAYS for words in slots):
        raise KeepwellError(_("A rule has at most {n} slots.").format(n=MOST_SLOTS), seen=str(len(slots)))
    made, denied = [], ""
    for words in slots:
        read = [pattern for word in words for pattern in patterns_of(word, lexicon)[:1]]
        if any(len(pattern.slots) != 1 for pattern in read):
            raise KeepwellError(
                _("What fills a slot says one thing."),
                seen=", ".join(words),
                ways=[_("Make two slots of it.")],
            )
        denied = denied or next((pattern.denied for pattern in read if pattern.denied), "")
        made.append(replace(read[0].slots[0], ways=frozenset().union(*(p.slots[0].ways for p in read))))
    whole = Pattern(tuple(made), denied)
    return [whole, *_parted(whole, lexicon)]


def _strangers(typed: Pattern, reader: "_Reader") -> frozenset[Keys]:
    """What a phrase is not said of in any way of saying it: by its only slot, or listed for its ideas together."""
    found = typed.slots[0].strangers if len(typed.slots) == 1 else frozenset()
    for name, words in reader.words.strangers.items():
        ideas = {part.strip() for part in name.split(",")}
        if len(ideas) > 1 and ideas <= {idea for slot in typed.slots for idea in slot.ideas}:
            found |= {reader.keys(word) for word in words}
    return frozenset(keys for keys in found if not keys[0].startswith("^"))


class _Reader:
    """What reading a phrase has in common for all languages."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.words = lexicon.words
        self.language = lexicon.language
        self.denials = {
            text: kind for kind in ("nots", "nones", "nobody") for text in getattr(self.language, kind)
        }

    def slot(self, ideas: list[str], typed: Keys = ()) -> Slot:
        """The slot of some ideas, and of what was typed."""
        far, beside, permits = set(), set(), set()
        for idea in ideas:
            cases, close, adpositions = self._cases(idea)
            permits |= adpositions
            for word in self.words.words[idea]:
                far |= set(self._cased(word, cases))
                beside |= set(self._cased(word, close)) if close else set()
        if typed:
            far.add(typed)
        near = None
        if any(idea in self.words.tight for idea in ideas):
            near = _TIGHT
        elif any(idea in self.words.close for idea in ideas):
            near = self.language.near
        return Slot(
            frozenset(sorted(far)[: _CASES * MOST_WAYS]),
            tuple(ideas),
            near,
            verb=any(idea in self.words.verbs for idea in ideas),
            wide=any(idea in self.words.wide for idea in ideas),
            beside=frozenset(sorted(beside)[: _CASES * MOST_WAYS]),
            permits=frozenset(permits) if self._governed(ideas) else None,
            strangers=frozenset(
                (word,) if word.startswith("^") else self.keys(word)
                for idea in ideas
                for word in self.words.strangers.get(idea, ())
            ),
        )

    def _governed(self, ideas: list[str]) -> bool:
        """Whether ideas are those of nouns that may stand only with some adpositions."""
        return all(idea in self.words.cases and idea not in self.words.verbs for idea in ideas)

    def _fitting(self, word: str, ideas: list[str]) -> list[str]:
        """Of a typed word's ideas those that its case tells, or else those of any case, or else all."""
        cases = {key.partition("/")[2] for key in self.lexicon.keys_of(word) if "/" in key}
        known = [{*self.words.cases.get(idea, _ANY).split()} for idea in ideas]
        fit = [idea for idea, names in zip(ideas, known, strict=True) if _ANY in names or names & cases]
        told = [idea for idea in fit if _ANY not in self.words.cases.get(idea, _ANY).split()]
        return told or fit or ideas

    def _cases(self, idea: str) -> tuple[list[str], list[str], set[str]]:
        """The cases in which an idea's nouns may stand anywhere and right beside, and with what adpositions."""
        anywhere, _bar, beside = self.words.cases.get(idea, "").partition("|")
        known = set(self.language.adpositions)
        cases = [[name for name in part.split() if name not in known] for part in (anywhere, beside)]
        return cases[0], cases[1], known & set(anywhere.split())

    def _cased(self, word: str, cases: list[str]) -> list[Keys]:
        """A listed word's keys in some cases; of several words together as they are listed."""
        keys = self.keys(word)
        if not cases or cases == [_ANY] or len(keys) > 1 or self.language.case is None:
            return [keys]
        return [(f"{keys[0]}/{case}",) for case in cases]

    def keys(self, word: str) -> Keys:
        """A listed word's keys."""
        raise NotImplementedError

    def made(self, slots: list[Slot], denied: str, predicate: bool) -> Pattern:
        """The pattern, the last slot without anything to be near to."""
        if slots:
            slots[-1] = replace(slots[-1], near=None)
        return Pattern(tuple(slots), denied, predicate)

    def idea_slot(self, idea: str) -> Slot:
        """The slot of a single idea."""
        return self.slot([idea])

    def piece(self, words: Sequence[str], name: str) -> Slot:
        """The slot of a piece of a saying of that name."""
        ideas = [word.strip("<>") for word in words if word.startswith("<")]
        own = frozenset(self.keys(word) for word in words if not word.startswith("<"))
        if ideas:
            slot = replace(self.slot(ideas), near=None)
            return replace(slot, ways=slot.ways | own)
        return Slot(own, (name,))


class _Words(_Reader):
    """Phrases of words with spaces between."""

    def keys(self, word: str) -> Keys:
        return tuple(part[1:] if part[0] == "!" else self.lexicon.key(part) for part in word.split())

    def read(self, phrase: str) -> Pattern:
        """The pattern that the phrase is by itself."""
        words = [normal(word) for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", phrase)]
        stop = set(self.language.stop)
        words = self._joined(words)
        slots: list[Slot] = []
        denied, predicate, at = "", False, 0
        while at < len(words):
            taken, kind = self._denial(words, at)
            if kind:
                denied = "nobody" if "nobody" in (denied, kind) else denied or kind
                at += taken
                continue
            if words[at] in self.language.copulas:
                predicate, at = bool(slots), at + 1
                continue
            taken, ideas = self._ideas(words, at)
            if ideas:
                slots.append(self.slot(ideas))
            elif words[at] not in stop:
                slots.append(Slot(frozenset([(self._key(words[at]),)])))
            at += taken
        if not slots and len(words) >= _SAYING:  # "nic nie dało": small words that say something together
            return self.made([Slot(frozenset([tuple(words)]))], "", False)
        return self.made(slots, denied, predicate)

    def _joined(self, words: list[str]) -> list[str]:
        """Verbs whose prefix was typed apart, with it."""
        listed = {word for entries in self.words.words.values() for word in entries}
        for prefix in [word for word in words if word in self.language.prefixes]:
            for k, word in enumerate(words):
                whole = [prefix + head for head in sorted(self._heads(word)) if prefix + head in listed]
                if whole and word != prefix:
                    words = [whole[0] if n == k else w for n, w in enumerate(words) if w != prefix]
                    break
        return words

    def _denial(self, words: list[str], at: int) -> tuple[int, str]:
        for size in (3, 2, 1):
            kind = self.denials.get(" ".join(words[at : at + size]))
            if kind:
                return size, kind
        return 1, ""

    def _ideas(self, words: list[str], at: int) -> tuple[int, list[str]]:
        for size in (3, 2, 1):
            parts = words[at : at + size]
            if len(parts) < size or (size == 1 and parts[0] in self.language.stop):
                continue
            heads = [self._heads(part) for part in parts]
            ideas = [
                idea
                for idea, entries in self.words.words.items()
                if any(
                    self._says(entry.split(), heads) and (idea, entry) not in self.words.silent
                    for entry in entries
                )
            ]
            if ideas and not (size > 1 and self._apart(parts)):
                return size, self._fitting(parts[0], ideas) if size == 1 else ideas
        return 1, []

    def _apart(self, parts: list[str]) -> bool:
        """Whether every word says something by itself, as in "another supplier"."""
        return all(self._ideas([part], 0)[1] for part in parts)

    @staticmethod
    def _says(entry: list[str], heads: list[set[str]]) -> bool:
        return len(entry) == len(heads) and all(word in said for word, said in zip(entry, heads, strict=True))

    def _heads(self, word: str) -> set[str]:
        return {word} | {key[1:] for key in self.lexicon.keys_of(word) if key.startswith("=")}

    def _key(self, word: str) -> str:
        root = self.lexicon.stem(word)
        return f"~{root}" if len(root) > 2 else word


class _Characters(_Reader):
    """Phrases of characters: cut so that the fewest characters are in no list, then into the fewest pieces."""

    def keys(self, word: str) -> Keys:
        return tuple(signs(word.lower()))

    def read(self, phrase: str) -> Pattern:
        """The pattern that the phrase is by itself."""
        text = normal(phrase)
        if self.language.fold:
            text = self.language.fold(text)
        slots: list[Slot] = []
        denied, left = "", ""
        for piece, kind in [*self._cut(text), ("", "end")]:
            if kind == "character":
                left += piece
                continue
            if left.strip():
                slots.append(Slot(frozenset([tuple(signs(left))])))
            left = ""
            if kind in ("nots", "nobody", "nones"):
                denied = "nobody" if "nobody" in (denied, kind) else denied or kind
            elif kind == "idea":
                slots += self._idea_slots(piece)
        return self.made(slots, denied, predicate=False)

    def _idea_slots(self, word: str) -> list[Slot]:
        ideas = self.words.ideas_of(word)
        single = [idea for idea in ideas if " " not in idea]
        if single:
            return [self.slot(single)]
        if all(part in self.words.words for part in ideas[0].split()):
            return [self.slot([part]) for part in ideas[0].split()]
        return [self.slot(ideas)]

    def _cut(self, text: str) -> list[tuple[str, str]]:
        known = {
            word: "idea"
            for idea, words in self.words.words.items()
            for word in words
            if (idea, word) not in self.words.silent
        }
        known = {**dict.fromkeys(self.language.stop, "stop"), **known, **self.denials}
        best: list[tuple[int, int, list[tuple[str, str]]]] = [(0, 0, [])]
        for end in range(1, len(text) + 1):
            ways = []
            for size in range(1, min(8, end) + 1):
                piece = text[end - size : end]
                lost, parts, cut = best[end - size]
                kind = known.get(piece)
                if kind:
                    ways.append((lost, parts + 1, [*cut, (piece, kind)]))
                elif size == 1:
                    ways.append((lost + 1, parts, [*cut, (piece, "character")]))
            best.append(min(ways, key=lambda way: way[:2]))
        return best[-1][2]


def _opposites(pattern: Pattern, reader: _Reader) -> Iterator[Pattern]:
    """Not satisfied is dissatisfied, and dissatisfied is not satisfied."""
    pairs = reader.words.opposites
    back = {opposite: idea for idea, opposite in pairs.items()}
    for k, slot in enumerate(pattern.slots):
        for idea in slot.ideas:
            for mine, theirs, denied in ((idea, pairs.get(idea), ""), (idea, back.get(idea), "nots")):
                if not theirs or (mine in pairs and not pattern.denied) or (mine in back and pattern.denied):
                    continue
                slots = (
                    *pattern.slots[:k],
                    replace(reader.idea_slot(theirs), near=slot.near),
                    *pattern.slots[k + 1 :],
                )
                yield Pattern(slots, denied, pattern.predicate)


def _compounds(pattern: Pattern, reader: _Reader) -> Iterator[Pattern]:
    """Two neighbouring ideas, said by one word."""
    for idea in reader.words.words:
        parts = set(idea.split())
        for k in range(len(pattern.slots) - 1 if len(parts) == 2 else 0):
            one, two = pattern.slots[k], pattern.slots[k + 1]
            if parts <= {*one.ideas, *two.ideas} and parts & {*one.ideas} and parts & {*two.ideas}:
                slots = (*pattern.slots[:k], reader.idea_slot(idea), *pattern.slots[k + 2 :])
                yield replace(pattern, slots=slots)


def _predicated(pattern: Pattern, reader: _Reader) -> Iterator[Pattern]:
    """What describes a noun, said of it: "the management is new"."""
    if not reader.language.copulas or pattern.denied or len(pattern.slots) != 2:
        return
    describing, noun = pattern.slots
    if reader.words.predicative & {*describing.ideas}:
        near = 2 * reader.language.near + 1  # adverbs on either side of the copula
        slots = (replace(noun, near=near), replace(describing, near=None))
        yield Pattern(slots, ordered=True, said=True)


def _no_more(pattern: Pattern, reader: _Reader) -> Iterator[Pattern]:
    """To stop doing something, as not doing it any more."""
    for k, slot in enumerate(pattern.slots):
        if reader.words.ceasing & {*slot.ideas} and not pattern.denied and len(pattern.slots) > 1:
            slots = (*pattern.slots[:k], *pattern.slots[k + 1 :])
            yield replace(pattern, slots=slots, denied="nomore")


def _sayings(pattern: Pattern, reader: _Reader) -> Iterator[Pattern]:
    """Other ways of saying what the ideas of a phrase say together."""
    for name, saying in sayings_of(pattern, reader.words):
        slots = tuple(reader.piece(piece, name) for piece in saying.pieces)
        yield Pattern(slots, saying.denied, gap=saying.gap, ordered=saying.ordered, saying=True)


def sayings_of(pattern: Pattern, words: WordList) -> Iterator[tuple[str, Saying]]:
    """The listed ways of saying a phrase as it was typed, each with the name it is listed under."""
    for name, sayings in words.sayings.items():
        ideas = [part.strip() for part in name.split(",")]
        denied = DENIALS.get(ideas[0], "")
        ideas = ideas[1:] if denied else ideas
        if denied != pattern.denied or len(ideas) != len(pattern.slots):
            continue
        if any(all(map(_has, pattern.slots, order)) for order in permutations(ideas)):
            yield from ((name, saying) for saying in sayings)


def _shortened(pattern: Pattern, reader: _Reader) -> Iterator[Pattern]:
    """What denies without the measure: not expensive is not too expensive."""
    if pattern.denied or reader.language.concord or len(pattern.slots) < 2:
        return
    for k, slot in enumerate(pattern.slots):
        if "too" in slot.ideas:
            yield replace(pattern, slots=(*pattern.slots[:k], *pattern.slots[k + 1 :]), short=True)


def _has(slot: Slot, idea: str) -> bool:
    return idea in slot.ideas


def _close_up(pattern: Pattern, lexicon: Lexicon) -> Iterator[Pattern]:
    """The same with nouns in cases that belong together only side by side: a verb's noun and what it is of."""
    if len(pattern.slots) > 1 and any(slot.beside for slot in pattern.slots):
        slots = tuple(replace(slot, ways=slot.beside or slot.ways) for slot in pattern.slots)
        yield replace(pattern, slots=slots, gap=lexicon.language.beside)


def _parted(pattern: Pattern, lexicon: Lexicon) -> Iterator[Pattern]:
    """The same with a verb's prefix parted from it: a pattern a prefix."""
    for k, slot in enumerate(pattern.slots):
        for prefix in lexicon.language.prefixes:
            words = [keys[0][1:] for keys in slot.ways if len(keys) == 1 and keys[0].startswith(f"={prefix}")]
            bare = frozenset(
                (f"={word.removeprefix(prefix)}",) for word in words if len(word) > len(prefix) + 1
            )
            if bare and len(pattern.slots) < MOST_SLOTS:
                pair = (Slot(frozenset([(prefix,)]), tied=True), replace(slot, ways=bare, verb=False))
                yield replace(pattern, slots=(*pattern.slots[:k], *pair, *pattern.slots[k + 1 :]))
