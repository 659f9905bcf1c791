"""What conversations' tests share: ears that have heard of no rule yet, and a short call about the price."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from keepwell.accounts.models import Account
from keepwell.conversations.models import Conversation, Turn
from keepwell.conversations.rules import ears
from keepwell.members.models import Member

CALLED = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    ears.forget()
    yield
    ears.forget()


@pytest.fixture
def owner(db: None) -> Member:
    return Member.objects.create_user(email="ann@example.com", name="ann")


@pytest.fixture
def call(owner: Member) -> Conversation:
    account = Account.objects.create(pk="A1", name="Acme", owner=owner)
    one = Conversation.objects.create(
        source="upload", key="1", kind="call", at=CALLED, arrived_at=CALLED, account=account, match="matched"
    )
    for no, (side, text) in enumerate([("them", "It is too dear."), ("us", "Look at what it saves.")], 1):
        Turn.objects.create(conversation=one, no=no, side=side, text=text, start=no * 10, end=no * 10 + 5)
    return one
