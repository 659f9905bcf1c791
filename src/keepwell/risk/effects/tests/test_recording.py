"""Who is held out is drawn by the book's own secret, recorded in it, and stays so."""

from datetime import UTC, date, datetime

import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.risk.effects.gathering import settled
from keepwell.risk.effects.recording import SHARE, actions, held_out, hold_out

ACCOUNTS = [f"A{k:05}" for k in range(500)]
NOW = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


@pytest.fixture
def book(tmp_path):
    return Book.create(tmp_path / "home", reporting_currency="EUR", time_zone="Europe/Prague")


@pytest.fixture(scope="module")
def engine():
    engine = engine_named("duckdb", {"threads": "1"})
    yield engine
    engine.close()


def test_a_share_is_drawn_recorded_and_drawn_alike_ever_after(book, engine):
    first = hold_out(book, engine, "call", ACCOUNTS, now=NOW, share=0.3)
    assert 0.2 < len(first.held_out) / len(ACCOUNTS) < 0.4
    assert first.new == set(first.held_out)
    rows = held_out(book.moment(engine), "call")
    assert [row["account_id"] for row in rows] == sorted(first.held_out)
    assert {row["since"] for row in rows} == {date(2026, 7, 1)}  # the company's day
    again = hold_out(book, engine, "call", ACCOUNTS[::-1], now=NOW)
    assert (again.share, again.new, set(again.held_out)) == (0.3, frozenset(), set(first.held_out))
    assert settled(book.moment(engine), "call")[0] == set(first.held_out)


def test_a_smaller_share_releases_nobody_and_a_larger_one_adds(book, engine):
    first = set(hold_out(book, engine, "call", ACCOUNTS, now=NOW, share=0.2).held_out)
    assert set(hold_out(book, engine, "call", ACCOUNTS, now=NOW, share=0.05).held_out) == first
    assert set(hold_out(book, engine, "call", ACCOUNTS, now=NOW, share=0.5).held_out) > first


def test_another_book_draws_others_and_so_does_another_action(book, engine, tmp_path):
    first = set(hold_out(book, engine, "call", ACCOUNTS, now=NOW).held_out)
    other = Book.create(tmp_path / "other", reporting_currency="EUR")
    assert set(hold_out(other, engine, "call", ACCOUNTS, now=NOW).held_out) != first
    assert set(hold_out(book, engine, "training", ACCOUNTS, now=NOW).held_out) != first
    assert [(one.action, one.treated) for one in actions(book.moment(engine))] == [
        ("call", 0),
        ("training", 0),
    ]
    assert {row["action"] for row in held_out(book.moment(engine))} == {"call", "training"}
    assert SHARE == 0.2


def test_a_mistyped_action_or_share_changes_nothing(book, engine):
    hold_out(book, engine, "training", ACCOUNTS, now=NOW)
    with pytest.raises(KeepwellError, match="Did you mean training"):
        hold_out(book, engine, "trainings", ACCOUNTS, now=NOW)
    with pytest.raises(BadInput, match="between 0 and 1"):
        hold_out(book, engine, "training", ACCOUNTS, now=NOW, share=20)
    assert [one.action for one in actions(book.moment(engine))] == ["training"]
