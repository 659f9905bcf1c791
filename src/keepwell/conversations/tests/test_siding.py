"""A recording with two channels: somebody says afterwards which one is ours, and whatever rests on it follows."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
pytest.importorskip("faster_whisper", reason="the extra keepwell[speech] is not installed")

from keepwell.accounts.models import Account, Contact, Outgoing
from keepwell.conversations import jobs
from keepwell.conversations.actions.hearing import hear
from keepwell.conversations.actions.receiving import receive
from keepwell.conversations.actions.ruling import make_rule
from keepwell.conversations.actions.siding import say_ours
from keepwell.conversations.actions.transcribing import work
from keepwell.conversations.models import Conversation, Hit, Incoming
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.listening.audio.sound import RATE
from keepwell.listening.audio.tests import recordings as kit
from keepwell.listening.said import Word
from keepwell.listening.transcribing import Heard
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PRICE = "It is too expensive."


class Ear:
    """Hears the same words in every passage."""

    name = "ear"

    def language(self, samples: Any, among: Sequence[str]) -> str:
        return among[-1]

    def hear(self, samples: Any, language: str) -> list[Heard]:
        seconds = len(samples) / RATE
        return [Heard(0.0, seconds, PRICE, (Word(PRICE, 0.0, seconds, 0.9),), 0.9)]


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"


def _brought(file: Path, **said: Any) -> Incoming:
    one = receive(chunks=[file.read_bytes()], name=file.name, source="upload", now=NOW, said=said)
    jobs.read_in(one.pk)
    return one


def _transcribed(file: Path, **said: Any) -> Conversation:
    one = _brought(file, **said)
    assert [done.wrong for done in work(ear=Ear())] == [""]
    one.refresh_from_db()
    assert one.conversation is not None
    return one.conversation


@pytest.fixture
def account(owner: Member) -> Account:
    return Account.objects.create(pk="A1", name="Acme", owner=owner)


@pytest.fixture
def recorded(account: Account) -> Conversation:
    """A call of a minute with a speaker on each channel, of whom nobody said which is ours."""
    return _transcribed(kit.clip("stereo_diarization.wav"), account="A1", language="en")


def _as(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _sides(one: Conversation) -> set[tuple[str, int]]:
    return set(one.turns.values_list("side", "channel"))


def _told(table: str) -> dict[str, Any]:
    last = Outgoing.objects.filter(table=table).order_by("pk").last()
    assert last is not None
    return dict(last.row)


def _found(member: Member, side: str) -> set[int]:
    """The turns that a search for the words of one side finds."""
    said = _as(member).get(f"/api/conversations/search?words=expensive&side={side}").json()
    return {one["turn"] for one in said["items"]}


def test_once_it_is_said_which_channel_is_ours_shares_are_known_and_the_book_is_told(
    owner: Member, recorded: Conversation
) -> None:
    assert _sides(recorded) == {("unknown", 0), ("unknown", 1)}
    page = _as(owner).get(f"/conversations/{recorded.pk}").content.decode()
    assert "second channel, side not known" in page
    assert "nobody has said which one is ours" in page
    assert _told("talks")["our_share"] is None
    assert _found(owner, "them") == set()
    version = recorded.version

    answer = _as(owner).post(f"/conversations/{recorded.pk}/ours", {"ours": "second"})
    assert answer["Location"] == f"/conversations/{recorded.pk}"
    recorded.refresh_from_db()
    assert _sides(recorded) == {("them", 0), ("us", 1)}
    assert recorded.version == version + 1
    row = _told("talks")
    assert 0 < row["our_share"] < 1
    assert row["our_share"] + row["their_share"] == pytest.approx(1, abs=1e-4)
    assert row["confidence"] == 0.9
    assert _found(owner, "them") == {turn.no for turn in recorded.turns.filter(channel=0)}
    page = _as(owner).get(f"/conversations/{recorded.pk}").content.decode()
    assert "side not known" not in page
    assert "Another channel is ours" in page
    trail = Change.objects.get(what="say which channel is ours")
    assert (trail.member, trail.before, trail.after) == (owner, {"ours": "unknown"}, {"ours": "second"})


def test_what_the_customer_said_is_heard_as_theirs_and_what_we_said_no_more(
    owner: Member, recorded: Conversation
) -> None:
    theirs = make_rule(rule=_rule("customers", side="them"), by=owner, now=NOW)
    both = make_rule(rule=_rule("both", side=""), by=owner, now=NOW)
    hear(recorded, now=NOW)
    before = _stand(both)
    assert {hit.turn.channel for hit in before} == {0, 1}
    assert len(_stand(theirs)) == len(before)  # whose words they are is not known: it may be the customer
    say_ours(conversation=recorded, ours="first", by=owner, now=NOW)
    recorded.refresh_from_db()
    hear(recorded, now=NOW)
    assert {hit.turn.side for hit in _stand(theirs)} == {"them"}
    assert {hit.key for hit in _stand(both)} == {hit.key for hit in before}
    rows = {one.key: one.row for one in Outgoing.objects.filter(table="hits").order_by("pk")}
    for hit in _stand(both):
        assert rows[hit.key]["theme"] == ("" if hit.turn.side == "us" else "price")


def _rule(name: str, **more: Any) -> listening.Rule:
    return listening.Rule(name=name, phrases={"en": ("expensive",)}, theme="price", **more)


def _stand(rule: Any) -> list[Hit]:
    return list(Hit.objects.filter(rule=rule, void_at=None).select_related("turn"))


def test_it_is_said_otherwise_and_taken_back_and_every_time_is_on_the_trail(
    owner: Member, recorded: Conversation
) -> None:
    for ours, sides in (
        ("first", {("us", 0), ("them", 1)}),
        ("second", {("them", 0), ("us", 1)}),
        ("unknown", {("unknown", 0), ("unknown", 1)}),
    ):
        say_ours(conversation=recorded, ours=ours, by=owner, now=NOW)
        assert _sides(recorded) == sides
    assert say_ours(conversation=recorded, ours="unknown", by=owner, now=NOW) == "unknown"
    assert Change.objects.filter(what="say which channel is ours").count() == 3
    assert _told("talks")["our_share"] is None


def test_who_spoke_follows_where_only_one_customer_can_have(
    owner: Member, account: Account, recorded: Conversation
) -> None:
    eve = Contact.objects.create(pk="c1", account=account, name="Eve")
    Conversation.objects.filter(pk=recorded.pk).update(contact=eve)
    say_ours(conversation=recorded, ours="first", by=owner, now=NOW)
    assert set(recorded.turns.values_list("side", "contact")) == {("us", None), ("them", "c1")}
    say_ours(conversation=recorded, ours="unknown", by=owner, now=NOW)
    assert set(recorded.turns.values_list("contact", flat=True)) == {None}


def test_a_transcript_made_later_obeys_whatever_came_with_its_file(owner: Member, account: Account) -> None:
    for _twice in range(2):
        _brought(kit.clip("stereo_diarization.wav"), account="A1", language="en", ours="0")
    working = work(ear=Ear())
    next(working)
    one = Conversation.objects.get()
    say_ours(conversation=one, ours="second", by=owner, now=NOW)
    assert [done.wrong for done in working] == [""]
    assert _sides(one) == {("them", 0), ("us", 1)}


def test_what_was_said_with_the_file_is_put_right_by_hand(owner: Member, account: Account) -> None:
    one = _transcribed(kit.clip("stereo_diarization.wav"), account="A1", language="en", ours="0")
    assert "Another channel is ours" in _as(owner).get(f"/conversations/{one.pk}").content.decode()
    assert say_ours(conversation=one, ours="second", by=owner, now=NOW) == "first"
    assert _sides(one) == {("them", 0), ("us", 1)}


def test_on_one_channel_there_is_nothing_to_choose(owner: Member, account: Account) -> None:
    one = _transcribed(kit.clip("jfk.wav"), account="A1", language="en")
    page = _as(owner).get(f"/conversations/{one.pk}").content.decode()
    assert f"/conversations/{one.pk}/ours" not in page
    with pytest.raises(KeepwellError, match="two channels"):
        say_ours(conversation=one, ours="first", by=owner, now=NOW)


def test_only_who_may_correct_a_transcript_says_which_channel_is_ours(
    owner: Member, recorded: Conversation
) -> None:
    viewer = Member.objects.create_user("vic@example.com", name="Vic", role=Role.VIEWER)
    stranger = Member.objects.create_user("sam@example.com", name="Sam", role=Role.MEMBER)
    address = f"/conversations/{recorded.pk}/ours"
    assert _as(stranger).post(address, {"ours": "first"}).status_code == 404
    recorded.account.owner = viewer
    recorded.account.save()
    assert address not in _as(viewer).get(f"/conversations/{recorded.pk}").content.decode()
    assert _as(viewer).post(address, {"ours": "first"}).status_code == 403
    assert _put(viewer, recorded, "first").status_code == 403
    assert _sides(recorded) == {("unknown", 0), ("unknown", 1)}


def _put(member: Member, one: Conversation, ours: str) -> Any:
    body = json.dumps({"ours": ours})
    return _as(member).put(f"/api/conversations/{one.pk}/ours", body, content_type="application/json")


def test_a_program_says_which_channel_is_ours_and_reads_it(owner: Member, recorded: Conversation) -> None:
    address = f"/api/conversations/{recorded.pk}"
    assert _as(owner).get(address).json()["ours"] == ""
    answer = _put(owner, recorded, "first").json()
    assert answer["ours"] == "first"
    assert answer["measures"]["sides"]["us"]["share"] > 0
    turns = _as(owner).get(f"{address}/turns").json()["items"]
    assert {(turn["side"], turn["channel"]) for turn in turns} == {("us", 0), ("them", 1)}
    assert _put(owner, recorded, "third").status_code == 422
