"""The mood of what customers say: learnt at night, told of their turns, corrected by members, brought to the book."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from keepwell.accounts.models import Account, Contact, Outgoing
from keepwell.accounts.outbox import gather
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.book.tables import table_named
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.correcting import correct
from keepwell.conversations.actions.deleting import delete_words
from keepwell.conversations.actions.mooding import say_mood
from keepwell.conversations.erase import ERASERS
from keepwell.conversations.models import Conversation, Felt, MoodModel, MoodSaid, Turn
from keepwell.conversations.mood.feeling import tell_all
from keepwell.conversations.mood.teaching import labels_of, teach
from keepwell.conversations.nightly import bring_in
from keepwell.lib.errors import KeepwellError
from keepwell.listening.mood.labels import Mood
from keepwell.listening.mood.tests import comments
from keepwell.members.models import Change, Member, Portfolio, Role, Team
from keepwell.site.tests.conftest import make_book, rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 2, 2, tzinfo=UTC)
PRAISE, COMPLAINT = comments.say("hu", Mood.GOOD, 1, seed=5)[0], comments.say("hu", Mood.BAD, 1, seed=5)[0]


@pytest.fixture
def duck() -> Iterator[Engine]:
    engine = engine_named("duckdb")
    yield engine
    engine.close()


@pytest.fixture
def book(tmp_path: Path, settings: Any) -> Book:
    settings.HOME = str(tmp_path / "home")
    return make_book(tmp_path / "home")


@pytest.fixture
def ann(db: None) -> Member:
    return Member.objects.create_user("ann@example.com", name="Ann")


def _answer(n: int, text: str, score: float, survey: str = "nps", account: str = "") -> dict[str, Any]:
    return {
        "answer_id": f"s{n}", "account_id": account or f"a{n % 30 + 1}", "answered_at": NOW.replace(tzinfo=None),
        "answered_on": NOW.date(), "survey": survey, "score": score, "comment": text,
    }  # fmt: skip


def _survey(book: Book, n: int, language: str = "hu", at: datetime = NOW, first: int = 0) -> None:
    """`n` promoters and `n` detractors answer, with a comment each."""
    good, bad = comments.say(language, Mood.GOOD, n), comments.say(language, Mood.BAD, n)
    said = [_answer(first + 2 * k, text, 9 + k % 2) for k, text in enumerate(good)]
    said += [_answer(first + 2 * k + 1, text, k % 7) for k, text in enumerate(bad)]
    with book.writer() as writer:
        writer.put("answers", rows("answers", said), known_at=at, source="file")
        writer.commit()


def _night(book: Book, duck: Engine, now: datetime = NOW) -> tuple[list[str], int]:
    source = Source.of(book, duck, now)
    project_accounts(source)
    bring_in(source)
    return teach(source), tell_all(now=now)


def _talk(*said: tuple[str, str], key: str = "1", account: str = "a1", **more: Any) -> Conversation:
    one = Conversation.objects.create(
        source="upload",
        key=key,
        kind="call",
        at=NOW,
        arrived_at=NOW,
        account_id=account,
        match="matched",
        **more,
    )
    for no, (side, text) in enumerate(said, 1):
        Turn.objects.create(conversation=one, no=no, side=side, text=text)
    touched(one, now=NOW)
    return one


@pytest.fixture
def learnt(book: Book, duck: Engine) -> Book:
    """An office that has learnt Hungarian from sixty good and sixty bad comments."""
    _survey(book, 60)
    assert "hu" in _night(book, duck)[0]
    return book


def test_a_night_learns_a_language_from_the_answers_and_tells_what_was_said_by_the_customer(
    book: Book, duck: Engine
) -> None:
    _survey(book, 60)
    _night(book, duck)
    row = MoodModel.objects.get(language="hu")
    assert (row.state, row.kind, row.version) == ("ready", "own", 1)
    assert row.counts == {"good": 60, "bad": 60, "neutral": 0, "accounts": 30, "by_hand": 0}
    assert row.known_until is not None
    assert row.quality["own"]["low"] > 0.6
    one = _talk(("us", COMPLAINT), ("them", PRAISE), ("them", COMPLAINT), ("them", "Jó."))
    felt = Felt.objects.get(pk=one.pk)
    assert [no for no, _chance, _language in felt.turns] == [2, 3]  # ours has no mood, and one is too short
    assert (felt.good, felt.bad, felt.unsure, felt.model) == (1, 1, 0, "hu 1")


def test_nothing_is_kept_of_what_anybody_wrote(learnt: Book) -> None:
    row = MoodModel.objects.get(language="hu")
    weights = bytes(row.weights)
    assert len(weights) > 1000
    for text in Turn.objects.filter(conversation__kind="survey").values_list("text", flat=True)[:200]:
        assert not any(word.encode() in weights for word in text.split() if len(word) > 4)


def test_repeating_the_night_changes_nothing(learnt: Book, duck: Engine) -> None:
    before = list(MoodModel.objects.values().order_by("pk")), list(Felt.objects.values().order_by("pk"))
    sent = Outgoing.objects.filter(table="talks").count()
    assert _night(learnt, duck, NOW + timedelta(days=40)) == ([], 0)
    assert before == (
        list(MoodModel.objects.values().order_by("pk")),
        list(Felt.objects.values().order_by("pk")),
    )
    assert Outgoing.objects.filter(table="talks").count() == sent


def test_a_model_stands_until_a_tenth_of_its_labels_is_new_or_a_month_is_over(
    learnt: Book, duck: Engine
) -> None:
    _survey(learnt, 3, first=1000)
    assert _night(learnt, duck, NOW + timedelta(days=1))[0] == []
    assert _night(learnt, duck, NOW + timedelta(days=29))[0] == ["hu"]
    assert [(row.version, row.weights is None) for row in MoodModel.objects.filter(language="hu")] == [
        (2, False),
        (1, True),
    ]
    _survey(learnt, 20, first=2000)
    assert _night(learnt, duck, NOW + timedelta(days=30))[0] == ["hu"]
    assert set(Felt.objects.exclude(model="").values_list("model", flat=True)) == {"hu 3"}


def test_an_answer_that_is_known_later_teaches_later_and_another_survey_never(
    book: Book, duck: Engine
) -> None:
    _survey(book, 60)
    source = Source.of(book, duck, NOW)
    project_accounts(source)
    bring_in(source)
    assert len(labels_of(source)["hu"]) == 120
    with book.writer() as writer:
        some = [
            _answer(900, PRAISE, 10), _answer(901, PRAISE, 5, survey="csat"), _answer(902, PRAISE, 8),
            _answer(903, "", 10), _answer(904, COMPLAINT, 0),
        ]  # fmt: skip
        writer.put("answers", rows("answers", some), known_at=NOW + timedelta(days=1), source="file")
        writer.commit()
    assert len(labels_of(source)["hu"]) == 120
    later = Source.of(book, duck, NOW + timedelta(days=2))
    bring_in(later)
    assert len(labels_of(later)["hu"]) == 122


@pytest.mark.parametrize(
    ("survey", "most", "learns"), [("CSAT", 5, True), ("CSAT", 10, False), ("ticket", 5, False)]
)
def test_how_content_they_are_teaches_too_where_the_answers_show_its_scale(
    book: Book, duck: Engine, survey: str, most: int, learns: bool
) -> None:
    good, bad = comments.say("hu", Mood.GOOD, 60), comments.say("hu", Mood.BAD, 60)
    said = [_answer(2 * k, text, 4 + k % 2, survey=survey) for k, text in enumerate(good)]
    said += [_answer(2 * k + 1, text, 1 + k % 2, survey=survey) for k, text in enumerate(bad)]
    said += [_answer(500, PRAISE, most, survey=survey), _answer(501, PRAISE, 3, survey=survey)]
    with book.writer() as writer:
        writer.put("answers", rows("answers", said), known_at=NOW, source="file")
        writer.commit()
    assert ("hu" in _night(book, duck)[0]) is learns
    if learns:
        counts = MoodModel.objects.get(language="hu").counts
        assert (counts["good"], counts["bad"]) == (61, 60)  # the one in the middle says neither


def test_too_few_comments_are_counted_on_the_page(book: Book, duck: Engine, ann: Member) -> None:
    _survey(book, 41)
    _night(book, duck)
    assert MoodModel.objects.get(language="hu").state == "few"
    one = _talk(("them", COMPLAINT), language="hu")
    Account.objects.filter(pk="a1").update(owner=ann)
    page = _as(ann).get(f"/conversations/{one.pk}").content.decode()
    assert "Not available in Hungarian: too little to learn from." in page
    assert "There are 41 good and 41 bad comments, from 30 accounts; at least 50 of each are needed" in page
    _survey(book, 9, first=500)
    assert _night(book, duck)[0] == ["hu"]  # at once, when they are enough
    Account.objects.filter(pk="a1").update(owner=ann)
    assert "Hungarian: learnt on 2 Jun 2026 from 50 good and 50 bad comments of 30 of your accounts" in (
        _as(ann).get(f"/conversations/{one.pk}").content.decode()
    )


def test_english_is_told_by_vader_meanwhile_and_the_page_names_it(
    book: Book, duck: Engine, ann: Member
) -> None:
    assert _night(book, duck)[0] == ["en"]
    Account.objects.filter(pk="a1").update(owner=ann)
    one = _talk(
        ("them", "This is terrible, we hate how slow it is!"),
        ("them", "I love it, great work!"),
        language="en",
    )
    assert (one.felt.good, one.felt.bad, one.felt.model) == (1, 1, "VADER 3.3.2")
    page = _as(ann).get(f"/conversations/{one.pk}").content.decode()
    assert "by VADER 3.3.2, a general list of words that knows nothing of your business" in page
    assert "How good it is on them is not known: they are too few." in page
    assert "Worst moment" in page
    assert f"/conversations/{one.pk}?turn=1#turn-1" in page
    assert "Best moment" in page


def test_a_member_says_a_mood_and_takes_it_back_and_the_book_is_told_each_time(
    learnt: Book, duck: Engine, ann: Member
) -> None:
    one = _talk(("them", COMPLAINT), ("them", PRAISE))
    before = Outgoing.objects.filter(table="talks").count()
    turn = one.turns.get(no=1)
    assert say_mood(turn=turn, mood="good", by=ann, now=NOW) == ""
    assert say_mood(turn=turn, mood="good", by=ann, now=NOW) == "good"  # said twice is said once
    felt = Felt.objects.get(pk=one.pk)
    assert (felt.good, felt.bad, felt.model) == (2, 0, "by hand, hu 1")
    sent = Outgoing.objects.filter(table="talks").order_by("pk")
    assert sent.count() == before + 1
    row = sent.last().row
    assert set(row) <= {column.name for column in table_named("talks").columns}
    assert (row["their_mood_turns"], row["their_good"], row["their_bad"]) == (2, 1.0, 0.0)
    assert [label.text for label in labels_of(Source.of(learnt, duck, NOW))["hu"] if label.by_hand] == [
        turn.text
    ]
    assert say_mood(turn=turn, mood="", by=ann, now=NOW) == "good"
    assert (sent.last().row["their_good"], sent.last().row["mood_model"]) == (0.5, "hu 1")
    assert not MoodSaid.objects.exists()
    assert Change.objects.filter(what="say mood", member=ann).count() == 2


def test_the_book_knows_a_mood_from_when_it_was_told_and_not_before(learnt: Book, duck: Engine) -> None:
    old = NOW - timedelta(days=200)
    one = _talk(("them", COMPLAINT), key="old")
    Conversation.objects.filter(pk=one.pk).update(at=old)
    gather(learnt, now=NOW)

    def seen(day: datetime) -> list[Any]:
        moment = Book.open(learnt.home).moment(duck, as_known_on=day.date())
        if not moment.has("talks"):
            return []
        found = Source(learnt, duck, moment, NOW).rows(moment.frame("talks"))
        return [row["their_bad"] for row in found if row["conversation_id"] == "upload:old"]

    assert seen(NOW) == [1.0]
    assert seen(NOW - timedelta(days=1)) == []


def test_other_words_are_told_anew_and_what_was_said_of_the_old_ones_goes(learnt: Book, ann: Member) -> None:
    one = _talk(("them", PRAISE), ("them", PRAISE))
    for turn in one.turns.all():
        say_mood(turn=turn, mood="neutral", by=ann, now=NOW)
    correct(turn=one.turns.get(no=1), text=COMPLAINT, by=ann, now=NOW)
    felt = Felt.objects.get(pk=one.pk)
    assert (felt.bad, felt.neutral, felt.version) == (1, 1, 2 + felt.version - 2)
    assert list(MoodSaid.objects.values_list("turn__no", flat=True)) == [2]


def test_deleted_words_take_their_mood_and_labels_with_them(learnt: Book, duck: Engine, ann: Member) -> None:
    one = _talk(("them", COMPLAINT))
    say_mood(turn=one.turns.get(), mood="bad", by=ann, now=NOW)
    survey = Conversation.objects.filter(kind="survey").first()
    delete_words(one, now=NOW, why="")
    delete_words(survey, now=NOW, why="")
    assert not MoodSaid.objects.exists()
    assert not Felt.objects.filter(pk__in=[one.pk, survey.pk]).exists()
    assert len(labels_of(Source.of(learnt, duck, NOW))["hu"]) == 119
    assert tell_all(now=NOW) == 0


def test_a_contact_that_is_erased_leaves_no_mood_behind(learnt: Book, ann: Member) -> None:
    eva = Contact.objects.create(contact_id="e" * 32, source_id="e9", account_id="a1", name="Eva Kis")
    one = _talk(("them", COMPLAINT), contact=eva)
    one.turns.update(contact=eva)
    say_mood(turn=one.turns.get(), mood="bad", by=ann, now=NOW)
    ERASERS[0].erase(eva)
    assert not MoodSaid.objects.exists()
    felt = Felt.objects.get(pk=one.pk)
    assert (felt.turns, felt.bad, felt.good) == ([], 0, 0)


@pytest.mark.parametrize("mood", ["great", "GOOD", "x" * 5000, "\x00"])
def test_what_is_no_mood_is_refused(learnt: Book, ann: Member, mood: str) -> None:
    one = _talk(("them", PRAISE), ("us", PRAISE), ("them", ""))
    with pytest.raises(KeepwellError):
        say_mood(turn=one.turns.get(no=1), mood=mood, by=ann, now=NOW)
    for no in (2, 3):  # ours, and one without words
        with pytest.raises(KeepwellError):
            say_mood(turn=one.turns.get(no=no), mood="good", by=ann, now=NOW)


def test_weights_that_cannot_be_read_tell_nothing_and_are_learnt_anew(learnt: Book, duck: Engine) -> None:
    MoodModel.objects.filter(language="hu").update(weights=b"broken", digest="x")
    assert _talk(("them", COMPLAINT)).felt.turns == []
    assert _night(learnt, duck)[0] == ["hu"]
    assert MoodModel.objects.filter(language="hu").first().version == 2


# --- who may -------------------------------------------------------------------------------------------------------


def _as(member: Member | None) -> Client:
    client = Client()
    if member is not None:
        client.force_login(member)
    return client


@pytest.fixture
def people(db: None) -> dict[str, Member | None]:
    team, portfolio = Team.objects.create(name="North"), Portfolio.objects.create(name="North")
    team.portfolios.add(portfolio)
    found: dict[str, Member | None] = {"nobody": None}
    for name, role in [
        ("owner", Role.MEMBER),
        ("mate", Role.MEMBER),
        ("stranger", Role.MEMBER),
        ("viewer", Role.VIEWER),
    ]:
        found[name] = Member.objects.create_user(f"{name}@example.com", name=name, role=role)
        if name != "stranger":
            team.members.add(found[name])
    Account.objects.create(pk="P1", name="Acme", owner=found["owner"], portfolio=portfolio)
    return found


STATUS = {"owner": 302, "mate": 302, "stranger": 404, "viewer": 403, "nobody": 302}
CALLED = {"owner": 200, "mate": 200, "stranger": 404, "viewer": 403, "nobody": 401}


def test_only_who_may_act_for_the_account_says_a_mood(people: dict[str, Member | None]) -> None:
    one = _talk(("them", "We are content with it."), account="P1")
    for name, member in people.items():
        MoodSaid.objects.all().delete()
        answer = _as(member).post(f"/conversations/{one.pk}/turns/1/mood", {"mood": "good"})
        assert answer.status_code == STATUS[name], name
        assert MoodSaid.objects.exists() == (name in ("owner", "mate")), name
        called = _as(member).put(
            f"/api/conversations/{one.pk}/turns/1/mood",
            json.dumps({"mood": "bad"}),
            content_type="application/json",
        )
        assert called.status_code == CALLED[name], (name, called.content)
        assert list(MoodSaid.objects.values_list("mood", flat=True)) == ["bad"] * (
            name in ("owner", "mate")
        ), name
    assert _as(people["owner"]).get(f"/conversations/{one.pk}/turns/1/mood").status_code == 405
    assert (
        _as(people["owner"]).post(f"/conversations/{one.pk}/turns/9/mood", {"mood": "good"}).status_code
        == 404
    )


def test_a_viewer_sees_the_mood_and_no_way_to_change_it(people: dict[str, Member | None]) -> None:
    one = _talk(("them", "We are content with it."), account="P1")
    say_mood(turn=one.turns.get(), mood="good", by=people["owner"], now=NOW)
    page = _as(people["viewer"]).get(f"/conversations/{one.pk}").content.decode()
    assert "as owner said" in page
    assert "/turns/1/mood" not in page
    assert "mooding.js" not in page
    assert "/turns/1/mood" in _as(people["owner"]).get(f"/conversations/{one.pk}").content.decode()


def test_a_program_reads_moods_and_says_them(people: dict[str, Member | None]) -> None:
    one = _talk(("them", "We are content with it."), ("us", "Thank you very much."), account="P1")
    client, address = _as(people["owner"]), f"/api/conversations/{one.pk}"

    def say(mood: Any, no: int = 1) -> Any:
        return client.put(
            f"{address}/turns/{no}/mood", json.dumps({"mood": mood}), content_type="application/json"
        )

    assert client.get(address).json()["mood"] is None
    assert say("good").json() == {"mood": "good", "by_hand": True, "chance": None}
    assert [turn["mood"] for turn in client.get(f"{address}/turns").json()["items"]] == [
        {"mood": "good", "by_hand": True, "chance": None}, None,
    ]  # fmt: skip
    assert client.get(address).json()["mood"]["good"] == 1
    assert client.get("/api/conversations").json()["items"][0]["mood"]["model"] == "by hand"
    assert say("").json() is None
    assert [say(wrong).status_code for wrong in ("great", None, 3, ["good"])] == [422] * 4
    assert say("good", no=2).status_code == 422  # ours
    assert say("good", no=99).status_code == 404


def test_one_key_swaps_the_turns_mood_and_the_summary_and_can_be_taken_back(
    people: dict[str, Member | None],
) -> None:
    one = _talk(("them", "We are content with it."), account="P1")
    client = _as(people["owner"])
    address = f"/conversations/{one.pk}/turns/1/mood"
    said = client.post(address, {"mood": "bad"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="mood-1"' in said
    assert 'hx-swap-oob="true"' in said
    assert 'value="" data-mood="z"' in said  # back to nothing
    said = client.post(address, {"mood": "good"}, headers={"HX-Request": "true"}).content.decode()
    assert 'value="bad" data-mood="z"' in said  # back to what it was
    assert "csrfmiddlewaretoken" in said


def test_a_page_asks_few_questions_whatever_its_mood(
    learnt: Book, ann: Member, django_assert_max_num_queries: Any
) -> None:
    Account.objects.filter(pk="a1").update(owner=ann)
    one = _talk(*[("them", COMPLAINT), ("them", PRAISE)] * 60)
    for turn in one.turns.filter(no__lt=30):
        say_mood(turn=turn, mood="neutral", by=ann, now=NOW)
    client = _as(ann)
    with django_assert_max_num_queries(16):
        assert client.get(f"/conversations/{one.pk}").status_code == 200


def test_the_list_shows_how_many_turns_are_good_and_bad(people: dict[str, Member | None]) -> None:
    one = _talk(("them", "We are content with it."), account="P1", title="Review")
    say_mood(turn=one.turns.get(), mood="bad", by=people["owner"], now=NOW)
    assert "bad mood" in _as(people["owner"]).get("/conversations/").content.decode()
