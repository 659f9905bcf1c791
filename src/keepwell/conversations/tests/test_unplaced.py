"""What people corrected in a turn that a newer transcript has no more: it waits, and is placed or dropped."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from keepwell.accounts.erasing import erase_in_office
from keepwell.accounts.models import Account, Contact
from keepwell.conversations.actions.correcting import correct
from keepwell.conversations.actions.deleting import delete_words
from keepwell.conversations.actions.taking import Transcript, take
from keepwell.conversations.models import Conversation, Correction, Turn, Unplaced
from keepwell.listening import said
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
THEM = said.Side.THEM


@pytest.fixture
def account(owner: Member) -> Account:
    return Account.objects.create(pk="A1", name="Acme", owner=owner)


def _turn(no: int, text: str, begin: float | None, end: float | None = None) -> said.Turn:
    last = begin + 2 if end is None and begin is not None else end
    return said.Turn(no=no, text=text, side=THEM, start=begin, end=last)


def _heard(account: Account, *turns: said.Turn) -> Conversation:
    talk = said.Conversation(
        conversation_id="c1", kind=said.Kind.CALL, started_at=NOW, turns=turns, state=said.State.READY
    )
    return take(talk, source="upload", now=NOW, account=account, transcript=Transcript("base", 0.8))


def _put_right(one: Conversation, no: int, text: str, by: Member) -> None:
    correct(turn=one.turns.get(no=no), text=text, by=by, now=NOW)


@pytest.fixture
def stray(owner: Member, account: Account) -> Conversation:
    """A call whose second turn was corrected twice, and is in no turn of the new transcript."""
    one = _heard(account, _turn(1, "Hello", 0.0), _turn(2, "we leaf", 10.0))
    _put_right(one, 2, "we leave", owner)
    _put_right(one, 2, "We leave!", owner)
    _heard(
        account, _turn(1, "Hello there", 0.0), _turn(2, "Anything else", 30.0), _turn(3, "no we leaf", 6.0)
    )
    return one


def _as(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _texts(one: Conversation) -> list[str]:
    return list(one.turns.values_list("text", flat=True))


def test_a_correction_without_a_turn_waits_and_writes_over_nothing(
    owner: Member, stray: Conversation
) -> None:
    assert _texts(stray) == ["Hello there", "Anything else", "no we leaf"]
    waits = stray.unplaced.get()
    assert (waits.no, waits.start, waits.settled_at) == (2, 10.0, None)
    assert list(waits.corrections.values_list("before", "after")) == [
        ("we leave", "We leave!"), ("we leaf", "we leave"),
    ]  # fmt: skip
    page = _as(owner).get(f"/conversations/{stray.pk}").content.decode()
    assert "1 correction found no place" in page
    assert "<del>we leaf</del><br><ins>We leave!</ins>" in page
    assert page.count("Put it here") == 3


def test_one_in_a_transcript_of_fewer_turns_is_not_lost(owner: Member, account: Account) -> None:
    one = _heard(account, _turn(1, "Hello", 0.0), _turn(2, "we leaf", 10.0))
    _put_right(one, 2, "We leave.", owner)
    _heard(account, _turn(1, "Hello", 0.0))
    assert one.turns.count() == 1
    assert one.unplaced.get().corrections.get().after == "We leave."


def test_one_of_a_short_turn_does_not_write_over_the_words_of_a_long_one(
    owner: Member, account: Account
) -> None:
    one = _heard(account, _turn(1, "we leaf", 10.0, 11.0))
    _put_right(one, 1, "We leave.", owner)
    _heard(account, _turn(1, "We leave. And all of that because nobody answers us.", 10.2, 24.0))
    assert _texts(one) == ["We leave. And all of that because nobody answers us."]
    assert one.unplaced.count() == 1


def test_without_times_it_waits_where_no_turn_has_its_words(owner: Member, account: Account) -> None:
    one = _heard(account, _turn(1, "Hello", None), _turn(2, "we leaf", None))
    _put_right(one, 2, "We leave.", owner)
    _heard(account, _turn(1, "Hello", None), _turn(2, "weal eve", None))
    assert _texts(one) == ["Hello", "weal eve"]
    _heard(account, _turn(1, "we leaf", None))
    assert _texts(one) == ["We leave."], "what waits finds its place by itself when its words come again"
    assert not Unplaced.objects.exists()


def test_it_is_placed_with_one_press_and_stays_in_later_transcripts(
    owner: Member, stray: Conversation, account: Account
) -> None:
    waits, version = stray.unplaced.get(), Conversation.objects.get(pk=stray.pk).version
    address = f"/conversations/{stray.pk}/unplaced/{waits.pk}/place"
    late = _as(owner).post(address, {"turn": "3", "before": "another text"}, follow=True)
    assert "Somebody has changed these words meanwhile" in late.content.decode()
    answer = _as(owner).post(address, {"turn": "3", "before": "no we leaf"})
    assert answer["Location"] == f"/conversations/{stray.pk}?turn=3"
    assert _texts(stray) == ["Hello there", "Anything else", "We leave!"]
    stray.refresh_from_db()
    assert stray.version == version + 1, "rules hear it anew"
    assert Change.objects.get(what="place correction").after == {"turn": 3}
    history = _as(owner).get(f"/conversations/{stray.pk}/turns/3/correct").content.decode()
    assert all(f"<del>{old}</del>" in history for old in ("no we leaf", "we leave", "we leaf"))
    again = _as(owner).post(address, {"turn": "1"}, follow=True)
    assert "Somebody has placed or dropped this correction meanwhile" in again.content.decode()
    _heard(account, _turn(1, "Hello there", 0.0), _turn(2, "know we leave", 6.3))
    assert _texts(stray) == ["Hello there", "We leave!"]


def test_it_is_dropped_with_one_press_kept_and_taken_back(owner: Member, stray: Conversation) -> None:
    waits = stray.unplaced.get()
    client, address = _as(owner), f"/conversations/{stray.pk}"
    client.post(f"{address}/unplaced/{waits.pk}/drop")
    page = client.get(address).content.decode()
    assert "found no place" not in page
    assert "1 was dropped" in page
    assert "<ins>We leave!</ins>" in page
    assert Change.objects.filter(what="drop correction").exists()
    client.post(f"{address}/unplaced/{waits.pk}/back")
    assert "1 correction found no place" in client.get(address).content.decode()


def test_nothing_of_a_thousand_unplaced_ones_makes_the_page_long(owner: Member, account: Account) -> None:
    one = _heard(account, *(_turn(no, f"word {no}", no * 10.0) for no in range(1, 31)))
    for no in range(1, 31):
        _put_right(one, no, f"Word {no}.", owner)
    _heard(account, _turn(1, "All anew", 1000.0))
    page = _as(owner).get(f"/conversations/{one.pk}").content.decode()
    assert "30 corrections found no place" in page
    assert page.count("Drop it") == 10


def test_the_queue_leads_to_those_that_wait_to_who_sees_them(owner: Member, stray: Conversation) -> None:
    page = _as(owner).get("/conversations/queue").content.decode()
    assert "Corrections that found no place" in page
    assert f"/conversations/{stray.pk}#unplaced" in page
    assert "1 correction" in page
    other = Member.objects.create_user(email="sam@example.com", name="Sam", role=Role.MEMBER)
    assert "found no place" not in _as(other).get("/conversations/queue").content.decode()
    stray.unplaced.update(settled_at=NOW, dropped=True)
    assert "found no place" not in _as(owner).get("/conversations/queue").content.decode()


def test_who_only_reads_sees_it_and_a_stranger_nothing(stray: Conversation) -> None:
    viewer = Member.objects.create_user(email="vic@example.com", name="Vic", role=Role.VIEWER)
    stranger = Member.objects.create_user(email="sam@example.com", name="Sam", role=Role.MEMBER)
    stray.account.owner = viewer
    stray.account.save()
    page = _as(viewer).get(f"/conversations/{stray.pk}").content.decode()
    assert "1 correction found no place" in page
    assert "Put it here" not in page
    address = f"/conversations/{stray.pk}/unplaced/{stray.unplaced.get().pk}/drop"
    assert _as(viewer).post(address).status_code == 403
    assert _as(stranger).post(address).status_code == 404


def test_it_goes_with_the_words_and_with_whose_words_they_were(
    owner: Member, account: Account, stray: Conversation
) -> None:
    eve = Contact.objects.create(pk="k1", account=account, name="Eve Stone", email="eve@acme.com")
    other = Unplaced.objects.create(conversation=stray, no=9, side="us", at=NOW)
    Correction.objects.create(unplaced=other, before="hello", after="Hello Eve Stone", at=NOW)
    Turn.objects.filter(conversation=stray).update(contact=None)
    Conversation.objects.filter(pk=stray.pk).update(contact=eve)
    erase_in_office(eve)
    assert [fix.after for fix in Correction.objects.all()] == ["Hello …"]
    delete_words(Conversation.objects.get(pk=stray.pk), now=NOW, why="over")
    assert not Unplaced.objects.exists()
    assert not Correction.objects.exists()


def test_programs_correct_place_and_drop_as_people_do(owner: Member, stray: Conversation) -> None:
    def call(method: str, address: str, body: Any = None) -> Any:
        said_as = json.dumps(body if body is not None else {}) if method != "GET" else ""
        return _as(owner).generic(
            method, f"/api/conversations/{stray.pk}{address}", data=said_as, content_type="application/json"
        )

    (told,) = call("GET", "/unplaced").json()["items"]
    assert (told["turn"], told["before"], told["after"], told["near"]) == (
        2,
        "we leaf",
        "We leave!",
        [1, 2, 3],
    )
    waits = f"/unplaced/{told['id']}"
    assert call("POST", f"{waits}/drop").json() == {"waiting": 0}
    assert call("POST", f"{waits}/drop").status_code == 422
    assert call("POST", f"{waits}/back").json() == {"waiting": 1}
    assert call("POST", f"{waits}/place", {"turn": 7}).status_code == 422
    assert call("POST", f"{waits}/place", {"turn": 3, "before": "no"}).status_code == 422
    assert call("POST", f"{waits}/place", {"turn": 3}).json() == {"waiting": 0}
    assert call("POST", "/unplaced/999/drop").status_code == 404
    done = call("PUT", "/turns/1/text", {"text": "Hello, card 4111 1111 1111 1111", "before": "Hello there"})
    assert done.json()["turn"] == 1
    assert "4111" not in stray.turns.get(no=1).text
    assert call("PUT", "/turns/1/text", {"text": "  "}).status_code == 422
    assert call("PUT", "/turns/1/text", {"text": "x", "before": "Hello there"}).status_code == 422
    assert call("PUT", "/turns/99/text", {"text": "x"}).status_code == 404
    assert [fix["turn"] for fix in call("GET", "/corrections").json()["items"]] == [1, 3]
