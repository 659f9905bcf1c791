"""A cable operator's customers, each with costs of their own: what acting by expected profit saves.

Run as a script it prints the figures: python test_tv_subscriptions.py
"""

import os
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv as csv
import pytest
from sklearn.model_selection import StratifiedGroupKFold

from keepwell.risk.judging import auc
from keepwell.risk.worth.savings import Costs, savings

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[6] / "shared" / "data"))
SETTINGS = {
    "objective": "binary",
    "learning_rate": 0.02,
    "num_leaves": 31,
    "min_data_in_leaf": 60,
    "lambda_l2": 10.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def customers():
    path = SHARED / "tv_subscriptions" / "churn_tv_subscriptions.csv.gz"
    if not path.exists():
        pytest.skip(
            "the cable operator is not here: set KEEPWELL_SHARED_DATA to the folder of the shared data"
        )
    table = csv.read_csv(path)
    values = np.column_stack([table[f"x{k}"].to_numpy() for k in range(1, 47)])
    costs = Costs(*(table[name].to_numpy() for name in ("C_TP", "C_FN", "C_FP", "C_TN")))
    return values, table["target"].to_numpy(), costs


def cross_validated(values, left, *, seed, bags=3):
    """Chances from other customers only; customers of equal values are never on both sides."""
    lightgbm = pytest.importorskip("lightgbm", exc_type=OSError)
    _unique, alike = np.unique(values, axis=0, return_inverse=True)
    chances = np.zeros(len(left))
    for learn, check in StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(values, left, alike):
        for bag in range(bags):
            data = lightgbm.Dataset(values[learn], left[learn], params={"verbosity": -1})
            model = lightgbm.train({**SETTINGS, "seed": bag}, data, 300)
            chances[check] += model.predict(values[check], num_threads=1) / bags
    return chances


def saved_by(costs, left, chances, *, draws=200):
    accounts = np.arange(len(left))
    ways = {
        "a chance above 0.5": chances > 0.5,
        "a chance above the base rate": chances > left.mean(),
        "expected profit above 0": costs.worth_acting(chances),
    }
    return {name: savings(costs, left, acted, accounts=accounts, draws=draws) for name, acted in ways.items()}


@pytest.mark.slow
def test_acting_where_it_is_expected_to_pay_saves_a_fifth_where_a_threshold_of_a_half_saves_nothing():
    """Published: 0.0% at 0.5, 14.6% at the base rate, 19.5% by each customer's expected profit."""
    values, left, costs = customers()
    chances = np.mean([cross_validated(values, left, seed=seed, bags=2) for seed in range(2)], axis=0)
    found = saved_by(costs, left, chances)
    assert auc(left, chances) == pytest.approx(0.725, abs=0.015)
    assert found["expected profit above 0"].value >= 0.19
    assert found["expected profit above 0"].low > 0.1
    assert abs(found["a chance above 0.5"].value) < 0.01
    assert 0.1 < found["a chance above the base rate"].value < found["expected profit above 0"].value


def test_acting_on_none_or_on_all_saves_nothing_beside_the_better_of_the_two():
    costs = Costs(*(np.array(one) for one in ([3.0, 3.0], [10.0, 10.0], [2.0, 2.0], [0.0, 0.0])))
    left, accounts = np.array([1.0, 0.0]), np.arange(2)
    every = np.ones(2, bool)
    assert savings(costs, left, every, accounts=accounts).value == 0
    assert savings(costs, left, ~every, accounts=accounts).value == -1
    assert savings(costs, left, left > 0, accounts=accounts).value == pytest.approx(1 - 3 / 5)
    assert costs.worth_acting(np.array([0.1, 0.5])).tolist() == [False, True]


if __name__ == "__main__":
    values, left, costs = customers()
    for seed in range(5):
        chances = cross_validated(values, left, seed=seed)
        sys.stdout.write(f"folds {seed}: AUC {auc(left, chances):.3f}\n")
        for name, one in saved_by(costs, left, chances).items():
            sys.stdout.write(f"    {name}: {one.value:.1%} ({one.low:.1%} to {one.high:.1%})\n")
