"""A page is the same whether it was found among the newest or among all, whoever asks, for whatever, on any page."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepwell.accounts.models import Account
from keepwell.conversations import index, queries
from keepwell.conversations.index import postgresql
from keepwell.conversations.index.searching import Asked, search
from keepwell.conversations.models import Conversation, Hit, Indexed, Rule, Turn
from keepwell.members.models import Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = ("river", "stone", "cloud", "garden")
TALKS, TURNS, ACCOUNTS = 40, 3, 4
ASKED = (
    "river",
    "river stone",
    "stone river cloud",
    '"river stone"',
    '"cloud river" garden',
    "river marzipan",
    "",
)
A_QUESTION = st.builds(
    Asked,
    words=st.sampled_from(ASKED),
    accounts=st.sampled_from([None, None, (), ("A1",), ("A0", "A2")]),
    kind=st.sampled_from(["", "", "mail"]),
    side=st.sampled_from(["", "", "them"]),
    language=st.sampled_from(["", "", "en", "hu"]),
    theme=st.sampled_from(["", "", "", "price"]),
    begin=st.none() | st.integers(0, TALKS).map(lambda hours: NOW + timedelta(hours=hours)),
    end=st.none() | st.integers(0, TALKS).map(lambda hours: NOW + timedelta(hours=hours)),
)


@pytest.fixture
def members(db: None) -> list[Member]:
    """An administrator, the owner of an account, one of a team and a manager of none, where much was said."""
    roles = {"ada": Role.ADMINISTRATOR, "ann": Role.MEMBER, "tim": Role.MEMBER, "mo": Role.MANAGER}
    found = [
        Member.objects.create_user(f"{name}@example.com", name=name, role=role)
        for name, role in roles.items()
    ]
    portfolio = Portfolio.objects.create(name="North")
    team = Team.objects.create(name="T", kind="success")
    team.portfolios.add(portfolio)
    team.members.add(found[2])
    for n in range(ACCOUNTS):
        owner, of = (found[1] if n == 1 else None), (portfolio if n > 1 else None)
        Account.objects.create(pk=f"A{n}", name=f"Company {n}", owner=owner, portfolio=of)
    _talk(found[2])
    return found


def _talk(bringer: Member) -> None:
    chance = Random(7)
    rule = Rule.objects.create(name="r", made_at=NOW, changed_at=NOW)
    for n in range(TALKS):
        at = NOW + timedelta(hours=n // 2)
        account = chance.choice([None, *(f"A{one}" for one in range(ACCOUNTS))])
        talk = Conversation.objects.create(
            source="upload", key=str(n), kind=chance.choice(("call", "mail")), account_id=account, match="matched",
            language=chance.choice(("en", "hu")), at=at, arrived_at=at, brought_by=None if account else bringer,
        )  # fmt: skip
        for no in range(1, TURNS + 1):
            said = " ".join(chance.choices(WORDS, k=chance.randint(1, 6)))
            turn = Turn.objects.create(conversation=talk, no=no, side="them" if no % 2 else "us", text=said)
            if chance.random() < 0.3:
                Hit.objects.create(
                    key=str(turn.pk), conversation=talk, turn=turn, account_id=account, rule=rule, version=1,
                    theme="price", verdict="hit", spans=[], at=at, found_at=at,
                )  # fmt: skip
    index.renew(now=NOW)


def _all_of(member: Member, asked: Asked) -> list[int]:
    """The turns that are to be found, read one by one."""
    seen = set(queries.seen(member).values_list("pk", flat=True))
    return [
        row.turn_id
        for row in Indexed.objects.select_related("turn__conversation")
        if _is(row.turn, asked, seen)
    ]


def _is(turn: Turn, asked: Asked, seen: set[int]) -> bool:
    talk, said = turn.conversation, f" {turn.text} "
    parts = [asked.words.split('"')[1], *asked.words.split('"')[2].split()] if '"' in asked.words else None
    return (
        talk.pk in seen
        and all(f" {part} " in said for part in (parts or asked.words.split()))
        and (asked.accounts is None or talk.account_id in asked.accounts)
        and asked.kind in ("", talk.kind)
        and asked.side in ("", turn.side)
        and asked.language in ("", talk.language)
        and (not asked.theme or turn.hits.exists())
        and (asked.begin is None or talk.at >= asked.begin)
        and (asked.end is None or talk.at < asked.end)
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=A_QUESTION,
    who=st.integers(0, 3),
    size=st.integers(1, 9),
    newest=st.integers(1, TALKS * TURNS + 5),
    much=st.booleans(),
)
def test_pages_are_those_of_all_that_is_to_be_found(
    members: list[Member],
    monkeypatch: pytest.MonkeyPatch,
    asked: Asked,
    who: int,
    size: int,
    newest: int,
    much: bool,
):
    said = postgresql.RARE + 1 if much else 0
    reckoned = postgresql._reckoned
    monkeypatch.setattr(postgresql, "_reckoned", lambda query, _accounts: (reckoned(query, None)[0], said))
    monkeypatch.setattr(postgresql, "FEW", -1)
    monkeypatch.setattr(postgresql, "NEWEST", newest)
    there = _all_of(members[who], asked) if asked.anything else []
    for number in range(1, len(there) // size + 3):
        page, begin = search(members[who], asked, number=number, size=size), (number - 1) * size
        assert [row.turn.pk for row in page.rows] == there[begin : begin + size]
        assert page.has_next is (len(there) > begin + size)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite walks its own list")
def test_all_is_asked_only_where_the_newest_do_not_fill_the_page(
    members: list[Member], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgresql, "FEW", -1)

    def asked(words: str, newest: int) -> int:
        monkeypatch.setattr(postgresql, "NEWEST", newest)
        with CaptureQueriesContext(connection) as said:
            search(members[0], Asked(words), size=5)
        return len(said)

    full = asked("river stone", TALKS * TURNS)
    assert asked("river stone", 6) == full + 1
    assert asked("river", 6) == full  # a single word is no rarer than PostgreSQL thinks


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite walks its own list")
def test_what_few_accounts_said_is_found_and_sorted_however_common_the_word(members: list[Member]):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_indexed, conversations_conversation")
    of_one = Indexed.objects.filter(conversation__account="A1").count()
    of_nobody = Indexed.objects.filter(conversation__account=None).count()
    assert postgresql._reckoned("river", ["A1"])[1] == of_one
    assert postgresql._reckoned("river", ["", "A1"])[1] == of_one + of_nobody
    with CaptureQueriesContext(connection) as said:
        search(members[1], Asked("river"))
    assert [one for one in said if "+ 0) DESC" in one["sql"]]
