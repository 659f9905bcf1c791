"""Who took part: the accounts, contacts and members that participants could be, and whose the conversation is.

Only who could be meant is read, by index, so that a conversation costs the same in a book of a million accounts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q
from django.db.models.functions import Lower

from keepwell.accounts.models import Account, Contact
from keepwell.accounts.words import folded
from keepwell.conversations.models import Dialled
from keepwell.lib.text import remembering_messages
from keepwell.listening.belonging import (
    FREE_MAIL,
    Belonging,
    Directory,
    KnownAccount,
    KnownContact,
    address_of,
    name_key,
    phone_key,
)
from keepwell.listening.said import Conversation, Participant, Side
from keepwell.members.models import Member

MOST = 300  # participants of one conversation that are looked up
MOST_ALIKE = 200  # contacts of one name that are looked at
BATCH = 2_000


@dataclass(frozen=True)
class Known:
    """Who could be meant in one conversation. Members and contacts by what they are compared by."""

    directory: Directory
    members: dict[str, int] = field(default_factory=dict)  # of an address or a name
    contacts: tuple[Contact, ...] = ()

    def member(self, one: Participant) -> int | None:
        """Which member of ours it is; a name alone tells only where the source puts them on our side."""
        found = self.members.get(address_of(one.address)) if one.address else None
        if found is None and one.side is not Side.THEM and not one.address:
            found = self.members.get(name_key(one.name))
        return found

    def contact(self, one: Participant, account: str) -> str | None:
        """Which contact of the account it is, by address, telephone or whole name."""
        theirs = [contact for contact in self.contacts if contact.account_id == account]
        for same in (_same_address, _same_phone, _same_name):
            found = [contact.pk for contact in theirs if same(contact, one)]
            if len(found) == 1:
                return found[0]
        return None


def _same_address(contact: Contact, one: Participant) -> bool:
    return bool(one.address and contact.email) and address_of(contact.email) == address_of(one.address)


def _same_phone(contact: Contact, one: Participant) -> bool:
    region = _region(contact.account.country)
    called = phone_key(one.phone, region) if one.phone else ""
    return bool(called) and called == phone_key(contact.phone, region)


def _same_name(contact: Contact, one: Participant) -> bool:
    key = name_key(one.name)
    return bool(key) and key == name_key(contact.name)


def known_to(participants: Iterable[Participant]) -> Known:
    """Everybody of the office whom these participants could be."""
    some = list(participants)[:MOST]
    members = _members(some)
    theirs = [one for one in some if one.side is not Side.US]
    contacts = tuple(_contacts(theirs))
    accounts = {one.account_id: one.account for one in contacts}
    for account in Account.objects.filter(domain__in=_domains(theirs), gone=False):
        accounts[account.pk] = account
    directory = Directory.of(
        [
            KnownAccount(one.pk, one.name, (one.domain,) if one.domain else (), (), _region(one.country))
            for one in accounts.values()
        ],
        [
            KnownContact(
                one.pk,
                one.account_id,
                one.name,
                (one.email,) if one.email else (),
                (one.phone,) if one.phone else (),
            )
            for one in contacts
        ],
    )
    return Known(directory, members, contacts)


def sided(said: Conversation) -> Conversation:
    """The conversation with members put on our side, and everybody else on theirs where that tells them apart."""
    members = _members(said.participants)

    def ours(one: Participant) -> bool:
        return (address_of(one.address) if one.address else name_key(one.name)) in members

    people = [
        replace(one, side=Side.US) if one.side is Side.UNKNOWN and ours(one) else one
        for one in said.participants
    ]
    if any(one.side is Side.US for one in people):
        people = [replace(one, side=Side.THEM) if one.side is Side.UNKNOWN else one for one in people]
    sides = {called: one.side for one in people for called in (one.name, one.address) if called}
    turns = [
        replace(turn, side=sides.get(turn.speaker, turn.side)) if turn.side is Side.UNKNOWN else turn
        for turn in said.turns
    ]
    return replace(said, participants=tuple(people), turns=tuple(turns))


def whose(known: Known, participants: Sequence[Participant]) -> Belonging:
    """Whose a conversation with these participants is; members of ours say nothing, whatever side they stand on."""
    with remembering_messages():
        return known.directory.whose([one for one in participants if known.member(one) is None])


def _members(participants: Sequence[Participant]) -> dict[str, int]:
    """Members among the participants, by address and, where no other member bears it, by name."""
    addresses = {address_of(one.address) for one in participants if one.address}
    called = {one.name.strip() for one in participants if one.name and not one.address}
    if not addresses and not called:
        return {}
    asked = Q(at__in=addresses)
    for name in list(called)[:MOST]:
        asked |= Q(name__iexact=name)
    found: dict[str, int] = {}
    for pk, at, name in (
        Member.objects.annotate(at=Lower("email")).filter(asked).values_list("pk", "at", "name")
    ):
        found[at] = pk
        if key := name_key(name):
            found[key] = pk
    return found


def _contacts(participants: Sequence[Participant]) -> list[Contact]:
    asked = Q()
    if addresses := {form for one in participants if one.address for form in _forms(one.address)}:
        asked |= Q(email__in=addresses)
    numbers = {called for one in participants if one.phone for called in _numbers(one.phone)}
    if numbers:
        asked |= Q(pk__in=Dialled.objects.filter(number__in=numbers).values("contact"))
    rows = Contact.objects.select_related("account").filter(account__gone=False)
    found = {one.pk: one for one in rows.filter(asked)} if asked else {}
    for name in {one.name for one in participants if name_key(one.name)}:
        named = rows
        for word in sorted(folded(name), key=len, reverse=True)[:3]:
            named = named.filter(words__word=word)
        found |= {one.pk: one for one in named[:MOST_ALIKE]}
    return list(found.values())


def _forms(address: str) -> set[str]:
    """An address in the ways that a source may have it."""
    written = address.strip()
    return {written, written.lower(), address_of(written)}


def _numbers(phone: str) -> set[str]:
    """What a telephone is called in the countries that accounts are in, where it says none itself."""
    if called := phone_key(phone):
        return {called}
    countries = Account.objects.order_by().values_list("country", flat=True).distinct()[:300]
    return {called for one in countries if (called := phone_key(phone, _region(one)))}


def _domains(participants: Sequence[Participant]) -> set[str]:
    """The domains of their addresses and those above them."""
    found = set()
    for one in participants:
        labels = address_of(one.address).rpartition("@")[2].split(".") if one.address else []
        for first in range(min(len(labels) - 1, 8)):
            domain = ".".join(labels[first:])
            if domain in FREE_MAIL:
                break
            found.add(domain)
    return found


def _region(country: str) -> str:
    """A country of two letters, as telephones are read by; "" for one that is written out."""
    return country.upper() if len(country) == 2 else ""


def renew_numbers() -> int:
    """Bring the numbers that callers are known by up to date with the contacts; returns how many were written."""
    written, last = 0, ""
    while True:
        rows = list(
            Contact.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "phone", "account__country", "dialled__written")[:BATCH]
        )
        if not rows:
            return written
        last = rows[-1][0]
        new = [
            Dialled(
                contact_id=pk, written=f"{phone} {country}"[:60], number=phone_key(phone, _region(country))
            )
            for pk, phone, country, was in rows
            if (phone or was) and was != f"{phone} {country}"[:60]
        ]
        Dialled.objects.bulk_create(
            new, update_conflicts=True, unique_fields=["contact"], update_fields=["written", "number"]
        )
        written += len(new)
