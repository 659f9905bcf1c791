"""What is learnt from and what it is judged on never overlap in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.risk.splitting import by_account, forward, known_by, later_slice, some_accounts


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60), st.integers(1, 200), st.integers(1, 6))
def test_every_outcome_learnt_was_known_before_the_first_day_judged(months, horizon, most):
    as_of = np.sort(np.array(months)) * 30
    matured = as_of + horizon <= 40 * 30
    for fold in forward(as_of, matured, horizon, most=most):
        assert fold.learn.any()
        assert fold.judged.any()
        assert (as_of[fold.learn] + horizon).max() <= as_of[fold.judged].min()
        assert fold.moment == as_of[fold.judged].min()
        assert matured[fold.learn].all()
        assert matured[fold.judged].all()


def test_folds_judge_each_day_once_and_later_ones_learn_more():
    as_of = np.repeat(np.arange(24) * 30, 5)
    matured = as_of + 90 <= 24 * 30
    folds = forward(as_of, matured, 90)
    assert len(folds) == 4
    assert sum(fold.judged for fold in folds).max() == 1
    learnt = [int(fold.learn.sum()) for fold in folds]
    assert learnt == sorted(learnt)


def test_a_history_shorter_than_the_gap_has_no_forward_fold():
    as_of = np.array([0, 30, 60])
    assert forward(as_of, np.ones(3, bool), 90) == []
    assert forward(as_of, np.zeros(3, bool), 30) == []


def test_an_outcome_is_known_once_its_whole_horizon_has_passed():
    as_of = np.array([0, 10, 11])
    assert known_by(as_of, np.ones(3, bool), 90, 100).tolist() == [True, True, False]
    assert known_by(as_of, np.array([True, False, True]), 90, 500).tolist() == [True, False, True]


def test_the_later_slice_is_the_newest_part_and_leaves_a_gap():
    as_of = np.arange(20) * 30
    fold = later_slice(as_of, np.ones(20, bool), 90)
    assert as_of[fold.judged].min() == 450
    assert as_of[fold.learn].max() == 360
    assert later_slice(np.array([0, 30]), np.ones(2, bool), 90) is None
    assert later_slice(np.zeros(5, int), np.ones(5, bool), 90) is None


def test_sharing_out_accounts_keeps_an_accounts_rows_together():
    accounts = np.repeat(np.array([f"A{i}" for i in range(50)], object), 4)
    folds = by_account(accounts, np.ones(200, bool), seed=3)
    assert sum(fold.judged for fold in folds).tolist() == [1] * 200
    for fold in folds:
        assert not set(accounts[fold.learn]) & set(accounts[fold.judged])


@pytest.mark.parametrize(("most", "rows"), [(1000, 200), (40, 40)])
def test_drawing_some_accounts_draws_them_whole(most, rows):
    accounts = np.repeat(np.array([f"A{i}" for i in range(50)], object), 4)
    drawn = some_accounts(accounts, most, seed=1)
    assert drawn.sum() == rows
    assert not set(accounts[drawn]) & set(accounts[~drawn])
