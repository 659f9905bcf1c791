"""A null character, which PostgreSQL keeps in no text, is refused wherever it is sent to."""

from typing import Any

import pytest
from django.test import Client

from keepwell.members.models import Member, Role
from keepwell.site.tests.security.conftest import Side
from keepwell.site.tests.security.test_security_answers import plain

pytestmark = pytest.mark.django_db
ASKED = (
    "words", "q", "name", "sort", "by", "where", "condition", "account", "owner", "segment", "stage", "kind", "state",
    "portfolio", "who", "what", "of", "number", "from", "to", "period", "page", "after", "cursor", "topic", "rule",
    "contact", "channel", "trigger", "whose", "language", "health", "key", "tag", "outcome", "team", "next", "show",
)  # fmt: skip


@pytest.fixture
def admin(ours: Side) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(Member.objects.create_user("a@x.example", None, name="A", role=Role.ADMINISTRATOR))
    return client


def test_no_page_fails_over_a_null_character_in_its_address(admin: Client) -> None:
    asked = "&".join(f"{name}=a%00b" for name in ASKED)
    for address in plain():
        assert admin.get(f"{address}?{asked}").status_code == 400, address


def test_no_part_of_an_address_is_a_null_character(admin: Client) -> None:
    for address in ("/accounts/A%00", "/api/accounts/A%00", "/members/join/a%00", "/accounts/A%00/contacts"):
        assert admin.get(address).status_code == 400, address
    assert admin.get("/api/accounts/A%00")["Content-Type"] == "application/problem+json"


def test_no_field_of_a_form_bears_a_null_character(admin: Client) -> None:
    for address in ("/members/teams", "/sign/login/", "/accounts/segments"):
        assert admin.post(address, {"name": "a\0b", "login": "a\0b"}).status_code < 500
        sent = "name=a%00b&login=a%00b"
        answer = admin.post(address, sent, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 400


def test_nothing_that_is_called_for_bears_a_null_character(admin: Client, ours: Side) -> None:
    said: dict[str, Any] = {"account": ours.account.account_id, "what": "a\0b", "due": "2026-12-01"}
    sent: dict[str, Any] = {"content_type": "application/json"}
    answer = admin.post("/api/follow-ups", said, **sent)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    meant = admin.post("/api/follow-ups", said | {"what": "a \\u0000 b"}, **sent)
    assert meant.status_code == 201, "written about, not sent"


def test_a_call_to_another_host_is_a_problem_like_all(admin: Client) -> None:
    answer = admin.get("/api/me", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
