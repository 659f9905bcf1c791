"""Search over everything said and written: what a member may see of it, the newest first, with the place marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from django.core.cache import caches
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import pgettext

from keepwell.accounts.models import Account
from keepwell.conversations import index
from keepwell.conversations.index.asking import Ask, ask_of
from keepwell.conversations.index.pointing import Bit, excerpt
from keepwell.conversations.index.rows import since
from keepwell.conversations.models import Conversation, Hit, Indexed, Turn
from keepwell.conversations.transcript.showing import SIDES
from keepwell.listening import meaning
from keepwell.members.models import Member
from keepwell.members.rights import Right, in_order, may, portfolios_of, seen_by

Found = TypeVar("Found", bound=Model)

WORDS, MEANING = "words", "meaning"  # what is typed is looked for as words, or for what it means
PAGE = 25
LAST = 200  # the last page that can be turned to
AWHILE = 600  # seconds for which it is remembered that a member sees more than so many accounts
FEW = 300  # accounts of a member that the index is asked for by name; who sees more meets theirs soon enough


@dataclass(frozen=True)
class Asked:
    """What is searched for; what is not said narrows nothing. The period is half-open."""

    words: str = ""
    accounts: tuple[str, ...] | None = None
    kind: str = ""
    side: str = ""
    language: str = ""
    theme: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    by: str = WORDS

    @property
    def by_meaning(self) -> bool:
        """Whether what is typed stands for what it means."""
        return self.by == MEANING

    @property
    def anything(self) -> bool:
        """Whether anything is asked."""
        return any(
            (
                self.words.strip(),
                self.accounts is not None,
                self.kind,
                self.side,
                self.language,
                self.theme,
                self.begin,
                self.end,
            )
        )

    @cached_property
    def ask(self) -> Ask:
        """The words as the index is asked for them."""
        return ask_of(self.words, [self.language] if self.language else ())


@dataclass(frozen=True)
class Result:
    """A turn that was found, with an excerpt."""

    turn: Turn
    conversation: Conversation
    excerpt: Sequence[Bit]
    likeness: float | None = None  # where it was found by its meaning: 1 for the same

    @property
    def side(self) -> str:
        """Who said it, where nobody is named."""
        return str(SIDES.get(self.turn.side, ""))

    @property
    def nearness(self) -> str:
        """How near it is to what was meant, in words; "" where it was found by words."""
        if self.likeness is None:
            return ""
        return (
            pgettext("in meaning", "very near")
            if self.likeness >= meaning.VERY_NEAR
            else pgettext("in meaning", "near")
        )


@dataclass(frozen=True)
class Results:
    """A page of them."""

    rows: Sequence[Result]
    number: int = 1
    further: bool = False
    last: int = LAST  # the last page that can be turned to

    @property
    def has_next(self) -> bool:
        """Whether a page follows."""
        return self.further and self.number < self.last

    @property
    def has_other_pages(self) -> bool:
        """Whether this page is not all."""
        return self.has_next or self.number > 1

    @property
    def before(self) -> int:
        """The number of the page before."""
        return self.number - 1

    @property
    def after(self) -> int:
        """The number of the page that follows."""
        return self.number + 1


def search(member: Member, asked: Asked, *, number: int = 1, size: int = PAGE) -> Results:
    """A page of what a member finds, the newest first. Words that are none find nothing."""
    if not asked.anything or (asked.words.strip() and not asked.ask.phrases):
        return Results(())
    number = min(max(number, 1), LAST)
    begin = (number - 1) * size
    places = found(member, asked, slice(begin, begin + size + 1))
    if not places:
        return Results((), number)
    rows = Indexed.objects.filter(pk__in=places[:size]).select_related(
        "turn", "conversation__account", "turn__contact"
    )
    shown = [_result(row, asked.ask) for row in rows.order_by("-place")]
    return Results(shown, number, len(places) > size)


def found(member: Member, asked: Asked, page: slice) -> list[int]:
    """The places of a page of what is asked for and what the member may see, the newest first."""
    period = since(asked.begin) if asked.begin else None, since(asked.end) if asked.end else None
    with in_order():
        rows = narrowed(seen(Indexed.objects.all(), member), asked)
        accounts = asked.accounts or accounts_seen(member, FEW)
        return index.found(rows, asked.ask, _marks(asked), page, period, accounts=accounts)


def narrowed(rows: QuerySet[Found], asked: Asked) -> QuerySet[Found]:
    """Of rows of turns those of the account, kind, side, language and theme that are asked for."""
    if asked.accounts is not None:
        rows = rows.filter(conversation__account__in=asked.accounts)
    if asked.kind:
        rows = rows.filter(conversation__kind=asked.kind)
    if asked.side:
        rows = rows.filter(turn__side=asked.side)
    if asked.language:
        rows = rows.filter(language=asked.language)
    if asked.theme:
        rows = rows.filter(Exists(Hit.objects.filter(turn=OuterRef("turn"), theme=asked.theme, void_at=None)))
    return rows


def seen(rows: QuerySet[Found], member: Member) -> QuerySet[Found]:
    """Of rows of conversations those that a member may see, as `queries.seen` says of these: asked by joining."""
    theirs = seen_by(rows, member, account="conversation__account")
    if may(member, Right.ADMINISTER) or not may(member, Right.SEE):
        return theirs
    nobodys = Q(conversation__account=None)
    if not may(member, Right.MANAGE):
        nobodys &= Q(conversation__brought_by=member)
    return theirs | rows.filter(nobodys)


def accounts_seen(member: Member, most: int) -> list[str] | None:
    """The keys of accounts that a member sees, and "" for nobody's; None where that is all, or more than so many."""
    if may(member, Right.ADMINISTER):
        return None
    name = f"sees-more-than-{most}-{member.pk}"  # who sees so many is not asked each time; nothing is shown by it
    if caches["pages"].get(name):
        return None
    owned = Q(owner=member) | Q(portfolio__in=portfolios_of(member))
    keys = list(Account.objects.filter(owned).order_by().values_list("pk", flat=True)[: most + 1])
    if len(keys) <= most:
        return ["", *keys]
    caches["pages"].set(name, True, AWHILE)
    return None


def _marks(asked: Asked) -> list[list[str]]:
    """What the index itself is asked to narrow by; whether it is right is asked again of the rows."""
    said = (("k", asked.kind), ("s", asked.side), ("l", asked.language))
    return [[f"{letter}{what}"] for letter, what in said if what.isalpha()]


def _result(row: Indexed, ask: Ask) -> Result:
    return Result(row.turn, row.conversation, excerpt(row.turn.text, row.language, ask))
