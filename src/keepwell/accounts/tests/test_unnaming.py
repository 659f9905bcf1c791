"""A part of a name alone, where it was written at the person's account, goes with the person."""

from typing import Any

import pytest

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.accounts.tests.conftest import NOW
from keepwell.accounts.unnaming import unname
from keepwell.lib.names import alone, parts_of


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(account_id="A1", name="Arden & Co")


def somebody(account: Account, name: str, key: str = "c1", **rest: Any) -> Contact:
    return Contact.objects.create(contact_id=key, account=account, name=name, **rest)


def note(account: Account, text: str, key: str = "n1") -> Entry:
    return Entry.objects.create(account=account, at=NOW, kind="ticket", key=key, data={"text": text})


def text_of(entry: Entry) -> str:
    entry.refresh_from_db()
    return str(entry.data["text"])


def test_a_first_name_goes_where_nobody_else_there_bears_it(account: Account) -> None:
    ours = note(account, "Anna called. ANNA and Lee's team wait; annals stay.")
    assert unname(somebody(account, "Anna Lee")) == 1
    assert text_of(ours) == "… called. … and …'s team wait; annals stay."


def test_a_name_that_a_colleague_bears_too_stays(account: Account) -> None:
    somebody(account, "Anna Berg", key="c2")
    ours = note(account, "Anna asked Lee.")
    unname(somebody(account, "Anna Lee"))
    assert text_of(ours) == "Anna asked …."


def test_a_name_that_is_the_companys_stays(account: Account) -> None:
    ours = note(account, "Arden renewed; John Arden signed, John paid.")
    unname(somebody(account, "John Arden"))
    assert text_of(ours) == "Arden renewed; … signed, … paid."


def test_at_other_accounts_only_the_whole_name_is_known_to_mean_them(account: Account) -> None:
    other = Account.objects.create(account_id="B2", name="Bolt")
    theirs = note(other, "Anna, our new buyer", key="n2")
    unname(somebody(account, "Anna Lee"))
    assert text_of(theirs) == "Anna, our new buyer"


@pytest.mark.parametrize(
    ("language", "name", "text", "left"),
    [
        ("hu", "Nagy Éva", "Évával beszéltem. Nagyon fontos Éva terve.", "… beszéltem. Nagyon fontos … terve."),
        ("hu", "Kiss Péter", "Szóltam Péternek, Péterrel; Péterfy más.", "Szóltam …, …; Péterfy más."),
        ("pl", "Anna Nowak", "Rozmowa z Anną. Wysłać Nowakowi ofertę Anny.", "Rozmowa z …. Wysłać … ofertę …."),
        ("zh", "王小明", "小明说王小明很忙", "…说…很忙"),
    ],
)  # fmt: skip
def test_names_are_known_in_the_cases_of_the_language(
    account: Account, language: str, name: str, text: str, left: str
) -> None:
    ours = note(account, text)
    unname(somebody(account, name, language=language))
    assert text_of(ours) == left


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dr. ANNA Lee-Smith", ["Anna", "Lee-Smith"]),
        ("May Will", []),  # mean something else where a sentence begins
        ("J. R. Li", []),
        ("诸葛孔明", ["孔明"]),
        ("王明", []),
        ("", []),
    ],
)
def test_parts_that_somebody_may_be_called_by(name: str, parts: list[str]) -> None:
    assert parts_of(name) == parts


def test_a_name_is_found_as_names_are_written() -> None:
    assert (
        alone(["Grace"]).sub("…", "Grace gave no grace to GRACE, Graceland")
        == "… gave no grace to …, Graceland"
    )
