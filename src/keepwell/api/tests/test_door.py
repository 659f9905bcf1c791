"""Whoever calls is known, counted, and told what is wrong in one form."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api import limits
from keepwell.api.actions import make_token, revoke_token, use_token
from keepwell.api.models import Token
from keepwell.members.models import Change, Member

pytestmark = pytest.mark.django_db


def _is_problem(answer: Any, status: int) -> bool:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return "Traceback" not in answer.content.decode()


def test_a_token_calls_as_its_member(as_: Any, account: Account) -> None:
    said = as_("mate", "act").call("GET", "/me").json()
    assert (said["name"], said["role"], said["scope"]) == ("Mate", "member", "act")
    assert [team["name"] for team in said["teams"]] == ["Ours"]


def test_only_a_hash_of_a_token_is_kept_and_making_it_is_on_the_trail(token: Any) -> None:
    secret = token("mate")
    assert secret not in str(list(Token.objects.values()))
    assert Change.objects.filter(what="make token").count() == 1


@pytest.mark.parametrize(
    "shown", ["Bearer kw_wrong", "Bearer", "Basic YTpi", "Bearer \x00", "nonsense", "Bearer é"]
)
def test_a_token_that_there_is_not_is_refused(shown: str, account: Account) -> None:
    answer = Client().get("/api/me", headers={"Authorization": shown})
    assert _is_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_who_shows_nothing_is_refused(account: Account) -> None:
    assert _is_problem(Client().get("/api/accounts"), 401)


def test_a_token_that_has_expired_or_was_revoked_is_refused(people: dict[str, Member]) -> None:
    now, day = timezone.now(), timedelta(days=1)
    token, secret = make_token(member=people["mate"], name="t", scope="read", lasts=day, now=now)
    assert use_token(secret=secret, now=now + day) is None
    assert use_token(secret=secret, now=now) == token
    revoke_token(token=token, by=people["mate"], now=now)
    assert use_token(secret=secret, now=now) is None
    answer = Client().get("/api/me", headers={"Authorization": f"Bearer {secret}"})
    assert _is_problem(answer, 401)


def test_the_token_of_who_may_sign_in_no_more_is_refused(as_: Any, people: dict[str, Member]) -> None:
    program = as_("mate")
    Member.objects.filter(pk=people["mate"].pk).update(is_active=False)
    assert _is_problem(program.call("GET", "/me"), 401)


def test_it_is_known_when_a_token_was_last_used(as_: Any, people: dict[str, Member]) -> None:
    as_("mate").call("GET", "/me")
    assert people["mate"].tokens.get().used_at is not None


@pytest.mark.parametrize("scope", ["read", "act"])
def test_a_token_does_no_more_than_its_scope(scope: str, as_: Any, account: Account) -> None:
    program = as_("manager", scope)
    assert program.call("GET", f"/accounts/{account.pk}").status_code == 200
    assert _is_problem(program.call("PUT", f"/accounts/{account.pk}/owner", {"owner": None}), 403)


@pytest.mark.parametrize("name", ["owner", "mate", "viewer"])
def test_a_token_does_no_more_than_its_member_may(name: str, as_: Any, account: Account) -> None:
    program = as_(name, "manage")
    assert _is_problem(program.call("PUT", f"/accounts/{account.pk}/owner", {"owner": None}), 403)
    assert _is_problem(program.call("GET", "/members"), 403)


def test_who_is_signed_in_may_read_with_the_browser_but_not_write_without_its_token(
    people: dict[str, Member], account: Account
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["manager"])
    assert browser.get("/api/me").json()["scope"] is None
    address, json = f"/api/accounts/{account.pk}/owner", "application/json"
    assert _is_problem(browser.put(address, '{"owner": null}', content_type=json), 403)
    browser.get("/members/profile")
    shown = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.put(address, '{"owner": null}', content_type=json, headers=shown).status_code == 200


def test_a_wrong_token_is_not_saved_by_being_signed_in(people: dict[str, Member]) -> None:
    browser = Client(headers={"Authorization": "Bearer kw_wrong"})
    browser.force_login(people["manager"])
    assert _is_problem(browser.get("/api/me"), 401)


def test_whatever_goes_wrong_is_told_in_one_form(as_: Any, account: Account) -> None:
    program = as_("manager")
    address = f"/api/accounts/{account.pk}/owner"
    assert _is_problem(program.get("/api/no/such/address"), 404)
    assert _is_problem(program.get("/api/accounts/no-such"), 404)
    wrong = program.post("/api/me", "{}", content_type="application/json")
    assert _is_problem(wrong, 405)
    assert wrong["Allow"] == "GET, HEAD, PATCH"
    assert _is_problem(program.put(address, "owner=1", content_type="text/plain"), 415)
    assert _is_problem(program.put(address, '{"owner":', content_type="application/json"), 400)
    assert _is_problem(program.put(address, '{"owner": "x"}', content_type="application/json"), 422)
    assert _is_problem(program.put(address, " " * 2_600_000, content_type="application/json"), 413)
    answer = program.get("/api/accounts", {"sort": "nonsense", "limit": 0})
    assert _is_problem(answer, 422)
    assert {one["where"][-1] for one in answer.json()["errors"]} == {"sort", "limit"}


def test_what_nobody_foresaw_is_logged_and_not_told(
    as_: Any, account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from keepwell.accounts import api

    monkeypatch.setattr(api.queries, "account_of", lambda *_: 1 / 0)  # nothing of ours fails by itself here
    answer = as_("mate").call("GET", f"/accounts/{account.pk}")
    assert _is_problem(answer, 500)
    assert "division" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_who_calls_too_often_waits(as_: Any, settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 3
    program = as_("mate")
    left = [program.call("GET", "/me") for _ in range(3)]
    assert [one["RateLimit"].split(";")[1] for one in left] == ["r=2", "r=1", "r=0"]
    answer = program.call("GET", "/me")
    assert _is_problem(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert as_("mate").call("GET", "/me").status_code == 200, "another token is counted by itself"


def test_calls_are_counted_anew_each_minute(settings: Any) -> None:
    settings.API_CALLS_A_MINUTE = 1
    assert not limits.count("x", 119.5).over
    assert limits.count("x", 119.9).over
    assert not limits.count("x", 120.0).over


def test_it_answers_in_the_members_language(as_: Any, people: dict[str, Member]) -> None:
    people["mate"].language = "hu"
    people["mate"].save()
    assert as_("mate").call("GET", "/me")["Content-Language"] == "hu"
