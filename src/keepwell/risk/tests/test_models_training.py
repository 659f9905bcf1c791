"""Training: who becomes champion, when chances are set right, and when there is not enough to go on."""

from dataclasses import replace

import numpy as np
import pytest

from keepwell.lib.errors import BadInput
from keepwell.risk import enough, training
from keepwell.risk.calibration import Calibration, calibrated, kinds_for
from keepwell.risk.enough import NotEnough
from keepwell.risk.judging import auc, calibration_error
from keepwell.risk.tests import model_kit as kit
from keepwell.risk.trained import Trained
from keepwell.risk.training import train, try_all


@pytest.fixture(scope="module")
def company():
    return kit.company(700, 20)


@pytest.fixture(scope="module")
def trained(company):
    return train(company, seed=1, draws=4)


def test_every_kind_of_model_is_judged_on_the_same_folds(trained):
    judged = trained.card["judged"]
    assert list(judged) == ["base_rate", "silence", "logistic", "boosted"]
    assert len({found["rows"] for found in judged.values()}) == 1
    assert judged["logistic"]["measures"]["auc"]["low"] > 0.6
    assert trained.name in ("logistic", "boosted")
    assert "better than" in trained.card["why"]


def test_the_card_tells_what_was_learnt_from(trained, company):
    card, matured = trained.card, company.outcomes.matured
    assert card["horizon"] == kit.HORIZON
    assert card["rows"] == matured.sum()
    assert card["base_rate"] == pytest.approx(np.nanmean(company.outcomes.left))
    assert card["features"] == [feature.name for feature in company.features]
    assert len(card["folds"]) == 4
    assert trained.learnt_until == company.as_of[matured].max() + kit.HORIZON


def test_a_trained_model_kept_as_text_says_the_same(trained, company):
    again = Trained.from_text(trained.to_text())
    assert np.array_equal(again.chances(company), trained.chances(company))
    for one, other in zip(again.interval(company), trained.interval(company), strict=True):
        assert np.array_equal(one, other)
    assert again.to_text() == trained.to_text()
    with pytest.raises(BadInput, match="bare model"):
        Trained.from_text(trained.model.to_text())


def test_training_again_with_the_same_seed_gives_the_same_model(trained, company):
    assert train(company, seed=1, draws=4).to_text() == trained.to_text()


def test_a_chance_lies_within_its_interval(trained, company):
    low, high = trained.interval(company)
    chances = trained.chances(company)
    assert (low <= chances).all()
    assert (chances <= high).all()
    assert (high > low).all()


def test_intervals_narrow_as_accounts_are_added():
    small, large = kit.company(150, 16, base=-2.5), kit.company(1200, 16, base=-2.5)
    widths = []
    for made in (small, large):
        low, high = train(made, seed=1, draws=8).interval(made)
        widths.append(float(np.mean(high - low)))
    assert widths[1] < 0.7 * widths[0]


def test_without_draws_there_is_no_interval(company):
    bare = replace(train(kit.company(200, 12, base=-2.5), seed=1, draws=0))
    low, high = bare.interval(company)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_what_is_not_known_yet_is_not_learnt_from(company):
    matured = company.where(company.outcomes.matured)
    assert train(matured, seed=1, draws=0).model.to_text() == train(company, seed=1, draws=0).model.to_text()


def test_where_nothing_tells_the_leavers_the_base_rate_stays_champion():
    chance = np.random.default_rng(5)
    made = kit.company(400, 16)
    noise = replace(made, values=chance.permuted(made.values, axis=0))
    trials = try_all(noise.where(noise.outcomes.matured), seed=1)
    assert trials.champion == "base_rate"


def test_few_leavers_are_left_to_the_simpler_models_and_that_is_said():
    made = kit.company(70, 14, base=-3.2)
    known = made.where(enough.checked(made))
    trials = try_all(known)
    assert "boosted" not in trials.of
    assert any("Boosted trees were left out" in limit for limit in trials.limits)


def test_trees_by_kind_are_tried_where_each_kind_has_leavers_and_win_where_kinds_differ():
    one = kit.company(300, 12, base=-2.6)
    assert "apart" not in [kind.name for kind in enough.kinds_for(one.where(one.outcomes.matured))[0]]
    trials = try_all(kit.two_kinds(4000, days=12), seed=1, most=2)
    assert trials.champion == "apart"
    assert trials.of["apart"].judged["log_loss"].value < trials.of["boosted"].judged["log_loss"].value


def test_rows_of_one_day_are_shared_out_at_random_and_that_is_said():
    chance = np.random.default_rng(1)
    values = chance.normal(size=(500, 2))
    left = chance.random(500) < 1 / (1 + np.exp(1.5 - values[:, 0]))
    made = kit.observations([kit.feature("a"), kit.feature("b")], values, left)
    trained = train(made, draws=0)
    assert trained.card["folds"][0]["moment"] is None
    assert any("only one day" in limit and "come out too good" in limit for limit in trained.card["limits"])


def test_a_history_too_short_to_look_forward_is_told():
    made = kit.company(500, 5, base=-2.0)
    trained = train(made, draws=0)
    assert any("too short to judge forward" in limit for limit in trained.card["limits"])


def _flat(n, left, **more):
    return kit.observations([kit.feature("x")], np.arange(n, dtype=float)[:, None], left, **more)


@pytest.mark.parametrize(
    ("made", "seen"),
    [
        (_flat(0, []), "no observation"),
        (_flat(100, np.full(100, np.nan)), "known yet what became of it"),
        (_flat(10, [1.0] * 5 + [0] * 5), "10 accounts; at least 30"),
        (_flat(500, np.zeros(500)), "nobody has left yet"),
        (_flat(500, np.ones(500)), "every account observed left"),
        (_flat(500, [1.0] * 7 + [0] * 493), "7 accounts that left; at least 20"),
        (_flat(100, [1.0] * 100, accounts=["A"] * 100), "1 account; at least 30"),
    ],
    ids=[
        "nothing",
        "all in the future",
        "ten accounts",
        "no leavers",
        "only leavers",
        "few leavers",
        "one account",
    ],
)
def test_too_little_is_refused_with_ways_out(made, seen):
    with pytest.raises(NotEnough, match="not enough to go on") as refused:
        train(made)
    assert seen in refused.value.seen
    assert any("health" in way for way in refused.value.ways)


def test_features_that_know_nothing_of_anybody_are_refused():
    made = _flat(500, [1.0] * 100 + [0] * 400)
    with pytest.raises(NotEnough) as refused:
        train(replace(made, values=np.full((500, 1), np.nan)))
    assert "no feature is known" in refused.value.seen


def test_one_account_over_ten_years_is_not_many_accounts():
    made = _flat(120, [0.0, 1] * 60, accounts=["A"] * 120, as_of=np.arange(120) * 30)
    with pytest.raises(NotEnough, match="not enough"):
        train(made)


def test_chances_too_high_are_set_right_by_a_line():
    chance = np.random.default_rng(1)
    truth = chance.beta(1, 6, 4000)
    left = (chance.random(4000) < truth).astype(float)
    said = np.clip(truth * 2, 0.001, 0.97)
    better = calibrated("line", left, said).of(said)
    assert calibration_error(left, better) < 0.02 < calibration_error(left, said)
    assert auc(left, better) == pytest.approx(auc(left, said))


def test_steps_are_tried_only_where_many_left():
    assert kinds_for(np.ones(100)) == ("line",)
    assert kinds_for(np.ones(2000)) == ("line", "steps")
    chance = np.random.default_rng(2)
    said = chance.random(5000)
    left = (chance.random(5000) < said**3).astype(float)
    steps = calibrated("steps", left, said)
    assert calibration_error(left, steps.of(said)) < 0.01
    assert ((steps.of(said) > 0) & (steps.of(said) < 1)).all()
    assert Calibration.from_body(steps.body()) == steps


def test_chances_are_set_right_only_where_that_helped_on_what_came_later(monkeypatch):
    made = kit.company(700, 20)
    known = made.where(made.outcomes.matured)
    trials = try_all(known, seed=1)
    best = trials.of[trials.champion]
    wrong = replace(best, chances=np.where(np.isnan(best.chances), np.nan, best.chances**0.5))
    calibration, how = training.set_right(known, replace(trials, of={**trials.of, trials.champion: wrong}))
    assert calibration.kind != "none"
    assert "were set right" in how
    # Where earlier chances were off and the newest are not, setting right would hurt, and is not done.
    last = trials.folds[-1].judged
    mixed = replace(best, chances=np.where(last, best.chances, wrong.chances))
    calibration, how = training.set_right(known, replace(trials, of={**trials.of, trials.champion: mixed}))
    assert calibration.kind == "none"
    assert "did not help" in how


def test_the_base_rate_is_never_drawn_out_to_what_it_has_not_been():
    made = kit.company(400, 18)
    known = made.where(made.outcomes.matured)
    trials = replace(try_all(known, seed=1), champion="base_rate")
    calibration, how = training.set_right(known, trials)
    assert calibration == Calibration()
    assert "nothing to set right" in how


def test_chances_are_never_set_right_by_turning_accounts_round():
    made = kit.company(700, 20)
    known = made.where(made.outcomes.matured)
    trials = try_all(known, seed=1)
    best = trials.of[trials.champion]
    wrong = replace(best, chances=1 - best.chances)
    calibration, how = training.set_right(known, replace(trials, of={**trials.of, trials.champion: wrong}))
    assert calibration == Calibration()
    assert "did not help" in how


def test_a_feature_that_knows_too_much_is_named_among_the_limits():
    made = kit.company(300, 12, base=-2.5)
    values = made.values.copy()
    values[:, 6] = np.nan_to_num(made.outcomes.left) + np.random.default_rng(1).normal(0, 0.1, len(made))
    trained = train(replace(made, values=values), draws=0)
    assert any(limit.startswith("noise alone tells who leaves") for limit in trained.card["limits"])
