"""Clips: kept out of a conversation, seen with it, put together, taken out and put back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from keepwell.conversations.actions import clipping
from keepwell.conversations.actions.changing import going
from keepwell.conversations.models import Clip, Collection, Conversation, Hit, Rule, Turn
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SAID = {
    "title": "Price answered", "kind": "good", "why": "Calm", "theme": "price", "audience": "executive",
    "tags": "Objection, price; price", "first": "2", "last": "1",
}  # fmt: skip


def _member(name: str, role: Role = Role.MEMBER) -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=role)


@pytest.fixture
def stranger() -> Member:
    return _member("sam")


def _as(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _kept(owner: Member, call: Conversation, **more: str) -> Clip:
    answer = _as(owner).post(f"/conversations/{call.pk}/clips", SAID | more)
    assert answer.status_code == 302, answer.content.decode()
    return Clip.objects.get(pk=int(answer["Location"].rsplit("/", 1)[1]))


def test_a_clip_is_made_of_whole_turns_and_says_why_it_is_kept(owner: Member, call: Conversation) -> None:
    clip = _kept(owner, call)
    assert (clip.first, clip.last, clip.start, clip.end) == (1, 2, 10, 25)
    assert clip.tags == ["objection", "price"]
    page = _as(owner).get(f"/conversations/clips/{clip.pk}").content.decode()
    assert "Look at what it saves." in page
    assert "the customer" in page
    assert "Clip: Price answered" in " ".join(
        _as(owner).get(f"/conversations/{call.pk}").content.decode().split()
    )


def test_a_clip_of_turns_that_are_not_there_is_told_so(owner: Member, call: Conversation) -> None:
    answer = _as(owner).post(f"/conversations/{call.pk}/clips", SAID | {"last": "7"})
    assert answer.status_code == 422
    assert "There is no turn 7." in answer.content.decode()
    assert not Clip.objects.exists()


def test_a_clip_is_seen_by_whoever_sees_its_account(
    owner: Member, stranger: Member, call: Conversation
) -> None:
    clip = _kept(owner, call)
    shared = Collection.objects.create(name="Prices", by=owner, at=NOW)
    clipping.put_into(clip=clip, collection=shared, by=owner)
    for address in ("clips/", f"clips/{clip.pk}", f"collections/{shared.pk}", "clips/templates"):
        seen = _as(stranger).get(f"/conversations/{address}")
        assert "Look at what it saves." not in seen.content.decode()
    assert (
        "Look at what it saves." in _as(owner).get(f"/conversations/collections/{shared.pk}").content.decode()
    )
    assert _as(stranger).post(f"/conversations/clips/{clip.pk}/remove").status_code == 404


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("theme=price", True), ("theme=leaving", False), ("kind=warning", False), ("audience=executive", True),
        ("tag=objection", True), ("tag=object", False), ("words=answered", True), ("words=nothing", False),
        ("whose=mine", True), ("account=A1", True), ("account=A2", False), ("kind=no-such", True),
    ],
)  # fmt: skip
def test_the_library_is_narrowed_by_what_is_asked(
    owner: Member, call: Conversation, asked: str, there: bool
) -> None:
    _kept(owner, call)
    page = _as(owner).get(f"/conversations/clips/?{asked}").content.decode()
    assert ("Look at what it saves." in page) is there


def test_what_was_taken_out_can_be_put_back(owner: Member, call: Conversation) -> None:
    clip, client = _kept(owner, call), _as(owner)
    answer = client.post(f"/conversations/clips/{clip.pk}/remove")
    page = client.get(answer["Location"]).content.decode()
    assert "Put it back" in page
    assert "Look at what it saves." not in page
    assert client.get(f"/conversations/clips/{clip.pk}").status_code == 404
    client.post(f"/conversations/clips/{clip.pk}/back")
    assert client.get(f"/conversations/clips/{clip.pk}").status_code == 200
    assert [one.what for one in Change.objects.filter(kind="conversations.clip").order_by("pk")] == [
        "keep clip", "remove clip", "put clip back",
    ]  # fmt: skip


def test_clips_taken_out_long_ago_go_for_good(owner: Member, call: Conversation) -> None:
    old, new = _kept(owner, call), _kept(owner, call)
    clipping.remove(clip=old, by=owner, now=NOW)
    clipping.remove(clip=new, by=owner, now=NOW + timedelta(days=31))
    assert list(Clip.objects.values_list("pk", flat=True)) == [new.pk]


def test_only_who_kept_a_clip_and_managers_change_it(owner: Member, call: Conversation) -> None:
    clip, mate, chief = _kept(owner, call), _member("may"), _member("ada", Role.ADMINISTRATOR)
    call.account.owner = mate
    call.account.save()
    _as(mate).post(f"/conversations/clips/{clip.pk}/remove")
    assert Clip.objects.get().removed_at is None
    said = SAID | {"title": "Better", "first": "2", "last": "2"}
    assert "can change it" in _as(mate).post(f"/conversations/clips/{clip.pk}/change", said).content.decode()
    assert _as(chief).post(f"/conversations/clips/{clip.pk}/change", said).status_code == 302
    clip.refresh_from_db()
    assert (clip.title, clip.first, clip.start) == ("Better", 2, 20)


def test_a_clip_goes_with_the_words_of_its_conversation(owner: Member, call: Conversation) -> None:
    _kept(owner, call)
    going(call)
    assert not Clip.objects.exists()


def test_a_clip_stays_with_its_sound_when_that_is_transcribed_into_other_turns(
    owner: Member, call: Conversation
) -> None:
    clip = _kept(owner, call, first="2", last="2")
    Turn.objects.filter(conversation=call, no=2).update(no=3)
    Turn.objects.create(conversation=call, no=2, side="them", text="Hm.", start=16, end=17)
    page = _as(owner).get(f"/conversations/clips/{clip.pk}").content.decode()
    assert "Look at what it saves." in page
    assert "Hm." not in page


def test_a_private_collection_is_its_makers_alone(owner: Member, call: Conversation) -> None:
    mine = Collection.objects.create(name="Mine", by=owner, at=NOW, shared=False)
    clip, chief = _kept(owner, call), _member("ada", Role.ADMINISTRATOR)
    assert _as(chief).get(f"/conversations/collections/{mine.pk}").status_code == 404
    _as(owner).post(f"/conversations/clips/{clip.pk}/into", {"collection": mine.pk})
    assert list(mine.clips.all()) == [clip]
    _as(owner).post(f"/conversations/clips/{clip.pk}/from/{mine.pk}")
    assert not mine.clips.exists()


def test_a_collection_is_made_changed_taken_out_and_put_back(owner: Member) -> None:
    client = _as(owner)
    client.post("/conversations/collections/new", {"name": "Prices", "detail": "", "shared": "on"})
    one = Collection.objects.get()
    client.post(f"/conversations/collections/{one.pk}/change", {"name": "Prices well said", "detail": ""})
    assert client.get(client.post(f"/conversations/collections/{one.pk}/drop")["Location"]).status_code == 200
    assert client.get(f"/conversations/collections/{one.pk}").status_code == 404
    client.post(f"/conversations/collections/{one.pk}/back")
    assert "Prices well said" in client.get(f"/conversations/collections/{one.pk}").content.decode()


def test_templates_are_told_by_theme_and_by_whom_one_speaks_to(owner: Member, call: Conversation) -> None:
    _kept(owner, call, template="on")
    page = _as(owner).get("/conversations/clips/templates").content.decode()
    assert "Price · An executive" in page
    assert "Look at what it saves." in page
    assert "Look at" not in _as(owner).get("/conversations/clips/templates?audience=staff").content.decode()


def test_good_moments_that_rules_heard_are_offered_until_they_are_kept(
    owner: Member, call: Conversation
) -> None:
    rule = Rule.objects.create(name="Saves", theme="price", template=True, made_at=NOW, changed_at=NOW)
    Hit.objects.create(
        key="h", conversation=call, turn=call.turns.get(no=2), account=call.account, rule=rule, version=1,
        theme="price", verdict="hit", spans=[[0, 4]], at=NOW, found_at=NOW,
    )  # fmt: skip
    assert "Look at what it saves." in _as(owner).get("/conversations/clips/templates").content.decode()
    _kept(owner, call)
    assert "Good moments" not in _as(owner).get("/conversations/clips/templates").content.decode()


def test_a_clip_of_two_collections_stands_once_in_each_in_its_order(
    owner: Member, call: Conversation
) -> None:
    first, second = _kept(owner, call, title="First"), _kept(owner, call, title="Second")
    one, two = (Collection.objects.create(name=name, by=owner, at=NOW) for name in ("One", "Two"))
    for collection, clips in ((one, (second, first)), (two, (first, second))):
        for clip in clips:
            clipping.put_into(clip=clip, collection=collection, by=owner)
    for collection, order in ((one, ["Second", "First"]), (two, ["First", "Second"])):
        rows = _as(owner).get(f"/conversations/collections/{collection.pk}").context["rows"]
        assert [row.clip.title for row in rows] == order
