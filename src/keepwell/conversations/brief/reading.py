"""What the parts of a brief read of an account: each thing once, whoever asks; the book itself is not opened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property

from django.urls import reverse
from django.utils import formats, timezone

from keepwell.accounts.models import Account, Contact, Entry, Standing
from keepwell.accounts.showing import Shown, reporting
from keepwell.conversations.index.asking import Ask, ask_of
from keepwell.conversations.index.pointing import places
from keepwell.conversations.learning.library import clips_seen
from keepwell.conversations.models import Clip, Conversation, Hit, Turn
from keepwell.members.models import Member

LATELY = timedelta(days=180)  # how far back is listened
TURNS, ENTRIES, HITS = 300, 400, 200  # that are read, the newest
QUOTED = 160  # letters of what somebody said
LOOKED_AT = 4_000  # letters of a turn in which phrases are looked for
_ASKS = re.compile("[?？]")


@dataclass(frozen=True)
class Said:
    """Something that was said: the turn, and from where to where."""

    turn: Turn
    start: int = 0
    end: int = 0

    @property
    def url(self) -> str:
        """Where it can be read and heard."""
        return (
            f"{reverse('conversations:conversation', args=[self.turn.conversation_id])}?turn={self.turn.no}"
        )

    @property
    def day(self) -> str:
        """When, in the reader's form."""
        return day_of(self.turn.at or self.turn.conversation.at)

    @property
    def who(self) -> str:
        """Who said it, "" where that is not known."""
        return str(self.turn.contact or self.turn.speaker or "")

    @property
    def quote(self) -> str:
        """The sentence that it stands in."""
        return sentence_at(self.turn.text, self.start)


@dataclass(frozen=True)
class Reading:
    """An account as a member sees it, before they meet somebody there."""

    member: Member
    account: Account
    contact: Contact | None
    audience: str
    now: datetime

    @property
    def since(self) -> datetime:
        """From when on it is listened to."""
        return self.now - LATELY

    @property
    def today(self) -> date:
        """The day, by the reader's clock."""
        return timezone.localtime(self.now).date()

    @property
    def page(self) -> str:
        """The account's page."""
        return reverse("accounts:account", args=[self.account.pk])

    @cached_property
    def shown(self) -> Shown:
        """Its standing in words."""
        return Shown(self.account, getattr(self.account, "standing", None), reporting())

    @property
    def standing(self) -> Standing | None:
        """How it stands; None where it pays nothing."""
        return self.shown.standing

    def signal(self, name: str) -> float | None:
        """A figure of the last night; None where it is not known."""
        value = self.standing.signals.get(name) if self.standing else None
        return float(value) if isinstance(value, int | float) else None

    @cached_property
    def entries(self) -> list[Entry]:
        """What happened lately, the newest first."""
        rows = self.account.entries.select_related("contact").filter(at__gte=self.now - 2 * LATELY)
        return list(rows.order_by("-at", "-pk")[:ENTRIES])

    def happened(self, kind: str) -> list[Entry]:
        """What of a kind happened lately."""
        return [one for one in self.entries if one.kind == kind]

    @cached_property
    def turns(self) -> list[Turn]:
        """What was said lately, the newest first."""
        talks = Conversation.objects.filter(account=self.account, at__gte=self.since, deleted_at=None)
        rows = Turn.objects.filter(conversation__in=talks).exclude(text="").defer("words")
        rows = rows.select_related("conversation", "contact")
        return list(rows.order_by("-conversation__at", "-conversation", "-no")[:TURNS])

    @cached_property
    def hits(self) -> list[Hit]:
        """What rules heard in the last year, the newest first; not what was denied, or judged to be wrong."""
        rows = Hit.objects.filter(
            account=self.account, void_at=None, verdict="hit", at__gte=self.now - 2 * LATELY
        )
        rows = rows.exclude(judged="wrong").exclude(theme="").filter(conversation__deleted_at=None)
        rows = rows.select_related("turn__conversation", "turn__contact").defer("turn__words")
        return [hit for hit in rows.order_by("-at", "-pk")[:HITS] if hit.turn.side != "us"]

    @cached_property
    def clips(self) -> list[Clip]:
        """Good answers of all accounts that the member may see, by theme."""
        rows = clips_seen(self.member).filter(kind=Clip.Kind.GOOD).exclude(theme="")
        return list(rows.filter(theme__in={hit.theme for hit in self.hits})[:HITS]) if self.hits else []

    @property
    def people(self) -> Sequence[Contact]:
        """Who is or was there."""
        return self.account.everybody

    def said(self, phrases: dict[str, str], side: str, *, most: int) -> list[Said]:
        """Where a side said one of some phrases, by language, lately; of each conversation the last."""
        asks = {language: _any_of(language, text) for language, text in phrases.items()}
        found: list[Said] = []
        heard: set[int] = set()
        for turn in self.turns:
            if (
                turn.side == side
                and turn.conversation_id not in heard
                and (at := _first(turn, asks)) is not None
            ):
                found.append(Said(turn, *at))
                heard.add(turn.conversation_id)
            if len(found) == most:
                break
        return found


def day_of(moment: date | datetime) -> str:
    """A day as the reader writes it."""
    day = timezone.localtime(moment).date() if isinstance(moment, datetime) else moment
    return formats.date_format(day, "DATE_FORMAT")


def sentence_at(text: str, at: int) -> str:
    """The sentence around a place, not too long."""
    begin = max((text.rfind(mark, 0, at) for mark in ".!?。！？\n"), default=-1) + 1
    ends = [end for mark in ".!?。！？\n" if (end := text.find(mark, at)) >= 0]
    said = text[begin : min(ends, default=len(text)) + 1].strip()
    return said if len(said) <= QUOTED else f"{said[: QUOTED - 2].rsplit(' ', 1)[0]} …"


@cache
def _any_of(language: str, text: str) -> Ask:
    """Some phrases of a language, each as it is said."""
    asks = (ask_of(f'"{one}"', [language]) for one in text.split(","))
    return Ask(tuple(phrase for ask in asks for phrase in ask.phrases))


def _first(turn: Turn, asks: dict[str, Ask]) -> tuple[int, int] | None:
    """The first place of any of the phrases in a turn, of those of its conversation's language where it is known."""
    language, text = turn.conversation.language[:2], turn.text[:LOOKED_AT]
    among = {language: asks[language]} if language in asks else asks
    spans = (span for code, ask in among.items() for span in places(text, code, ask))
    return min((span for span in spans if own(turn, span[0])), default=None)


def question_in(turn: Turn, shortest: int) -> Said | None:
    """The first question that a turn asks, where it is more than a word or two."""
    for mark in _ASKS.finditer(turn.text):
        said = Said(turn, mark.start(), mark.end())
        if own(turn, mark.start()) and (len(said.quote) >= shortest or not said.quote.isascii()):
            return said
    return None


def own(turn: Turn, at: int) -> bool:
    """Whether what stands at a place was said in this turn, and not quoted or signed."""
    return not any(start <= at < end for _kind, start, end in turn.pieces)
