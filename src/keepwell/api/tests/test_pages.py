"""The page of one's tokens, and the description of the API for people and programs."""

from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from keepwell.accounts.models import Account
from keepwell.api.models import Token
from keepwell.api.templatetags.coded import coded
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db
NEW = {"name": "reports", "scope": "read", "days": "30"}


def _browser(people: dict[str, Member], name: str) -> Client:
    made = Client()
    made.force_login(people[name])
    return made


def test_a_new_token_is_shown_once_and_works(people: dict[str, Member]) -> None:
    browser = _browser(people, "viewer")
    page = browser.post("/api/tokens", NEW)
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret not in browser.get("/api/tokens").content.decode()
    answer = Client().get("/api/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["scope"] == "read"


def test_a_token_is_revoked_by_its_member_and_nobody_else(people: dict[str, Member], token: Any) -> None:
    token("mate")
    made = Token.objects.get()
    assert _browser(people, "administrator").post(f"/api/tokens/{made.pk}/revoke").status_code == 404
    assert _browser(people, "mate").get(f"/api/tokens/{made.pk}/revoke").status_code == 405
    assert _browser(people, "mate").post(f"/api/tokens/{made.pk}/revoke").status_code == 302
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_a_token_without_a_name_or_for_ever_is_not_made(people: dict[str, Member]) -> None:
    browser = _browser(people, "mate")
    for wrong in ({"name": ""}, {"scope": "all"}, {"days": "9999"}):
        assert browser.post("/api/tokens", NEW | wrong).status_code == 200
    assert not Token.objects.exists()


def test_the_pages_are_for_who_has_signed_in(people: dict[str, Member]) -> None:
    for address in ("/api/", "/api/tokens"):
        assert Client().get(address)["Location"].startswith("/sign/login/")
    assert 'href="/api/tokens"' in _browser(people, "viewer").get("/members/profile").content.decode()


def test_the_page_tells_every_call(people: dict[str, Member], account: Account) -> None:
    page = _browser(people, "viewer").get("/api/").content.decode()
    described = Client().get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for address, calls in described["paths"].items():
        for method in calls:
            assert f"{method.upper()} {address}" in page
    assert "<script>" not in page
    assert "style=" not in page
    assert "https://" not in page


def test_the_description_for_programs_is_valid_openapi() -> None:
    described = Client().get("/api/openapi.json").json()
    assert [str(wrong) for wrong in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_every_call_tells_the_scope_it_asks(people: dict[str, Member]) -> None:
    paths = Client().get("/api/openapi.json").json()["paths"]
    scopes = {call["x-scope"] for calls in paths.values() for call in calls.values()}
    assert scopes == {"read", "act", "manage"}
    assert paths["/api/accounts/{account_id}/owner"]["put"]["x-scope"] == "manage"


def test_code_in_descriptions_is_shown_as_code_and_nothing_in_them_is_markup() -> None:
    assert coded("Send `ids` & <b>") == "Send <code>ids</code> &amp; &lt;b&gt;"
    assert coded("a `b") == "a `b"
    assert coded("`<i>`") == "<code>&lt;i&gt;</code>"


def test_labels_of_forms_end_without_a_colon(people: dict[str, Member]) -> None:
    said = _browser(people, "viewer").get("/api/tokens").content.decode()
    assert "</label>" in said
    assert ":</label>" not in said
