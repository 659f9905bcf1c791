"""Setting conversations up by programs: sources, recording policies, collections, the queue, and what is learnt."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api.actions import make_token
from keepwell.conversations.actions.receiving import path_of
from keepwell.conversations.arriving.sealing import unseal
from keepwell.conversations.models import (
    Clip,
    Collection,
    Conversation,
    Folder,
    Incoming,
    Mailbox,
    Policy,
    Turn,
)
from keepwell.members.models import Change, Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
imap = pytest.importorskip("keepwell.listening.mail.tests.test_imap", reason="pymap is not installed")
certificate, mailbox = imap.certificate, imap.mailbox
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ROLES = {
    "administrator": Role.ADMINISTRATOR,
    "manager": Role.MANAGER,
    "mate": Role.MEMBER,
    "viewer": Role.VIEWER,
    "stranger": Role.MEMBER,
}
SET_UP = ("/sources/mailboxes", "/sources/folders", "/recording-policies")
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"
    settings.OFFICE.mkdir()


@pytest.fixture
def people(db: None) -> dict[str, Member]:
    team = Team.objects.create(name="Ours")
    team.portfolios.add(Portfolio.objects.create(name="Ours"))
    found = {}
    for name, role in ROLES.items():
        found[name] = Member.objects.create_user(f"{name}@example.com", "x", name=name, role=role)
        if name != "stranger":
            found[name].teams.add(team)
    return found


@pytest.fixture
def as_(people: dict[str, Member]) -> Callable[[str], Call]:
    def program(name: str, scope: str = "manage") -> Call:
        lasts = timedelta(days=1)
        secret = make_token(member=people[name], name="x", scope=scope, lasts=lasts, now=datetime.now(UTC))[1]

        def call(method: str, address: str, body: Any = None, **headers: str) -> Any:
            said = {name.replace("_", "-"): value for name, value in headers.items()}
            data = b"" if body is None else json.dumps(body)
            said["Authorization"] = f"Bearer {secret}"
            return Client().generic(
                method, f"/api{address}", data=data, content_type="application/json", headers=said
            )

        return call

    return program


@pytest.fixture
def talk(people: dict[str, Member]) -> Conversation:
    """A call of the team's account, held by the mate."""
    acme = Account.objects.create(
        pk="A1", name="Acme", country="HU", owner=people["mate"], portfolio=Portfolio.objects.get()
    )
    return _talk("1", account=acme, member=people["mate"])


def _talk(key: str, **more: Any) -> Conversation:
    one = Conversation.objects.create(
        source="upload", key=key, kind="call", at=NOW, arrived_at=NOW,
        match="matched" if "account" in more else "unmatched", **more,
    )  # fmt: skip
    Turn.objects.create(conversation=one, no=1, side="them", text="We stay.")
    return one


def _trail() -> set[str]:
    return set(Change.objects.values_list("what", flat=True))


# --- sources ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROLES)
def test_only_administrators_set_conversations_up(name: str, as_: Any) -> None:
    call, done = as_(name), 200 if name == "administrator" else 403
    for address in SET_UP:
        assert call("GET", address).status_code == done
        assert call("DELETE", f"{address}/7").status_code == (404 if name == "administrator" else 403)
    assert call("POST", "/sources/look").status_code == (202 if name == "administrator" else 403)
    assert as_("administrator", "act")("GET", SET_UP[0]).status_code == 403, "the token reaches less"


def test_a_mailbox_is_added_tried_changed_and_dropped_and_its_password_is_never_told(
    as_: Any, mailbox: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", mailbox.trust)
    call = as_("administrator")
    said = {
        "name": "Support", "host": mailbox.host, "port": mailbox.port, "user": mailbox.user, "starttls": True,
        "secret": "wr0ng",
    }  # fmt: skip
    assert call("POST", "/sources/mailboxes", said | {"secret": ""}).status_code == 422, "a new one needs it"
    made = [call("POST", "/sources/mailboxes", said, Idempotency_Key="k") for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201], made[0].content
    assert made[1]["Idempotent-Replayed"] == "true"
    kept, address = Mailbox.objects.get(), f"/sources/mailboxes/{made[0].json()['id']}"
    assert unseal(kept.secret, of="Support") == "wr0ng"
    refused = call("GET", f"{address}/try")
    assert refused.status_code == 422
    right = said | {"secret": mailbox.password}
    read = call("GET", address)
    assert call("PUT", address, right, If_Match='"another"').status_code == 412
    assert call("PUT", address, right, If_Match=read["ETag"]).status_code == 200
    assert call("GET", f"{address}/try").json()["waiting"] >= 0
    nothing = call("PUT", address, said | {"secret": "", "ours": "ours.example"})
    assert nothing.json()["ours"] == "ours.example", "the password stays where none is sent"
    elsewhere = call("PUT", address, said | {"secret": "", "host": "other.example"})
    assert elsewhere.status_code == 422
    assert elsewhere.json()["errors"][0]["where"] == ["body", "said", "secret"]
    for answer in (*made, refused, read, nothing, elsewhere, call("GET", "/sources/mailboxes")):
        assert "wr0ng" not in answer.content.decode()
        assert mailbox.password not in answer.content.decode()
        assert "secret" not in (answer.json() if answer.status_code < 300 else {})
    Mailbox.objects.update(wrong="It did not answer.")
    assert call("GET", "/sources/mailboxes").json()["items"][0]["wrong"] == "It did not answer."
    assert call("DELETE", address).status_code == 204
    assert call("GET", address).status_code == 404
    assert {"set mailbox", "drop mailbox"} <= _trail()


def test_a_folder_is_added_changed_and_dropped_if_it_is_there(as_: Any, tmp_path: Path) -> None:
    call, place = as_("administrator"), tmp_path / "in"
    said = {"path": str(place), "language": "hu", "ours": "1"}
    assert call("POST", "/sources/folders", said).json()["errors"][0]["where"] == ["body", "said", "path"]
    place.mkdir()
    made = call("POST", "/sources/folders", said).json()
    assert (made["language"], made["ours"], made["on"], made["wrong"]) == ("hu", "1", True, "")
    assert call("POST", "/sources/folders", said).status_code == 422, "a folder is looked into once"
    address = f"/sources/folders/{made['id']}"
    assert call("PUT", address, said | {"on": False, "kind": "meeting"}).json()["on"] is False
    assert (Folder.objects.get().kind, call("POST", "/sources/look").json()) == ("meeting", {"sources": 0})
    mark = call("GET", address)["ETag"]
    assert call("DELETE", address, If_Match='"another"').status_code == 412
    assert call("DELETE", address, If_Match=mark).status_code == 204
    assert call("GET", "/sources/folders").json()["items"] == []
    assert {"set folder", "drop folder"} <= _trail()


# --- recording policies -----------------------------------------------------------------------------------------


def test_a_policy_that_deletes_says_how_much_before_it_does(as_: Any, talk: Conversation) -> None:
    call = as_("administrator")
    said = {"country": "HU", "words": False, "consent": "announced"}
    refused = call("POST", "/recording-policies", said)
    assert (refused.status_code, refused.json()["deletes"]) == (422, 1)
    assert not Policy.objects.exists()
    talk.refresh_from_db()
    assert talk.deleted_at is None
    made = call("POST", "/recording-policies", said | {"sure": True})
    assert made.status_code == 201, made.content
    talk.refresh_from_db()
    assert talk.deleted_at is not None
    assert call("POST", "/recording-policies", {"country": "hu"}).status_code == 422, "there is one already"
    assert call("POST", "/recording-policies", {"country": "PL", "account": "A1"}).status_code == 422


def test_a_policy_is_changed_as_it_was_read_and_taken_away(as_: Any, talk: Conversation) -> None:
    call = as_("administrator")
    made = call("POST", "/recording-policies", {"account": "A1", "word_days": 36_500}).json()
    assert (made["account"], made["word_days"], made["sound_days"]) == ("A1", 36_500, None)
    talk.refresh_from_db()
    assert talk.keep_until is not None
    address = f"/recording-policies/{made['id']}"
    mark = call("GET", address)["ETag"]
    changed = call("PUT", address, {"account": "A1", "consent": "clause 7"}, If_Match=mark)
    assert (changed.json()["consent"], changed.json()["word_days"]) == ("clause 7", None)
    assert call("PUT", address, {"account": "A1"}, If_Match=mark).status_code == 412
    assert call("DELETE", address).status_code == 204
    assert call("GET", "/recording-policies").json()["items"] == []
    assert {"set recording policy", "drop recording policy"} <= _trail()


# --- collections ------------------------------------------------------------------------------------------------


def test_a_collection_is_made_filled_renamed_emptied_and_taken_out(
    as_: Any, talk: Conversation, people: dict[str, Member]
) -> None:
    mate, stranger, viewer = as_("mate"), as_("stranger"), as_("viewer")
    clip = Clip.objects.create(conversation=talk, first=1, last=1, title="One", by=people["mate"], at=NOW)
    assert viewer("POST", "/collections", {"name": "Prices"}).status_code == 403
    made = mate("POST", "/collections", {"name": "Prices"})
    assert made.status_code == 201
    address = f"/collections/{made.json()['id']}"
    assert stranger("PUT", f"{address}/clips/{clip.pk}").status_code == 404, "a clip they do not see"
    assert mate("PUT", f"{address}/clips/{clip.pk}").json()["clips"] == 1
    assert [one["title"] for one in viewer("GET", f"{address}/clips").json()["items"]] == ["One"]
    assert stranger("GET", f"{address}/clips").json()["items"] == []
    assert stranger("GET", address).json()["clips"] == 0
    assert stranger("PUT", address, {"name": "Mine"}).status_code == 422, "whoever made it changes it"
    mark = mate("GET", address)["ETag"]
    renamed = mate("PUT", address, {"name": "Prices answered", "shared": False}, If_Match=mark)
    assert renamed.json()["name"] == "Prices answered"
    assert mate("PUT", address, {"name": "Again"}, If_Match=mark).status_code == 412
    assert stranger("GET", address).status_code == 404, "it is shared no more"
    assert mate("DELETE", f"{address}/clips/{clip.pk}").json()["clips"] == 0
    assert mate("POST", f"{address}/remove").status_code == 200
    assert mate("GET", "/collections").json()["items"] == []
    assert mate("POST", f"{address}/back").json()["name"] == "Prices answered"
    assert Collection.objects.get().removed_at is None
    assert {"make collection", "change collection", "remove collection"} <= _trail()


def test_a_clip_is_changed_by_who_kept_it_or_a_manager(
    as_: Any, talk: Conversation, people: dict[str, Member]
) -> None:
    clip = Clip.objects.create(conversation=talk, first=1, last=1, title="One", by=people["manager"], at=NOW)
    address, said = f"/clips/{clip.pk}", {"first": 1, "last": 1, "title": "Two"}
    assert as_("mate")("PUT", address, said).status_code == 422
    assert as_("manager")("PUT", address, said).json()["title"] == "Two"
    assert as_("manager")("PUT", address, said | {"last": 9}).status_code == 422


# --- files that came in -----------------------------------------------------------------------------------------


def test_a_file_that_was_given_up_is_read_again_by_who_brought_it_or_an_administrator(
    as_: Any, people: dict[str, Member]
) -> None:
    said: dict[str, Any] = {
        "name": "a.vtt",
        "digest": "",
        "source": "api",
        "by": people["mate"],
        "came_at": NOW,
    }
    one = Incoming.objects.create(file="a", state="refused", wrong="It is empty.", **said)
    path_of(one).parent.mkdir(parents=True, exist_ok=True)
    path_of(one).write_bytes(b"WEBVTT\n")
    address = f"/conversations/files/{one.pk}"
    assert as_("stranger")("POST", f"{address}/again").status_code == 404
    assert [row["id"] for row in as_("administrator")("GET", "/conversations/files").json()["items"]] == [
        one.pk
    ]
    assert as_("manager")("GET", "/conversations/files").json()["items"] == []
    assert as_("administrator")("POST", f"{address}/again").status_code == 202
    Incoming.objects.update(file="", state="refused")
    assert as_("mate")("POST", f"{address}/again").status_code == 422


# --- the queue --------------------------------------------------------------------------------------------------


def test_what_is_nobodys_is_placed_set_aside_and_taken_back(
    as_: Any, talk: Conversation, people: dict[str, Member]
) -> None:
    mate, stranger = as_("mate"), as_("stranger")
    one = _talk("w", brought_by=people["mate"])
    waiting = mate("GET", "/conversations/queue").json()["items"]
    assert [row["conversation"]["id"] for row in waiting] == [one.pk]
    assert stranger("GET", "/conversations/queue").json()["items"] == []
    assert as_("viewer")("GET", "/conversations/queue").status_code == 403
    address = f"/conversations/{one.pk}"
    assert stranger("POST", f"{address}/aside").status_code == 404
    assert mate("POST", f"{address}/match", {"account": "no such"}).status_code == 422
    assert mate("POST", f"{address}/match", {"account": "acme"}).json()["account"] == "A1"
    chosen = mate("GET", "/conversations/queue?show=chosen").json()["items"]
    assert [row["conversation"]["account"] for row in chosen] == ["A1"]
    assert mate("POST", f"{address}/match/undo").json()["account"] is None
    assert mate("POST", f"{address}/aside").json()["match"] == "aside"
    assert mate("GET", "/conversations/queue").json()["items"] == []
    assert {"match conversation", "set conversation aside", "undo match"} <= _trail()


def test_a_manager_deletes_what_was_said(as_: Any, talk: Conversation) -> None:
    address = f"/conversations/{talk.pk}/delete"
    assert as_("mate")("POST", address).status_code == 403
    assert as_("manager")("POST", address).status_code == 200
    assert not talk.turns.exclude(text="").exists()


# --- what is learnt ---------------------------------------------------------------------------------------------


def test_topics_are_counted_over_what_the_caller_sees(as_: Any, talk: Conversation) -> None:
    talk.at = timezone.now()
    talk.save()
    for name, base in (("viewer", 1), ("stranger", 0)):
        found = as_(name)("GET", "/conversations/topics?by=month").json()
        assert (len(found["periods"]), found["periods"][-1]["going"]) == (6, True)
        assert {row["shares"][-1]["base"] for row in found["topics"]} == {base}


def test_coaching_is_read_by_the_member_and_by_who_manages_them_and_that_is_noted(
    as_: Any, talk: Conversation, people: dict[str, Member]
) -> None:
    mine = f"/conversations/coaching/{people['mate'].pk}"
    assert as_("mate")("GET", mine).json()["figures"]["conversations"] == 1
    assert not Change.objects.filter(what="look at coaching").exists()
    assert as_("viewer")("GET", mine).status_code == as_("stranger")("GET", mine).status_code == 404
    assert as_("mate")("GET", "/conversations/coaching").status_code == 403
    assert as_("manager")("GET", mine).json()["team"] is None, "so few others would show what one did"
    found = as_("manager")("GET", "/conversations/coaching").json()["items"]
    assert {row["name"]: row["figures"]["conversations"] for row in found}["mate"] == 1
    assert Change.objects.filter(what="look at coaching", key=str(people["mate"].pk)).count() == 1
