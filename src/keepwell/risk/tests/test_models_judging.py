"""How chances are judged: as scikit-learn does it, with intervals that draw accounts."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from keepwell.risk import judging
from keepwell.risk.judging import Warned, as_read, judge, listed, warned


def _some(seed: int, n: int = 800, ties: bool = True):
    chance = np.random.default_rng(seed)
    chances = chance.random(n)
    chances = chances.round(2) if ties else chances
    return (chance.random(n) < chances).astype(float), chances


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ties", [True, False])
def test_auc_log_loss_and_brier_are_those_of_scikit_learn(seed, ties):
    left, chances = _some(seed, ties=ties)
    assert judging.auc(left, chances) == pytest.approx(metrics.roc_auc_score(left, chances), abs=1e-12)
    assert judging.brier(left, chances) == pytest.approx(metrics.brier_score_loss(left, chances), abs=1e-12)
    held = chances.clip(1e-15, 1 - 1e-15)
    assert judging.log_loss(left, chances) == pytest.approx(metrics.log_loss(left, held), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_calibration_error_weighs_the_bins_of_scikit_learns_curve(seed):
    left, chances = _some(seed)
    share, said = calibration_curve(left, chances, n_bins=10, strategy="quantile")
    table = judging.calibration_table(left, chances)
    assert [bin["said"] for bin in table] == pytest.approx(said)
    assert [bin["left"] for bin in table] == pytest.approx(share)
    rows = np.array([bin["rows"] for bin in table])
    error = float(np.abs(said - share) @ rows / rows.sum())
    assert judging.calibration_error(left, chances) == pytest.approx(error)


def test_a_row_that_weighs_two_counts_twice():
    left, chances = _some(1, 200)
    weights = np.random.default_rng(2).integers(0, 4, 200).astype(float)
    twice = np.repeat(np.arange(200), weights.astype(int))
    assert judging.auc_of(left, chances)(weights) == pytest.approx(judging.auc(left[twice], chances[twice]))


def test_where_nobody_left_there_is_no_auc_and_no_error():
    assert judging.auc(np.zeros(5), np.full(5, 0.2)) is None
    assert judging.auc(np.zeros(0), np.zeros(0)) is None
    assert judging.log_loss(np.zeros(0), np.zeros(0)) is None
    found = judge(np.zeros(5), np.full(5, 0.2), accounts=np.arange(5), days=np.zeros(5, int), tops=(2,))
    assert found["auc"].value is None
    assert found["lift_2"].value is None
    assert found["precision_2"].value == 0


def test_a_chance_of_nought_that_was_wrong_costs_much_but_not_everything():
    assert judging.log_loss(np.ones(1), np.zeros(1)) == pytest.approx(34.5, abs=0.1)


def test_the_list_is_made_day_by_day_and_ties_share_its_end():
    chances = np.array([0.9, 0.5, 0.5, 0.1, 0.3, 0.2])
    days = np.array([1, 1, 1, 1, 2, 2])
    assert listed(chances, days, 2).tolist() == [1, 0.5, 0.5, 0, 1, 1]
    assert listed(chances, days, 0.5).tolist() == [1, 0.5, 0.5, 0, 1, 0]


def test_a_chance_alike_for_all_finds_no_more_than_the_base_rate():
    left = np.array([1.0, 0, 0, 0])
    found = judge(left, np.full(4, 0.3), accounts=np.arange(4), days=np.zeros(4, int), tops=(1,), draws=0)
    assert found["precision_1"].value == 0.25
    assert found["lift_1"].value == 1
    assert found["auc"].value == 0.5


def test_precision_recall_and_lift_at_the_top():
    left = np.array([1.0, 0, 1, 0, 0, 1, 0, 0])
    chances = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    found = judge(left, chances, accounts=np.arange(8), days=np.zeros(8, int), tops=(3, 0.25), draws=0)
    assert found["precision_3"].value == pytest.approx(2 / 3)
    assert found["recall_3"].value == pytest.approx(2 / 3)
    assert found["lift_3"].value == pytest.approx(2 / 3 / (3 / 8))
    assert found["precision_25%"].value == 0.5


def test_days_of_warning_run_from_the_first_list_that_named_the_leaver():
    accounts = np.array(["a", "a", "a", "b", "c"], object)
    as_of = np.array([0, 30, 60, 60, 60])
    left_in = np.array([75.0, 45, 15, 10, np.nan])
    assert warned(accounts, as_of, left_in, np.array([0, 1.0, 1, 0, 1])) == Warned(2, 1, 45)
    assert warned(accounts, as_of, left_in, np.zeros(5)) == Warned(2, 0, None)
    assert warned(accounts, as_of, np.full(5, np.nan), np.ones(5)) == Warned(0, 0, None)


def test_a_leaver_who_came_back_and_left_again_is_two_leavers():
    accounts = np.array(["a", "a"], object)
    found = warned(accounts, np.array([0, 300]), np.array([20.0, 40]), np.ones(2))
    assert found == Warned(2, 2, 30)


def test_intervals_draw_accounts_and_not_rows():
    left, chances = _some(3, 300)
    accounts = np.arange(300).astype(str).astype(object)
    once = judge(left, chances, accounts=accounts, days=np.zeros(300, int))
    many = np.repeat(np.arange(300), 10)
    again = judge(left[many], chances[many], accounts=accounts[many], days=np.zeros(3000, int))
    for name in ("auc", "log_loss", "brier"):
        assert again[name].value == pytest.approx(once[name].value)
        width = once[name].high - once[name].low
        assert again[name].high - again[name].low == pytest.approx(width, rel=0.25), name
    assert again.accounts == 300
    assert again.rows == 3000


def test_the_interval_of_an_auc_covers_the_truth_about_as_often_as_it_says():
    hits = 0
    for seed in range(60):
        chance = np.random.default_rng(seed)
        left = (chance.random(400) < 0.3).astype(float)
        chances = chance.normal(size=400) + left  # the true AUC is that of two normals one deviation apart
        found = judge(left, chances, accounts=np.arange(400), days=np.zeros(400, int), draws=150, seed=seed)[
            "auc"
        ]
        hits += found.low <= 0.7602 <= found.high
    assert hits >= 53


def test_the_same_seed_draws_the_same_interval():
    left, chances = _some(4, 200)
    one = judge(left, chances, accounts=np.arange(200), days=np.zeros(200, int), seed=7)
    assert one == judge(left, chances, accounts=np.arange(200), days=np.zeros(200, int), seed=7)


def test_two_models_are_compared_on_the_same_draws():
    left, chances = _some(5, 500, ties=False)
    noisy = np.clip(chances + np.random.default_rng(1).normal(0, 0.3, 500), 0.01, 0.99)
    loss, auc = judging.differences(left, chances, noisy, accounts=np.arange(500))
    assert loss.below_zero
    assert auc.above_zero
    same, _none = judging.differences(left, chances, chances, accounts=np.arange(500))
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_those_tied_at_the_end_of_a_list_take_its_last_places_by_lot():
    chances, days = np.array([0.9, 0.5, 0.5, 0.5, 0.1]), np.zeros(5, np.int64)
    read = [as_read(chances, days, 2, seed=seed) for seed in range(30)]
    assert all(on.sum() == 2 and on[0] == 1 and on[4] == 0 for on in read)
    assert {int(on[1:4].argmax()) for on in read} == {0, 1, 2}
