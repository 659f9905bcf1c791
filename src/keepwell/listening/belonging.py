"""Whose conversation it is: the account and contact, found by address, telephone, company domain or name, with why.

Nothing is guessed: where two accounts fit equally, both are told and a person decides.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from keepwell.lib.text import gettext as _
from keepwell.listening.said import Participant, Side

# Where anybody has an address: such a domain says nothing about a company.
_FREE_MAIL = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com aol.com
icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de
freenet.de arcor.de posteo.de mailbox.org mail.com zoho.com zohomail.com yandex.com yandex.ru mail.ru inbox.ru
bk.ru list.ru rambler.ru fastmail.com fastmail.fm hey.com tutanota.com tuta.io hushmail.com duck.com mail.de
freemail.hu citromail.hu indamail.hu t-online.hu upcmail.hu vipmail.hu mailbox.hu chello.hu digikabel.hu wp.pl
o2.pl onet.pl op.pl onet.eu poczta.onet.pl interia.pl interia.eu gazeta.pl tlen.pl go2.pl vp.pl poczta.fm qq.com
vip.qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn 21cn.com
tom.com 263.net pchome.com.tw hinet.net seed.net.tw yahoo.com.tw yahoo.com.hk netvigator.com yahoo.co.uk
hotmail.co.uk live.co.uk btinternet.com yahoo.de yahoo.fr hotmail.fr orange.fr free.fr laposte.net wanadoo.fr
yahoo.it libero.it hotmail.it tiscali.it virgilio.it yahoo.es hotmail.es seznam.cz centrum.cz email.cz azet.sk
zoznam.sk bluewin.ch telenet.be skynet.be ziggo.nl kpnmail.nl xs4all.nl comcast.net verizon.net att.net
sbcglobal.net cox.net bellsouth.net naver.com daum.net hanmail.net yahoo.co.jp yahoo.co.in rediffmail.com
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())


class By(StrEnum):
    """What told whose a conversation is, the surest first."""

    ADDRESS = "address"
    PHONE = "phone"
    DOMAIN = "domain"
    NAME = "name"


class Outcome(StrEnum):
    """Whether it is known whose a conversation is."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"


@dataclass(frozen=True)
class KnownAccount:
    """An account as far as it can be recognised. `country` is of two letters, for telephones without one."""

    account_id: str
    name: str = ""
    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    country: str = ""


@dataclass(frozen=True)
class KnownContact:
    """A contact as far as they can be recognised."""

    contact_id: str
    account_id: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One thing that points to an account, and to a contact where it is theirs."""

    by: By
    said: str
    account_id: str
    contact_id: str = ""


@dataclass(frozen=True)
class Belonging:
    """Whose a conversation is. `candidates` are the accounts that fit equally; `evidence` is all that was found."""

    outcome: Outcome
    account_id: str = ""
    contact_id: str = ""
    why: str = ""
    candidates: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass
class Directory:
    """Who is known, made ready for looking up; build it once for many conversations."""

    _by: Mapping[By, dict[str, set[tuple[str, str]]]] = field(
        default_factory=lambda: {by: defaultdict(set) for by in By}
    )
    _regions: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, accounts: Iterable[KnownAccount], contacts: Iterable[KnownContact], *, country: str = ""
    ) -> "Directory":
        """Everybody known. `country` is where telephones without one are taken to be."""
        made = cls()
        regions = {}
        for account in accounts:
            region = account.country.upper() if len(account.country) == 2 else country.upper()
            regions[account.account_id] = region
            for domain in map(domain_of, account.domains):
                if domain and domain not in FREE_MAIL:
                    made._by[By.DOMAIN][domain].add((account.account_id, ""))
            made._phones(account.phones, region, (account.account_id, ""))
        for contact in contacts:
            who = (contact.account_id, contact.contact_id)
            for address in contact.addresses:
                made._by[By.ADDRESS][address_of(address)].add(who)
            made._phones(contact.phones, regions.get(contact.account_id, country.upper()), who)
            if key := name_key(contact.name):
                made._by[By.NAME][key].add(who)
        return made

    def _phones(self, numbers: Iterable[str], region: str, who: tuple[str, str]) -> None:
        self._regions.add(region)
        for number in numbers:
            if key := phone_key(number, region):
                self._by[By.PHONE][key].add(who)

    def whose(self, participants: Iterable[Participant]) -> Belonging:
        """Whose a conversation with these participants is; those on our side say nothing."""
        found: list[Evidence] = []
        for one in participants:
            if one.side is not Side.US:
                found += self._of(one)
        return _decided(list(dict.fromkeys(found)))

    def _of(self, one: Participant) -> list[Evidence]:
        found = []
        if one.address:
            address = address_of(one.address)
            found += self._at(By.ADDRESS, address, one.address)
            found += self._of_domain(address.rpartition("@")[2])
        for region in sorted(self._regions) if one.phone else ():
            found += self._at(By.PHONE, phone_key(one.phone, region), one.phone)
        if key := name_key(one.name):
            found += self._at(By.NAME, key, one.name)
        return found

    def _of_domain(self, domain: str) -> list[Evidence]:
        """Of the domain and those above it, the nearest that is somebody's: sales.acme.com is acme.com's."""
        labels = domain.split(".")
        for first in range(min(len(labels) - 1, 8)):
            above = ".".join(labels[first:])
            if above in FREE_MAIL:
                return []
            if found := self._at(By.DOMAIN, above, domain):
                return found
        return []

    def _at(self, by: By, key: str, said: str) -> list[Evidence]:
        known = self._by[by].get(key, set()) if key else set()
        return [Evidence(by, said, account, contact) for account, contact in sorted(known)]


def _decided(found: list[Evidence]) -> Belonging:
    """The account that the surest evidence points to; less sure evidence only chooses among those it leaves."""
    if not found:
        return Belonging(
            Outcome.UNMATCHED, why=_("No participant is known by address, telephone, domain or name.")
        )
    accounts: set[str] = set()
    for by in By:
        if by is By.DOMAIN and accounts:
            continue  # it is part of the addresses that left several
        here = {one.account_id for one in found if one.by is by}
        if here:
            accounts = (accounts & here or accounts) if accounts else here
        if len(accounts) == 1:
            break
    if len(accounts) > 1:
        candidates = tuple(sorted(accounts))
        why = _("{count} accounts fit equally: {names}.").format(
            count=len(candidates), names=", ".join(candidates)
        )
        return Belonging(Outcome.AMBIGUOUS, why=why, candidates=candidates, evidence=tuple(found))
    account = accounts.pop()
    mine = [one for one in found if one.account_id == account]
    contact = _contact(mine)
    others = {one.account_id for one in found} - {account}
    return Belonging(
        Outcome.MATCHED,
        account,
        contact,
        _why(min(mine, key=lambda one: list(By).index(one.by))),
        candidates=tuple(sorted(others)),
        evidence=tuple(found),
    )


def _contact(found: list[Evidence]) -> str:
    """The contact that the surest evidence points to, where it is one; the first of a mail is who wrote it."""
    for by in By:
        contacts = list(dict.fromkeys(one.contact_id for one in found if one.by is by and one.contact_id))
        if by is By.ADDRESS and contacts:
            return contacts[0]
        if len(contacts) == 1:
            return contacts[0]
    return ""


def _why(one: Evidence) -> str:
    return {
        By.ADDRESS: _("By the address {said}."),
        By.PHONE: _("By the telephone {said}."),
        By.DOMAIN: _("By the company's domain {said}."),
        By.NAME: _("By the name {said}: have a look."),
    }[one.by].format(said=one.said)


def address_of(written: str) -> str:
    """An address as it is compared: in lower case, without what stands behind a plus."""
    local, at, domain = written.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def domain_of(written: str) -> str:
    """The domain of a web address, a mail address or a domain as people write them; "" where it is none."""
    clean = re.sub(r"^[a-z]+://", "", written.strip().lower()).split("/")[0].rpartition("@")[2]
    clean = clean.removeprefix("www.").strip(".")
    return clean if "." in clean else ""


def name_key(written: str) -> str:
    """A name as it is compared: no accents, any order of its words; "" where it is one short word."""
    plain = unicodedata.normalize("NFKD", written.casefold())
    words = re.findall(r"\w+", "".join(one for one in plain if not unicodedata.combining(one)))
    if len(words) == 1 and re.fullmatch(r"[\u3400-\u9fff]{2,6}", words[0]):
        return str(words[0])
    return " ".join(sorted(words)) if len(words) > 1 else ""


@lru_cache(maxsize=65_536)
def phone_key(written: str, country: str = "") -> str:
    """A telephone number as all the world calls it (+3612345678), or "" where it is none that could be called."""
    try:
        number = phonenumbers.parse(written[:60], country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
