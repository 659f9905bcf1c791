"""Measures of conversations, what customers speak of over time, and coaching by both."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import formats, timezone

from keepwell.accounts.models import Account, Outgoing
from keepwell.accounts.outbox import gather
from keepwell.book.tests.importing_kit import Desk
from keepwell.conversations.actions.taking import Transcript, take
from keepwell.conversations.learning import coaching
from keepwell.conversations.learning.topics import Asked, Share, difference, periods, topics
from keepwell.conversations.models import Conversation, Hit, Rule, Turn
from keepwell.listening import said
from keepwell.members.models import Change, Member, Role, Team

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 9, tzinfo=UTC)
US, THEM = said.Side.US, said.Side.THEM


def _member(name: str, role: Role = Role.MEMBER) -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=role)


def _as(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _call(account: Account, *turns: said.Turn, voices=(), key: str = "c1") -> Conversation:
    talk = said.Conversation(conversation_id=key, kind=said.Kind.CALL, started_at=NOW, turns=turns)
    return take(
        talk,
        source="upload",
        now=NOW,
        account=account,
        seconds=40,
        transcript=Transcript("base", voices=voices),
    )


def _two(channels: bool = True) -> tuple[said.Turn, ...]:
    return (
        said.Turn(1, "How are you? And the price?", US, start=0, end=10, channel=0 if channels else None),
        said.Turn(2, "Too dear for us.", THEM, start=8, end=38, channel=1 if channels else None),
    )


def test_a_call_with_a_channel_for_each_side_tells_shares_questions_and_who_broke_in() -> None:
    account = Account.objects.create(pk="A1", name="Acme")
    one = _call(account, *_two(), voices=(((0.0, 10.0),), ((8.0, 38.0),)))
    talk = one.measures["talk"]
    assert talk["confidence"] == 0.9
    assert talk["sides"]["us"]["share"] == 0.25
    assert talk["sides"]["us"]["questions"] == 2
    assert talk["sides"]["them"] | {"seconds": 30.0} == {
        "seconds": 30.0, "share": 0.75, "longest_monologue": 30.0, "questions": 0, "interruptions": 1,
    }  # fmt: skip
    assert one.measures["voices"] == [[[0.0, 10.0]], [[8.0, 38.0]]]


def test_on_one_channel_who_broke_in_is_not_told_and_the_page_says_how_sure_it_is() -> None:
    owner = _member("ann")
    account = Account.objects.create(pk="A1", name="Acme", owner=owner)
    one = _call(account, *_two(channels=False), voices=(((0.0, 38.0),),))
    assert one.measures["talk"]["confidence"] == 0.5
    assert one.measures["talk"]["sides"]["them"]["interruptions"] is None
    page = _as(owner).get(f"/conversations/{one.pk}").content.decode()
    assert "Only one channel" in page
    assert "25%" in page


def test_a_mail_thread_tells_messages_words_and_hours_until_the_answer() -> None:
    account = Account.objects.create(pk="A1", name="Acme")
    turns = (
        said.Turn(1, "Too dear? 太贵", THEM, at=NOW, source_id="1"),
        said.Turn(2, "We shall look", US, at=NOW + timedelta(hours=5), source_id="2"),
    )
    mail = said.Conversation(conversation_id="m", kind=said.Kind.MAIL, started_at=NOW, turns=turns)
    talk = take(mail, source="upload", now=NOW, account=account).measures["talk"]
    assert talk["sides"] == {
        "them": {"turns": 1, "words": 4, "questions": 1},
        "us": {"turns": 1, "words": 3, "questions": 0},
    }
    assert talk["reply_after"] == {"us": 5.0}


def test_measures_go_back_to_the_book_and_again_when_the_words_change() -> None:
    account = Account.objects.create(pk="A1", name="Acme")
    one = _call(account, *_two(), voices=(((0.0, 10.0),), ((8.0, 38.0),)))
    sent = Outgoing.objects.get(table="talks")
    assert (sent.row["account_id"], sent.row["our_share"], sent.row["their_interruptions"]) == ("A1", 0.25, 1)
    assert sent.key == f"upload:{one.key}"
    _call(account, said.Turn(1, "How are you?", US, start=0, end=10, channel=0), _two()[1])
    assert Outgoing.objects.filter(table="talks").order_by("-pk")[0].row["our_questions"] == 1


# --- topics ---


def _spoken(
    account: Account, day: date, *themes: str, side: str = "them", template: bool = False, **more
) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    one = Conversation.objects.create(
        source="upload", key=f"{account.pk}{day}{themes}", kind="call", at=at, arrived_at=at, account=account,
        match="matched", **more,
    )  # fmt: skip
    turn = Turn.objects.create(conversation=one, no=1, side=side, text="Said")
    for theme in themes:
        rule, _new = Rule.objects.get_or_create(
            name=f"{theme}{template}",
            template=template,
            defaults={"theme": theme, "made_at": NOW, "changed_at": NOW},
        )
        Hit.objects.create(
            key=f"{one.pk}{theme}", conversation=one, turn=turn, account=account, rule=rule, version=1, theme=theme,
            verdict="hit", spans=[[0, 4]], at=at, found_at=at,
        )  # fmt: skip


def test_the_difference_of_shares_has_newcombes_interval() -> None:
    found = difference(Share(56, 70), Share(48, 80))  # the example of Newcombe 1998, table II (a), method 10
    assert found is not None
    assert (round(found.points, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert difference(Share(1, 2), Share(0, 0)) is None


def test_periods_end_with_the_one_that_goes_on() -> None:
    found = periods("quarter", date(2026, 8, 20))
    assert [one.first for one in found][-3:] == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    assert [one.going for one in found] == [False] * 5 + [True]
    assert periods("month", date(2026, 1, 9))[-2].first == date(2025, 12, 1)


def test_what_more_accounts_speak_of_than_in_the_quarter_before_comes_first() -> None:
    owner = _member("ann")
    accounts = [
        Account.objects.create(pk=f"A{n}", name=f"A{n}", owner=owner, segment="Big") for n in range(12)
    ]
    for n, account in enumerate(accounts):
        _spoken(account, date(2026, 2, 3), *(["leaving"] if n < 3 else []))
        _spoken(account, date(2026, 5, 3), *(["price"] if n < 9 else ["leaving"] if n == 9 else []))
        _spoken(
            account, date(2026, 5, 9), *(["price"] if n < 9 else [])
        )  # the same accounts again: counted once
    found = topics(owner, Asked(), today=NOW.date())
    first, last = found.rows[0], found.rows[-1]
    assert (first.theme, first.shares[-2], first.shares[-3]) == ("price", Share(9, 12), Share(0, 12))
    assert first.change is not None
    assert first.change.way == "more"
    assert last.theme == "leaving"
    assert last.change is not None
    assert last.change.way == ""  # 3 of 12 to 1 of 12 may be chance
    assert topics(owner, Asked(segment="Small"), today=NOW.date()).rows[0].shares[-2] == Share(0, 0)


def test_what_ours_said_was_denied_or_judged_wrong_is_no_topic_and_others_accounts_are_not_counted() -> None:
    owner, stranger = _member("ann"), _member("sam")
    account = Account.objects.create(pk="A1", name="A1", owner=owner)
    _spoken(account, date(2026, 5, 3), "price", side="us")
    _spoken(account, date(2026, 5, 4), "praise", template=True)
    _spoken(account, date(2026, 5, 5), "leaving")
    _spoken(account, date(2026, 5, 6), "competitor")
    Hit.objects.filter(theme="leaving").update(verdict="negated")
    Hit.objects.filter(theme="competitor").update(judged="wrong")
    assert all(row.shares[-2] == Share(0, 1) for row in topics(owner, Asked(), today=NOW.date()).rows)
    assert all(row.shares[-2] == Share(0, 0) for row in topics(stranger, Asked(), today=NOW.date()).rows)


def test_what_is_already_more_in_the_quarter_going_on_is_told_before_it_is_over() -> None:
    owner, today = _member("ann"), timezone.localdate()
    going = periods("quarter", today)[-1].first
    for n in range(20):
        account = Account.objects.create(pk=f"A{n}", name=f"A{n}", owner=owner)
        _spoken(account, going - timedelta(days=20), *(["price"] if n < 10 else []))
        _spoken(account, going, *(["leaving"] if n < 8 else ["price"] if n == 8 else []))
    found = {row.theme: row.rising for row in topics(owner, Asked(), today=today).rows}
    assert next(iter(found)) == "leaving"
    assert (found["leaving"], found["price"], found["praise"]) == (True, False, False)
    assert _as(owner).get("/conversations/topics").content.decode().count("already more") == 1


def test_few_accounts_are_marked_and_the_file_is_on_the_trail() -> None:
    owner = _member("ann")
    today = timezone.localdate()
    _spoken(Account.objects.create(pk="A1", name="A1", owner=owner), today, "price")
    page = _as(owner).get("/conversations/topics").content.decode()
    assert "few" in page
    assert "1 of 1" in page
    assert _as(owner).get("/conversations/topics?format=csv&by=month").status_code == 200
    assert Change.objects.filter(what="export topics").exists()


# --- coaching ---


@pytest.fixture
def team() -> dict[str, Member]:
    made = Team.objects.create(name="North")
    people = {name: _member(name) for name in ("ann", "bob", "cat", "dan")}
    people["mo"] = _member("mo", Role.MANAGER)
    for one in people.values():
        one.teams.add(made)
    people["sam"] = _member("sam", Role.MANAGER)
    return people


def _held(member: Member, share: float, *themes: str) -> None:
    account, _new = Account.objects.get_or_create(pk="A1", defaults={"name": "Acme"})
    day = timezone.localdate() - timedelta(days=3)
    talk = {
        "seconds": 1800, "pauses": 4, "confidence": 0.9, "reply_after": {},
        "sides": {
            "us": {"seconds": 1000 * share, "longest_monologue": 60, "questions": 10, "interruptions": 1},
            "them": {"seconds": 1000 * (1 - share), "longest_monologue": 60, "questions": 1, "interruptions": 0},
        },
    }  # fmt: skip
    _spoken(account, day, *themes, member=member, measures={"talk": talk})
    Conversation.objects.filter(member=member).update(key=f"{member.pk}")


def test_a_manager_sees_a_member_beside_the_team_and_the_member_sees_that_they_looked(
    team: dict[str, Member],
) -> None:
    for name, share in (("ann", 0.8), ("bob", 0.5), ("cat", 0.5), ("dan", 0.5)):
        _held(team[name], share, "price")
    page = _as(team["mo"]).get(f"/conversations/coaching/{team['ann'].pk}").content.decode()
    assert "80%" in page
    assert "50%" in page
    _as(team["mo"]).get(f"/conversations/coaching/{team['ann'].pk}")
    own = _as(team["ann"]).get("/conversations/coaching").content.decode()
    assert "80%" in own
    assert Change.objects.filter(what=coaching.LOOK, key=str(team["ann"].pk)).count() == 1
    assert "<li>mo" in own


def test_the_team_is_not_told_where_that_would_tell_one_of_it(team: dict[str, Member]) -> None:
    for name, share in (("ann", 0.8), ("bob", 0.5), ("cat", 0.5)):
        _held(team[name], share)
    page = _as(team["ann"]).get("/conversations/coaching").content.decode()
    assert "50%" not in page
    assert "at least 3 others" in page


def test_nobody_sees_the_coaching_of_others_teams_or_of_their_mates(team: dict[str, Member]) -> None:
    address = f"/conversations/coaching/{team['ann'].pk}"
    assert _as(team["bob"]).get(address).status_code == 404
    assert _as(team["sam"]).get(address).status_code == 404
    assert ">ann<" not in _as(team["sam"]).get("/conversations/coaching").content.decode()


def test_who_has_held_conversations_comes_first(team: dict[str, Member]) -> None:
    _held(team["cat"], 0.5)
    page = _as(team["mo"]).get("/conversations/coaching").content.decode()
    assert page.index("<b>cat</b>") < page.index("<b>ann</b>") < page.index("<b>bob</b>")


def test_where_nothing_was_held_lately_the_last_days_in_which_something_was_are_shown(
    team: dict[str, Member],
) -> None:
    _held(team["ann"], 0.8)
    Conversation.objects.update(at=timezone.now() - timedelta(days=200))
    day = formats.date_format(timezone.localtime(Conversation.objects.get().at), "DATE_FORMAT")
    for member, address in (("mo", ""), ("mo", f"/{team['ann'].pk}"), ("ann", "")):
        page = _as(team[member]).get(f"/conversations/coaching{address}").content.decode()
        assert "80%" in page
        assert f"There is none since {day}" in page


def test_where_nobody_is_named_it_is_said_why_and_how_that_changes(team: dict[str, Member]) -> None:
    page = _as(team["mo"]).get("/conversations/coaching").content.decode()
    assert "No conversation names one of your members" in page
    assert '<a href="/members/">' in page
    own = _as(team["ann"]).get("/conversations/coaching").content.decode()
    assert f"by the address {team['ann'].email}" in own
    _held(team["ann"], 0.8)
    page = _as(team["mo"]).get("/conversations/coaching").content.decode()
    assert "No conversation names" not in page
    assert "There is none since" not in page


def test_the_table_of_a_team_asks_as_little_of_many_as_of_few(
    team: dict[str, Member], django_assert_max_num_queries
) -> None:
    for name in ("ann", "bob", "cat", "dan"):
        _held(team[name], 0.5, "price", "leaving")
    client = _as(team["mo"])
    client.get("/conversations/coaching")
    with django_assert_max_num_queries(12):
        page = client.get("/conversations/coaching").content.decode()
    assert "All together" in page
    assert "Price 1" in page


def test_the_book_knows_the_measures_from_when_they_came(tmp_path) -> None:
    desk = Desk(tmp_path)
    account = Account.objects.create(pk="A1", name="Acme")
    _call(account, *_two(), voices=(((0.0, 10.0),), ((8.0, 38.0),)))
    assert gather(desk.book, now=NOW) > 0
    (row,) = desk.rows("talks")
    assert (row["our_share"], row["their_interruptions"], row["confidence"]) == (0.25, 1, 0.9)
    assert row["known_at"] == NOW.replace(tzinfo=None)
    assert desk.rows("talks", NOW.date() - timedelta(days=1)) == []
    report = desk.load(
        "talks", "conversation_id,account_id,occurred_at,our_share\nx,A1,2026-03-01 09:00,0.4\n"
    )
    assert report.reconciles
