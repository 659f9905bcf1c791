"""What comes in is redacted, matched, kept as its policy allows, and taken once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.conversations import jobs
from keepwell.conversations.actions import policies
from keepwell.conversations.actions.policies import set_policy, would_delete
from keepwell.conversations.actions.taking import Transcript, marked, take
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.arriving.knowing import renew_numbers
from keepwell.conversations.models import Conversation, Correction, Policy
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, State, Turn, Word
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HELD = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path


@pytest.fixture
def acme() -> Account:
    account = Account.objects.create(pk="A1", name="Acme", country="HU", domain="acme.com")
    Contact.objects.create(
        pk="k1",
        account=account,
        name="Éva Kovács",
        email="Eva@Acme.com",
        phone="06 30 123 4567",
        source_id="7",
    )
    return account


def _mail(*texts: str, **more: Any) -> Said:
    turns = tuple(
        Turn(no, text, Side.THEM, "Éva Kovács", at=HELD + timedelta(hours=no), source_id=f"m{no}@acme.com")
        for no, text in enumerate(texts, 1)
    )
    said = Said(
        "thread",
        Kind.MAIL,
        HELD,
        (
            Participant("Éva Kovács", "eva+news@acme.com", side=Side.THEM),
            Participant("Ann", "ann@example.com"),
        ),
        subject="Our contract",
        turns=turns,
        source_ids=tuple(turn.source_id for turn in turns),
    )
    return replace(said, **more)


def test_a_mail_is_matched_by_its_address_and_every_speaker_is_known(acme: Account) -> None:
    ann = Member.objects.create_user("ann@example.com", name="Ann")
    one = take(_mail("We leave."), source="mailbox", now=NOW)
    assert (one.account, one.contact_id, one.match) == (acme, "k1", "matched")
    assert one.member == ann
    assert "eva+news@acme.com" in one.why["said"]
    turn = one.turns.get()
    assert (turn.side, turn.contact_id, one.version) == ("them", "k1", 1)
    assert sorted(one.participants.values_list("side", flat=True)) == ["them", "us"]
    assert Entry.objects.get(account=acme).data["title"] == "Our contract"


def test_the_same_thing_taken_twice_or_by_another_way_adds_nothing(acme: Account) -> None:
    first = take(_mail("We leave."), source="mailbox", now=NOW)
    for source in ("mailbox", "upload", "folder", "api"):
        again = take(_mail("We leave."), source=source, now=NOW)
        assert (again.pk, again.version, again.turns.count()) == (first.pk, 1, 1)
    assert Conversation.objects.count() == 1
    assert first.participants.count() == 2


def test_a_thread_grows_by_what_is_new_and_its_version_rises(acme: Account) -> None:
    first = take(_mail("We leave."), source="mailbox", now=NOW)
    grown = take(_mail("We leave.", "On Monday."), source="mailbox", now=NOW)
    assert (grown.pk, grown.version) == (first.pk, 2)
    assert list(grown.turns.values_list("no", "text")) == [(1, "We leave."), (2, "On Monday.")]
    assert marked(["m2@acme.com", "other"]) == {"m2@acme.com": "thread"}


def test_a_mail_cannot_put_other_words_in_place_of_one_that_is_kept(acme: Account) -> None:
    take(_mail("We leave."), source="mailbox", now=NOW)
    again = take(_mail("We stay."), source="upload", now=NOW)
    assert again.turns.get().text == "We leave."


def test_numbers_of_cards_are_put_out_of_words_and_titles_before_they_are_stored(acme: Account) -> None:
    said = _mail("My card is 4111 1111 1111 1111.", subject="Card 4111111111111111")
    one = take(said, source="mailbox", now=NOW)
    assert one.turns.get().text == "My card is [card]."
    assert one.title == "Card [card]"
    assert one.redacted == {"card": 2}


def test_a_call_is_matched_by_its_number_as_the_country_dials_it(acme: Account) -> None:
    assert renew_numbers() == 1
    assert renew_numbers() == 0
    said = Said("call", Kind.CALL, HELD, (Participant(phone="+36 30 123 4567"),), turns=(Turn(1, "Hello"),))
    assert take(said, source="api", now=NOW).contact_id == "k1"
    local = replace(said, conversation_id="local", participants=(Participant(phone="06301234567"),))
    assert take(local, source="api", now=NOW).account == acme


def test_a_domain_tells_the_account_and_a_free_mail_address_nobody(acme: Account) -> None:
    said = _mail("Hi", participants=(Participant("Bo", "bo@sales.acme.com", side=Side.THEM),))
    one = take(said, source="mailbox", now=NOW)
    assert (one.account, one.contact) == (acme, None)
    free = _mail("Hi", conversation_id="free", participants=(Participant("Bo", "bo@gmail.com"),))
    two = take(free, source="mailbox", now=NOW)
    assert (two.account, two.match) == (None, "unmatched")
    assert two.why["said"]


def test_two_accounts_that_fit_equally_wait_for_a_person(acme: Account) -> None:
    Account.objects.create(pk="A2", name="Acme Two", domain="acme.com")
    said = _mail("Hi", participants=(Participant("Bo", "bo@acme.com", side=Side.THEM),))
    one = take(said, source="mailbox", now=NOW)
    assert (one.account, one.match, one.why["candidates"]) == (None, "ambiguous", ["A1", "A2"])
    assert not Entry.objects.exists()


def test_a_country_that_forbids_recordings_keeps_the_words_and_no_sound(
    acme: Account, tmp_path: Path
) -> None:
    Policy.objects.create(country="hu", recordings=False, word_days=30, consent="contract")
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF")
    said = Said("call", Kind.CALL, HELD, (Participant(name="Éva Kovács"),), turns=(Turn(1, "Hello"),))
    one = take(said, source="upload", now=NOW, sound=sound, seconds=4)
    assert (one.sound, sound_of(one), one.turns.get().text) == ("", None, "Hello")
    assert "recording policy" in one.remark
    assert one.keep_until == date(2026, 3, 31)
    assert sound.exists()


def test_an_accounts_own_policy_goes_before_its_countrys(acme: Account, tmp_path: Path) -> None:
    Policy.objects.create(country="HU", recordings=False)
    Policy.objects.create(account=acme, recordings=True, sound_days=10, word_days=100)
    Policy.objects.create(words=False)
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF")
    said = Said("call", Kind.CALL, HELD, (Participant(name="Éva Kovács"),), turns=(Turn(1, "Hello"),))
    one = take(said, source="upload", now=NOW, sound=sound, seconds=4)
    kept = sound_of(one)
    assert kept is not None
    assert kept.read_bytes() == b"RIFF"
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert (one.sound_until, one.keep_until) == (date(2026, 3, 11), date(2026, 6, 9))


def test_a_policy_deletes_at_once_the_sound_whose_days_are_over_and_leaves_the_words(
    acme: Account, tmp_path: Path
) -> None:
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF")
    said = Said("call", Kind.CALL, HELD, (Participant(name="Éva Kovács"),), turns=(Turn(1, "Hello"),))
    one = take(said, source="upload", now=NOW, sound=sound, seconds=4)
    admin = Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)
    policy = Policy(account=acme, sound_days=30)
    set_policy(policy=policy, by=admin, now=HELD + timedelta(days=29))
    assert sound_of(Conversation.objects.get(pk=one.pk)) is not None
    policy.sound_days = 7
    later = HELD + timedelta(days=29)
    assert would_delete(policy, now=later) == 1
    set_policy(policy=policy, by=admin, now=later)
    one.refresh_from_db()
    assert (one.sound, one.turns.get().text, one.deleted_at) == ("", "Hello", None)


def test_where_much_is_kept_the_worker_holds_it_to_a_policy_a_part_at_a_time(
    acme: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(policies, "AT_ONCE", 2)
    for module in (policies, jobs):
        monkeypatch.setattr(module, "async_task", lambda *job: asked.append(job))
    monkeypatch.setattr(jobs, "AT_A_TIME", 0)
    for n in range(5):
        said = Said(f"ticket-{n}", Kind.TICKET, HELD, turns=(Turn(1, "Broken", Side.THEM, source_id=f"{n}"),))
        take(said, source="book", account=acme, now=NOW)
    admin = Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)
    set_policy(policy=Policy(country="hu", words=False), by=admin, now=NOW)
    assert (asked, _with_words()) == ([(policies.HOLD, "", "hu")], 5)
    left = []
    while asked:
        _hold, *of = asked.pop()
        jobs.hold_what_is_kept(*of)
        jobs.hold_what_is_kept(*of)  # handed out again, as when the worker was killed
        del asked[1:]
        left.append(_with_words())
    assert left == [1, 0]


def _with_words() -> int:
    return Conversation.objects.filter(deleted_at=None).count()


def test_where_no_words_may_be_kept_only_the_fact_stays_and_it_never_comes_in_again(acme: Account) -> None:
    Policy.objects.create(account=acme, words=False)
    one = take(_mail("We leave."), source="mailbox", now=NOW)
    assert (one.title, one.turns.count(), one.participants.count(), one.why) == ("", 0, 0, {})
    assert one.deleted_at == NOW
    assert "no words" not in one.remark
    assert "recording policy" in one.remark
    Policy.objects.all().delete()
    assert take(_mail("We leave.", "Now."), source="mailbox", now=NOW).turns.count() == 0


def test_a_member_named_in_a_transcript_is_ours_and_the_others_are_theirs(acme: Account) -> None:
    Member.objects.create_user("ann@example.com", name="Ann Smith")
    turns = (Turn(1, "Hello", speaker="Ann Smith"), Turn(2, "Hi", speaker="Éva Kovács"))
    people = (Participant("Ann Smith"), Participant("Éva Kovács"))
    one = take(Said("t", Kind.MEETING, HELD, people, turns=turns), source="upload", now=NOW)
    assert list(one.turns.values_list("side", "contact_id")) == [("us", None), ("them", "k1")]
    assert one.account == acme


def test_the_book_may_tell_a_ticket_anew(acme: Account) -> None:
    said = Said("ticket-1", Kind.TICKET, HELD, turns=(Turn(1, "Broken", Side.THEM, source_id="1"),))
    take(said, source="book", account=acme, now=NOW)
    again = replace(said, turns=(Turn(1, "Broken again", Side.THEM, source_id="1"),))
    one = take(again, source="book", account=acme, now=NOW)
    assert (one.turns.get().text, one.version, one.match) == ("Broken again", 2, "matched")
    assert take(again, source="book", account=acme, now=NOW).version == 2
    assert not Entry.objects.exists()  # the book's own timeline tells of tickets


def test_a_transcript_made_anew_keeps_what_was_corrected_by_hand(acme: Account) -> None:
    def told(*texts: str, name: str = "small") -> Conversation:
        turns = tuple(
            Turn(no, text, start=no * 5.0, end=no * 5.0 + 3, words=(Word(text, no * 5.0, no * 5.0 + 3, 0.5),))
            for no, text in enumerate(texts, 1)
        )
        said = Said("rec", Kind.CALL, HELD, state=State.READY, language="en", turns=turns)
        return take(said, source="upload", now=NOW, transcript=Transcript(name, 0.5, (((5.0, 8.0),),)))

    take(Said("rec", Kind.CALL, HELD, state=State.WAITING), source="upload", now=NOW, account=acme)
    one = told("hollow", "we leaf")
    assert (one.state, one.version, one.transcribed_by) == ("ready", 2, "small")
    second = one.turns.get(no=2)
    Correction.objects.create(turn=second, before="we leaf", after="we leave", at=NOW)
    second.text = "we leave"
    second.save()
    again = told("hello", "we leap", name="large")
    assert list(again.turns.values_list("text", flat=True)) == ["hello", "we leave"]
    assert Correction.objects.get().turn.no == 2
    assert told("hello", name="tiny").turns.count() == 1
