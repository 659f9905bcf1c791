"""The company's words of a language beside the shipped ones: as they are shown, and as they are said to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keepwell.conversations.rules import themes
from keepwell.listening.languages.lists import THEMES, shipped

LONGEST, MOST, LONGEST_IDEA = 2_000, 600, 60
Own = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Idea:
    """An idea: the shipped words that say it, and the company's, as they were typed."""

    idea: str
    shipped: str
    own: str


@dataclass(frozen=True)
class ThemeWords:
    """The ideas of a theme."""

    theme: str
    label: str
    ideas: list[Idea]


def lists_of(language: str, own: Mapping[str, Mapping[str, str]]) -> list[ThemeWords]:
    """The words of a language by theme and idea; ideas of the company's own stand behind the shipped ones."""
    listed = shipped(language)
    found = []
    for theme, label in themes.choices():
        said = own.get(theme, {})
        ideas = [
            Idea(idea, ", ".join(words), said.get(idea, ""))
            for idea, words in listed.words.items()
            if listed.themes.get(idea) == theme
        ]
        known = {one.idea for one in ideas}
        ideas += [Idea(idea, "", words) for idea, words in said.items() if idea not in known]
        found.append(ThemeWords(theme, label, ideas))
    return found


def own_words(said: Iterable[tuple[str, str, str]]) -> Own:
    """The company's words out of (theme, idea, words), as they are kept; what says nothing is left out."""
    found: Own = {}
    for theme, idea, words in said:
        name = _plain(idea.lower())[:LONGEST_IDEA]
        kept = _plain(words)[:LONGEST]
        if theme in THEMES and name and kept:
            found.setdefault(theme, {})[name] = kept
    return found


def _plain(text: str) -> str:
    """A text on one line, without the null character that no database of ours takes."""
    return " ".join(text.replace("\0", " ").split())
