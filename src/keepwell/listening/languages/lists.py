"""Word lists: ideas, and the words of each language that say them.

Shipped, and changed by a company in a file of its own. A list is a YAML file: themes (leaving, price, …) hold ideas
(cancel, contract, …), an idea the words that say it, with commas between. The same idea in two languages is a
translation. Two ideas in one name ("cancel contract") are said by one word. `opposites` names the idea that says of
another that it is not so; `close` the ideas that must stand near what they describe, `tight` right beside it; `verbs`
those that an article in front makes another word, `wide` those that open a frame around other words. `cases` names
the cases and prepositions in which a noun may stand in a phrase, behind a bar those it may have only right beside the
next word of the phrase. `strangers` are what an idea's words must not be said of ("renew the passport"), or
what several ideas must not in any saying ("cancel, contract": "tenant/nom"). `unlike` are
surroundings that make a word of an idea another thing, with _ for the word and a choice in brackets
("_ (number|folder)"). `links` names the verbs that act on a noun and the prepositions that may lead there, `objects`
these nouns, `happening` verbs that also tell what the noun does by itself, `giving` what it does to others, `onward`
those that reach only what stands behind them, `heading` nouns that another noun behind them turns into a description,
`ceasing` what "not … any more" says too, `predicative` what may be said of a noun with *is* between, `taken up` nouns
that a pronoun may stand for in the next clause, `topic` those that may be named before a comma and then be
what who speaks does something to, `ours` what counts only
of who speaks, not of their customers, `beside` of ideas whose words say them only in a phrase that
says one of some others
as well ("file: complaint"). `sayings` are whole ways of saying what several ideas say together,
named by these ideas ("not, satisfied": "leave + to be desired"); of their pieces each fills a slot: with + between
anywhere near, with > in this order, with >2 at most two words apart; <idea> for the words of an idea, ! before a word
for that form alone. They have a file of their own (words/*.sayings.yaml).

A company's own file has the same form: its words are added; a word with a minus before it is taken out; a word with ~
before it fills its place in a text, but in a phrase that someone types it means nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

FOLDER = Path(__file__).parent / "words"
THEMES = ("leaving", "competitor", "price", "complaint", "no_results", "decision_maker_gone", "praise")
_SETS = (
    "close",
    "tight",
    "verbs",
    "wide",
    "objects",
    "ceasing",
    "happening",
    "giving",
    "heading",
    "predicative",
    "onward",
    "taken up",
    "topic",
    "ours",
)
_MAPS = ("opposites", "cases", "strangers", "unlike", "links", "beside", "sayings")
_MATTERS = "matters"  # true in a list of words that the starting rules do not ask for
_CHOICE, _DEEPER = re.compile(r"[(|)]"), {"(": 1, ")": -1}
_JOINT = re.compile(r"\s+(\+|>\d*)\s+")  # between the pieces of a saying
DENIALS = {"not": "nots", "nobody": "nobody", "none": "nones", "no more": "nomore"}  # in the name of a saying
_LARGEST = 1_000_000  # bytes of a list


@dataclass(frozen=True)
class Saying:
    """A way of saying something: the words that fill each place, the denial it holds, the order, the largest gap."""

    pieces: tuple[tuple[str, ...], ...]
    denied: str = ""
    ordered: bool = False
    gap: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Its own words of which every form is meant."""
        own = (word for piece in self.pieces for word in piece if not word.startswith("<"))
        return tuple(" ".join(part for part in word.split() if part[0] != "!") for word in own)


@dataclass(frozen=True)
class WordList:
    """The ideas of one language: the words of each, its theme, what says its opposite, which ones stand close."""

    words: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, str]
    silent: frozenset[tuple[str, str]] = frozenset()  # ideas with words that say them but do not ask for them
    opposites: Mapping[str, str] = field(default_factory=dict)
    close: frozenset[str] = frozenset()
    tight: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    wide: frozenset[str] = frozenset()
    cases: Mapping[str, str] = field(default_factory=dict)
    strangers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unlike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objects: frozenset[str] = frozenset()
    ceasing: frozenset[str] = frozenset()
    happening: frozenset[str] = frozenset()
    giving: frozenset[str] = frozenset()
    heading: frozenset[str] = frozenset()
    predicative: frozenset[str] = frozenset()
    onward: frozenset[str] = frozenset()
    taken_up: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    matters: frozenset[str] = frozenset()  # ideas of which a word says them in any case
    sayings: Mapping[str, tuple["Saying", ...]] = field(default_factory=dict)

    def ideas_of(self, word: str) -> list[str]:
        """The ideas that a word or several words say, in the order of the list."""
        return [
            idea for idea, words in self.words.items() if word in words and (idea, word) not in self.silent
        ]


def loaded(data: object, name: str) -> dict[str, Any]:
    """The content of a list as YAML gave it, checked. Raises BadInput with near names."""
    if not isinstance(data, dict):
        raise BadInput(
            _("“{name}” is no word list.").format(name=name),
            ways=[_("Write themes with ideas below them, and the words of each with commas between.")],
        )
    for key in data:
        if key not in (*THEMES, *_MAPS, *_SETS, _MATTERS):
            raise BadInput(
                _("There is no theme “{theme}” in a word list.").format(theme=key),
                seen=name,
                ways=[_("Did you mean {near}?").format(near=n) for n in near(str(key), THEMES)]
                or [_("Themes: {names}").format(names=", ".join(THEMES))],
            )
    return data


def read(path: Path) -> dict[str, Any]:
    """A list's file, read safely and checked."""
    return loaded(read_yaml(path), path.name)


def read_yaml(path: Path) -> Any:
    """What a file of words holds. Raises BadInput where it cannot be read."""
    import yaml

    # libyaml reads ten times as quickly, but dies of lists nested a million deep: it is given our own files alone.
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = quick if path.parent == FOLDER else yaml.SafeLoader
    try:
        return yaml.load(path.read_bytes()[:_LARGEST].decode("utf-8"), loader) or {}  # noqa: S506 - a safe one either way
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise BadInput(
            _("The word list “{name}” cannot be read.").format(name=path.name), seen=str(error).split("\n")[0]
        ) from error


def made(*lists: Mapping[str, Any]) -> WordList:
    """One list out of several; a later one adds words to an earlier one, or takes them out."""
    words: dict[str, tuple[str, ...]] = {}
    themes: dict[str, str] = {}
    silent: set[tuple[str, str]] = set()
    opposites: dict[str, str] = {}
    cases: dict[str, str] = {}
    listed: dict[str, dict[str, tuple[str, ...]]] = {
        "strangers": {}, "unlike": {}, "links": {}, "beside": {}
    }  # fmt: skip
    sets: dict[str, frozenset[str]] = dict.fromkeys(_SETS, frozenset())
    sayings: dict[str, tuple[Saying, ...]] = {}
    matters: frozenset[str] = frozenset()
    for one in lists:
        if one.get(_MATTERS):
            matters |= {idea for theme in THEMES for idea in one.get(theme) or {}}
        opposites.update(one.get("opposites") or {})
        cases.update(one.get("cases") or {})
        for name, kept in listed.items():
            for idea, said in (one.get(name) or {}).items():
                kept[idea] = tuple(dict.fromkeys([*kept.get(idea, ()), *_split(said)]))
        for idea, said in (one.get("sayings") or {}).items():
            sayings[idea] = (*sayings.get(idea, ()), *map(_saying, _listed(said)))
        sets = {name: those | frozenset(_split(one.get(name) or "")) for name, those in sets.items()}
        for theme in THEMES:
            for idea, said in (one.get(theme) or {}).items():
                new = _split(said)
                silent |= {(idea, word[1:]) for word in new if word.startswith("~")}
                new = [word.removeprefix("~") for word in new]
                gone = {word[1:].strip() for word in new if word.startswith("-")}
                still = [w for w in words.get(idea, ()) if w not in gone]
                words[idea] = tuple(dict.fromkeys([*still, *(w for w in new if not w.startswith("-"))]))
                themes.setdefault(idea, theme)
    _known(sayings, words)
    more: dict[str, Any] = {**{name.replace(" ", "_"): those for name, those in sets.items()}, **listed}
    more |= {"sayings": sayings, "matters": matters}
    return WordList(words, themes, frozenset(silent), opposites, cases=cases, **more)


def _known(sayings: Mapping[str, tuple[Saying, ...]], words: Mapping[str, object]) -> None:
    """Raises BadInput where a saying names an idea that there is not."""
    for name, those in sayings.items():
        asked = {word for saying in those for piece in saying.pieces for word in piece if word[0] == "<"}
        for idea in sorted(word[1:-1] for word in asked if word[1:-1] not in words):
            raise BadInput(
                _("There is no idea “{idea}” in the word list.").format(idea=idea),
                seen=name,
                ways=[_("Did you mean {near}?").format(near=n) for n in near(idea, words)],
            )


def _listed(said: object) -> list[str]:
    parts = said if isinstance(said, list) else str(said).split(",")
    return [part for part in (str(p).strip().lower() for p in parts) if part]


def _split(said: object) -> list[str]:
    return [one for part in _listed(said) for one in choices(part)]


def _saying(text: str) -> Saying:
    """A saying as it is written: "not > open", "staff >1 not >1 use", "leave + to be desired"."""
    parts = _JOINT.split(text)
    pieces, joints = parts[::2], parts[1::2]
    denials = [piece for piece in pieces if piece in DENIALS]
    gaps = [int(joint[1:]) for joint in joints if joint[1:]]
    gap = sum(gaps) + 1 if denials and pieces[0] not in DENIALS else max(gaps, default=0)
    filled = (tuple(word for word in choices(piece) if word) for piece in pieces if piece not in DENIALS)
    pieces_kept = tuple(piece for piece in filled if piece)
    ordered = len(pieces_kept) > 1 and any(joint[0] == ">" for joint in joints)
    return Saying(pieces_kept, DENIALS[denials[0]] if denials else "", ordered, gap if gaps else None)


def choices(entry: str) -> list[str]:
    """An entry with a choice in brackets as all it stands for: "(make|take) it" is "make it" and "take it"."""
    begin = entry.find("(")
    if begin < 0:
        return [" ".join(entry.split())]
    ways, depth, at = [], 0, begin + 1
    for sign in _CHOICE.finditer(entry, begin):
        depth += _DEEPER.get(sign[0], 0)
        if depth == 0 or (depth == 1 and sign[0] == "|"):
            ways.append(entry[at : sign.start()])
            at = sign.end()
        if depth == 0:
            break
    return [one for way in ways for one in choices(f"{entry[:begin]}{way}{entry[at:]}")]


@cache
def shipped(code: str) -> WordList:
    """The list that comes with Keepwell."""
    return made(*_files(code))


def own(code: str, path: Path) -> WordList:
    """The shipped list with a company's own file on top."""
    return with_own(code, read(path))


def with_own(code: str, data: Mapping[str, Any]) -> WordList:
    """The shipped list, sayings and all, with a company's words on top: in one script, as texts are read."""
    from keepwell.listening.languages import language_named  # which reads this module first

    fold = language_named(code).fold
    return made(*_files(code), _folded(data, fold) if fold else data)


def _folded(data: Any, fold: Callable[[str], str]) -> Any:
    """What a list holds with every text in one script; names of ideas are Latin and stay."""
    if isinstance(data, Mapping):
        return {key: _folded(value, fold) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_folded(value, fold) for value in data]
    return fold(data) if isinstance(data, str) else data


def _files(code: str) -> list[dict[str, Any]]:
    paths = [FOLDER / f"{code}.{part}yaml" for part in ("", "matters.", "sayings.")]
    return [read(path) for path in paths if path.exists()]


def headwords(code: str) -> list[str]:
    """Every entry of the shipped list, once."""
    lists = shipped(code)
    return list(
        dict.fromkeys(
            word.partition("/")[0].replace(
                "!", ""
            )  # without the case it must stand in, or as this form alone
            for words in (*lists.words.values(), *lists.strangers.values(), *said_of(lists))
            for word in words
        )
    )


def said_of(lists: WordList) -> list[tuple[str, ...]]:
    """The words of each saying."""
    return [saying.words for sayings in lists.sayings.values() for saying in sayings]


@cache
def forms(code: str) -> dict[str, tuple[str, ...]]:
    """The inflected forms of the shipped list's words, by word."""
    path = FOLDER / f"{code}.forms.txt"
    if not path.exists():
        return {}
    lines = path.read_text("utf-8").splitlines()
    return {word: tuple(rest.split()) for word, _sep, rest in (line.partition(": ") for line in lines)}
