"""Contacts: the champions that an account had one after the other, and the others who work with us."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from keepwell.demo import company
from keepwell.demo.accounts import Accounts
from keepwell.demo.clock import Clock, Flags, Ints
from keepwell.demo.history import History
from keepwell.demo.names import PERSONS, Person
from keepwell.demo.streams import Random
from keepwell.demo.versions import told_twice

_CHAMPION_ROLES = ("Head of operations", "Plant manager", "Managing director", "Head of purchasing")
_CHAMPION_SENIORITY = ("manager", "manager", "executive", "manager")
_ROLES = ("Controller", "Planner", "Engineer", "Buyer", "Office manager", "IT administrator")


@dataclass(frozen=True)
class People:
    """Contacts in order of account. `first` is the place of an account's first champion, `champions` how many it
    had, `others` how many more contacts follow them."""

    account: Ints
    language: Ints
    person: list[Person]
    champion: Flags
    came_on: Ints
    left_on: Ints  # -1 while there
    first: Ints
    champions: Ints
    others: Ints

    def pick(self, account: Ints, champion_no: Ints, share: float, r: Random) -> Ints:
        """A contact for each row: the champion of the moment in `share` of them, if there is one, else another."""
        wants = (champion_no > 0) & (r.random(len(account)) < share)
        other = np.floor(r.random(len(account)) * self.others[account]).astype(np.int64)
        place = np.where(wants, champion_no - 1, self.champions[account] + other)
        return np.asarray(self.first[account] + place)


def draw(a: Accounts, history: History, clock: Clock, r: Random, named: Random) -> People:
    """The contacts of all accounts."""
    n = len(a)
    champions = np.maximum(history.champion.max(axis=0), 1).astype(np.int64)
    others = 1 + np.minimum(r.poisson(0.4 * np.sqrt(a.seats)), 5)
    total = champions + others
    first = np.cumsum(total) - total
    account = np.repeat(np.arange(n), total)
    place = np.arange(len(account)) - first[account]
    champion = place < champions[account]
    home = np.array([company.LANGUAGES.index(c.language) for c in company.COUNTRIES])[a.country]
    language = np.where(r.random(len(account)) < 0.07, 0, home[account])
    pools = [PERSONS[x] for x in company.LANGUAGES]
    which = named.random(len(account))
    person = [pools[k].draw(u) for k, u in zip(language.tolist(), which.tolist(), strict=True)]
    came_on = (a.joins - a.trial)[account]
    left_on = np.full(len(account), -1, dtype=np.int64)
    for place_no in range(1, int(champions.max()) + 1):
        has = np.flatnonzero(champions >= place_no)
        came, left = _tenure(history, clock, has, place_no)
        at = first[has] + place_no - 1
        left_on[at] = left
        came_on[at] = np.maximum(came, came_on[at]) if place_no > 1 else came_on[at]
    return People(account, language, person, champion, came_on, left_on, first, champions, others)


def _tenure(history: History, clock: Clock, accounts: Ints, number: int) -> tuple[Ints, Ints]:
    """The days on which each account's champion of that number came and left; left is -1 if there to the end."""
    held = history.champion[:, accounts] == number
    ever = held.any(axis=0)
    last = len(held) - 1 - held[::-1].argmax(axis=0)
    gone = ever & (last < len(held) - 1)
    return clock.starts[held.argmax(axis=0)], np.where(gone, clock.starts[last + 1], -1)


def table(
    people: People, ids: pa.Array, account_ids: pa.Array, domains: list[str], r: Random
) -> dict[str, pa.Array]:
    """The columns of contacts: known since they came, and once more when they left."""
    n = len(people.account)
    role = r.integers(0, len(_CHAMPION_ROLES), n)
    other = r.integers(0, len(_ROLES), n)
    languages = [company.LANGUAGES[k] for k in people.language.tolist()]
    accounts = people.account.tolist()
    mails = [
        f"{p.address}{i % 97}@{domains[k]}"
        for i, (p, k) in enumerate(zip(people.person, accounts, strict=True))
    ]
    digits = r.integers(1_000_000, 10_000_000, n).tolist()
    columns = {
        "contact_id": ids,
        "account_id": account_ids.take(pa.array(people.account)),
        "name": pa.array([p.name for p in people.person]),
        "email": pa.array(mails),
        "phone": pa.array([f"+00 555 {d}" for d in digits]),
        "role": pa.array(np.where(people.champion, np.array(_CHAMPION_ROLES)[role], np.array(_ROLES)[other])),
        "seniority": pa.array(np.where(people.champion, np.array(_CHAMPION_SENIORITY)[role], "staff")),
        "language": pa.array(languages),
        "preferred_channel": pa.array(np.array(["mail", "call", "chat"])[r.integers(0, 3, n)]),
        "opted_out": pa.array(r.random(n) < 0.03),
        "left_on": pa.array(people.left_on.astype(np.int32), mask=people.left_on < 0).cast(pa.date32()),
    }
    gone = people.left_on >= 0
    return told_twice(columns, first=people.came_on, again=gone, then=people.left_on, late=("left_on",))
