"""A ledger posted night after night is the ledger that a full posting would give."""

from random import Random

import pytest
from oracle.agreement import DEEPER

from keepwell.ledger.keeping import FIGURES, post_book, standing, stored_rows
from keepwell.ledger.movements import ROWS
from keepwell.ledger.rows import SCHEMA
from keepwell.ledger.tests.loading import (
    CHANGES,
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
    source.load(book)
    assert post_book(book, duck).full
    before = frozen(book.moment(duck))
    nights = 0
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
    assert nights >= 4
    settle(book, seed, grace_days=9)
    assert post_book(book, duck).full
    assert_posted(book.moment(duck))
    last = posted(book.moment(duck))
    assert post_book(book, duck, full=True).full
    assert posted(book.moment(duck)) == last


def test_a_posting_tells_how_far_it_is(tmp_path, duck):
    book, heard = new_book(tmp_path / "book"), []
    seeded_source(1, 12).load(book)
    post_book(book, duck, progress=lambda at, of, doing: heard.append((at, of, doing)))
    assert [at for at, _of, _doing in heard] == [0, 1, 2, 3]
    assert {of for _at, of, _doing in heard} == {4}
    assert "following what each account pays" in [doing for _at, _of, doing in heard]
