"""Search called by programs: by words and by meaning, as the member whose token it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from keepwell.conversations.actions.changing import touched
from keepwell.conversations.index import meanings
from keepwell.conversations.index.remembered import remembered
from keepwell.conversations.models import Conversation
from keepwell.conversations.tests.conftest import CALLED
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read(call: Conversation) -> Iterator[None]:
    Conversation.objects.update(language="en")
    call.refresh_from_db()
    touched(call, now=CALLED)
    meanings.read()
    remembered().forget()
    yield
    remembered().forget()


def _search(member: Member, **asked: Any) -> dict[str, Any]:
    client = Client()
    client.force_login(member)
    answer = client.get("/api/conversations/search", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_program_searches_by_words_and_by_meaning(owner: Member, call: Conversation):
    (one,) = _search(owner, words="dear")["items"]
    assert (one["conversation"], one["turn"], one["excerpt"], one["marked"]) == (
        call.pk,
        1,
        "It is too dear.",
        [[10, 14]],
    )
    assert one["likeness"] is None
    found = _search(owner, words="it costs too much", by="meaning")
    assert (found["by"], found["why"], found["next"]) == ("meaning", "", None)
    assert found["items"][0]["turn"] == 1
    assert found["items"][0]["marked"] == [[0, 15]]
    assert found["items"][0]["likeness"] > 0.25
    assert _search(owner, words="it costs too much", by="meaning", since="2026-03-02")["items"] == []


def test_a_program_is_told_why_words_were_searched(owner: Member):
    found = _search(owner, words="túl drága nekünk", by="meaning")
    assert found["by"] == "words"
    assert "English and Chinese only" in found["why"]


def test_what_somebody_may_not_see_is_not_found_by_their_programs(owner: Member):
    stranger = Member.objects.create_user(email="sam@example.com", name="sam")
    for by in ("words", "meaning"):
        assert _search(owner, words="too dear", by=by)["items"]
        assert _search(stranger, words="too dear", by=by)["items"] == []
        assert _search(stranger, words="too dear", by=by, account="A1")["items"] == []
