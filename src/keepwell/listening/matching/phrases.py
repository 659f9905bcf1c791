"""A phrase as someone types it, made into patterns: slots of synonyms, how near they stand, and whether it denies."""

import re
from collections.abc import Sequence
from dataclasses import replace

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.languages import irregular
from keepwell.listening.matching import widening
from keepwell.listening.matching.lexicon import Lexicon, normal, signs
from keepwell.listening.matching.patterns import MOST_SLOTS, Keys, Pattern, Slot

LONGEST = 200  # characters of a phrase
MOST_WAYS = 200  # of one slot
_CASES = 10  # of one word
_ANY = "any"  # instead of the names of cases: in every one
_SAYING = 3  # small words that are heard as they were typed, where a phrase has no others
_TIGHT = 1  # words that may stand between "too" and "expensive"


def patterns_of(phrase: str, lexicon: Lexicon) -> list[Pattern]:
    """The patterns of a typed phrase: as it stands, and by words that say two things at once, or the opposite."""
    if len(phrase) > LONGEST:
        raise KeepwellError(
            _("A phrase has at most {n} characters.").format(n=LONGEST), seen=phrase[:40] + "…"
        )
    reader = _Characters(lexicon) if lexicon.language.characters else _Words(lexicon)
    typed = reader.read(phrase)
    found = [typed]
    for make in widening.EVERY:
        found += make(typed, reader)
    ours = any(reader.words.ours & {*slot.ideas} for slot in typed.slots)
    strangers, own = _strangers(typed, reader), {(verb,) for verb in reader.language.objectless}
    alone = typed.denied == "nots" and len(typed.slots) == 1 and not own.isdisjoint(typed.slots[0].ways)
    found = [replace(pattern, ours=ours, strangers=strangers, alone=alone) for pattern in found]
    return [
        each
        for pattern in found
        for each in (pattern, *widening.parted(pattern, lexicon), *widening.close_up(pattern, lexicon))
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
    return [whole, *widening.parted(whole, lexicon)]


def _strangers(typed: Pattern, reader: "_Reader") -> frozenset[Keys]:
    """What a phrase is not said of in any way of saying it: by its only slot, or listed for its ideas together."""
    found = typed.slots[0].strangers if len(typed.slots) == 1 else frozenset()
    for name, words in reader.words.strangers.items():
        ideas = {part.strip() for part in name.split(",")}
        if len(ideas) > 1 and ideas <= {idea for slot in typed.slots for idea in slot.ideas}:
            found |= {reader.keys(word) for word in words}
    stem = reader.lexicon.stem
    named = {key.lstrip("=~") for slot in typed.slots for way in slot.ways for key in way}
    return frozenset(  # what was typed itself is no stranger: "the hotel is too expensive"
        keys for keys in found if keys[0][0] != "^" and not named & {keys[0][1:], stem(keys[0][1:])}
    )


class _Reader:
    """What reading a phrase has in common for all languages."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.words = lexicon.words
        self.language = lexicon.language
        self.denials = {
            text: kind for kind in ("nots", "nones", "nobody") for text in getattr(self.language, kind)
        }

    def slot(self, ideas: list[str], typed: Keys = (), *, any_case: bool = False) -> Slot:
        """The slot of some ideas, and of what was typed; `any_case`: whatever cases their nouns are to stand in."""
        far, beside, permits = set(), set(), set()
        for idea in ideas:
            cases, close, adpositions = ([], [], set()) if any_case else self._cases(idea)
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
            permits=frozenset(permits) if self._governed(ideas) and not any_case else None,
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
        cases = self._typed_cases(word)
        known = [{*self.words.cases.get(idea, _ANY).split()} for idea in ideas]
        fit = [idea for idea, names in zip(ideas, known, strict=True) if _ANY in names or names & cases]
        told = [idea for idea in fit if _ANY not in self.words.cases.get(idea, _ANY).split()]
        kept = {*(told or fit or ideas), *(self.words.matters & {*self.words.beside})}
        return [idea for idea in ideas if idea in kept]

    def _typed_cases(self, word: str) -> set[str]:
        return {key.partition("/")[2] for key in self.lexicon.keys_of(word) if "/" in key}

    def _unforeseen(self, word: str, ideas: list[str]) -> bool:
        """Whether a noun was typed in a case that its ideas do not stand in: then it stands in any."""
        cases = self._typed_cases(word)
        return bool(cases) and all(
            idea in self.words.cases
            and idea not in self.words.verbs
            and cases.isdisjoint(self.words.cases[idea].split())
            for idea in ideas
        )

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
        words = [word for word in words if word not in self.language.helpers] or words
        slots: list[Slot] = []
        denied, predicate, at = "", False, 0
        while at < len(words):
            taken, kind = self._denial(words, at)
            if (
                kind and self._ideas(words, at)[0] <= taken
            ):  # not "no longer works here", which says one thing
                denied = "nobody" if "nobody" in (denied, kind) else denied or kind
                at += taken
                continue
            if words[at] in self.language.copulas:
                predicate, at = bool(slots), at + 1
                continue
            taken, ideas = self._ideas(words, at)
            ideas = self._with_others(ideas, [*words[:at], *words[at + taken :]])
            taken = taken if ideas else 1
            if ideas:
                slot = self.slot(ideas, any_case=taken == 1 and self._unforeseen(words[at], ideas))
                slots.append(replace(slot, plain=self._plain(ideas, words[:at], words[at + taken :])))
            elif words[at] not in stop:
                slots.append(Slot(self._unlisted(words[at])))
            at += taken
        slots = [] if self._say_nothing(words) else self._said_once(slots)
        if not slots and len(words) >= _SAYING:  # "nic nie dało": small words that say something together
            return self.made([Slot(frozenset([tuple(words)]))], "", False)
        return self.made(slots, denied, predicate)

    def _say_nothing(self, words: list[str]) -> bool:
        """Whether one or two words are none that a rule could listen for: "and", "i co"."""
        return len(words) < _SAYING and {*words} <= {*self.language.stop, *self.language.mute}

    @staticmethod
    def _said_once(slots: list[Slot]) -> list[Slot]:
        """Without what another slot says as well: of "no longer works here at the company" the company."""
        whole = {part for slot in slots for idea in slot.ideas if " " in idea for part in idea.split()}
        left = [slot for slot in slots if not slot.ideas or not {*slot.ideas} <= whole]
        return left if any(" " in idea for slot in left for idea in slot.ideas) else slots

    def _with_others(self, ideas: list[str], rest: list[str]) -> list[str]:
        """Those of a word's ideas that it says beside the rest of the phrase: to file belongs to a complaint."""
        partners = self.words.beside
        if not any(idea in partners for idea in ideas):
            return ideas
        said = {
            idea
            for k in range(len(rest))
            for size in (1, 2)
            for idea in self._ideas(rest[k : k + size], 0)[1]
        }
        return [idea for idea in ideas if not rest or idea not in partners or said & {*partners[idea]}]

    def _plain(self, ideas: list[str], before: list[str], behind: list[str]) -> bool:
        """Whether a word was typed in surroundings that make it another thing: "cancel the order"."""
        articles = set(self.language.articles)

        def said(words: Sequence[str]) -> list[str]:
            return [word for word in words if word not in articles]

        left, right = said(before), said(behind)
        if right and right[0] in self.language.heads and self.words.heading & {*ideas}:
            return True
        for idea in ideas:
            for entry in self.words.unlike.get(idea, ()):
                one, two = (said(side.split()) for side in entry.split("_"))
                same = left[len(left) - len(one) :] == one and right[: len(two)] == two
                if same and not self.denials.keys() >= {*one, *two}:
                    return True
        return False

    def _joined(self, words: list[str]) -> list[str]:
        """Verbs whose prefix was typed apart, with it."""
        listed = self.lexicon.listed
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
        for size in (4, 3, 2, 1):
            parts = words[at : at + size]
            if len(parts) < size or (size == 1 and parts[0] in self.language.stop):
                continue
            ideas = self._said_by([self._heads(part) for part in parts])
            if ideas and not (size > 1 and self._apart(parts)):
                return size, self._fitting(parts[0], ideas) if size == 1 else ideas
        return 1, []

    def _apart(self, parts: list[str]) -> bool:
        """Whether every word says something by itself, as in "another supplier"."""
        return all(self._ideas([part], 0)[1] for part in parts)

    def _said_by(self, heads: list[set[str]]) -> list[str]:
        """The ideas of which an entry has just these words, one of the heads each, in the list's order."""
        listed, rest = self.lexicon.entries, heads[1:]
        found = {
            at: idea
            for head in heads[0]
            for at, idea, others in listed.get((len(heads), head), ())
            if all(word in said for word, said in zip(others, rest, strict=True))
        }
        return [found[at] for at in sorted(found)]

    def _heads(self, word: str) -> set[str]:
        return {word} | {key[1:] for key in self.lexicon.keys_of(word) if key.startswith("=")}

    def _unlisted(self, word: str) -> frozenset[Keys]:
        """The ways of a word in no list: by its stem, and where rules give its forms by each of them."""
        make = self.language.inflected
        bases = [word, *(base for base, own in irregular(self.language.code).items() if word in own)]
        forms = [form for base in bases for form in make(base)] if make else []
        return frozenset([(self._key(word),), *((form,) for form in forms)])

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
        denied, left, before = "", "", ""
        pieces = [] if text.strip() in self.language.mute else self._cut(text)
        for piece, kind in [*pieces, ("", "end")]:
            before += piece
            if kind == "character":
                left += piece
                continue
            if left.strip():
                slots.append(Slot(frozenset([tuple(signs(left))])))
            left = ""
            if kind in ("nots", "nobody", "nones"):
                denied = "nobody" if "nobody" in (denied, kind) else denied or kind
            elif kind == "idea":
                sides = before.removesuffix(piece), text.removeprefix(before)
                slots += [
                    replace(slot, plain=self._typed_so(slot, *sides)) for slot in self._idea_slots(piece)
                ]
            elif kind == "complement":
                slots.append(Slot(frozenset(tuple(signs(one)) for one in self.language.complements)))
        return self.made(slots, denied, predicate=False)

    def _typed_so(self, slot: Slot, left: str, right: str) -> bool:
        """Whether a word was typed in surroundings that make it another thing: 取消订单."""
        for idea in slot.ideas:
            for entry in self.words.unlike.get(idea, ()):
                one, two = (side.strip() for side in entry.split("_"))
                if (one or two) and left.endswith(one) and right.startswith(two):
                    return True
        return bool(self.words.heading & {*slot.ideas}) and right.startswith(self.language.heads or "-")

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
        known |= dict.fromkeys(self.language.complements, "complement")
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
