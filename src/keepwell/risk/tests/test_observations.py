"""Who is observed on a day, and what becomes of them."""

from datetime import date

import numpy as np
import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.risk.observations import observe


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    made = simulate(folder / "files", seed=1, accounts=200, years=3, texts=False, dirt=False)
    book = Book.create(folder / "book", reporting_currency="EUR")
    load(book, folder / "files", until=made.until)
    engine = engine_named("duckdb")
    yield book, engine, made.until
    engine.close()


def test_every_account_that_pays_and_has_not_given_notice_is_observed_once_a_day(company):
    book, engine, _until = company
    seen = observe(book, engine, [date(2025, 1, 1), date(2025, 4, 1)])
    assert len(seen) > 100
    pairs = list(zip(seen.as_of.tolist(), seen.accounts.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert (seen.mrr > 0).all()


def test_what_is_not_matured_is_unknown_and_never_stayed(company):
    book, engine, until = company
    seen = observe(book, engine, [date(2025, 1, 1), until], horizon=90)
    ripe = seen.as_of < seen.as_of.max()
    assert seen.outcomes.matured[ripe].all()
    assert np.isin(seen.outcomes.left[ripe], (0, 1)).all()
    assert np.isnan(seen.outcomes.left[~ripe]).all()
    assert np.isnan(seen.outcomes.downgraded[~ripe]).all()
