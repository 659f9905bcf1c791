"""The ledger of a book for any moment and under any policies."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from oracle.agreement import assert_same_rows, rows_of

from keepwell.book.book import Book
from keepwell.ledger.keeping import last_posting, post_book
from keepwell.ledger.opening import open_ledger
from keepwell.ledger.policies import Policies
from keepwell.ledger.tests.loading import CHANGES, TABLES, Source, new_book, seeded_source, settle
from keepwell.lib.errors import KeepwellError


def test_the_ledger_as_known_on_a_day_is_that_of_a_book_that_knew_no_more(tmp_path, duck):
    source, chance = seeded_source(5, 8), Random(5)
    book, then = new_book(tmp_path / "book"), new_book(tmp_path / "then")
    settle(book, 5)
    settle(then, 5)
    day = source.covered + timedelta(days=1)
    while True:
        before = source.touched, source.deleted
        source.load(book)
        if source.known.date() > day:
            break
        source.touched, source.deleted = before
        source.load_again(then, min(day + timedelta(days=1), source.covered))
        source.touched, source.deleted = {name: set() for name in source.touched}, set()
        for _change in range(12):
            chance.choice(CHANGES)(source, chance)
    source.covered, source.late = day + timedelta(days=200), {}
    source.load(book)
    with then.writer() as writer:  # how far it was complete is what the book knows today, up to that day
        for name in ("subscriptions", "purchases", "invoices"):
            writer.cover(name, "source", day + timedelta(days=1))
        writer.commit()
    past = open_ledger(book, duck, as_known_on=day)
    expected = open_ledger(then, duck)
    assert past.covered == expected.covered == day + timedelta(days=1)
    assert_same_rows(rows_of(past), rows_of(expected))
    assert rows_of(open_ledger(book, duck)) != rows_of(expected)


def test_other_policies_are_worked_out_and_leave_the_book_as_it_is(tmp_path, duck):
    book, source = new_book(tmp_path / "book"), seeded_source(6, 3)
    source.load(book)
    kept = rows_of(open_ledger(book, duck))
    number = book.manifest.number
    other = Policies(grace_days=5, enough_gaps=5)
    asked = rows_of(open_ledger(book, duck, policies=other))
    assert asked != kept
    assert book.manifest.number == number
    book.change_settings(policies=other.to_dict())
    assert_same_rows(rows_of(open_ledger(book, duck)), asked)


def test_a_company_that_reports_in_no_currency_yet_is_offered_the_one_most_accounts_pay_in(tmp_path, duck):
    book = Book.create(tmp_path / "book")
    source = Source({name: {} for name in TABLES}, date(2026, 1, 1), datetime(2000, 1, 1))  # noqa: DTZ001 - naive UTC
    for key, currency in (("1", "CNY"), ("2", "HUF"), ("3", "HUF")):
        source.put("accounts", key, account_id=key)
        source.put(
            "subscriptions",
            key,
            subscription_id=key,
            account_id=key,
            started_on=date(2020, 1, 1),
            mrr=5,
            currency=currency,
        )
    source.load(book)
    with pytest.raises(KeepwellError) as told:
        open_ledger(book, duck)
    assert told.value.ways[0].endswith("reporting_currency=HUF")


@pytest.mark.slow
def test_while_somebody_else_writes_the_same_figures_are_worked_out_in_memory(tmp_path, duck):
    book, source = new_book(tmp_path / "book"), seeded_source(7, 3)
    source.load(book)
    with book.writer():
        waiting = rows_of(open_ledger(book, duck))
    assert last_posting(book.moment(duck)) is None
    assert_same_rows(rows_of(open_ledger(book, duck)), waiting)


def test_a_book_without_subscriptions_or_purchases_says_what_to_load(tmp_path, duck):
    with pytest.raises(KeepwellError, match="nothing to measure") as told:
        post_book(new_book(tmp_path / "book"), duck)
    assert any("import subscriptions" in way for way in told.value.ways)


def test_several_currencies_without_one_to_report_in_are_refused(tmp_path, duck):
    book, source = new_book(tmp_path / "book"), seeded_source(5, 4)
    source.load(book)
    book.change_settings(reporting_currency=None)
    with pytest.raises(KeepwellError, match="several currencies") as told:
        open_ledger(book, duck)
    assert "EUR" in told.value.seen


def test_a_currency_without_a_rate_is_refused_and_drops_nobody(tmp_path, duck):
    book, source = new_book(tmp_path / "book"), seeded_source(5, 4)
    source.load(book)
    with pytest.raises(KeepwellError, match=r"There is no rate from .+ to EUR on 2024-03-01"):
        open_ledger(book, duck).rates(date(2024, 3, 1))
