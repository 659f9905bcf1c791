"""Conversations and clips called by programs: answered as the member whose token it is."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from keepwell.api.actions import make_token
from keepwell.conversations.models import Clip, Conversation, Hit, Rule
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
CLIP = {"first": 1, "last": 2, "title": "Price answered", "theme": "price", "tags": ["price"]}


def _member(name: str) -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=Role.MEMBER)


def _call(member: Member, method: str, address: str, body: Any = None) -> Any:
    client = Client()
    client.force_login(member)
    said = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
    return (
        client.generic(method, f"/api{address}", **said)
        if said
        else getattr(client, method.lower())(f"/api{address}")
    )


@pytest.fixture(autouse=True)
def _heard(call: Conversation) -> None:
    rule = Rule.objects.create(name="Dear", theme="price", made_at=NOW, changed_at=NOW)
    Hit.objects.create(
        key="h", conversation=call, turn=call.turns.get(no=1), account=call.account, rule=rule, version=1,
        theme="price", verdict="hit", spans=[[6, 14]], at=NOW, found_at=NOW,
    )  # fmt: skip


def test_a_program_lists_conversations_and_reads_what_was_said_and_heard(
    owner: Member, call: Conversation
) -> None:
    assert [one["id"] for one in _call(owner, "GET", "/conversations?theme=price").json()["items"]] == [
        call.pk
    ]
    assert _call(owner, "GET", "/conversations?theme=leaving").json()["items"] == []
    assert _call(owner, "GET", f"/conversations/{call.pk}").json()["account"] == "A1"
    first, second = _call(owner, "GET", f"/conversations/{call.pk}/turns").json()["items"]
    assert (first["text"], first["hits"][0]["rule"], first["hits"][0]["spans"]) == (
        "It is too dear.",
        "Dear",
        [[6, 14]],
    )
    assert second["hits"] == []


def test_what_somebody_may_not_see_is_not_there_for_their_programs(owner: Member, call: Conversation) -> None:
    clip = Clip.objects.create(conversation=call, first=1, last=1, title="One", by=owner, at=NOW)
    other = _member("sam")
    for address in (f"/conversations/{call.pk}", f"/conversations/{call.pk}/turns", f"/clips/{clip.pk}"):
        assert _call(other, "GET", address).status_code == 404
    assert _call(other, "GET", "/conversations").json()["items"] == []
    assert _call(other, "GET", "/clips").json()["items"] == []


def test_clips_of_a_theme_are_listed_with_their_words(owner: Member, call: Conversation) -> None:
    Clip.objects.create(
        conversation=call, first=1, last=2, start=10, end=25, title="One", theme="price", by=owner, at=NOW
    )
    found = _call(owner, "GET", "/clips?theme=price").json()["items"]
    assert [turn["text"] for turn in found[0]["turns"]] == ["It is too dear.", "Look at what it saves."]
    assert _call(owner, "GET", "/clips?theme=leaving").json()["items"] == []


def test_a_program_keeps_a_clip_takes_it_out_and_puts_it_back(owner: Member, call: Conversation) -> None:
    _token, secret = make_token(
        member=owner, name="x", scope="act", lasts=timedelta(days=1), now=datetime.now(UTC)
    )
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def post(address: str, body: Any = None) -> Any:
        return client.post(f"/api{address}", json.dumps(body or {}), content_type="application/json")

    made = post(f"/conversations/{call.pk}/clips", CLIP)
    assert made.status_code == 201, made.content
    clip = Clip.objects.get()
    assert (clip.title, clip.tags, clip.start, clip.end) == ("Price answered", ["price"], 10, 25)
    assert post(f"/conversations/{call.pk}/clips", CLIP | {"last": 9}).status_code == 422
    assert post(f"/clips/{clip.pk}/remove").status_code == 200
    assert client.get(f"/api/clips/{clip.pk}").status_code == 404
    assert post(f"/clips/{clip.pk}/back").json()["title"] == "Price answered"
