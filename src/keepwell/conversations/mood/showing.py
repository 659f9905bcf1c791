"""The mood of a conversation as its page shows it, in the reader's language, and why there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keepwell.accounts.showing import per_cent
from keepwell.conversations.models import Conversation, Felt, MoodModel, MoodSaid, Turn
from keepwell.conversations.mood.telling import language_in, newest, said_by
from keepwell.conversations.transcript.showing import LANGUAGES
from keepwell.listening.mood import vader
from keepwell.listening.mood.labels import Mood
from keepwell.listening.mood.learning import ACCOUNTS, ENOUGH, Kind, State
from keepwell.listening.mood.model import told
from keepwell.listening.mood.quality import ABOVE
from keepwell.listening.said import Side

MARKS = {"good": "well", "neutral": "held", "bad": "poor"}
LOOKED_AT = 20  # turns by which a conversation's language is told


@dataclass(frozen=True)
class TurnMood:
    """The mood of a turn on its page; "" where it is not sure, or not told."""

    mood: str = ""
    said: MoodSaid | None = None
    told: bool = False  # a model could read it

    @property
    def label(self) -> str:
        """In words: never by its colour alone."""
        if self.mood:
            return str(MoodSaid.Mood(self.mood).label)
        return _("not sure") if self.told else ""

    @property
    def mark(self) -> str:
        """The class of its mark."""
        return MARKS.get(self.mood, "")


def sign_of(good: int | None, neutral: int | None, bad: int | None) -> tuple[str, str]:
    """The mood of most of a conversation's turns: the class of its mark and its words; "" where none is known."""
    counts = {"bad": bad or 0, "good": good or 0, "neutral": neutral or 0}
    most = [mood for mood, n in counts.items() if n and n == max(counts.values())]
    if {"bad", "good"} <= set(most):
        return MARKS["neutral"], pgettext("a mood", "Mixed")
    return (MARKS[most[0]], str(MoodSaid.Mood(most[0]).label)) if most else ("", "")


@dataclass(frozen=True)
class Moment:
    """The turn at which a mood was best or worst."""

    no: int
    label: str


@dataclass(frozen=True)
class Source:
    """What tells the mood in a language, or why nothing does; `more` is how far it can be trusted."""

    what: str
    more: str = ""


@dataclass(frozen=True)
class Summary:
    """A conversation's mood: how many of the customer's turns in each, its best and worst moment, what told it."""

    counts: tuple[tuple[str, str, int], ...] = ()  # class, label, turns
    of: int = 0
    moments: tuple[Moment, ...] = ()
    told_by: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Moods:
    """The moods of a conversation's turns that were told or said, by their number, and what was told."""

    turns: Mapping[int, TurnMood]
    felt: Felt

    @property
    def chances(self) -> dict[int, float]:
        """The chance of a good mood of those that a model could read, by the turn's number."""
        return {no: chance for no, chance, _code in self.felt.turns}

    def of(self, turn: Turn) -> TurnMood:
        """The mood of one turn."""
        return self.turns.get(turn.no, TurnMood())


def moods_of(conversation: Conversation) -> Moods:
    """The moods of a conversation."""
    felt = Felt.objects.filter(pk=conversation.pk).first() or Felt()
    rows = MoodSaid.objects.filter(turn__conversation=conversation).select_related("by", "turn")
    said = {one.turn.no: one for one in rows.defer("turn__text", "turn__words", "turn__pieces")}
    found = {no: TurnMood(told(chance) or "", None, told=True) for no, chance, _code in felt.turns}
    found |= {no: TurnMood(one.mood, one, told=no in found) for no, one in said.items()}
    return Moods(found, felt)


def summary_of(conversation: Conversation, moods: Moods) -> Summary:
    """What the page says of a conversation's mood."""
    languages = dict.fromkeys(code for _no, _chance, code in moods.felt.turns)
    if not languages and (spoken := _language(conversation)):
        languages = {spoken: None}
    rows = newest()
    sentences = [_of_language(code, rows.get(code)) for code in languages]
    if not languages:
        sentences = [Source(_nobody(conversation))]
    of = [one.mood for one in moods.turns.values()]
    counts = tuple(
        (MARKS.get(mood, ""), str(label), of.count(mood))
        for mood, label in [*MoodSaid.Mood.choices, ("", _("Not sure"))]
        if of.count(mood)
    )
    return Summary(counts, len(of), tuple(_moments(moods.turns, moods.chances)), tuple(sentences))


def _moments(moods: Mapping[int, TurnMood], chances: Mapping[int, float]) -> Iterable[Moment]:
    """The worst and the best turn, where there are bad and good ones; what a member said is surer than a chance."""

    def place(no: int) -> float:
        return {"good": 2.0, "bad": -1.0}[moods[no].mood] if moods[no].said else chances.get(no, 0.5)

    bad = [no for no, one in moods.items() if one.mood == Mood.BAD]
    good = [no for no, one in moods.items() if one.mood == Mood.GOOD]
    if bad:
        yield Moment(min(bad, key=lambda no: (place(no), no)), _("Worst moment"))
    if good:
        yield Moment(max(good, key=lambda no: (place(no), -no)), _("Best moment"))


def _language(conversation: Conversation) -> str:
    """The language that the customer speaks, as far as it can be told."""
    turns = conversation.turns.filter(side=Side.THEM).exclude(text="").defer("words")[:LOOKED_AT]
    return language_in(conversation.language, " ".join(said_by(turn) for turn in turns))


def _nobody(conversation: Conversation) -> str:
    if not conversation.turns.filter(side=Side.THEM).exclude(text="").exists():
        return _("Not available: of nothing here it is known that the customer said it.")
    return _("Not available: its language cannot be told.")


def _of_language(code: str, row: MoodModel | None) -> Source:
    """What tells the mood in a language and how well, or what is missing."""
    language = str(LANGUAGES.get(code, code))
    if row is None:
        return Source(
            _(
                "Not available in {language} yet: it is learnt at night, from the comments of surveys that ask"
                " whether people would recommend you or how content they are, and from what members say here."
            ).format(language=language)
        )
    if row.kind == Kind.OWN:
        return _own(language, row)
    if row.kind == Kind.VADER:
        return _vader(row)
    return Source(_unproven(language, row) if row.state == State.UNPROVEN else _few(language, row))


def _few(language: str, row: MoodModel) -> str:
    counts = row.counts
    return _(
        "Not available in {language}: too little to learn from. There are {good} good and {bad} bad comments, from"
        " {accounts} accounts; at least {enough} of each are needed, from at least {least} accounts."
    ).format(
        language=language,
        good=counts.get("good", 0),
        bad=counts.get("bad", 0),
        accounts=counts.get("accounts", 0),
        enough=ENOUGH,
        least=ACCOUNTS,
    )


def _ranked(quality: Mapping[str, Any]) -> dict[str, str]:
    return {name: per_cent(quality[name]) for name in ("ranked", "low", "high")}


def _unproven(language: str, row: MoodModel) -> str:
    quality = max(row.quality.values(), key=lambda one: one["ranked"])
    return _(
        "Not available in {language}: what was learnt from {good} good and {bad} bad comments is not clearly better"
        " than chance. It puts a good comment before a bad one in {ranked} of pairs ({low} to {high}); at least"
        " {above} must be sure."
    ).format(
        language=language,
        good=row.counts["good"],
        bad=row.counts["bad"],
        above=per_cent(ABOVE),
        **_ranked(quality),
    )


def _own(language: str, row: MoodModel) -> Source:
    quality, counts = row.quality[Kind.OWN], row.counts
    said = _(
        "{language}: learnt on {day} from {good} good and {bad} bad comments of {accounts} of your accounts (version"
        " {version}). Tried on accounts it had not seen, it puts a good comment before a bad one in {ranked} of pairs"
        " ({low} to {high})."
    ).format(
        language=language,
        day=formats.date_format(localtime(row.at), "DATE_FORMAT"),
        good=counts["good"],
        bad=counts["bad"],
        accounts=counts["accounts"],
        version=row.version,
        **_ranked(quality),
    )
    return Source(said, f"{_told(quality)} {_by_hand(quality, counts)}")


def _vader(row: MoodModel) -> Source:
    said = _(
        "English: by {model}, a general list of words that knows nothing of your business. So far"
        " there are {good} good and {bad} bad comments of your own, from {accounts} accounts; with at least {enough}"
        " of each, from at least {least} accounts, it is learnt from these."
    )
    quality = row.quality.get(Kind.VADER)
    if row.state == State.READY and row.quality.get(Kind.OWN):
        said = _(
            "English: by {model}, a general list of words, which is better here than what your own comments teach."
        )
    counts = {name: row.counts.get(name, 0) for name in ("good", "bad", "accounts")}
    said = said.format(model=vader.NAME, enough=ENOUGH, least=ACCOUNTS, **counts)
    if quality is None:
        return Source(said + " " + _("How good it is on them is not known: they are too few."))
    tried = _(
        "On your own comments it puts a good one before a bad one in {ranked} of pairs ({low} to {high})."
    ).format(**_ranked(quality))
    return Source(f"{said} {tried}", _told(quality))


def _told(quality: Mapping[str, Any]) -> str:
    """How many of each mood it knows, and how many it takes for the other."""
    good, bad = quality["good"], quality["bad"]
    return _(
        "Of bad ones it knows {known} and takes {wrong} for good; of good ones it knows {good} and takes {other} for"
        " bad. Of the rest it is not sure."
    ).format(
        known=per_cent(bad["right"] / bad["n"]),
        wrong=per_cent(bad["wrong"] / bad["n"]),
        good=per_cent(good["right"] / good["n"]),
        other=per_cent(good["wrong"] / good["n"]),
    )


def _by_hand(quality: Mapping[str, Any], counts: Mapping[str, Any]) -> str:
    """How good it is on turns that members labelled: comments are written otherwise than people speak."""
    if quality.get("by_hand") is not None:
        return _("On turns whose mood members said, in {ranked} of pairs.").format(
            ranked=per_cent(quality["by_hand"])
        )
    said = ngettext(
        "How good it is on what is said in calls and mails is not known: members have said the mood of {n} turn.",
        "How good it is on what is said in calls and mails is not known: members have said the mood of {n} turns.",
        counts.get("by_hand", 0),
    )
    return said.format(n=counts.get("by_hand", 0))
