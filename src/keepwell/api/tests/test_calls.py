"""Each call, by everybody: what one may not see is not there, what one may not do is refused."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keepwell.accounts.models import Account, Standing
from keepwell.api.gathering import the_api
from keepwell.api.tests.office import ROLES, SEES
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db
OF_ACCOUNT = ("", "/timeline", "/contacts", "/standing")


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize("part", OF_ACCOUNT)
def test_an_account_is_told_to_those_who_see_it(part: str, name: str, as_: Any, account: Account) -> None:
    answer = as_(name, "read").call("GET", f"/accounts/{account.pk}{part}")
    assert answer.status_code == (200 if name in SEES else 404)


@pytest.mark.parametrize("name", ROLES)
def test_a_list_holds_what_its_caller_sees(name: str, as_: Any, account: Account) -> None:
    found = as_(name, "read").call("GET", "/accounts").json()["items"]
    ids = {one["id"] for one in found}
    assert ("A1" in ids) == (name in SEES)
    assert ("B/1" in ids) == (name in ("administrator", "stranger"))


@pytest.mark.parametrize(
    ("name", "status"),
    [("administrator", 200), ("manager", 200), ("owner", 403), ("viewer", 403), ("stranger", 403)],
)
def test_whose_an_account_is_a_manager_says(
    name: str, status: int, as_: Any, account: Account, people: dict[str, Member]
) -> None:
    to = people["mate"].pk
    answer = as_(name).call("PUT", f"/accounts/{account.pk}/owner", {"owner": to})
    assert answer.status_code == status
    account.refresh_from_db()
    assert (account.owner_id == to) == (status == 200)


def test_an_account_is_given_only_to_ones_own_team(
    as_: Any, account: Account, people: dict[str, Member]
) -> None:
    program, address = as_("manager"), f"/accounts/{account.pk}/owner"
    assert program.call("PUT", address, {"owner": people["stranger"].pk}).status_code == 422
    people["stranger"].role = "manager"
    people["stranger"].save()
    assert as_("stranger").call("PUT", address, {"owner": people["stranger"].pk}).status_code == 404


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize(
    ("address", "told"), [("/members", ("administrator", "manager")), ("/teams", ("administrator",))]
)
def test_members_are_told_to_who_sees_their_page_and_teams_to_administrators(
    address: str, told: tuple[str, ...], name: str, as_: Any, account: Account
) -> None:
    answer = as_(name).call("GET", address)
    assert answer.status_code == (200 if name in told else 403)


def test_an_id_with_a_slash_leads_to_its_account(as_: Any, account: Account) -> None:
    for address in ("/accounts/B/1", "/accounts/B%2F1", "/accounts/B%2F1/standing"):
        assert as_("administrator").call("GET", address).status_code == 200


def test_amounts_are_decimals_and_what_is_not_known_is_nothing(as_: Any, account: Account) -> None:
    said = as_("mate").call("GET", "/accounts/A1").json()["standing"]
    assert (said["mrr"], said["currency"]) == ("101.14", "EUR")
    assert [one["raises"] for one in said["reasons"]] == [False, True]
    history = as_("mate").call("GET", "/accounts/A1/standing").json()
    nothing = dict.fromkeys(("health", "score", "known", "worth", "currency")) | {
        "steps": {},
        "looked_back": False,
    }
    assert history["past"] == [
        {"day": "2026-11-19", "risk": 0.1, **nothing},
        {"day": "2026-11-20", "risk": 0.2, **nothing},
    ]


def test_an_accounts_risk_check_up_and_worth_are_told_night_by_night(as_: Any, account: Account) -> None:
    Standing.objects.filter(pk="A1").update(
        history=[
            ["2026-10-01", None, "healthy", 90.0, 0.9, None, "", True, {"use": "healthy", "renewal": "poor"}],
            ["2026-11-20", 0.2, "poor", 40.5, 0.8, 123_456, "EUR", False, {"use": "poor"}],
        ]
    )
    first, before, last = as_("viewer").call("GET", "/accounts/A1/standing").json()["past"]
    assert (first["day"], first["looked_back"], first["risk"], first["worth"]) == (
        "2026-10-01",
        True,
        None,
        None,
    )
    assert first["steps"] == {"use": "healthy", "renewal": "poor"}
    assert (before["risk"], before["health"]) == (0.1, None)
    assert last == {
        "day": "2026-11-20", "risk": 0.2, "health": "poor", "score": 40.5, "known": 0.8, "worth": "1234.56",
        "currency": "EUR", "steps": {"use": "poor", "renewal": "poor"}, "looked_back": False,
    }  # fmt: skip
    assert as_("stranger").call("GET", "/accounts/A1/standing").status_code == 404


def test_a_timeline_can_be_asked_for_one_kind(as_: Any, account: Account) -> None:
    program = as_("mate")
    assert len(program.call("GET", "/accounts/A1/timeline?kind=touch").json()["items"]) == 5
    assert program.call("GET", "/accounts/A1/timeline?kind=ticket").json()["items"] == []


def test_a_search_is_answered(as_: Any, account: Account) -> None:
    assert as_("mate").call("GET", "/search?words=Account").status_code == 200


def test_lists_ask_few_questions_however_long(as_: Any, account: Account) -> None:
    program = as_("administrator")
    for address in ("/accounts", "/accounts/A1", "/accounts/A1/timeline", "/members", "/teams"):
        with CaptureQueriesContext(connection) as asked:
            program.call("GET", address)
        # Where several processes share the limits, the database counts the calls as well.
        others = [one["sql"] for one in asked if not re.search("counted|SAVEPOINT", one["sql"])]
        assert len(others) <= 12, others


def test_every_call_asks_something_of_its_caller() -> None:
    for router in the_api()._get_bound_routers():
        for path in router.path_operations.values():
            for operation in path.operations:
                assert operation.auth_callbacks, operation.path
