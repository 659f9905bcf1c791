"""A ledger posted night after night is the ledger that a full posting would give."""

from datetime import timedelta
from random import Random

import pytest
from oracle.agreement import DEEPER

from keepwell.ledger.keeping import FIGURES, covered_of, post_book, standing, stored_rows
from keepwell.ledger.movements import ROWS
from keepwell.ledger.rows import SCHEMA
from keepwell.ledger.tests.loading import (
    CHANGES,
    DATED,
    assert_posted,
    new_book,
    posted,
    seeded_source,
    settle,
)


def followed(moment):
    """The ledger's rows that count, as they are followed in the files they lie in."""
    stored = stored_rows(moment).select(*SCHEMA.names)
    work = stored.only_counting(lambda table: {ROWS: table.select(SCHEMA.names).cast(SCHEMA)})
    files = moment.engine.follow(stored.rows, work, {ROWS: SCHEMA}, sort=["account_id", "day", "currency"])
    return as_set(moment.engine.scan([str(file) for file in files[ROWS]], SCHEMA), moment)


def as_set(rows, moment):
    return {tuple(row.values()) for row in moment.engine.collect(rows).to_pylist()}


def frozen(moment):
    if not moment.has(FIGURES):
        return set()
    return as_set(moment.frame(FIGURES), moment)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(DEEPER))
def test_whatever_changed_a_nights_posting_gives_what_a_full_one_would(tmp_path, duck, seed):
    book, source, chance = new_book(tmp_path / "book"), seeded_source(seed, 12), Random(seed)
    settle(book, seed, grace_days=2)
    source.says_when = True
    source.load(book)
    assert post_book(book, duck).full
    before = frozen(book.moment(duck))
    nights, complete = 0, {}
    order = [*CHANGES, *CHANGES]
    chance.shuffle(order)
    while order:
        for _change in range(4):
            order.pop()(source, chance)
        source.load(book)
        nights += not post_book(book, duck).full
        moment = book.moment(duck)
        assert_posted(moment)
        assert followed(moment) == as_set(standing(moment, ROWS, SCHEMA), moment)
        assert frozen(moment) >= before, "figures once frozen are never changed"
        before = frozen(moment)
        assert post_book(book, duck) is None
        complete[source.known.date()] = covered_of(moment)
    assert nights >= 4
    for day, covered in complete.items():
        assert covered_of(book.moment(duck, day)) == min(covered, day + timedelta(days=1))
    settle(book, seed, grace_days=9)
    assert post_book(book, duck).full
    assert_posted(book.moment(duck))
    last = posted(book.moment(duck))
    assert post_book(book, duck, full=True).full
    assert posted(book.moment(duck)) == last


@pytest.mark.parametrize("late", DATED)
def test_what_silence_meant_is_taken_back_with_the_day_up_to_which_all_is_known(tmp_path, duck, late):
    book, source = new_book(tmp_path / "book"), seeded_source(2, 24)
    settle(book, 2, past_due_days=3)
    source.load(book)
    post_book(book, duck)
    known = posted(book.moment(duck))
    for days in (9, 400, 9, 0):
        source.late = {late: days}
        source.load(book)
        assert post_book(book, duck) is not None
        assert_posted(book.moment(duck))
    assert posted(book.moment(duck)) == known


def test_a_posting_tells_how_far_it_is(tmp_path, duck):
    book, heard = new_book(tmp_path / "book"), []
    seeded_source(1, 12).load(book)
    post_book(book, duck, progress=lambda at, of, doing: heard.append((at, of, doing)))
    assert [at for at, _of, _doing in heard] == [0, 1, 2, 3]
    assert {of for _at, of, _doing in heard} == {4}
    assert "following what each account pays" in [doing for _at, _of, doing in heard]
