"""Calls about a person, by everybody: who they are, what is known of them, and having them erased."""

from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts import jobs
from keepwell.accounts.models import Account, Contact
from keepwell.api.tests.office import ROLES, SEES
from keepwell.members.models import Change
from keepwell.site.tests.conftest import make_book

pytestmark = pytest.mark.django_db
MANAGE = ("administrator", "manager")


@pytest.fixture
def book(tmp_path: Path, settings: Any) -> None:
    make_book(tmp_path)
    settings.HOME = str(tmp_path)


@pytest.mark.parametrize("name", ROLES)
def test_a_person_is_told_to_who_sees_the_account(name: str, as_: Any, account: Account) -> None:
    answer = as_(name).call("GET", "/contacts/c0")
    assert answer.status_code == (200 if name in SEES else 404)
    assert (name in SEES) == ("Name 0" in answer.content.decode())


@pytest.mark.parametrize("name", ROLES)
def test_persons_are_taken_out_and_erased_by_who_manages_their_account(
    name: str, as_: Any, account: Account, book: None
) -> None:
    program = as_(name, "manage")
    known = program.call("GET", "/contacts/c0/everything")
    asked = program.call("POST", "/contacts/c0/erase")
    if name not in MANAGE:
        assert {known.status_code, asked.status_code} <= {403, 404}
        assert Contact.objects.filter(pk="c0").exists()
        assert program.call("GET", "/contacts/c0/erasing").status_code in (403, 404)
        return
    assert known.json()["contact"]["name"] == "Name 0"
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    jobs.erase("c0")
    assert program.call("GET", "/contacts/c0/erasing").json()["state"] == "done"
    again = program.call("POST", "/contacts/c0/erase")
    assert (again.status_code, again.json()["state"]) == (202, "done"), "nothing is done twice"
    assert program.call("GET", "/contacts/c0").status_code == 404
    done = Change.objects.filter(key="c0").order_by("pk").values_list("what", flat=True)
    assert list(done) == ["export contact", "ask to erase contact", "erase contact"]


def test_nobody_is_erased_by_a_token_that_only_acts(as_: Any, account: Account) -> None:
    assert as_("administrator", "act").call("POST", "/contacts/c0/erase").status_code == 403


def test_a_manager_is_told_of_the_members_of_their_teams_and_an_administrator_of_all(
    as_: Any, account: Account
) -> None:
    told = {
        name: {one["name"] for one in as_(name, "manage").call("GET", "/members").json()["items"]}
        for name in MANAGE
    }
    assert told["administrator"] == {name.title() for name in ROLES}
    assert told["manager"] == {name.title() for name, (_role, team) in ROLES.items() if team == "Ours"}
    assert as_("mate", "manage").call("GET", "/members").status_code == 403
