"""What an action does, learnt from those held out; and the refusal to say so without them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from keepwell.lib.errors import KeepwellError
from keepwell.risk.effects.baseline import Baseline
from keepwell.risk.effects.effect import learnt_effect
from keepwell.risk.effects.learners import learners, out_of_fold, s_logistic
from keepwell.risk.effects.on_risk import OnRisk
from keepwell.risk.effects.tests.effects_kit import made, true_benefit
from keepwell.risk.effects.trial import PART, RISK, Column

FEW = {"draws": 50, "by": {"S logistic": s_logistic}}


@pytest.mark.parametrize("name", list(learners()))
def test_every_learner_finds_whom_acting_helps(name):
    trial = made()
    fresh = made(4000, seed=9)
    found = learners()[name](trial, 0)(fresh.values)
    assert np.corrcoef(found, true_benefit(fresh.values))[0, 1] > 0.6


@pytest.mark.parametrize("name", list(learners()))
def test_an_outcome_wished_for_turns_the_sign_and_nothing_else(name):
    leaving, staying = made(), made(wished=True)
    one, other = (learners()[name](trial, 0)(leaving.values[:200]) for trial in (leaving, staying))
    assert np.allclose(one, other, atol=0.01)


def test_no_account_is_ranked_by_what_was_learnt_from_itself():
    """With a column that names each account, a learner that saw its rows would know their outcomes."""
    seen = []

    def spy(trial, seed):
        learnt = set(trial.accounts)

        def effect(values):
            return np.array([float(f"A{int(v)}" in learnt) for v in values[:, 0]])

        seen.append(learnt)
        return effect

    trial = made(600, repeats=3)
    trial = replace(trial, values=np.column_stack([np.arange(600) // 3, trial.values[:, 1:]]))
    assert out_of_fold(trial, spy, 0).max() == 0
    assert len(seen) == 5


def test_an_order_that_sees_no_difference_is_better_than_one_that_gets_it_backwards():
    def same(_trial, _seed):
        return lambda values: np.zeros(len(values))

    def backwards(_trial, _seed):
        return lambda values: -true_benefit(values)

    found = learnt_effect(made(), draws=50, by={"same": same, "backwards": backwards})
    assert found.best == "same"


def test_the_learnt_order_beats_the_response_model_and_lots():
    found = learnt_effect(made(), draws=50)
    assert found.speaks
    by_name = {one.name: one for one in found.rankings}
    assert list(by_name)[-2:] == ["response", "random"]
    assert by_name[found.best].over_response.above_zero
    assert not by_name["random"].qini.above_zero
    assert by_name[found.best].benefit[0.1].value > found.differences[0].benefit.value
    assert any("better than treating those at risk" in note for note in found.notes())


def test_where_acting_does_the_same_to_all_nobody_is_singled_out():
    trial = made(4000)
    nothing = replace(trial, treated=np.random.default_rng(5).random(4000) < 0.5)
    found = learnt_effect(nothing, draws=100)
    assert not found.speaks
    assert len(set(found.benefits(trial.values[:50]))) == 1
    assert "no effect is shown" in found.notes()[0]


def test_without_anyone_held_out_there_is_no_word_of_an_effect():
    trial = made(500)
    with pytest.raises(KeepwellError, match="Nobody was held out") as refused:
        learnt_effect(replace(trial, treated=np.ones(500, bool)), **FEW)
    assert any("hold-out" in way for way in refused.value.ways)
    assert any("state what you assume" in way for way in refused.value.ways)


def test_too_few_held_out_and_outcomes_not_yet_known_are_told():
    trial = made(500)
    few = replace(trial, treated=np.arange(500) >= 10)
    with pytest.raises(KeepwellError, match="Too few accounts"):
        learnt_effect(few, **FEW)
    late = replace(trial, happened=np.full(500, np.nan))
    with pytest.raises(KeepwellError, match="of 500 it is not yet known"):
        learnt_effect(late, **FEW)


def test_the_same_account_often_held_out_is_one_held_out_account():
    trial = made(500, repeats=50)
    with pytest.raises(KeepwellError, match="Too few accounts"):
        learnt_effect(trial, **FEW)


def test_other_orders_are_judged_beside_on_the_rows_that_are_known():
    trial = made(3000)
    unknown = replace(trial, happened=np.where(np.arange(3000) < 300, np.nan, trial.happened))
    found = learnt_effect(unknown, beside={"risk": trial.values[:, 0]}, **FEW)
    assert [one.name for one in found.rankings] == ["S logistic", "risk", "response", "random"]
    assert len(found.trial) == 2700


def test_it_says_itself_as_json_and_rows():
    found = learnt_effect(made(2000), **FEW)
    said = json.loads(json.dumps(found.to_json()))
    assert {"differences", "rankings", "best", "notes"} <= set(said)
    assert [row["group"] for row in found.rows()] == ["all", "AT", "DE"]
    assert found.off[0] <= 1 <= found.off[1]


def with_risk(trial):
    """The trial with the true risk of those not acted on, part of which comes from need."""
    sign = 1.5 * (np.nan_to_num(trial.values[:, 1], nan=0.5) - 0.5)
    need = 0.8 * (trial.values[:, 0] - 0.5)
    risk = 1 / (1 + np.exp(1.1 - sign - need))
    acted = np.where(trial.treated, true_benefit(trial.values), 0.0)
    happened = np.random.default_rng(3).random(len(trial)) < risk - acted
    columns = (*trial.columns, Column(RISK), Column(PART + "need"), Column(PART + "sign"))
    values = np.column_stack([trial.values, risk, need, sign])
    return replace(trial, values=values, columns=columns, happened=happened.astype(float))


def test_building_on_risk_finds_which_cause_acting_helps_against():
    fresh = with_risk(made(4000, seed=9))
    found = OnRisk(with_risk(made(60_000)), 0)(fresh.values)
    assert np.corrcoef(found, true_benefit(fresh.values))[0, 1] > 0.7
    assert abs(np.corrcoef(fresh.values[:, 3], true_benefit(fresh.values))[0, 1]) < 0.6  # risk alone


def test_building_on_risk_treats_all_alike_where_acting_does_nothing():
    trial = with_risk(made(20_000))
    nothing = replace(trial, treated=np.random.default_rng(5).random(20_000) < 0.5)
    assert np.abs(OnRisk(nothing, 0)(trial.values)).max() < 0.05


def test_where_it_is_not_shown_whom_acting_helps_each_gains_about_the_average_in_proportion_to_its_risk():
    trial = with_risk(made(3000))
    happened = np.random.default_rng(8).random(3000) < trial.values[:, 3] * np.where(trial.treated, 0.85, 1.0)
    found = learnt_effect(replace(trial, happened=happened.astype(float)), draws=50)
    assert (found.best, found.speaks) == ("S on risk", False)
    benefits, risk = found.benefits(trial.values), trial.values[:, 3]
    assert benefits.mean() == pytest.approx(found.differences[0].benefit.value, abs=0.01)
    assert np.corrcoef(benefits, risk * (1 - risk))[0, 1] > 0.7


def test_another_way_is_taken_only_where_it_orders_accounts_better_beyond_chance():
    trial = with_risk(made(6000))
    blind = replace(trial, values=np.where(np.arange(trial.values.shape[1]) >= 3, 0.2, trial.values))
    assert learnt_effect(trial, draws=50).best == "S on risk"
    assert learnt_effect(blind, draws=50).best != "S on risk"  # a risk that tells nothing


def test_a_trial_with_risk_is_learnt_on_risk_too():
    found = learnt_effect(with_risk(made(3000)), draws=20)
    assert "S on risk" in [one.name for one in found.rankings]


def test_the_risk_of_an_account_is_never_learnt_from_itself():
    """Each account's outcome is written into its values: a model that saw it would know."""
    n = 2000
    chance = np.random.default_rng(0)
    accounts = np.array([f"A{k}" for k in range(n)], object)
    happened = (chance.random(n) < 0.3).astype(float)
    codes = Column("who", tuple(str(k) for k in range(n)), "accounts")
    baseline = Baseline.of(accounts, np.arange(n, dtype=float)[:, None], happened, (codes,), 0)
    risk = baseline(accounts, np.arange(n, dtype=float)[:, None])[:, 0]
    assert abs(np.corrcoef(risk, happened)[0, 1]) < 0.1


def test_what_themes_add_to_risk_is_told_apart():
    n = 4000
    values = np.random.default_rng(0).random((n, 2))
    columns = (Column("use", theme="events"), Column("open", theme="tickets"))
    happened = (np.random.default_rng(1).random(n) < 0.1 + 0.6 * values[:, 0]).astype(float)
    accounts = np.array([f"A{k}" for k in range(n)], object)
    baseline = Baseline.of(accounts, values, happened, columns, 0)
    risk, events, tickets = baseline(accounts, values).T
    assert baseline.themes == ["events", "tickets"]
    assert events.std() > 5 * tickets.std()
    assert np.corrcoef(risk, events)[0, 1] > 0.9
