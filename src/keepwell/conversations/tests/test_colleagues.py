"""Members are named in conversations by their addresses, also in those that were there before they joined."""

from datetime import UTC, datetime

import pytest

from keepwell.accounts.models import Account, Contact, Outgoing
from keepwell.conversations.actions.colleagues import name_colleagues
from keepwell.conversations.actions.taking import take
from keepwell.conversations.models import Conversation
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, Turn
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ANN, EVE = Participant("Ann Hill", "ann@example.com"), Participant("Eve Stone", "eve@acme.example")


@pytest.fixture
def acme() -> Account:
    made = Account.objects.create(pk="A1", name="Acme")
    Contact.objects.create(pk="c1", account=made, name="Eve Stone", email="eve@acme.example")
    return made


def _call(acme: Account, *, sides: tuple[Side, Side], key: str = "K1") -> Conversation:
    turns = [
        Turn(no=1, text="How is it?", side=sides[0], speaker="Ann Hill", start=0.0, end=4.0),
        Turn(no=2, text="It is well.", side=sides[1], speaker="Eve Stone", start=5.0, end=11.0),
    ]
    said = Said(key, Kind.CALL, NOW, (ANN, EVE), turns=tuple(turns))
    return take(said, source="book", account=acme, now=NOW)


def _ann() -> Member:
    return Member.objects.create_user("ann@example.com", name="Ann Hill")


def test_a_member_is_named_as_ours_by_their_address(acme: Account) -> None:
    ann = _ann()
    one = _call(acme, sides=(Side.US, Side.THEM))
    assert one.member == ann
    assert list(one.participants.values_list("name", "side", "member", "contact")) == [
        ("Ann Hill", "us", ann.pk, None),
        ("Eve Stone", "them", None, "c1"),
    ]


def test_who_joins_later_is_named_in_what_was_there_and_a_second_night_changes_nothing(acme: Account) -> None:
    one = _call(acme, sides=(Side.US, Side.THEM))
    version = one.version
    assert name_colleagues(now=NOW) == 0
    ann = _ann()
    assert [name_colleagues(now=NOW) for _night in range(2)] == [1, 0]
    one.refresh_from_db()
    assert (one.member, one.version) == (ann, version)  # not a word is another
    assert one.participants.get(member=ann).side == "us"


def test_once_our_side_is_known_by_who_joined_its_share_is_measured(acme: Account) -> None:
    one = _call(acme, sides=(Side.UNKNOWN, Side.UNKNOWN))
    assert _told()["our_share"] is None
    _ann()
    name_colleagues(now=NOW)
    assert list(one.turns.values_list("speaker", "side")) == [("Ann Hill", "us"), ("Eve Stone", "them")]
    assert _told()["our_share"] == 0.4


def _told() -> dict[str, float]:
    last = Outgoing.objects.filter(table="talks").order_by("pk").last()
    assert last is not None
    return dict(last.row)


def test_somebody_who_is_named_already_stays_the_one_of_ours(acme: Account) -> None:
    bob = Member.objects.create_user("bob@example.com", name="Bob")
    one = _call(acme, sides=(Side.US, Side.THEM))
    Conversation.objects.update(member=bob)
    ann = _ann()
    name_colleagues(now=NOW)
    one.refresh_from_db()
    assert one.member == bob
    assert one.participants.filter(member=ann).exists()
