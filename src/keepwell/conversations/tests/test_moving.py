"""An account that the book moves to another country: what is kept follows that one's policy, after days of grace."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts.models import Account
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.moving import moved
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.conversations.actions.taking import take
from keepwell.conversations.arriving.keeping import GRACE
from keepwell.conversations.models import Conversation, Policy
from keepwell.conversations.nightly import bring_in
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Turn
from keepwell.members.models import Change
from keepwell.site.tests.conftest import make_book, rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 2, 2, tzinfo=UTC)
TODAY, DAY = NOW.date(), timedelta(days=1)


@pytest.fixture
def book(tmp_path: Path, settings: Any) -> Book:
    settings.OFFICE = tmp_path / "office"
    settings.OFFICE.mkdir()
    settings.HOME = str(tmp_path / "home")
    made = make_book(tmp_path / "home")
    night(made)
    return made


def move(book: Book, country: str, account: str = "a1") -> None:
    with book.writer() as writer:
        said = [{"account_id": account, "name": "Company 1", "country": country}]
        writer.put("accounts", rows("accounts", said), known_at=NOW, source="file")
        writer.commit()


def night(book: Book, now: datetime = NOW) -> None:
    engine = engine_named("duckdb")
    source = Source.of(book, engine, now)
    project_accounts(source)
    bring_in(source)
    engine.close()


def call(book: Book, tmp_path: Path, days: int = 10) -> Conversation:
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF")
    said = Said("call", Kind.CALL, NOW - days * DAY, turns=(Turn(1, "Hello"),))
    account = Account.objects.get(pk="a1")
    return take(said, source="upload", now=NOW, account=account, sound=sound, seconds=4)


def days_of(one: Conversation) -> tuple[date | None, date | None]:
    one.refresh_from_db()
    return one.keep_until, one.sound_until


def test_what_the_new_country_lets_be_kept_for_a_time_is_kept_for_that_time(
    book: Book, tmp_path: Path
) -> None:
    Policy.objects.create(country="AT", word_days=100, sound_days=40)
    one = call(book, tmp_path)
    assert days_of(one) == (None, None)
    move(book, "at")
    night(book)
    assert days_of(one) == (TODAY + 90 * DAY, TODAY + 30 * DAY)
    told = Change.objects.get(what="keep conversations as another country asks")
    assert (told.key, told.before, told.after["country"]) == ("a1", {"country": ""}, "at")
    assert (told.after["words"], told.after["sounds"]) == (2, 1)  # its ticket too
    move(book, "HU")
    night(book)
    assert days_of(one) == (None, None)  # it came back to a country that asks nothing


def test_what_the_new_country_forbids_goes_after_days_of_grace_and_not_before(
    book: Book, tmp_path: Path
) -> None:
    Policy.objects.create(country="AT", recordings=False)
    one = call(book, tmp_path)
    move(book, "AT")
    night(book)
    night(book)
    assert days_of(one) == (None, TODAY + GRACE)
    night(book, NOW + GRACE - DAY)
    one.refresh_from_db()
    assert one.sound
    night(book, NOW + GRACE)
    one.refresh_from_db()
    assert not one.sound
    assert one.turns.get().text == "Hello"


def test_where_no_words_may_be_kept_a_thread_goes_on_until_its_day(book: Book, tmp_path: Path) -> None:
    Policy.objects.create(country="AT", words=False)
    one = call(book, tmp_path)
    Conversation.objects.filter(pk=one.pk).update(source="mailbox", key="t")
    move(book, "AT")
    night(book)
    assert days_of(one) == (TODAY + GRACE, TODAY + GRACE)
    turns = (Turn(1, "Hello", source_id="1"), Turn(2, "And then?", source_id="2"))
    grown = take(Said("t", Kind.MAIL, NOW, turns=turns), source="mailbox", now=NOW)
    assert (grown.pk, grown.deleted_at, days_of(one)[0]) == (one.pk, None, TODAY + GRACE)
    night(book, NOW + GRACE)
    one.refresh_from_db()
    assert one.deleted_at is not None
    assert not one.turns.exclude(text="").exists()


def test_what_was_to_go_sooner_still_does_and_an_accounts_own_policy_holds(
    book: Book, tmp_path: Path
) -> None:
    Policy.objects.create(country="AT", words=False)
    Policy.objects.create(account_id="a1", word_days=13)
    one = call(book, tmp_path)
    move(book, "AT")
    night(book)
    assert days_of(one) == (TODAY + 3 * DAY, TODAY + 3 * DAY)


def test_a_night_killed_between_moving_and_holding_is_made_up_for(book: Book, tmp_path: Path) -> None:
    Policy.objects.create(country="AT", recordings=False)
    one = call(book, tmp_path)
    move(book, "AT")
    engine = engine_named("duckdb")
    project_accounts(Source.of(book, engine, NOW))
    assert moved() == {"a1": ""}
    move(book, "DE")
    project_accounts(Source.of(book, engine, NOW))
    assert moved() == {"a1": ""}  # where it was when its conversations were held last
    move(book, "AT")
    engine.close()
    night(book)
    assert days_of(one) == (None, TODAY + GRACE)
    assert moved() == {}
