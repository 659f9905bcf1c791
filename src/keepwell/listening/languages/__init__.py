"""Languages: how each one tells words, denies, asks and reports. A file a language, found by its name.

To add one: a file that defines LANGUAGE, a list in words/, and its forms (`languages.gathering`).
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.listening.languages.lists import FOLDER, choices, read_yaml


def lines(text: str) -> tuple[str, ...]:
    """Entries written one after another with commas or line ends between, with choices in brackets."""
    parts = (part.strip() for part in text.replace("\n", ",").split(","))
    return tuple(one for part in parts if part for one in choices(part))


@dataclass(frozen=True, kw_only=True)
class Language:
    """What the matcher needs to know of a language. Every mark is a word or several, in lower case; "=word" stands
    for every form of a word, "^name" for every word of a class.

    `reach` and `gap` count words (in Chinese characters). Marks that deny: `nots` deny what follows (and, where the
    verb ends the sentence, what stands before), `nobody` are persons who are not, `nones` things that are not there,
    `after` deny what stands before them, `inverse` are verbs that say the opposite (avoid, doubt). `idle` look like
    denials and are none (not only). `matrix` deny a whole sentence that follows.
    """

    code: str
    stemmer: str = ""  # of Snowball; none where words do not change
    characters: bool = False  # every character is a word of its own
    concord: bool = False  # nobody and not in one clause are one denial
    stop: tuple[str, ...] = ()  # dropped from a typed phrase
    mute: tuple[str, ...] = ()  # say nothing by themselves: no phrase is made of them alone
    helpers: tuple[str, ...] = ()  # dropped too where more was typed: "has resigned", "have problems"
    copulas: tuple[str, ...] = ()  # dropped too; what stands behind tells what is before
    prefixes: tuple[str, ...] = ()  # of verbs, that part from them
    prefix_gap: int = 3
    complements: tuple[str, ...] = ()  # behind a verb: that it cannot be; no denial of what else was typed
    nots: tuple[str, ...] = ()
    nobody: tuple[str, ...] = ()
    nones: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    inverse: tuple[str, ...] = ()
    without: tuple[str, ...] = ()  # deny only what follows at once
    grounds: tuple[str, ...] = ()  # before or behind a phrase: for that reason, then or in spite of it
    closing: tuple[str, ...] = ()  # a "not" before one of these denies what stands before it
    lacking: tuple[str, ...] = ()  # deny only what stands right before
    idle: tuple[str, ...] = ()
    double: tuple[str, ...] = ()  # one word or two that deny twice
    ceasing: tuple[str, ...] = ()  # stand for a denial that a phrase asks for
    answers: tuple[str, ...] = ()  # a short denial of what was just asked
    rebuttals: tuple[str, ...] = ()  # begin a sentence that says of the one before that it is not so
    matrix: tuple[str, ...] = ()  # deny the sentence that follows, whatever stands between
    causes: tuple[str, ...] = ()  # the same, but nothing of their own sentence: "not because"
    supposing: tuple[str, ...] = ()  # only thought, feared or planned
    overturns: tuple[
        str, ...
    ] = ()  # behind that these end a sentence and say that it is not so: "but it isn't"
    that: tuple[str, ...] = ()  # begin a sentence that another one speaks of
    knowing: tuple[str, ...] = ()  # not to know, forget or hide something does not deny it
    facts: tuple[
        str, ...
    ] = ()  # the same, but only of a sentence that follows: "cannot" is no "does not know"
    bidding: tuple[
        str, ...
    ] = ()  # to forbid or order: "nobody forbids using it" does not say that nobody uses it
    opinions: tuple[
        str, ...
    ] = ()  # not to think that it is so is to say that it is not: "I don't think that it works"
    contrast: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()  # begin a clause without a comma
    joins: tuple[str, ...] = ()  # begin a clause after a comma
    links: tuple[str, ...] = ()  # join two clauses where a word of the class "finite" stands on both sides
    asides: tuple[str, ...] = ()  # begin what is only put in between commas
    subjects: tuple[str, ...] = ()  # after "and" or a comma these begin a clause
    resumes: tuple[
        str, ...
    ] = ()  # of these, those that go on with what was said before an aside: auxiliaries
    topics: tuple[str, ...] = ()  # name what the clause behind the comma is about ("as for …")
    telling: tuple[str, ...] = ()  # verbs of what a paper says: what follows is not done to the paper
    tails: tuple[
        str, ...
    ] = ()  # begin what is left for the end of a short sentence ("too slow, your support")
    pronouns: tuple[str, ...] = ()  # may stand for a noun of the clause before
    attributes: tuple[str, ...] = ()  # behind a noun these make it tell what another thing is like
    beneficiaries: tuple[str, ...] = ()  # before a noun: for whom it is ("too expensive for a school")
    relatives: tuple[str, ...] = ()  # stand for the noun right before them
    conditions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()  # ask, where the sentence ends in a question mark or not
    reports: tuple[str, ...] = ()
    avowals: tuple[str, ...] = ()  # who speaks says it: no report ("as I said")
    reporting: tuple[str, ...] = ()  # words of a report that come later
    finals: tuple[str, ...] = ()  # may stand behind a denial that ends a clause
    continues: tuple[str, ...] = ()  # go on with the clause before a comma
    questioned: tuple[str, ...] = ()  # a denial that ends a clause behind one of these asks
    polite: tuple[str, ...] = ()  # a denial that opens a question asks, and denies nothing
    shields: tuple[str, ...] = ()  # words that hold a listed word and are other words
    articles: tuple[str, ...] = ()  # a word behind one is no verb
    nouns_of: tuple[str, ...] = ()  # unless one of these follows
    reflexive: tuple[str, ...] = ()  # behind a verb these make it another verb
    abbreviations: tuple[str, ...] = ()  # a full stop behind one ends nothing
    reach: int = 6
    back: int = 5
    gap: int = 6
    turned: int = 8  # gap where the order is turned
    near: int = 2  # gap of words that describe the next
    beside: int = 2  # and of a noun in a case that only what stands beside it explains
    possessed: tuple[str, ...] = ()  # endings that the forms' dictionary takes for part of a word
    endings: str = ""  # a pattern of what may be added to a listed word of five letters or more
    fold: Callable[[str], str] | None = None  # one script's characters to the other's
    inflected: Callable[[str], Iterable[str]] | None = None  # a word's forms, where rules give them all
    loose: tuple[str, ...] = ()  # characters that stand beside any other and make no word with it
    heads: tuple[str, ...] = ()  # nouns that make the one right before them a description
    prepositions: tuple[
        str, ...
    ] = ()  # lead away from what a verb acts on; with these order tells who does what
    infinitive: tuple[str, ...] = ()
    light: tuple[str, ...] = ()  # verbs that add nothing behind an infinitive's mark (to get, to have)
    passives: tuple[str, ...] = ()  # with these something is done to what stands before
    modals: tuple[str, ...] = ()  # behind these a verb stands in its base form
    perfects: tuple[str, ...] = ()  # with these something has been done
    persons: tuple[str, ...] = ()  # who does what follows
    somebody: tuple[str, ...] = ()  # nouns that add nothing to what describes them ("is a new one")
    nominatives: tuple[str, ...] = ()  # only do something: behind a verb they begin a clause
    causatives: tuple[str, ...] = ()  # before a noun and a participle: one has something done to it
    determiners: tuple[str, ...] = ()  # begin what a verb acts on
    no_objects: tuple[str, ...] = ()  # look like nouns in the plural and are none
    after_verbs: tuple[str, ...] = ()  # all that may stand behind a verb of which the object stood before
    objectless: tuple[str, ...] = ()  # "cannot use" says "does not work" only where nothing is used that way
    own_objects: tuple[str, ...] = ()  # begin what may stand behind these nevertheless: what was sold
    aspects: tuple[str, ...] = ()  # particles between a verb and what it acts on
    of: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()  # behind these an "of" leads to the same thing (the rest of the contract)
    adverbs: tuple[str, ...] = ()  # begin with a preposition and say only when or how
    again: tuple[str, ...] = ()  # carry a denial on and are none by themselves (neither … nor)
    nomore: tuple[str, ...] = ()  # with a denial before them they say that something stops
    others: tuple[str, ...] = ()  # somebody else than who speaks and whom they speak to
    selves: tuple[str, ...] = ()  # who speaks
    leads: tuple[str, ...] = ()  # before somebody: not who does what follows
    finding: tuple[str, ...] = ()  # behind somebody else: they say what they think of what was sold
    addressed: tuple[str, ...] = ()  # the one spoken to: what somebody else has with them counts
    no_others: tuple[str, ...] = ()  # right behind somebody: another noun
    anybody: tuple[str, ...] = ()  # with a denial before them they are nobody
    case: Callable[[str, str], str] | None = None  # of a word and one of its forms: the form's case
    classes: tuple[
        tuple[str, str], ...
    ] = ()  # name and pattern of endings; marks say "^name" for words of a class
    agreement: tuple[tuple[str, str], ...] = ()  # endings of adjectives, and of the nouns they may describe
    adpositions: tuple[
        str, ...
    ] = ()  # make a noun beside them another thing than what is done or who does it
    postposed: bool = False  # they stand behind their noun
    grow: Callable[[str, frozenset[str]], set[str]] | None = (
        None  # of a word and its known forms: further forms
    )
    compounds: bool = False  # a noun may end a longer word
    particles: tuple[str, ...] = ()  # these make a verb without a prefix another verb, behind it or
    auxiliaries: tuple[str, ...] = ()  # before it with one of these between


@cache
def _grammar(code: str) -> dict[str, Any]:
    return dict(read_yaml(FOLDER / f"{code}.grammar.yaml"))


def marks(code: str) -> dict[str, Any]:
    """The marks of a language, out of the file beside its word list."""
    return {kind: lines(said) for kind, said in _grammar(code).items() if isinstance(said, str)}


def irregular(code: str) -> dict[str, list[str]]:
    """The forms of words that no rule gives, out of the same file."""
    return {word: str(forms).split() for word, forms in _grammar(code).get("irregular", {}).items()}


@cache
def all_languages() -> dict[str, Language]:
    """Every language there is, by its code."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        language = getattr(importlib.import_module(f"{__name__}.{module.name}"), "LANGUAGE", None)
        if isinstance(language, Language):
            found[language.code] = language
    return found


def language_named(code: str) -> Language:
    """The language of a code. Raises KeepwellError with the near ones."""
    languages = all_languages()
    if code not in languages:
        raise KeepwellError(
            _("There is no language “{code}”.").format(code=code),
            ways=[_("Did you mean {near}?").format(near=n) for n in near(code, languages)]
            or [_("Languages: {names}").format(names=", ".join(sorted(languages)))],
        )
    return languages[code]
