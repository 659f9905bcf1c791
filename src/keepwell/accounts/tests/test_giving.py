"""Several accounts are given to a team-mate at once, and taken back."""

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account, Standing
from keepwell.members.models import Change, Member, Portfolio

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(people: dict[str, Member]) -> list[Account]:
    place, day = Portfolio.objects.get(name="Ours"), timezone.now().date()
    made = [
        Account.objects.create(account_id=f"A{n}", name=f"Acme {n}", portfolio=place, owner=people["owner"])
        for n in range(3)
    ]
    for one in made:
        Standing.objects.create(account=one, day=day, kept_by="contract")
    return made


def client(member: Member) -> Client:
    made = Client()
    made.force_login(member)
    return made


def owners() -> list[str]:
    return [str(one.owner) for one in Account.objects.order_by("pk")]


def test_a_manager_gives_some_and_takes_them_back(people: dict[str, Member], ours: list[Account]) -> None:
    manager = client(people["manager"])
    assert 'name="account" value="A0"' in manager.get("/accounts/").content.decode()
    said = {"account": ["A0", "A2"], "to": people["mate"].pk, "back": "whose=all"}
    answer = manager.post("/accounts/give", said, follow=True)
    assert answer.redirect_chain == [("/accounts/?whose=all", 302)]
    assert owners() == ["Mate", "Owner", "Mate"]
    assert "Undo" in answer.content.decode()
    assert Change.objects.get(what="assign accounts").after == {
        "A0": people["mate"].pk,
        "A2": people["mate"].pk,
    }
    Account.objects.filter(pk="A2").update(owner=people["viewer"])  # given on since: it stays
    page = manager.post("/accounts/give/undo", follow=True).content.decode()
    assert owners() == ["Owner", "Owner", "Viewer"]
    assert not Account.objects.get(pk="A0").chosen
    assert "Undo" not in page


def test_nobody_gives_an_account_to_somebody_who_only_reads(
    people: dict[str, Member], ours: list[Account]
) -> None:
    manager = client(people["manager"])
    assert f'value="{people["viewer"].pk}"' not in manager.get("/accounts/").content.decode()
    said = {"account": "A0", "to": people["viewer"].pk}
    assert "Say to whom." in manager.post("/accounts/give", said, follow=True).content.decode()
    assert owners() == ["Owner"] * 3


def test_one_says_to_whom_and_that_may_be_nobody(people: dict[str, Member], ours: list[Account]) -> None:
    manager = client(people["manager"])
    for to in ("", "0", str(people["stranger"].pk)):
        page = manager.post("/accounts/give", {"account": "A0", "to": to}, follow=True).content.decode()
        assert "Say to whom." in page
    manager.post("/accounts/give", {"account": "A0", "to": "nobody"})
    assert owners() == ["None", "Owner", "Owner"]


def test_only_managers_give_and_only_what_they_see(people: dict[str, Member], ours: list[Account]) -> None:
    assert 'name="account"' not in client(people["mate"]).get("/accounts/").content.decode()
    said = {"account": "A0", "to": people["mate"].pk}
    assert client(people["mate"]).post("/accounts/give", said).status_code == 403
    Account.objects.filter(pk="A0").update(portfolio=None)
    client(people["manager"]).post("/accounts/give", said)
    assert owners() == ["Owner", "Owner", "Owner"]
