"""Everything said and written is found: inflected, across scripts, by whoever may see it and by nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from keepwell.accounts.models import Account
from keepwell.conversations import index, queries
from keepwell.conversations.actions.changing import going, touched
from keepwell.conversations.index.searching import Asked, search
from keepwell.conversations.models import Conversation, Hit, Indexed, Rule, Turn
from keepwell.members.models import Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def _member(name: str, role: Role = Role.MEMBER) -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=role)


@pytest.fixture
def chief(db: None) -> Member:
    return _member("ada", Role.ADMINISTRATOR)


def _said(*texts: str, key: str = "", at: datetime = NOW, **more) -> Conversation:
    more = {"kind": "call", "source": "upload", "match": "matched"} | more
    one = Conversation.objects.create(key=key or texts[0][:200], at=at, arrived_at=at, version=0, **more)
    for no, text in enumerate(texts, 1):
        Turn.objects.create(conversation=one, no=no, side="them" if no % 2 else "us", text=text)
    touched(one, now=at)
    return one


def _found(member: Member, words: str = "", **asked) -> list[str]:
    return [row.turn.text for row in search(member, Asked(words, **asked)).rows]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("We cancelled the contract yesterday.", "cancel contracts"),
        ("They are cancelling.", "cancelled"),
        ("Szeretnénk felmondani a szerződésünket.", "felmondjuk szerződés"),
        ("Szeretnénk felmondani a szerződésünket.", "szerzodes"),
        ("Chcemy wypowiedzieć umowę z państwem.", "wypowiem umowy"),
        ("Chcemy wypowiedzieć umowę z państwem.", "UMOWA"),
        ("我們要取消合約。", "取消合约"),
        ("我们要取消合约。", "合約"),
        ("我们要取消合约。", "约"),
        ("我們要取消 API接口 的合約。", "接口"),
        ("Főnökünk a Café Żółwia mellett ül.", "cafe zolwia"),
    ],
)
def test_words_are_found_in_any_inflection_and_script_and_without_accents(
    chief: Member, said: str, asked: str
):
    _said(said, "Something else entirely.")
    assert _found(chief, asked) == [said]


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ('"cancel the contract"', True),
        ('"the contract cancel"', False),
        ('"cancelling the contracts" now', True),
        ('"取消合约"', False),
        ("cancel supplier", False),
        ("???", False),
    ],
)
def test_a_phrase_in_quotes_stands_as_it_is_said(chief: Member, asked: str, there: bool):
    _said("We shall cancel the contract now.")
    assert bool(_found(chief, asked)) is there


def test_a_chinese_phrase_goes_on_where_the_sentence_does(chief: Member):
    _said("因为价格太高，我们下个月取消合同了。")
    assert _found(chief, "取消合同")
    assert _found(chief, "价格太高")
    assert _found(chief, "取消 价格")
    assert not _found(chief, "合同取消")


def test_the_place_is_marked_and_the_newest_comes_first(chief: Member):
    long = "Words " * 100
    _said(f"{long}then we cancelled the contract. {long}", at=NOW - timedelta(days=9))
    _said("I cancel.", at=NOW)
    new, old = search(chief, Asked("cancel")).rows
    assert [bit.text for bit in new.excerpt if bit.marked] == ["cancel"]
    assert [bit.text for bit in old.excerpt if bit.marked] == ["cancelled"]
    assert sum(len(bit.text) for bit in old.excerpt) < 300
    _said("我们取消合同了。", at=NOW)
    (row,) = search(chief, Asked("取消合同")).rows
    assert [bit.text for bit in row.excerpt if bit.marked] == ["取消合同"]


def test_filters_narrow_what_is_found(chief: Member):
    account = Account.objects.create(pk="A1", name="Acme")
    other = Account.objects.create(pk="A2", name="Other")
    one = _said("We may cancel.", "Do not cancel.", account=account, kind="call", language="en")
    _said("Cancel it.", account=other, kind="mail", at=NOW - timedelta(days=40), language="en")
    rule = Rule.objects.create(name="r", made_at=NOW, changed_at=NOW)
    turn = one.turns.get(no=1)
    Hit.objects.create(
        key="h", conversation=one, turn=turn, account=account, rule=rule, version=1, theme="leaving", verdict="hit",
        spans=[], at=NOW, found_at=NOW,
    )  # fmt: skip
    assert len(_found(chief, "cancel")) == 3
    assert _found(chief, "cancel", accounts=("A2",)) == ["Cancel it."]
    assert _found(chief, "cancel", kind="mail") == ["Cancel it."]
    assert _found(chief, "cancel", side="us") == ["Do not cancel."]
    assert _found(chief, "cancel", theme="leaving") == _found(chief, theme="leaving") == ["We may cancel."]
    assert _found(chief, "cancel", end=NOW - timedelta(days=1)) == ["Cancel it."]
    assert len(_found(chief, "cancel", begin=NOW - timedelta(days=1))) == 2
    assert len(_found(chief, "cancel", language="en")) == 3
    assert _found(chief, "cancel", language="hu") == []
    assert len(_found(chief, kind="call")) == 2


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
        _said(f"We cancel {who}.", account=account, brought_by=stranger if account is None else None)
    for member in (chief, owner, stranger, mate, viewer, manager, nobody):
        may = set(Turn.objects.filter(conversation__in=queries.seen(member)).values_list("text", flat=True))
        assert set(_found(member, "cancel")) == may, member.name
    assert sorted(_found(owner, "cancel")) == ["We cancel 0.", "We cancel 3."]
    assert _found(owner, "cancel", accounts=("A2",)) == []


def test_an_account_given_to_somebody_else_is_found_by_them_at_once(chief: Member):
    ann, bob = _member("ann"), _member("bob")
    account = Account.objects.create(pk="A1", name="Acme", owner=ann)
    _said("We cancel.", account=account)
    account.owner = bob
    account.save()
    assert (_found(ann, "cancel"), _found(bob, "cancel")) == ([], ["We cancel."])


def test_changed_words_are_found_and_the_old_ones_are_not(chief: Member):
    one = _said("We cancel.")
    one.turns.update(text="We renew.")
    touched(one, now=NOW)
    assert (_found(chief, "cancel"), _found(chief, "renewing")) == ([], ["We renew."])
    with transaction.atomic():
        one.turns.update(text="We wait.")
        touched(one, now=NOW)
        transaction.set_rollback(True)
    assert _found(chief, "renew") == ["We renew."]
    going(one)
    assert _found(chief, "renew") == []


def test_rows_go_with_their_turns_whoever_deletes_them(chief: Member):
    account = Account.objects.create(pk="A1", name="Acme")
    one = _said("We cancel.", account=account)
    _said("They cancel.", account=account)
    one.delete()
    assert _found(chief, "cancel") == ["They cancel."]
    account.delete()
    assert _found(chief, "cancel") == []
    assert not Indexed.objects.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM conversations_indexed_words")
            assert cursor.fetchone() == (0,)


def test_quoted_words_are_found_where_they_were_written_only(chief: Member):
    one = _said("Fine.\n> We cancel.")
    one.turns.update(pieces=[["quoted", 6, 18]])
    touched(one, now=NOW)
    assert _found(chief, "cancel") == []
    assert _found(chief, "fine")


def test_a_title_is_found_at_the_first_turn(chief: Member):
    _said("Dear all,", "Yes?", title="Renewal of the licence")
    assert _found(chief, "licences") == ["Dear all,"]


def test_a_long_mail_is_found_to_its_end(chief: Member):
    _said("word " * 9_000 + "marzipan")
    (row,) = search(chief, Asked("marzipan")).rows
    assert len(_found(chief, "word")) == 3  # a row each of its parts
    assert row.turn.no == 1


def test_the_index_is_made_anew_where_it_is_not_there_or_otherwise(chief: Member):
    _said("We cancel.")
    _said("They cancel.")
    Indexed.objects.all().delete()
    assert not index.whole()
    assert index.renew(now=NOW) == 2
    assert index.whole()
    assert len(_found(chief, "cancel")) == 2
    assert index.renew(now=NOW) == 0
    assert index.renew(now=NOW, anew=True) == 2
    assert len(_found(chief, "cancel")) == 2


def test_a_conversation_that_went_to_another_account_is_put_right(chief: Member):
    ann = _member("ann")
    for n in ("A1", "A2"):
        Account.objects.create(pk=n, name=n, owner=ann if n == "A2" else None)
    one = _said("We cancel.", account_id="A1")
    index.renew(now=NOW)
    Conversation.objects.filter(pk=one.pk).update(account="A2")
    assert index.renew(now=NOW) == 1
    assert _found(ann, "cancel") == ["We cancel."]
    assert index.renew(now=NOW) == 0


def test_pages_follow_one_another(chief: Member):
    for n in range(7):
        _said(f"We cancel {n}.", at=NOW + timedelta(hours=n))
    first = search(chief, Asked("cancel"), size=3)
    last = search(chief, Asked("cancel"), number=3, size=3)
    assert [row.turn.text for row in first.rows] == ["We cancel 6.", "We cancel 5.", "We cancel 4."]
    assert first.has_next
    assert not last.has_next
    assert len(last.rows) == 1


def test_whatever_is_typed_does_no_harm(chief: Member):
    _said("We cancel.")
    for typed in (
        '"',
        '""',
        "a OR b",
        "NEAR(",
        "'; DROP TABLE x;--",
        "marks : every",
        "*",
        "-",
        "^a",
        "\x00",
        "\ud800"[:0],
        "a" * 5000,
        "取",
        "\U0001f600",
    ):
        search(chief, Asked(typed))
    assert _found(chief, "cancel", kind="x' OR 1") == []


def _page(member: Member, **asked) -> str:
    client = Client()
    client.force_login(member)
    answer = client.get("/conversations/search", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_result_opens_its_conversation_at_the_turn(chief: Member):
    account = Account.objects.create(pk="A1", name="Acme")
    one = _said("Good morning.", "We cancelled <b>all</b>.", account=account, language="en")
    page = _page(chief, words="cancel")
    assert f'href="/conversations/{one.pk}?turn=2"' in page
    assert "We <mark>cancelled</mark> &lt;b&gt;all&lt;/b&gt;." in page
    assert "Nothing that you may see" in _page(chief, words="cancel", of="Other")
    assert f"/conversations/{one.pk}?" in _page(
        chief, words="cancel", of="acm", since="2026-02-01", until="2026-03-01"
    )
    assert "Nothing that you may see" in _page(chief, words="cancel", until="2026-02-28")
    assert "Type what was said" in _page(chief, kind="nonsense", since="x", page="9999999999")


def test_a_page_of_results_asks_the_database_little(chief: Member, django_assert_max_num_queries):
    account = Account.objects.create(pk="A1", name="Acme")
    for n in range(30):
        _said(f"We cancel {n}.", account=account)
    member = _member("tim")
    account.owner = member
    account.save()
    client = Client()
    client.force_login(member)
    with django_assert_max_num_queries(11):
        page = client.get("/conversations/search?words=cancel").content.decode()
    assert page.count("<mark>") == 25
    assert "page=2" in page


def test_what_was_said_is_found_from_anywhere(chief: Member):
    one = _said("We cancel.")
    client = Client()
    client.force_login(chief)
    assert f"/conversations/{one.pk}?turn=1" in client.get("/search?words=cancelled").content.decode()
