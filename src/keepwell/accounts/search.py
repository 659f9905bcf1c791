"""Search from anywhere: accounts and contacts, and what other rooms add from their `search.py`."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.rooms import Found, Search, added
from keepwell.accounts.words import looked_for
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.ready import ready
from keepwell.members.rights import seen_by

SHORTEST = 2  # letters from which it is worth looking


@dataclass(frozen=True)
class Heap:
    """What one search found."""

    label: str | Promise
    found: list[Found]


def look_for(member: Member, words: str, *, most: int) -> list[Heap]:
    """What a member finds by some words, at most so much of each kind; never what is not theirs to see."""
    said = " ".join(words.split())[:100]
    if len(said) < SHORTEST:
        return []
    heaps = [Heap(one.label, one.find(member, said, most)) for one in added("search", "SEARCHES")]
    return [heap for heap in heaps if heap.found]


def _accounts(member: Member, words: str, most: int) -> list[Found]:
    rows = looked_for(_theirs(member=member), Account, words)
    return [Found(str(one), one.segment, one.address) for one in Pages(rows, most).get_page(1)]


@ready
def _theirs(*, member: Member) -> QuerySet[Account]:
    return seen_by(Account.objects.only("name", "segment"), member).order_by("name", "pk")


def _contacts(member: Member, words: str, most: int) -> list[Found]:
    rows = looked_for(_people(member=member), Contact, words)
    return [Found(str(one), str(one.account), one.account.address) for one in Pages(rows, most).get_page(1)]


@ready
def _people(*, member: Member) -> QuerySet[Contact]:
    rows = Contact.objects.select_related("account").only("name", "role", "account__name")
    return seen_by(rows, member, account="account").order_by("name", "pk")


SEARCHES = (Search("accounts", _("Accounts"), _accounts), Search("contacts", _("Contacts"), _contacts))
