"""A conversation's page: its words beside its sound, what was heard in them, and corrections by hand."""

import struct
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from keepwell.accounts.models import Account
from keepwell.conversations.actions.taking import Transcript, take
from keepwell.conversations.arriving.incoming import folder
from keepwell.conversations.models import Conversation, Correction, Hit, Rule, Turn
from keepwell.listening import said
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
US, THEM = said.Side.US, said.Side.THEM


@pytest.fixture
def owner() -> Member:
    return Member.objects.create_user(email="ann@example.com", name="Ann", role=Role.MEMBER)


@pytest.fixture
def account(owner: Member) -> Account:
    return Account.objects.create(pk="A1", name="Acme", owner=owner)


def _as(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _wav(path: Path, seconds: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", n % 100) for n in range(8000 * seconds)))
    return path


def _words(text: str, begin: float, confidence: float = 0.9) -> tuple[said.Word, ...]:
    return tuple(
        said.Word(word, begin + n / 2, begin + n / 2 + 0.4, confidence) for n, word in enumerate(text.split())
    )


def _turn(no: int, text: str, side: said.Side, begin: float, sure: float = 0.9) -> said.Turn:
    return said.Turn(
        no=no,
        text=text,
        side=side,
        speaker="Ann" if side is US else "Eve",
        start=begin,
        end=begin + len(text.split()) / 2,
        words=_words(text, begin, sure),
        confidence=sure,
        channel=0 if side is US else 1,
    )


def _call(account: Account, sound: Path | None, *turns: said.Turn, anew: bool = False) -> Conversation:
    talk = said.Conversation(
        conversation_id="c1", kind=said.Kind.CALL, started_at=NOW, turns=turns, subject="Renewal call"
    )
    heard = Transcript("base", 0.8) if anew or sound else None
    return take(talk, source="upload", now=NOW, account=account, sound=sound, seconds=60, transcript=heard)


@pytest.fixture
def call(account: Account, tmp_path: Path) -> Conversation:
    return _call(
        account,
        _wav(tmp_path / "call.wav"),
        _turn(1, "How do you like it?", US, 0.0),
        _turn(2, "It is <too> expensive & we shall not cancel", THEM, 3.0),
        _turn(3, "mumbled words here", THEM, 9.0, sure=0.3),
    )


def _hit(call: Conversation, turn: Turn, words: str, verdict: str = "hit", cue: str = "") -> Hit:
    rule, _new = Rule.objects.get_or_create(
        name=f"About {words}", defaults={"theme": "price", "made_at": NOW, "changed_at": NOW}
    )
    begin = turn.text.index(words)
    return Hit.objects.create(
        key=f"{turn.pk}{words}", conversation=call, turn=turn, account=call.account, rule=rule, version=1,
        theme="price", verdict=verdict, spans=[[begin, begin + len(words)]], cue=cue, at=NOW, found_at=NOW,
    )  # fmt: skip


def test_each_word_knows_its_time_and_each_side_is_said_in_words(owner: Member, call: Conversation) -> None:
    page = _as(owner).get(f"/conversations/{call.pk}").content.decode()
    assert 'data-at="0.50" data-to="0.90">do</span>' in page
    assert "&lt;too&gt;</span>" in page
    assert "<too>" not in page
    assert "our side" in page
    assert "the customer" in page
    assert "heard with little confidence, 30%" in page
    assert "Not available in English yet: it is learnt at night" in page


def test_a_hit_is_marked_with_its_rule_and_a_denial_with_its_word(owner: Member, call: Conversation) -> None:
    turn = call.turns.get(no=2)
    priced, denied = _hit(call, turn, "too> expensive"), _hit(call, turn, "cancel", "negated", "not")
    page = _as(owner).get(f"/conversations/{call.pk}").content.decode()
    assert f'<mark class="hit" id="hit-{priced.pk}"' in page
    assert f'<mark class="hit denied" id="hit-{denied.pk}"' in page
    assert "About cancel: denied (“not”)" in page
    Hit.objects.filter(pk=priced.pk).update(void_at=NOW)
    assert f"hit-{priced.pk}" not in _as(owner).get(f"/conversations/{call.pk}").content.decode()


def test_what_was_quoted_is_folded_away(owner: Member, account: Account) -> None:
    text = "Yes, please.\n> Shall we go on?\n-- \nEve"
    pieces = (
        said.Piece(said.PieceKind.QUOTED, 13, 31),
        said.Piece(said.PieceKind.SIGNATURE, 31, len(text)),
    )
    mail = said.Conversation(
        conversation_id="m1", kind=said.Kind.MAIL, started_at=NOW,
        turns=(said.Turn(no=1, text=text, side=THEM, at=NOW, pieces=pieces),),
    )  # fmt: skip
    one = take(mail, source="upload", now=NOW, account=account)
    page = _as(owner).get(f"/conversations/{one.pk}").content.decode()
    assert (
        '<span class="said">Yes, please.</span><details class="folded"><summary>Quoted from before</summary>'
        in page
    )
    assert "<summary>Signature</summary>" in page
    assert (
        _as(owner).get(f"/conversations/{one.pk}/turns/1/correct").status_code == 404
    )  # they wrote it themselves


@pytest.mark.parametrize(
    ("asked", "status", "begin", "end"),
    [
        ("", 200, 0, None),
        ("bytes=0-", 206, 0, None),
        ("bytes=100-199", 206, 100, 200),
        ("bytes=-50", 206, -50, None),
        ("bytes=32000-99999999", 206, 32000, None),
        ("bytes=1-2,5-6", 200, 0, None),
        ("bytes=-", 200, 0, None),
    ],
)
def test_the_sound_is_sent_as_players_ask_for_it(
    owner: Member, call: Conversation, asked: str, status: int, begin: int, end: int | None
) -> None:
    whole = (folder("sound") / call.sound).read_bytes()
    answer = _as(owner).get(f"/conversations/{call.pk}/sound", headers={"Range": asked} if asked else {})
    assert answer.status_code == status
    assert b"".join(answer) == whole[begin:end]
    assert int(answer["Content-Length"]) == len(whole[begin:end])
    assert answer["Content-Type"] == "audio/wav"
    if status == 206:
        first = begin if begin >= 0 else len(whole) + begin
        assert answer["Content-Range"] == f"bytes {first}-{first + len(whole[begin:end]) - 1}/{len(whole)}"


def test_a_stretch_beyond_the_sound_is_refused_and_another_files_stretch_is_the_whole(
    owner: Member, call: Conversation
) -> None:
    address = f"/conversations/{call.pk}/sound"
    size = len((folder("sound") / call.sound).read_bytes())
    beyond = _as(owner).get(address, headers={"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{size}")
    other = _as(owner).get(address, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (other.status_code, len(b"".join(other))) == (200, size)
    head = _as(owner).head(address)
    assert (head.status_code, int(head["Content-Length"]), head["Accept-Ranges"]) == (200, size, "bytes")


def test_the_sound_is_for_those_who_see_the_account(call: Conversation) -> None:
    stranger = Member.objects.create_user(email="sam@example.com", name="Sam", role=Role.MEMBER)
    assert _as(stranger).get(f"/conversations/{call.pk}/sound").status_code == 404
    assert Client().get(f"/conversations/{call.pk}/sound").status_code == 302


def test_a_correction_is_kept_with_what_stood_there_and_the_words_are_heard_anew(
    owner: Member, call: Conversation
) -> None:
    version = call.version
    address = f"/conversations/{call.pk}/turns/3/correct"
    asked = {"text": "Marvellous works here, card 4111 1111 1111 1111", "before": "mumbled words here"}
    answer = _as(owner).post(address, asked)
    assert answer["Location"] == f"/conversations/{call.pk}?turn=3"
    made = Correction.objects.get()
    assert (made.before, made.by) == ("mumbled words here", owner)
    assert "4111" not in made.after
    assert call.turns.get(no=3).text == made.after
    call.refresh_from_db()
    assert call.version == version + 1
    assert Change.objects.filter(what="correct turn").exists()
    assert "mumbled words here" in _as(owner).get(address).content.decode()


def test_who_corrects_what_somebody_else_has_put_right_meanwhile_is_told(
    owner: Member, call: Conversation
) -> None:
    address = f"/conversations/{call.pk}/turns/3/correct"
    _as(owner).post(address, {"text": "One", "before": "mumbled words here"})
    answer = _as(owner).post(address, {"text": "Two", "before": "mumbled words here"})
    assert "Somebody has changed these words meanwhile" in answer.content.decode()
    assert call.turns.get(no=3).text == "One"


def test_a_correction_stands_when_the_sound_is_transcribed_anew(
    owner: Member, call: Conversation, account: Account
) -> None:
    _as(owner).post(f"/conversations/{call.pk}/turns/3/correct", {"text": "Marvellous works here"})
    _call(
        account, None, _turn(1, "How do you like it now?", US, 0.0), _turn(2, "Too expensive", THEM, 3.0),
        _turn(3, "numbered worlds hear", THEM, 9.2), anew=True,
    )  # fmt: skip
    assert [turn.text for turn in call.turns.all()] == [
        "How do you like it now?", "Too expensive", "Marvellous works here",
    ]  # fmt: skip


def test_when_both_speak_at_once_a_correction_stays_with_whose_words_it_corrects(
    owner: Member, account: Account
) -> None:
    one = _call(account, None, _turn(1, "Yes of course", US, 5.0), _turn(2, "To expense if", THEM, 5.4))
    _as(owner).post(f"/conversations/{one.pk}/turns/2/correct", {"text": "Too expensive"})
    _call(account, None, _turn(1, "Yes, of course", US, 5.4), _turn(2, "Two expensive", THEM, 6.6), anew=True)
    assert [turn.text for turn in one.turns.all()] == ["Yes, of course", "Too expensive"]
    _call(account, None, _turn(1, "Two expensive", THEM, 5.2), _turn(2, "Yes, of course", US, 6.6), anew=True)
    assert [turn.text for turn in one.turns.all()] == ["Too expensive", "Yes, of course"]


def test_of_two_turns_close_by_a_correction_stands_at_the_nearer(owner: Member, account: Account) -> None:
    one = _call(account, None, _turn(1, "Yes.", THEM, 4.0), _turn(2, "Mumble", THEM, 5.0))
    _as(owner).post(f"/conversations/{one.pk}/turns/2/correct", {"text": "Marvellous"})
    _call(account, None, _turn(1, "Yes!", THEM, 4.1), _turn(2, "Mumbles", THEM, 5.1), anew=True)
    assert [turn.text for turn in one.turns.all()] == ["Yes!", "Marvellous"]


def test_a_viewer_reads_and_does_not_correct(call: Conversation) -> None:
    chief = Member.objects.create_user(email="vic@example.com", name="Vic", role=Role.VIEWER)
    call.account.owner = chief
    call.account.save()
    page = _as(chief).get(f"/conversations/{call.pk}")
    assert page.status_code == 200
    assert "Keep the clip" not in page.content.decode()
    assert _as(chief).post(f"/conversations/{call.pk}/turns/3/correct", {"text": "x"}).status_code == 403


def test_the_turn_that_a_link_means_is_found_on_its_part_of_a_long_talk(
    owner: Member, account: Account
) -> None:
    one = Conversation.objects.create(
        source="upload", key="long", kind="call", at=NOW, arrived_at=NOW, account=account, match="matched"
    )
    Turn.objects.bulk_create(
        Turn(conversation=one, no=no, side="them", text=f"Word {no}.") for no in range(1, 900)
    )
    page = _as(owner).get(f"/conversations/{one.pk}?turn=600").content.decode()
    assert 'id="turn-600" class="turn them chosen"' in page
    assert "Word 600." in page
    assert "Word 1." not in page


def test_a_page_asks_few_questions_however_many_turns_there_are(
    owner: Member, account: Account, django_assert_max_num_queries
) -> None:
    one = Conversation.objects.create(
        source="upload", key="long", kind="call", at=NOW, arrived_at=NOW, account=account, match="matched"
    )
    Turn.objects.bulk_create(
        Turn(conversation=one, no=no, side="them", text="We leave.") for no in range(1, 300)
    )
    for turn in one.turns.all()[:50]:
        _hit(one, turn, "leave")
    client = _as(owner)
    with django_assert_max_num_queries(14):
        assert client.get(f"/conversations/{one.pk}").status_code == 200


def test_a_conversation_shows_its_tags_what_could_not_be_read_and_to_managers_how_it_is_deleted(
    owner: Member, call: Conversation
) -> None:
    rule = _hit(call, call.turns.get(no=2), "too> expensive").rule
    rule.data = {"then": ["tag"]}
    rule.save()
    call.aside = [["call.vtt", 7, "The time is no time.", "99:99 <odd>"]]
    call.save()
    page = _as(owner).get(f"/conversations/{call.pk}").content.decode()
    assert f'<a class="tag" href="/conversations/rules/{rule.pk}">About too&gt; expensive</a>' in page
    assert "The time is no time." in page
    assert "99:99 &lt;odd&gt;" in page
    chief = Member.objects.create_user(email="chief@example.com", name="Chief", role=Role.ADMINISTRATOR)
    form = f'action="/conversations/{call.pk}/delete"'
    assert form not in page
    assert form in _as(chief).get(f"/conversations/{call.pk}").content.decode()
    _as(chief).post(f"/conversations/{call.pk}/delete")
    after = _as(chief).get(f"/conversations/{call.pk}").content.decode()
    assert form not in after
    assert "99:99" not in after


def test_from_an_accounts_page_files_are_brought_in_for_it(owner: Member, call: Conversation) -> None:
    page = _as(owner).get(f"/accounts/{call.account_id}").content.decode()
    assert f'href="/conversations/add?account={call.account_id}"' in page
    assert (
        f'value="{call.account_id}"'
        in _as(owner).get(f"/conversations/add?account={call.account_id}").content.decode()
    )
