"""The simulated company goes into a book, and the book says of it what the simulation knows."""

from datetime import date

import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.demo.load import load
from keepwell.demo.simulate import Simulated, simulate
from keepwell.lib.errors import BadInput


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulate(tmp_path_factory.mktemp("company"), accounts=60, years=2)


@pytest.fixture(scope="module")
def book(company: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Book:
    book = Book.create(tmp_path_factory.mktemp("home") / "book", reporting_currency="EUR")
    told: list[str] = []
    reports = load(book, company.folder, lambda _done, _all, what: told.append(what), until=company.until)
    assert told[-1] == "loaded"
    assert {r.table for r in reports} == set(company.files)
    for report in reports:
        assert report.reconciles
        assert report.read == company.rows[report.table]
        assert report.reasons == company.dirt.get(report.table, {})
        assert report.covered == company.until
    return book


def test_loading_twice_changes_nothing(book: Book, company: Simulated) -> None:
    for report in load(book, company.folder, until=company.until):
        assert report.loaded == report.updated == 0
        assert report.unchanged + report.quarantined == report.read


def test_a_champion_who_left_was_still_there_as_known_before(book: Book, company: Simulated) -> None:
    engine = engine_named("duckdb")
    now = engine.collect(book.moment(engine).frame("contacts"))
    early = engine.collect(book.moment(engine, as_known_on=date(2025, 6, 1)).frame("contacts"))
    assert now["left_on"].null_count < len(now)
    assert 0 < len(early) < len(now)
    assert len(early) - early["left_on"].null_count < len(now) - now["left_on"].null_count


def test_a_folder_without_a_company_is_refused(book: Book, company: Simulated) -> None:
    with pytest.raises(BadInput, match="no simulated company"):
        load(book, company.folder / "nothing")
    assert company.truth.is_dir()
