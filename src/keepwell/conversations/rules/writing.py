"""A rule while it is written: which forms it will match in each language, and what is proposed beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from keepwell.conversations.rules import ears
from keepwell.conversations.transcript.showing import LANGUAGES
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.listening.languages import all_languages
from keepwell.listening.matching.hearing import Ears

FORMS = 14  # of a slot that are shown at once; the others are a click away
MOST = 400
PHRASES = 8  # of a language that are shown
CHOICES = 4  # of a piece of a saying that are shown


@dataclass(frozen=True)
class Slot:
    """A place of a phrase: the forms of words that fill it."""

    forms: list[str]
    rest: list[str]
    more: int  # beyond those, that are not listed


@dataclass(frozen=True)
class Phrase:
    """A phrase, with its slots; or why it says nothing."""

    text: str
    slots: list[Slot]
    wrong: str = ""
    sayings: tuple[str, ...] = ()  # whole other ways of saying it


@dataclass(frozen=True)
class Spoken:
    """The phrases of a language."""

    code: str
    label: str
    phrases: list[Phrase]


@dataclass(frozen=True)
class Proposal:
    """What could be added: a synonym, or the same in another language."""

    code: str
    label: str
    text: str
    ticked: bool

    @property
    def value(self) -> str:
        """As a form sends it."""
        return f"{self.code}:{self.text}"


def language_codes() -> list[tuple[str, str]]:
    """The languages that rules are heard in, with what they are called."""
    return [(code, str(LANGUAGES.get(code, code))) for code in sorted(all_languages())]


def heard_by(rule: listening.Rule) -> list[Spoken]:
    """Which forms a rule will match, language by language, with the company's own words."""
    lists = ears.lists()
    found = []
    for code, label in language_codes():
        texts = rule.phrases.get(code, ())[:PHRASES]
        phrases = []
        for text in texts:
            try:
                alone = listening.Rule(name="x", phrases={code: (text,)}, gap=rule.gap, ordered=rule.ordered)
                slots = listening.forms(alone, code, lists.get(code))
                sayings = listening.sayings(alone, code, lists.get(code))
            except KeepwellError as wrong:
                phrases.append(Phrase(text, [], str(wrong).splitlines()[0]))
                continue
            phrases.append(
                Phrase(text, [_slot(forms) for forms in slots], sayings=tuple(map(_shortened, sayings)))
            )
        if code in rule.slots:
            phrases += [Phrase("", [_slot(list(words)) for words in rule.slots[code]])]
        if phrases:
            found.append(Spoken(code, label, phrases))
    return found


def proposed(phrase: str, language: str, ticked: Iterable[str] = ()) -> list[Proposal]:
    """What the word lists propose beside a phrase: first the same in other languages, then other words for it."""
    chosen = set(ticked)
    try:
        found = listening.proposals(phrase, language, ears.lists().get(language))
    except KeepwellError:
        found = {}
    proposals = [
        (code, text)
        for code, texts in found.items()
        for text in (texts[:3] if code != language else texts)
        if text != phrase
    ]
    for value in chosen:
        code, _colon, text = value.partition(":")
        if code in all_languages() and text and (code, text) not in proposals:
            proposals.append((code, text))
    labels = dict(language_codes())
    return [
        Proposal(code, labels[code], text, ticked=f"{code}:{text}" in chosen)
        for code, text in sorted(proposals, key=lambda one: (one[0] == language, one[0]))
    ]


def theme_of(phrase: str, language: str) -> str:
    """The theme that the words of a phrase are listed under most; "" where they are in no list."""
    try:
        made = Ears(language, [phrase], ears.lists().get(language))
    except KeepwellError:
        return ""
    themes = made.lexicon.words.themes
    counts: dict[str, int] = {}
    for pattern in made.patterns[:1]:
        for slot in pattern.slots:
            for idea in slot.ideas[:1]:
                if idea in themes:
                    counts[themes[idea]] = counts.get(themes[idea], 0) + 1
    return max(counts, key=lambda theme: counts[theme]) if counts else ""


def _slot(forms: list[str]) -> Slot:
    return Slot(forms[:FORMS], forms[FORMS:MOST], max(0, len(forms) - MOST))


def _shortened(saying: str) -> str:
    """A saying with the first choices of each of its pieces."""
    pieces = [piece.split("/") for piece in saying.split(" … ")]
    return " … ".join(
        " / ".join(piece[:CHOICES]) + (" / …" if len(piece) > CHOICES else "") for piece in pieces
    )
