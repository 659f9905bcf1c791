"""Signing in: by the company's own provider, by one's password, and what does not get one in."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.members import actions
from keepwell.members.models import Member, Role
from keepwell.site.logging import Line
from keepwell.site.tests.provider import Provider

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence nobody guesses"


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *_said: Any) -> None:
        return None


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    made = Provider()
    app = {
        "provider_id": "company", "name": "Company", "client_id": "keepwell", "secret": "quiet",
        "settings": {"server_url": made.issuer},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield made
    made.close()


@pytest.fixture
def member(db: None) -> Member:
    return Member.objects.create_user("eva@example.com", PASSWORD, name="Eva")


def through(client: Client) -> Any:
    """Press the button, be sent to the provider, come back."""
    from urllib.error import HTTPError

    there = client.post("/sign/oidc/company/login/?process=login")["Location"]
    try:
        build_opener(Stay).open(there)
    except HTTPError as led:
        back = urlsplit(led.headers["Location"])
        return client.get(f"{back.path}?{back.query}")
    raise AssertionError("the provider leads back")


def test_a_member_signs_in_through_the_companys_provider(provider: Provider, member: Member) -> None:
    provider.person = {"sub": "1", "email": "Eva@example.com", "email_verified": True}
    for client in (Client(), Client()):  # the second time they are known
        through(client)
        assert client.get("/members/profile").status_code == 200
    assert Member.objects.count() == 1


@pytest.mark.parametrize("verified", [False, "false", None, "no"])
def test_an_address_that_is_not_verified_lets_nobody_in(
    provider: Provider, member: Member, verified: Any
) -> None:
    provider.person = {"sub": "1", "email": "eva@example.com", "email_verified": verified}
    client = Client()
    through(client)
    assert client.get("/members/profile").status_code == 302
    assert "does not vouch for your address" in client.get("/sign/login/").content.decode()


def test_a_stranger_and_a_deactivated_member_are_refused(provider: Provider, member: Member) -> None:
    provider.person = {"sub": "2", "email": "nobody@example.com", "email_verified": True}
    client = Client()
    through(client)
    assert client.get("/members/profile").status_code == 302
    Member.objects.update(is_active=False)
    provider.person = {"sub": "1", "email": "eva@example.com", "email_verified": True}
    through(client)
    assert client.get("/members/profile").status_code == 302
    assert Member.objects.count() == 1


def test_an_answer_nobody_asked_for_lets_nobody_in(provider: Provider, member: Member) -> None:
    client = Client()
    client.get("/sign/oidc/company/login/callback/?code=x&state=y")
    assert client.get("/members/profile").status_code == 302


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": "somebody else"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"exp": 1},
    ],
    ids=str,
)
def test_a_token_of_another_sign_in_person_issuer_or_time_lets_nobody_in(
    claims: dict[str, Any], provider: Provider, member: Member
) -> None:
    provider.person = {"sub": "1", "email": "eva@example.com", "email_verified": True}
    client = Client()
    through(client)
    assert client.get("/members/profile").status_code == 200  # she is known already
    provider.claims, client = claims, Client()
    through(client)
    assert client.get("/members/profile").status_code == 302


def test_a_provider_that_says_it_is_another_is_asked_for_nothing(provider: Provider, member: Member) -> None:
    provider.metadata = {"issuer": "https://evil.example"}
    client = Client()
    answer = client.post("/sign/oidc/company/login/?process=login")
    assert answer.status_code == 401
    assert "Location" not in answer
    back = client.get("/sign/oidc/company/login/callback/?code=x&state=y")
    assert back.status_code == 401


def test_a_provider_that_turns_into_another_on_the_way_gets_no_secret(
    provider: Provider, member: Member
) -> None:
    from urllib.error import HTTPError

    client = Client()
    there = client.post("/sign/oidc/company/login/?process=login")["Location"]
    assert "nonce=" in there
    with pytest.raises(HTTPError) as led:
        build_opener(Stay).open(there)
    provider.metadata = {"issuer": "https://evil.example"}
    back = urlsplit(led.value.headers["Location"])
    assert client.get(f"{back.path}?{back.query}").status_code == 401
    assert len(provider.codes) == 1  # the code was not taken there


def test_a_provider_that_is_away_is_told_as_such(provider: Provider, member: Member) -> None:
    provider.close()
    answer = Client().post("/sign/oidc/company/login/?process=login")
    assert answer.status_code == 401
    assert 'href="/sign/login/"' in answer.content.decode(), "there is a way on"


# --- what does not get one in, or out -------------------------------------------------------------------------


def sign_in(client: Client, next_: str = "", **more: Any) -> Any:
    return client.post(
        "/sign/login/", {"login": "eva@example.com", "password": PASSWORD, "next": next_}, **more
    )


@pytest.mark.parametrize(
    "next_", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(member: Member, next_: str) -> None:
    assert sign_in(Client(), next_)["Location"] == "/"


def test_a_false_host_is_refused(member: Member) -> None:
    assert Client().get("/sign/login/", headers={"host": "evil.example"}).status_code == 400


def test_a_session_set_before_signing_in_is_not_the_one_after(member: Member) -> None:
    client = Client()
    session = client.session
    session["planted"] = 1
    session.save()
    before = client.cookies["sessionid"].value
    sign_in(client)
    assert client.cookies["sessionid"].value != before


def test_nobody_makes_themselves_an_administrator_by_a_field_more(member: Member) -> None:
    client = Client()
    client.force_login(member)
    said = {"name": "E", "language": "", "time_zone": "UTC", "theme": "auto"}
    more = {"role": "administrator", "is_active": "", "email": "x@example.com", "teams": ["1"]}
    client.post("/members/profile", said | more)
    member.refresh_from_db()
    assert (member.name, member.role, member.email, member.is_active) == (
        "E",
        "member",
        "eva@example.com",
        True,
    )
    secret = actions.invite(role=Role.VIEWER, now=timezone.now(), email="bo@example.com")
    Client().post(f"/members/join/{secret}", {"name": "Bo", "password": PASSWORD} | more)
    joined = Member.objects.get(email="bo@example.com")
    assert joined.role == Role.VIEWER


def test_a_form_of_another_site_is_refused(member: Member) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    assert client.post("/members/profile", {"name": "X"}).status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(member: Member, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get("/sign/login/")
    sign_in(client)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (bool(cookie["httponly"]), cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", True)


def test_after_many_failures_from_one_place_nobody_gets_in_from_there(member: Member) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    for n in range(21):
        client.post("/sign/login/", {"login": f"{n}@example.com", "password": "wrong"})
    sign_in(client)
    assert client.get("/members/profile").status_code == 302


@pytest.mark.parametrize("path", ["/members/join/", "/sign/password/reset/key/"])
def test_secrets_of_links_and_passwords_are_not_logged(path: str) -> None:
    record = logging.LogRecord("django.request", 30, "", 1, "Gone: %s", (f"{path}s3cret-x",), None)
    assert "s3cret" not in Line().format(record)
