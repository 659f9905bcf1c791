"""A model is used only where it can be trusted, and says why where it is not."""

import dataclasses
import json
from datetime import date

import numpy as np
import pytest

from keepwell.lib.errors import BadInput
from keepwell.risk.buying import BuyingModel, Refused, days_bought, fit_best, held_back, holdout, learn
from keepwell.risk.buying.gamma_gamma import GammaGamma, fit_spend
from keepwell.risk.buying.model import BG_NBD, MBG_NBD, mbg_cnbd
from keepwell.risk.buying.tests.buyers import buyers, online_retail

REGULAR = {"k": 3, "r": 1.5, "alpha": 60.0, "a": 0.9, "b": 5.0, "joined": 120}


@pytest.fixture(scope="module")
def regular():
    return buyers(2500, **REGULAR, span=730, seed=11)


@pytest.fixture(scope="module")
def model(regular):
    return fit_best(regular.summaries(), regular.held(547))


def test_regular_buyers_are_told_by_their_gaps_and_foreseen_better(model):
    assert (model.family.name, model.family.regularity) == ("mbg_cnbd_k", 3)
    table = {row.name: row for row in model.judged}
    assert table["mbg_cnbd_k"].mae < 0.95 * table["mbg_nbd"].mae
    assert table["mbg_cnbd_k"].rmse < table["mbg_nbd"].rmse < table["plain_rate"].rmse


def test_a_model_comes_back_from_its_text(model, regular):
    known = regular.summaries()
    spent = dataclasses.replace(model, spend=GammaGamma(6.0, 4.0, 1500.0, -10.0, 900, 0.1))
    for kept in (model, spent):
        back = BuyingModel.from_text(kept.to_text())
        assert back == kept
        np.testing.assert_array_equal(back.expected(known, 90), kept.expected(known, 90))


@pytest.mark.parametrize(
    "change",
    [
        {"model": "other"},
        {"parameters": {"r": 1}},
        {"parameters": {"r": -1, "alpha": 1, "a": 1, "b": 1}},
        {"parameters": {"r": float("nan"), "alpha": 1, "a": 1, "b": 1}},
        {"regularity": 0},
        {"regularity": "many"},
        {"spend": {"p": 1}},
        {"judged": [{"name": 1}]},
        {"format": 99},
    ],
)
def test_a_model_that_was_tampered_with_is_refused(model, change):
    text = json.dumps({**json.loads(model.to_text()), **change})
    with pytest.raises(BadInput) as refused:
        BuyingModel.from_text(text)
    assert refused.value.ways


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "3", "\x80\x04pickle"])
def test_what_is_no_model_is_refused(text):
    with pytest.raises(BadInput, match="not a model of buying"):
        BuyingModel.from_text(text)


def test_buying_once_is_no_sign_of_being_alive_where_the_model_only_takes_it_for_granted(regular, model):
    known = regular.summaries()
    taken = dataclasses.replace(model, family=BG_NBD)
    once = known.frequency == 0
    assert np.isnan(taken.alive(known)[once]).all()
    assert np.isfinite(taken.alive(known)[~once]).all()
    assert np.isfinite(model.alive(known)).all()
    assert np.isfinite(taken.expected(known, 90)).all()


def test_the_chance_of_being_alive_is_a_chance(regular, model):
    alive = model.alive(regular.summaries())
    assert 0 <= alive.min() <= alive.max() <= 1


def test_a_part_of_many_buyers_tells_the_same(regular, model):
    part = fit_best(regular.summaries().sample(1000), regular.held(547).sample(1000))
    assert part.accounts == 1000
    known = regular.summaries()
    assert np.corrcoef(part.alive(known), model.alive(known))[0, 1] > 0.98
    assert part.expected(known, 90).sum() == pytest.approx(model.expected(known, 90).sum(), rel=0.15)


def test_all_models_are_refused_on_online_retail(duckdb):
    purchases = duckdb.frame(online_retail())
    cut = date(2011, 9, 1)
    found = learn(duckdb, days_bought(purchases), cut)
    assert isinstance(found, Refused)
    assert {name for name, _reason in found.reasons} == {"bg_nbd", "mbg_nbd", "pareto_nbd", "mbg_cnbd_k"}
    later = {row.name: row for row in holdout(held_back(duckdb, purchases, cut, date(2011, 12, 9)))}
    for name in ("bg_nbd", "mbg_nbd", "pareto_nbd"):
        assert "runs away" in later[name].refused
        assert later[name].rmse > later["plain_rate"].rmse
    assert "no better than the plain rate" in later["mbg_cnbd_k"].refused


def test_buyers_of_whom_nobody_leaves_give_no_model_of_leaving():
    bought = buyers(3000, r=2.0, alpha=40.0, a=1e-9, b=1.0, span=400, joined=100)
    found = fit_best(bought.summaries(), bought.held(300))
    assert isinstance(found, Refused)
    assert "bg_nbd" in str(found)


def test_a_handful_of_buyers_is_not_enough_to_go_on():
    bought = buyers(50, **REGULAR, span=730)
    found = fit_best(bought.summaries(), bought.held(547))
    assert isinstance(found, Refused)
    assert "it takes 100" in str(found)


def test_no_buyers_at_all_are_nothing_to_go_on(duckdb, regular):
    nobody = regular.held(547)
    nobody = dataclasses.replace(
        nobody, summaries=nobody.summaries.where(slice(0, 0)), bought=nobody.bought[:0]
    )
    assert isinstance(fit_best(nobody.summaries, nobody), Refused)
    assert holdout(nobody) == ()
    none_yet = learn(duckdb, days_bought(duckdb.frame(regular.frame())), date(1969, 1, 1))
    assert "0 accounts bought again" in str(none_yet)


def test_buyers_who_keep_their_pace_to_the_day_need_no_model(regular):
    held = regular.held(547)
    at_their_pace = np.rint(held.summaries.plain_rate(held.days)).astype(np.int64)
    found = fit_best(regular.summaries(), dataclasses.replace(held, bought=at_their_pace))
    assert isinstance(found, Refused)
    assert "no better than the plain rate" in str(found)


def test_value_is_spend_to_come_and_money_later_is_worth_less(regular, model):
    known = regular.summaries()
    assert np.isnan(model.value(known, 365)).all()  # no spends to learn from
    spend = GammaGamma(6.0, 4.0, 1500.0, -10.0, 900, 0.1)
    valued = dataclasses.replace(model, spend=spend)
    undiscounted = valued.expected(known, 365) * spend.expected(known)
    np.testing.assert_allclose(valued.value(known, 365, discount=0.0), undiscounted, rtol=1e-9)
    discounted = valued.value(known, 365, discount=0.1)
    assert np.all(discounted < undiscounted)
    assert discounted.sum() / undiscounted.sum() == pytest.approx(1.1**-0.5, abs=0.02)
    assert (valued.value(known, 0) == 0).all()


def test_spends_of_simulated_buyers_are_found_again(regular):
    known = regular.summaries()
    rng = np.random.default_rng(5)
    scale = 1 / rng.gamma(4.0, 1 / 2000.0, len(known))
    spend = np.where(known.frequency > 0, rng.gamma(np.maximum(6.0 * known.frequency, 1e-9)) * scale, np.nan)
    spent = dataclasses.replace(known, spend=spend / np.maximum(known.frequency, 1))
    found = fit_spend(spent)
    assert (found.p, found.q) == (pytest.approx(6.0, rel=0.15), pytest.approx(4.0, rel=0.15))
    few = fit_spend(spent.where(slice(0, 60)))
    assert isinstance(few, Refused)
    same = fit_spend(dataclasses.replace(known, spend=np.where(known.frequency > 0, 500.0, np.nan)))
    assert isinstance(same, Refused)


def test_of_models_as_close_the_likeliest_is_taken():
    bought = buyers(6000, r=0.6, alpha=20.0, a=0.9, b=2.0, span=500, joined=100, seed=2)
    found = fit_best(bought.summaries(), bought.held(300))
    assert found.family in (MBG_NBD, mbg_cnbd(1))


def test_a_true_model_of_accounts_that_buy_seldom_and_stay_is_used_for_all_its_absolute_error():
    bought = buyers(4000, r=0.3, alpha=45.0, a=0.3, b=9.0, span=540, joined=90, seed=7)
    found = fit_best(bought.summaries(), bought.held(270))
    assert isinstance(found, BuyingModel)
    table = {row.name: row for row in found.judged}
    assert table["mbg_nbd"].mae > table["plain_rate"].mae
    assert table["mbg_nbd"].rmse < table["plain_rate"].rmse
