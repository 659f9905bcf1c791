"""Rules and hits called by programs: answered as the member whose token it is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from keepwell.accounts.models import Account
from keepwell.conversations.models import Conversation, Hit, Rule, Turn
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SAID = {"name": "cancel", "phrases": {"en": ["cancel the contract"]}, "theme": "leaving"}


def _as(name: str, role: Role) -> Any:
    client = Client()
    client.force_login(Member.objects.create_user(f"{name}@example.com", name=name, role=role))

    def call(method: str, address: str, body: Any = None) -> Any:
        data = json.dumps(body if body is not None else {})
        return client.generic(
            method, f"/api{address}", data=data if method != "GET" else "", content_type="application/json"
        )

    return call


@pytest.fixture
def acme(db: None) -> Account:
    account = Account.objects.create(pk="A1", name="Acme")
    one = Conversation.objects.create(
        source="upload",
        key="1",
        kind="call",
        at=NOW,
        arrived_at=NOW,
        account=account,
        match="matched",
        language="en",
    )
    Turn.objects.create(conversation=one, no=1, side="them", text="We cancel the contract.")
    return account


def test_a_program_of_a_manager_makes_changes_rests_and_restores_a_rule(acme: Account) -> None:
    manager, member = _as("mo", Role.MANAGER), _as("ann", Role.MEMBER)
    assert member("POST", "/rules", SAID).status_code == 403
    made = manager("POST", "/rules", SAID)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert member("GET", f"/rules/{pk}").json()["heard"] == 1
    changed = manager("PUT", f"/rules/{pk}", {**SAID, "then": ["alert", "tag"]}).json()
    assert (changed["version"], changed["then"]) == (2, ["alert", "tag"])
    assert manager("POST", f"/rules/{pk}/rest").json()["listens"] is False
    assert manager("POST", f"/rules/{pk}/wake").json()["listens"] is True
    assert manager("POST", f"/rules/{pk}/restore", {"version": 1}).json()["then"] == ["alert"]
    assert manager("POST", "/rules", SAID).status_code in (400, 409, 422)
    assert manager("POST", "/rules", {**SAID, "name": "x", "pattern": "a+"}).status_code in (400, 403, 422)
    assert Rule.objects.count() == 1
    assert [one["name"] for one in member("GET", "/rules?state=on").json()["items"]] == ["cancel"]


def test_hits_are_told_to_and_judged_by_who_sees_their_account(acme: Account) -> None:
    chief, stranger = _as("ada", Role.ADMINISTRATOR), _as("sam", Role.MEMBER)
    chief("POST", "/rules", SAID)
    hit = Hit.objects.get()
    (told,) = chief("GET", "/hits").json()["items"]
    assert (told["id"], told["text"][told["spans"][0][0] : told["spans"][0][1]]) == (hit.pk, "cancel")
    assert stranger("GET", "/hits").json()["items"] == []
    assert stranger("POST", f"/hits/{hit.pk}/judge", {"judged": "right"}).status_code == 404
    assert chief("POST", f"/hits/{hit.pk}/judge", {"judged": "right"}).json()["judged"] == "right"
    assert chief("GET", "/rules").json()["items"][0]["precision"] == 1.0
    assert chief("POST", f"/hits/{hit.pk}/judge", {"judged": "perhaps"}).status_code == 422


def test_a_rule_is_tried_before_it_is_kept(acme: Account) -> None:
    manager, member = _as("ada", Role.ADMINISTRATOR), _as("ann", Role.MEMBER)
    for address in ("/rules/heard", "/rules/past"):
        assert member("POST", address, SAID).status_code == 403
    told = manager("POST", "/rules/heard", SAID).json()
    (english,) = told["languages"]
    assert "cancelled" in english["phrases"][0]["slots"][0]
    assert {one["language"] for one in told["proposals"]} >= {"zh", "hu", "pl"}
    asked = manager("POST", "/rules/past", SAID)
    own = asked["Location"].removeprefix("/api")
    assert (asked.status_code, Rule.objects.count()) == (202, 0)
    found = manager("GET", own)
    assert (found.status_code, found.json()["hits"], found.json()["accounts"]) == (200, 1, 1)
    assert [one["text"] for one in found.json()["examples"]] == ["We cancel the contract."]
    assert [one["name"] for one in found.json()["where"]] == ["Acme"]
    assert _as("al", Role.ADMINISTRATOR)("GET", own).status_code == 404
