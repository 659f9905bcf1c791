"""What people did at an account goes with it when it is merged into another, and comes back when that is undone."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts.models import Account, Entry, Inherited
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.entries import project_entries
from keepwell.accounts.projecting.inheriting import inherit
from keepwell.alerts.models import Alert, Reason
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.conversations.actions.policies import set_policy
from keepwell.conversations.models import Conversation, Policy
from keepwell.followups.models import FollowUp, Playbook, Run
from keepwell.ledger.keeping import post_book
from keepwell.members.models import Member, Role
from keepwell.reach.models import Touch
from keepwell.site.tests.conftest import rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 2, 3, tzinfo=UTC)


def merge(home: Path, *pairs: tuple[str, str | None]) -> None:
    """Say in the book which account was merged into which; None undoes it."""
    said = [
        {
            "account_id": of,
            "name": f"Company {of[1:]}",
            "merged_into": heir,
            "merged_on": date(2026, 5, 1) if heir else None,
        }
        for of, heir in pairs
    ]
    book = Book.open(home)
    with book.writer() as writer:
        writer.put("accounts", rows("accounts", said), known_at=NOW, source="file")
        writer.commit()


def night(home: Path) -> None:
    engine, book = engine_named("duckdb"), Book.open(home)
    try:
        post_book(book, engine)
        source = Source.of(book, engine, NOW)
        project_accounts(source)
        project_entries(source)
        inherit(source)
    finally:
        engine.close()


@pytest.fixture
def worked(home: Path) -> dict[str, Any]:
    """An office in which something was done at account a1, and some of it at a2 as well."""
    night(home)
    member = Member.objects.create_user("o@example.com", "x", name="Olga")
    Account.objects.filter(pk="a1").update(owner=member, chosen=True)
    alert = Alert.objects.create(account_id="a1", day=NOW.date(), opened_at=NOW)
    playbook = Playbook.objects.create(name="Rescue")
    version = playbook.versions.create(number=1, steps=[])
    made = {
        "alert": alert,
        "reason": Reason.objects.create(alert=alert, account_id="a1", trigger="silence", began_at=NOW),
        "follow-up": FollowUp.objects.create(account_id="a1", due=NOW.date(), what="Call", made_at=NOW),
        "touch": Touch.objects.create(account_id="a1", channel="call", at=NOW, day=NOW.date()),
        "run": Run.objects.create(
            playbook=playbook, version=version, account_id="a1", arm="held out", at=NOW
        ),
    }
    FollowUp.objects.create(account_id="a2", due=NOW.date(), what="Theirs", made_at=NOW)
    return made


def where(made: dict[str, Any]) -> dict[str, str]:
    for one in made.values():
        one.refresh_from_db()
    return {name: one.account_id for name, one in made.items()}


def test_all_of_it_goes_to_the_heir_and_back_again(home: Path, worked: dict[str, Any]) -> None:
    merge(home, ("a1", "a2"))
    night(home)
    assert set(where(worked).values()) == {"a2"}
    assert Entry.objects.filter(account="a2", kind="ticket").count() == 2
    assert Account.objects.get(pk="a2").people[1].account_id == "a2"
    assert Account.objects.get(pk="a2").owner is not None
    night(home)  # again: nothing more
    assert FollowUp.objects.filter(account="a2").count() == 2
    merge(home, ("a1", None))
    night(home)
    assert set(where(worked).values()) == {"a1"}
    assert FollowUp.objects.get(account="a2").what == "Theirs"
    assert Entry.objects.filter(account="a2", kind="ticket").count() == 1
    assert Account.objects.get(pk="a2").owner is None
    assert not Account.objects.get(pk="a1").gone
    assert not Inherited.objects.exists()


def test_what_was_said_is_kept_for_as_long_as_the_heirs_policy_says_and_back_again(
    home: Path, worked: dict[str, Any]
) -> None:
    chief = Member.objects.create_user("c@example.com", "x", name="Chief", role=Role.ADMINISTRATOR)
    with Book.open(home).writer() as writer:
        said = [{"account_id": "a2", "name": "Company 2", "country": "HU"}]
        writer.put("accounts", rows("accounts", said), known_at=NOW, source="file")
        writer.commit()
    kept = {"kind": "call", "at": NOW - timedelta(days=10), "arrived_at": NOW, "source": "upload"}
    talk = Conversation.objects.create(key="1", account_id="a1", title="Renewal", **kept)
    set_policy(policy=Policy(word_days=365), by=chief, now=NOW)
    set_policy(policy=Policy(country="HU", word_days=30), by=chief, now=NOW)
    talk.refresh_from_db()
    assert talk.keep_until == (talk.at + timedelta(days=365)).date()
    merge(home, ("a1", "a2"))
    night(home)
    talk.refresh_from_db()
    assert (talk.account_id, talk.keep_until) == ("a2", (talk.at + timedelta(days=30)).date())
    merge(home, ("a1", None))
    night(home)
    talk.refresh_from_db()
    assert (talk.account_id, talk.keep_until) == ("a1", (talk.at + timedelta(days=365)).date())


def test_a_policy_of_the_merged_account_holds_for_an_heir_without_one(
    home: Path, worked: dict[str, Any]
) -> None:
    chief = Member.objects.create_user("c@example.com", "x", name="Chief", role=Role.ADMINISTRATOR)
    kept = {"kind": "call", "at": NOW - timedelta(days=10), "arrived_at": NOW, "source": "upload"}
    talk = Conversation.objects.create(key="1", account_id="a2", title="Renewal", **kept)
    set_policy(policy=Policy(account_id="a1", words=False), by=chief, now=NOW)
    merge(home, ("a1", "a2"))
    night(home)
    talk.refresh_from_db()
    assert talk.deleted_at is not None
    assert "the recording policy of its account says so" in talk.remark


def test_along_a_chain_of_mergers_it_comes_to_the_last(home: Path, worked: dict[str, Any]) -> None:
    merge(home, ("a1", "a2"))
    night(home)
    merge(home, ("a2", "a3"))
    night(home)
    assert set(where(worked).values()) == {"a3"}
    assert FollowUp.objects.filter(account="a3").count() == 2
    merge(home, ("a2", None))
    night(home)
    assert FollowUp.objects.filter(account="a2").count() == 2
    assert not FollowUp.objects.filter(account="a3").exists()


def test_where_both_are_held_out_or_have_the_same_reason_open_each_keeps_its_own(
    home: Path, worked: dict[str, Any]
) -> None:
    run = worked["run"]
    Run.objects.create(playbook=run.playbook, version=run.version, account_id="a2", arm="held out", at=NOW)
    other = Alert.objects.create(account_id="a2", day=NOW.date(), opened_at=NOW)
    Reason.objects.create(alert=other, account_id="a2", trigger="silence", began_at=NOW)
    merge(home, ("a1", "a2"))
    night(home)
    assert where(worked) == {
        "alert": "a2",
        "reason": "a1",
        "follow-up": "a2",
        "touch": "a2",
        "run": "a1",
    }
