"""Word lists: ideas, and the words of each language that say them.

Shipped, and changed by a company in a file of its own. A list is a YAML file: themes (leaving, price, …) hold ideas
(cancel, contract, …), an idea the words that say it, with commas between. The same idea in two languages is a
translation. Two ideas in one name ("cancel contract") are said by one word. `opposites` names the idea that says of
another that it is not so; `close` the ideas that must stand near what they describe, `tight` right beside it; `verbs`
those that an article in front makes another word, `wide` those that open a frame around other words. `cases` names
the cases and prepositions in which a noun may stand in a phrase, behind a bar those it may have only right beside the
next word of the phrase. `strangers` are what an idea's words must not be said of ("renew the passport"). A company's
own file has the same form: its words are added; a word with a minus before it is taken out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

FOLDER = Path(__file__).parent / "words"
THEMES = ("leaving", "competitor", "price", "complaint", "no_results", "decision_maker_gone", "praise")
_SETS = ("close", "tight", "verbs", "wide")
_MAPS = ("opposites", "cases", "strangers")
_LARGEST = 1_000_000  # bytes of a list


@dataclass(frozen=True)
class WordList:
    """The ideas of one language: the words of each, its theme, what says its opposite, which ones stand close."""

    words: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, str]
    opposites: Mapping[str, str] = field(default_factory=dict)
    close: frozenset[str] = frozenset()
    tight: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    wide: frozenset[str] = frozenset()
    cases: Mapping[str, str] = field(default_factory=dict)
    strangers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ideas_of(self, word: str) -> list[str]:
        """The ideas that a word or several words say, in the order of the list."""
        return [idea for idea, words in self.words.items() if word in words]


def loaded(data: object, name: str) -> dict[str, Any]:
    """The content of a list as YAML gave it, checked. Raises BadInput with near names."""
    if not isinstance(data, dict):
        raise BadInput(
            _("“{name}” is no word list.").format(name=name),
            ways=[_("Write themes with ideas below them, and the words of each with commas between.")],
        )
    for key in data:
        if key not in (*THEMES, *_MAPS, *_SETS):
            raise BadInput(
                _("There is no theme “{theme}” in a word list.").format(theme=key),
                seen=name,
                ways=[_("Did you mean {near}?").format(near=n) for n in near(str(key), THEMES)]
                or [_("Themes: {names}").format(names=", ".join(THEMES))],
            )
    return data


def read(path: Path) -> dict[str, Any]:
    """A list's file, read safely."""
    import yaml

    try:
        text = path.read_bytes()[:_LARGEST].decode("utf-8")
        return loaded(yaml.safe_load(text) or {}, path.name)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(
            _("The word list “{name}” cannot be read.").format(name=path.name), seen=str(error).split("\n")[0]
        ) from error


def made(*lists: Mapping[str, Any]) -> WordList:
    """One list out of several; a later one adds words to an earlier one, or takes them out."""
    words: dict[str, tuple[str, ...]] = {}
    themes: dict[str, str] = {}
    opposites: dict[str, str] = {}
    cases: dict[str, str] = {}
    strangers: dict[str, tuple[str, ...]] = {}
    sets: dict[str, frozenset[str]] = dict.fromkeys(_SETS, frozenset())
    for one in lists:
        opposites.update(one.get("opposites") or {})
        cases.update(one.get("cases") or {})
        for idea, said in (one.get("strangers") or {}).items():
            strangers[idea] = tuple(dict.fromkeys([*strangers.get(idea, ()), *_split(said)]))
        sets = {name: kept | frozenset(_split(one.get(name) or "")) for name, kept in sets.items()}
        for theme in THEMES:
            for idea, said in (one.get(theme) or {}).items():
                new = _split(said)
                gone = {word[1:].strip() for word in new if word.startswith("-")}
                kept = [w for w in words.get(idea, ()) if w not in gone]
                words[idea] = tuple(dict.fromkeys([*kept, *(w for w in new if not w.startswith("-"))]))
                themes.setdefault(idea, theme)
    return WordList(words, themes, opposites, **sets, cases=cases, strangers=strangers)


def _split(said: object) -> list[str]:
    parts = said if isinstance(said, list) else str(said).split(",")
    return [part for part in (str(p).strip().lower() for p in parts) if part]


@cache
def shipped(code: str) -> WordList:
    """The list that comes with Keepwell."""
    return made(read(FOLDER / f"{code}.yaml"))


def own(code: str, path: Path) -> WordList:
    """The shipped list with a company's own file on top."""
    return made(read(FOLDER / f"{code}.yaml"), read(path))


def headwords(code: str) -> list[str]:
    """Every entry of the shipped list, once."""
    lists = shipped(code)
    return list(
        dict.fromkeys(w for words in (*lists.words.values(), *lists.strangers.values()) for w in words)
    )


@cache
def forms(code: str) -> dict[str, tuple[str, ...]]:
    """The inflected forms of the shipped list's words, by word."""
    path = FOLDER / f"{code}.forms.txt"
    if not path.exists():
        return {}
    lines = path.read_text("utf-8").splitlines()
    return {word: tuple(rest.split()) for word, _sep, rest in (line.partition(": ") for line in lines)}
