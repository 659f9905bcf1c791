"""Whoever was erased is not called by a part of their name either, in any room's words of their account."""

from datetime import UTC, datetime

import pytest

from keepwell.accounts.models import Account, Contact, Outgoing
from keepwell.accounts.unnaming import unname
from keepwell.followups.models import Comment, FollowUp
from keepwell.reach.models import Touch

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
DAY = NOW.date()


def test_what_follows_from_a_row_at_the_account_and_what_goes_to_the_book() -> None:
    account = Account.objects.create(account_id="A1", name="Arden")
    person = Contact.objects.create(contact_id="c1", account=account, name="Anna Lee")
    said = {"topic": "Anna's plan", "note": "Ask Anna"}
    touch = Touch.objects.create(account=account, channel="call", at=NOW, day=DAY, **said)
    follow_up = FollowUp.objects.create(account=account, due=DAY, what="Call Anna", made_at=NOW)
    comment = Comment.objects.create(follow_up=follow_up, at=NOW, text="Anna is away")
    row = {"account_id": "A1", "topic": "Anna's plan"}
    going = Outgoing.objects.create(table="touches", key="t1", row=row)
    unname(person)
    for one in (touch, follow_up, comment, going):
        one.refresh_from_db()
    assert (touch.topic, touch.note) == ("…'s plan", "Ask …")
    assert (follow_up.what, comment.text) == ("Call …", "… is away")
    assert going.row == {"account_id": "A1", "topic": "…'s plan"}
