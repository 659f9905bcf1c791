"""A budget is spent on the list that brings most."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.risk.worth import budget as lists
from keepwell.risk.worth.budget import choose

PAIRS = st.lists(st.tuples(st.integers(-50, 200), st.integers(0, 90)), max_size=9)


def chosen(profit, cost, budget, must=None, may=None):
    n = len(profit)
    return choose(
        np.array(profit, np.int64),
        np.array(cost, np.int64),
        budget=budget,
        must=np.zeros(n, bool) if must is None else np.array(must),
        may=np.ones(n, bool) if may is None else np.array(may),
    )


def most(pairs, budget):
    fitting = (
        sum(p for p, _c in some)
        for size in range(len(pairs) + 1)
        for some in combinations(pairs, size)
        if sum(c for _p, c in some) <= budget
    )
    return max(fitting)


@given(PAIRS, st.integers(0, 300))
def test_of_few_accounts_no_other_list_brings_more(pairs, budget):
    found = chosen([p for p, _c in pairs], [c for _p, c in pairs], budget)
    taken = [pair for pair, on in zip(pairs, found.chosen, strict=True) if on]
    assert found.best
    assert sum(c for _p, c in taken) <= budget
    assert sum(p for p, _c in taken) == most(pairs, budget)


@given(PAIRS, st.integers(0, 300))
def test_of_many_it_says_by_how_much_it_may_fall_short_and_never_too_little(pairs, budget):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "SMALL", -1)
        found = chosen([p for p, _c in pairs], [c for _p, c in pairs], budget)
    taken = [pair for pair, on in zip(pairs, found.chosen, strict=True) if on]
    assert sum(c for _p, c in taken) <= budget
    assert 0 <= most(pairs, budget) - sum(p for p, _c in taken) <= found.short


def test_where_all_cost_the_same_taking_the_best_first_is_best():
    found = chosen(list(range(1, 1001)), [10] * 1000, 500)
    assert found.chosen[-50:].all()
    assert found.chosen.sum() == 50
    assert found.best


def test_without_a_budget_all_that_bring_something_are_taken():
    assert chosen([5, -1, 0, 3], [1, 1, 1, 1], None).chosen.tolist() == [True, False, False, True]


def test_those_that_must_be_on_the_list_come_first_and_may_pass_the_budget():
    found = chosen([-5, 50, 40], [30, 20, 10], 40, must=[True, False, False])
    assert found.chosen.tolist() == [True, False, True]
    alone = chosen([-5, 50, 40], [30, 20, 10], 20, must=[True, False, False])
    assert alone.chosen.tolist() == [True, False, False]


def test_those_that_may_not_be_on_it_never_are():
    assert chosen([5, 9], [1, 1], None, may=[True, False]).chosen.tolist() == [True, False]
