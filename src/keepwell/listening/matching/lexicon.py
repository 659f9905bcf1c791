"""The surfaces seen so far in a language: each distinct one is looked at once, and its keys are kept."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.listening.languages import Language
from keepwell.listening.languages.lists import WordList, forms, said_of
from keepwell.listening.matching.places import Places

Ids = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

LONGEST = 64  # characters of a word that are looked at; longer ones are no words
MOST = 2_000_000  # distinct surfaces kept; a flood of made-up words must not fill the memory
_LEAST = 5  # letters of a listed word that endings may be added to
_LEAST_NOUN = 3  # and of one that is told to be a noun
_SHORT = {"á": "a", "é": "e"}  # vowels that become long before an ending
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'"})
_SIGNS = re.compile(r"[0-9a-z]+|\S")


class _Bare(dict[int, str]):
    """What is left of each character without its accents; learnt as they come."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFD", chr(code))
        self[code] = "".join(char for char in parts if not unicodedata.combining(char))
        return self[code]


_BARE = _Bare(zip(map(ord, "łŁøØđĐ"), "lLoOdD", strict=True))


def signs(text: str) -> list[str]:
    """A text of characters as its tokens: each character by itself, Latin letters and digits in one."""
    return _SIGNS.findall(text)


def plain(text: str) -> str:
    """The text without accents, as it is typed on a foreign keyboard."""
    return text if text.isascii() else text.translate(_BARE)


def normal(surface: str) -> str:
    """A surface in one form: compatible characters, composed, lower case, straight apostrophes, nothing unseen."""
    seen = unicodedata.normalize("NFKC", surface[:LONGEST]).translate(_APOSTROPHES).lower()
    return "".join(char for char in seen if unicodedata.category(char) != "Cf")


def marked(language: Language) -> set[str]:
    """The words of which a language's marks mean every form: those written with "=" before them."""
    entries = {entry for kind in fields(language) for entry in _texts(getattr(language, kind.name))}
    return {part[1:] for entry in entries for part in entry.split() if part.startswith("=")}


def _texts(value: object) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, tuple) else []


class Lexicon:
    """What is known of a language's surfaces. Ids are given in the order of their coming and never change."""

    def __init__(self, language: Language, words: WordList) -> None:
        self.language = language
        self.words = words
        self.surfaces: list[str] = []
        self.keys: list[tuple[str, ...]] = []
        self._columns: dict[str, Ids] = {}
        self._hashes, self._ids = np.zeros(0, np.uint64), np.zeros(0, np.int32)
        self._places = Places(self._hashes)

    def ids_of(self, hashes: Hashes, text: str, starts: Longs, ends: Longs) -> Ids:
        """The id of each token, of which hash and place in the text are given."""
        known, at = self._places.find(hashes)
        if len(known) < len(hashes):
            new = np.ones(len(hashes), bool)
            new[known] = False
            self._learn(hashes, np.flatnonzero(new), text, starts, ends)
            _known, at = self._places.find(hashes)
        return self._ids[at]

    def _learn(
        self, hashes: Hashes, new: npt.NDArray[np.intp], text: str, starts: Longs, ends: Longs
    ) -> None:
        if len(self.surfaces) > MOST:
            self._hashes, self._ids = self._hashes[:0], self._ids[:0]
            new = np.arange(len(hashes))
        fresh, first = np.unique(hashes[new], return_index=True)
        where = new[first]
        ids = np.arange(len(self.surfaces), len(self.surfaces) + len(fresh), dtype=np.int32)
        found = [text[a:b] for a, b in zip(starts[where].tolist(), ends[where].tolist(), strict=True)]
        if self.language.fold:
            found = self.language.fold("\n".join(found)).split("\n")
        for surface in found:
            word = normal(surface)
            self.surfaces.append(word)
            self.keys.append(self.keys_of(word))
        self._hashes, self._ids = np.concatenate([self._hashes, fresh]), np.concatenate([self._ids, ids])
        self._places = Places(self._hashes)

    def keys_of(self, word: str) -> tuple[str, ...]:
        """The keys of a word in normal form: itself, the listed words it is a form of, its stem."""
        if self.language.characters and not word.isascii():
            return (word,)
        keys = {word}
        said = self._said(word)
        for head, form in said:
            keys.add(f"={head}")
            if self.language.case:
                keys.update(f"={head}/{case}" for case in self.language.case(head, form).split())
        for name, pattern in self._classes:
            if pattern.search(word):
                known = any(head not in self._minor for head, _form in said)
                keys.update((f"^{name}",) if known else (f"^{name}", f"^{name}-"))
        root = self.stem(word)
        if root:
            keys.add(f"~{root}")
        return tuple(keys)

    def _said(self, word: str) -> list[tuple[str, str]]:
        """The listed words that this is a form of, each with the form it is as it is spelled."""
        for spelled in (word, word.replace("'", "")):
            if spelled in self._heads:
                return [(head, spelled) for head in self._heads[spelled]]
        if word in self._weak_heads:
            return [(head, form) for form in self._weak_heads[word] for head in self._heads[form]]
        root = self.stem(word)
        heads = self._stems.get(root) if len(root) >= 4 else None
        if not heads and self.language.endings:
            heads = self._ended(word)
        if heads:
            return [(head, word) for head in heads]
        return self._compound(word) if self.language.compounds else []

    def _compound(self, word: str) -> list[tuple[str, str]]:
        """The listed noun that ends this word."""
        for noun, begins in self._ends:
            at = word.find(begins, 2)
            if at > 0:
                tail = word[at:]
                forms = (tail,) if tail in self._heads else tuple(self._weak_heads.get(tail, ()))
                if any(noun in self._heads[form] for form in forms) or noun in self._ended(tail):
                    return [(noun, form) for form in forms or (tail,)]
        return []

    @cached_property
    def _ends(self) -> list[tuple[str, str]]:
        """The nouns that may end a longer word, each with the beginning that all its forms have."""
        found = sorted(noun for noun in self._nouns if len(noun) >= _LEAST and " " not in noun)
        every = [(noun, noun[:-1]) for noun in found]
        return every + [(noun, plain(begins)) for noun, begins in every if plain(begins) != begins]

    @cached_property
    def _nouns(self) -> set[str]:
        """The nouns of which the list says in which cases they may stand."""
        ideas = set(self.words.cases) - self.words.verbs
        return {word for idea in ideas for word in self.words.words.get(idea, ())}

    @cached_property
    def _classes(self) -> list[tuple[str, re.Pattern[str]]]:
        return [(name, re.compile(pattern)) for name, pattern in self.language.classes]

    def among(self, kind: str, ids: Ids) -> npt.NDArray[np.bool_]:
        """Which tokens are one of the single words that a field of the language lists."""
        words = frozenset(getattr(self.language, kind))
        return np.asarray(self.column(kind, lambda word, _keys: int(word in words))[ids] > 0)

    def describing(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Which tokens are listed words that describe a noun near them."""
        ideas = self.words.close | self.words.predicative
        keys = {f"={word}" for idea in ideas for word in self.words.words.get(idea, ()) if " " not in word}
        if self.language.characters:
            return np.zeros(len(ids), bool)
        told = self.column("describes", lambda _word, own: int(not keys.isdisjoint(own)))
        return np.asarray(told[ids] > 0)

    def column(self, name: str, told: Callable[[str, tuple[str, ...]], int]) -> Ids:
        """A number for every surface seen, told by it and its keys; each surface is asked of once."""
        known = self._columns.get(name, np.zeros(0, np.int32))
        if len(known) < len(self.surfaces):
            new = zip(self.surfaces[len(known) :], self.keys[len(known) :], strict=True)
            known = np.concatenate([known, np.array([told(word, keys) for word, keys in new], np.int32)])
            self._columns[name] = known
        return known

    def _ended(self, word: str) -> set[str]:
        """The listed word that this one is with endings that a stemmer does not know."""
        for size in range(len(word) - 1, _LEAST_NOUN - 1, -1):
            for head in (word[:size], word[: size - 1] + _SHORT.get(word[size - 1], "")):
                known = head in self._single if len(head) >= _LEAST else head in self._nouns
                if known and self._endings.fullmatch(word[size:]):
                    return {head}
        return set()

    @cached_property
    def _endings(self) -> re.Pattern[str]:
        return re.compile(self.language.endings)

    def key(self, word: str) -> str:
        """The key of a word in a list: every form of it, or of what is itself a form the word as it stands."""
        return f"={word}" if word.partition("/")[0] in self._single else word

    def stem(self, word: str) -> str:
        """A word's stem by Snowball, "" where the language has none."""
        return str(self._stemmer.stemWord(word)) if self._stemmer else ""

    @cached_property
    def _stemmer(self) -> Any:
        if not self.language.stemmer:
            return None
        import Stemmer

        return Stemmer.Stemmer(self.language.stemmer, 0)

    @cached_property
    def listed(self) -> set[str]:
        """The entries of all ideas."""
        return {entry for entries in self.words.words.values() for entry in entries}

    @cached_property
    def entries(self) -> dict[tuple[int, str], list[tuple[int, str, list[str]]]]:
        """The entries that say something by themselves, by how many words they have and the first of them.

        Each as the place of its idea in the list, the idea, and its other words.
        """
        found: dict[tuple[int, str], list[tuple[int, str, list[str]]]] = defaultdict(list)
        for at, (idea, entries) in enumerate(self.words.words.items()):
            for entry in entries:
                if (idea, entry) not in self.words.silent:
                    first, *others = entry.split()
                    found[len(others) + 1, first].append((at, idea, others))
        return dict(found)

    @cached_property
    def _minor(self) -> set[str]:
        """The words that only say what the starting rules do not ask for: to these they are like words in no list."""
        words, minor = self.words.words, self.words.matters
        every = [entry for idea in minor for entry in words.get(idea, ())]
        other = [entry for idea, entries in words.items() if idea not in minor for entry in entries]
        other += [word for entry in (*self.words.strangers.values(), *said_of(self.words)) for word in entry]
        known = {part.partition("/")[0] for entry in other for part in entry.split()}
        return {part for entry in every for part in entry.split()} - known

    @cached_property
    def _single(self) -> set[str]:
        """The words of the list, one by one, and the verbs without the prefixes that part from them."""
        lists = (*self.words.words.values(), *self.words.strangers.values())
        words = {
            part.partition("/")[0]  # without the case it must stand in
            for entries in lists
            for entry in entries
            for part in entry.split()
            if part[0] not in "^!"
        }
        words |= marked(self.language)
        said = {part for entry in said_of(self.words) for word in entry for part in word.split()}
        if self.language.inflected:
            words |= said
        else:  # of what is itself a form of a listed word there are no forms
            known = {self.stem(word) for word in words}
            words |= {
                word
                for word in said - words
                if forms(self.language.code).get(word) and self.stem(word) not in known
            }
        for prefix in self.language.prefixes:
            words |= {
                word.removeprefix(prefix) for word in words if word.startswith(prefix) and word != prefix
            }
        return {word for word in words if len(word) > 1}

    @cached_property
    def _heads(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for word in self._single:
            found[word].add(word)
            for form in self._forms(word):
                found[form].add(word)
        return dict(found)

    def _forms(self, word: str) -> Iterable[str]:
        """The inflected forms of a listed word: by rule, or as far as they were gathered."""
        if self.language.inflected:
            return self.language.inflected(word)
        return forms(self.language.code).get(word, ())

    @cached_property
    def _weak_heads(self) -> dict[str, set[str]]:
        """The forms that words without accents stand for, where no listed form is spelled so."""
        found: dict[str, set[str]] = defaultdict(set)
        for form in self._heads:
            bare = plain(form)
            if bare != form and bare not in self._heads:
                found[bare].add(form)
        return dict(found)

    @cached_property
    def _stems(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for word in self._single:
            found[self.stem(word)].add(word)
        return dict(found)

    def forms_of(self, key: str) -> Iterable[str]:
        """The forms that a key stands for, as far as they are listed."""
        if not key.startswith("="):
            return [key.lstrip("~")]
        head, _slash, case = key[1:].partition("/")
        found = sorted({head, *self._forms(head)})
        told = self.language.case
        return [form for form in found if not case or not told or case in told(head, form).split()]

    def anew(self) -> "Lexicon":
        """Another of the same list that has seen nothing yet; what was worked out of the list it need not again."""
        other = Lexicon(self.language, self.words)
        vars(other).update({name: told for name, told in vars(self).items() if name in _OF_THE_LIST})
        return other


# The stemmer keeps a state of its own while it works, so each lexicon has one.
_WORKED_OUT = (name for name, told in vars(Lexicon).items() if isinstance(told, cached_property))
_OF_THE_LIST = frozenset(_WORKED_OUT) - {"_stemmer"}
