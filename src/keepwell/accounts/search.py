"""Search from anywhere: accounts and contacts, and what other rooms add from their `search.py`."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.rooms import Found, Search, added
from keepwell.members.models import Member
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


def holding(field: str, words: str) -> Q:
    """Rows whose field holds each of the words, in whatever case: SQLite folds that of plain letters only."""
    asked = Q()
    for word in words.split():
        cases = {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}
        some = Q()
        for case in sorted(cases):
            some |= Q(**{f"{field}__icontains": case})
        asked &= some
    return asked


def _accounts(member: Member, words: str, most: int) -> list[Found]:
    rows = seen_by(Account.objects.all(), member).filter(holding("name", words) | Q(pk__iexact=words))
    return [
        Found(str(one), one.segment, reverse("accounts:account", args=[one.pk]))
        for one in rows.order_by("name", "pk")[:most]
    ]


def _contacts(member: Member, words: str, most: int) -> list[Found]:
    rows = seen_by(Contact.objects.select_related("account"), member, account="account")
    rows = rows.filter(holding("name", words) | Q(email__istartswith=words))
    return [
        Found(str(one), str(one.account), reverse("accounts:account", args=[one.account_id]))
        for one in rows.order_by("name", "pk")[:most]
    ]


SEARCHES = (Search("accounts", _("Accounts"), _accounts), Search("contacts", _("Contacts"), _contacts))
