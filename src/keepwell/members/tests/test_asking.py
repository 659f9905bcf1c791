"""What an address asks for, with nonsense in it."""

from datetime import date

import pytest

from keepwell.members.asking import begin_of, day_of, end_of, one_of


@pytest.mark.parametrize("said", ["", "soon", "2026-02-30", "9999-12-31", "0001-01-01", "2026-11"])
def test_a_day_that_cannot_be_is_not_asked_for(said: str) -> None:
    assert day_of(said) is None
    assert begin_of(day_of(said)) is None


def test_a_day_ends_where_the_next_begins() -> None:
    assert end_of(date(2026, 2, 28)) == begin_of(date(2026, 3, 1))


def test_what_is_not_known_is_all() -> None:
    assert one_of("call", ["call", "mail"]) == "call"
    assert one_of("fax", ["call", "mail"]) == ""
