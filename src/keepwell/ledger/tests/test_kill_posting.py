"""Killed while it posts, at any moment, a book has its ledger as before or as after."""

from pathlib import Path
from random import Random

import pytest

from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.book.tests.killing import killed_at_random_moments
from keepwell.ledger.keeping import last_posting, post_book, standing
from keepwell.ledger.movements import ROWS
from keepwell.ledger.rows import SCHEMA
from keepwell.ledger.tests.loading import (
    CHANGES,
    assert_posted,
    new_book,
    seeded_source,
)

# Every third posting is a full one; the others post what the load before them changed.
POSTINGS = """
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.ledger.keeping import post_book

book = sys.argv[1]

def work(number):
    post_book(Book.open(book), engine_named("duckdb", {"threads": "1"}), full=number % 3 == 2)
"""


def number_of(home: Path, duck: Engine) -> int:
    """The newest posting, with its ledger readable to the end."""
    moment = Book.open(home).moment(duck)
    last = last_posting(moment)
    duck.collect(standing(moment, ROWS, SCHEMA))
    return last["posting"] if last else 0


@pytest.mark.slow
def test_killed_at_any_moment_a_posting_is_there_or_not_and_the_next_one_makes_it_good(tmp_path):
    home, source, chance = tmp_path / "book", seeded_source(3, 10), Random(3)
    duck = engine_named("duckdb", {"threads": "1"})
    book = new_book(home)
    source.load(book)
    before = done = 0
    for _number in killed_at_random_moments(POSTINGS, home, times=24):
        now = number_of(home, duck)
        assert now in (before, before + 1)
        if now > before:
            done += 1
            chance.choice(CHANGES)(source, chance)
            source.load(Book.open(home))
        before = now
    assert 2 < done < 26, "some were killed early, some late or not at all"
    post_book(Book.open(home), duck)
    assert_posted(Book.open(home).moment(duck))
    duck.close()
