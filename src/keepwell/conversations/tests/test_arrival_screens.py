"""The screens of what comes in: who may bring, match and set, and what each of them then sees."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.conversations.actions.taking import take
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.models import Conversation, Folder, Incoming, Policy
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, Turn
from keepwell.members.models import Change, Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n<v Eva Kis>We want to leave.\n"
SignIn = Callable[[Member], Client]


class People:
    def __init__(self) -> None:
        ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
        self.portfolio = Portfolio.objects.create(name="Ours")
        ours.portfolios.add(self.portfolio)
        self.owner, self.mate, self.stranger = (self.member(name) for name in ("owner", "mate", "stranger"))
        self.viewer = self.member("viewer", Role.VIEWER)
        self.manager, self.admin = (
            self.member("manager", Role.MANAGER),
            self.member("admin", Role.ADMINISTRATOR),
        )
        ours.members.add(self.owner, self.mate, self.viewer, self.manager)
        theirs.members.add(self.stranger)
        self.acme = Account.objects.create(
            pk="A1", name="Acme", owner=self.owner, portfolio=self.portfolio, country="HU"
        )
        self.other = Account.objects.create(pk="B1", name="Bond")
        Contact.objects.create(pk="k1", account=self.acme, name="Eva Kis", email="eva@acme.com")

    def member(self, name: str, role: Role = Role.MEMBER) -> Member:
        return Member.objects.create_user(f"{name}@example.com", name=name.title(), role=role)


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Path) -> People:
    settings.OFFICE = tmp_path / "office"
    return People()


def signed(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _waiting(by: Member | None = None, key: str = "w") -> Conversation:
    said = Said(
        key,
        Kind.CALL,
        NOW - timedelta(days=1),
        (Participant("Bo Nobody", "bo@nowhere.example", side=Side.THEM),),
        subject=f"Call {key}",
        turns=(Turn(1, "We may leave.", Side.THEM, "Bo Nobody"),),
    )
    return take(said, source="upload", now=NOW, by=by)


def test_a_member_brings_several_files_in_and_reads_what_became_of_each(
    people: People, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed(people.owner)
    assert client.get("/conversations/add?account=A1").status_code == 200
    files = [
        SimpleUploadedFile("call.vtt", VTT),
        SimpleUploadedFile("offer.pdf", b"%PDF-1.7"),
        SimpleUploadedFile("empty.txt", b""),
    ]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/conversations/add", {"given": files, "account": "acme", "kind": "meeting"})
    assert answer.headers["Location"] == "/conversations/incoming"
    page = client.get("/conversations/incoming").content.decode()
    assert "call.vtt" in page
    assert "does not read such a file" in page
    assert Conversation.objects.get(state="ready").account == people.acme
    assert Conversation.objects.get(state="empty").remark
    assert "every 3s" not in page  # nothing is under way


def test_whose_it_is_must_be_an_account_of_ones_own(people: People) -> None:
    client = signed(people.owner)
    answer = client.post("/conversations/add", {"given": [SimpleUploadedFile("a.vtt", VTT)], "account": "B1"})
    assert "No account of yours is called so." in answer.content.decode()
    assert not Incoming.objects.exists()


def test_who_only_looks_brings_nothing_in_and_a_stranger_sees_no_files_of_others(people: People) -> None:
    Incoming.objects.create(
        name="secret.vtt", file="", digest="", source="upload", by=people.owner, came_at=timezone.now()
    )
    assert signed(people.viewer).get("/conversations/add").status_code == 403
    assert signed(people.viewer).get("/conversations/incoming").status_code == 403
    assert "secret.vtt" not in signed(people.stranger).get("/conversations/incoming").content.decode()
    assert "secret.vtt" in signed(people.admin).get("/conversations/incoming").content.decode()


def test_a_recording_under_way_shows_how_far_it_is(people: People) -> None:
    Incoming.objects.create(
        name="long.wav", file="x/long.wav", digest="", source="upload", by=people.owner, came_at=timezone.now(),
        state="working", doing="transcribing", done=30, of=90,
    )  # fmt: skip
    page = (
        signed(people.owner).get("/conversations/incoming", headers={"hx-request": "true"}).content.decode()
    )
    assert '<progress max="90" value="30"' in page
    assert "every 3s" in page
    assert "<html" not in page


def test_a_manager_chooses_whose_it_is_and_undoes_it_and_nothing_is_learnt(people: People) -> None:
    one, client = _waiting(), signed(people.manager)
    assert "Call w" in client.get("/conversations/queue").content.decode()
    assert "Bo Nobody" in client.get(f"/conversations/{one.pk}/match").content.decode()
    client.post(f"/conversations/{one.pk}/match", {"account": "Acme", "contact": "Eva Kis"})
    one.refresh_from_db()
    assert (one.account, one.contact_id, one.match, one.version) == (people.acme, "k1", "chosen", 2)
    assert Entry.objects.get(account=people.acme).data["conversation"] == one.pk
    assert Change.objects.filter(what="match conversation").exists()
    assert _waiting(key="next").account is None  # the same address again
    assert "Call w" in client.get("/conversations/queue?show=chosen").content.decode()
    client.post(f"/conversations/{one.pk}/match/undo")
    one.refresh_from_db()
    assert (one.account, one.match) == (None, "unmatched")
    assert not Entry.objects.filter(key=f"talk:{one.pk}").exists()


def test_what_is_nobodys_leaves_the_queue_and_can_come_back(people: People) -> None:
    one, client = _waiting(), signed(people.manager)
    client.post(f"/conversations/{one.pk}/aside")
    assert "Call w" not in client.get("/conversations/queue").content.decode()
    assert "Call w" in client.get("/conversations/queue?show=aside").content.decode()
    client.post(f"/conversations/{one.pk}/match/undo")
    assert "Call w" in client.get("/conversations/queue").content.decode()


def test_nobody_matches_what_they_do_not_see_nor_to_an_account_they_do_not_see(people: People) -> None:
    one = _waiting(by=people.mate)
    for who in (people.stranger, people.owner):
        client = signed(who)
        assert "Call w" not in client.get("/conversations/queue").content.decode()
        assert client.post(f"/conversations/{one.pk}/match", {"account": "A1"}).status_code == 404
        assert client.post(f"/conversations/{one.pk}/aside").status_code == 404
        assert client.post(f"/conversations/{one.pk}/delete").status_code in (403, 404)
    answer = signed(people.mate).post(f"/conversations/{one.pk}/match", {"account": "B1"})
    assert "No account of yours" in answer.content.decode()
    assert signed(people.viewer).get("/conversations/queue").status_code == 403
    one.refresh_from_db()
    assert one.match == "unmatched"


def test_the_policy_of_the_account_chosen_holds_at_once(people: People, tmp_path: Path) -> None:
    Policy.objects.create(account=people.acme, words=False)
    one = _waiting()
    signed(people.manager).post(f"/conversations/{one.pk}/match", {"account": "A1"})
    one.refresh_from_db()
    assert one.turns.count() == 0
    assert (one.title, one.participants.count()) == ("", 0)
    assert one.deleted_at is not None


def test_an_administrator_sets_a_policy_and_is_asked_before_it_deletes(
    people: People, tmp_path: Path
) -> None:
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"RIFF")
    said = Said("c", Kind.CALL, NOW - timedelta(days=100), turns=(Turn(1, "Hello", Side.THEM),))
    one = take(said, source="upload", account=people.acme, now=NOW, sound=sound)
    client = signed(people.admin)
    asked = {"country": "hu", "recordings": "on", "words": "on", "word_days": "30", "consent": "clause 7"}
    longer = client.post("/conversations/policies/add", asked | {"word_days": "1000000"})
    assert (longer.status_code, Policy.objects.exists()) == (200, False), "no calendar reaches so far back"
    page = client.post("/conversations/policies/add", asked).content.decode()
    assert "deletes what is kept of 1 conversation" in page
    assert not Policy.objects.exists()
    assert sound_of(one) is not None
    client.post("/conversations/policies/add", asked | {"sure": "on"})
    one.refresh_from_db()
    assert (one.turns.count(), one.sound) == (0, "")
    assert "clause 7" in client.get("/conversations/policies").content.decode()
    again = client.post("/conversations/policies/add", asked).content.decode()
    assert "Constraint" not in again
    assert "There is a policy for that already" in again
    client.post(f"/conversations/policies/{Policy.objects.get().pk}/drop")
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    "address", ["sources", "sources/mailboxes/add", "sources/folders/add", "policies", "policies/add"]
)
def test_only_administrators_set_sources_and_policies(people: People, address: str) -> None:
    for who in (people.viewer, people.owner, people.manager):
        assert signed(who).get(f"/conversations/{address}").status_code == 403
    assert signed(people.admin).get(f"/conversations/{address}").status_code == 200


def test_a_folder_is_checked_before_it_is_kept(people: People, tmp_path: Path, settings: Any) -> None:
    client = signed(people.admin)
    calls = tmp_path / "calls"
    calls.mkdir()
    settings.OFFICE.mkdir(exist_ok=True)
    for wrong in (str(tmp_path / "none"), "calls", str(settings.OFFICE), str(tmp_path)):
        page = client.post("/conversations/sources/folders/add", {"path": wrong, "kind": "call"})
        assert page.status_code == 200
    client.post("/conversations/sources/folders/add", {"path": str(calls), "kind": "call", "on": "on"})
    assert Folder.objects.get().path == str(calls)
    assert str(calls) in client.get("/conversations/sources").content.decode()


def test_a_manager_deletes_the_words_of_a_conversation_for_good(people: People) -> None:
    said = Said("c", Kind.CALL, NOW, turns=(Turn(1, "Hello", Side.THEM),))
    one = take(said, source="upload", account=people.acme, now=NOW)
    assert signed(people.owner).post(f"/conversations/{one.pk}/delete").status_code == 403
    assert signed(people.manager).post(f"/conversations/{one.pk}/delete").status_code == 302
    one.refresh_from_db()
    assert one.turns.count() == 0
    assert "Manager" in one.remark


@pytest.mark.parametrize("address", ["queue", "incoming", "sources", "policies"])
def test_pages_ask_little_however_long_they_are(
    people: People, address: str, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        _waiting(key=f"w{n}")
        Policy.objects.create(country=f"c{n}")
        Incoming.objects.create(
            name=f"{n}.vtt", file="", digest="", source="upload", came_at=NOW, by=people.admin
        )
    client = signed(people.admin)
    client.get(f"/conversations/{address}")
    with django_assert_max_num_queries(12):
        assert client.get(f"/conversations/{address}").status_code == 200
