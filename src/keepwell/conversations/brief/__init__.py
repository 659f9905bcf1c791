"""The brief before the next call: what to know of an account, made for the person to be met.

A part is a file here with a `PART`: it writes sentences, each with the source it comes from. A part that finds no
source writes none, and the brief says so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.models import Account, Contact
from keepwell.conversations.brief.reading import Reading
from keepwell.members.models import Member


class Audience(TextChoices):
    """Who is to be met: a contact's seniority in the book, and the audience of a clip."""

    EXECUTIVE = "executive", _("An executive")
    MANAGER = "manager", _("A manager")
    STAFF = "staff", _("A daily contact")


EVERYONE = frozenset(Audience)


@dataclass(frozen=True)
class Source:
    """Where a sentence comes from: a page of the office, and what it is called."""

    url: str
    label: str | Promise


@dataclass(frozen=True)
class Sentence:
    """Something to know. `quote` is what somebody said, in their own words and language."""

    text: str
    source: Source
    quote: str = ""

    def __post_init__(self) -> None:
        if self.text.endswith("..") and not self.text.endswith(
            "..."
        ):  # a day that brings a full stop of its own
            object.__setattr__(self, "text", self.text[:-1])


@dataclass(frozen=True)
class Part:
    """A part of the brief, lowest place first, for those it is made for. `told`: woven into the story for these.

    write: what is known, of the account as a member may see it; nothing where there is no source.
    needs: what would have to be there for it, said where it is left out.
    """

    name: str
    place: int
    label: str | Promise
    needs: str | Promise
    write: Callable[[Reading], Sequence[Sentence]]
    audiences: frozenset[Audience] = EVERYONE
    told: frozenset[Audience] = frozenset()


@dataclass(frozen=True)
class Written:
    """A part as it was written."""

    part: Part
    sentences: Sequence[Sentence]


@dataclass(frozen=True)
class Brief:
    """The whole: the story for who is told one, parts with their sentences, and parts that were left out."""

    account: Account
    contact: Contact | None
    audience: Audience
    now: datetime
    story: Sequence[Written] = field(default=())
    parts: Sequence[Written] = field(default=())
    left_out: Sequence[Part] = field(default=())

    @property
    def sentences(self) -> list[Sentence]:
        """Every sentence, in order."""
        return [one for written in (*self.story, *self.parts) for one in written.sentences]


@cache
def all_parts() -> tuple[Part, ...]:
    """Every part there is, in their order."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    found = [module.PART for module in modules if hasattr(module, "PART")]
    return tuple(sorted(found, key=lambda part: part.place))


def audience_of(contact: Contact | None, said: str = "") -> Audience:
    """Whom a brief is for: who is said, else as senior as the contact is, else a manager."""
    if said in Audience.values:
        return Audience(said)
    if contact is not None and contact.seniority in Audience.values:
        return Audience(contact.seniority)
    return Audience.MANAGER


def brief_of(
    member: Member, account: Account, *, audience: Audience, contact: Contact | None = None, now: datetime
) -> Brief:
    """The brief of an account that a member may see, in the language that is active."""
    reading = Reading(member, account, contact, audience.value, now)
    story, parts, left_out = [], [], []
    for part in all_parts():
        if audience not in part.audiences:
            continue
        sentences = list(part.write(reading))
        if not sentences:
            left_out.append(part)
        elif audience in part.told:
            story.append(Written(part, sentences))
        else:
            parts.append(Written(part, sentences))
    return Brief(account, contact, audience, now, story, parts, left_out)


def listed(parts: Iterable[str]) -> str:
    """Parts of one sentence, one after the other, as the reader's language parts them."""
    return gettext("; ").join(parts)
