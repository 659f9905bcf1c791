"""What the models reach on real data, beside what was measured before: skipped where the data are not here."""

from datetime import date

import pytest

from keepwell.lib.days import number
from keepwell.risk.judging import judge
from keepwell.risk.splitting import known_by
from keepwell.risk.tests import model_kit as kit
from keepwell.risk.training import train

LAST_CUT = date(2011, 10, 1)


@pytest.mark.slow
def test_telco_is_told_as_well_as_it_can_be_and_with_the_warning_that_it_has_no_dates():
    trained = train(kit.telco(), seed=1, draws=0)
    judged = trained.card["judged"]
    aucs = {name: found["measures"]["auc"] for name, found in judged.items()}
    assert 0.840 <= aucs["logistic"]["value"] <= 0.850  # .844 was measured; above .86 would be a leak
    assert 0.840 <= aucs["boosted"]["value"] <= 0.855
    assert judged[trained.name]["measures"]["calibration"]["value"] < 0.03
    assert any("only one day" in limit and "come out too good" in limit for limit in trained.card["limits"])


@pytest.mark.slow
def test_tv_subscriptions_are_told_by_trees_and_hardly_by_a_line():
    trained = train(kit.tv_subscriptions(), seed=1, draws=0)
    judged = trained.card["judged"]
    assert trained.name == "boosted"
    assert 0.70 <= judged["boosted"]["measures"]["auc"]["value"] <= 0.75  # .720 was measured, untuned
    assert 0.58 <= judged["logistic"]["measures"]["auc"]["value"] <= 0.64  # .606
    assert judged["boosted"]["measures"]["calibration"]["value"] < 0.01


@pytest.mark.slow
def test_online_retail_is_told_honestly_on_a_last_cut_that_nothing_was_learnt_from():
    every = kit.online_retail([date(2011, month, 1) for month in range(2, 11)])
    last = number(LAST_CUT)
    trained = train(every.where(known_by(every.as_of, every.outcomes.matured, 60, last)), seed=1, draws=0)
    assert trained.learnt_until <= last
    part = every.where(every.as_of == last)
    found = judge(part.outcomes.left, trained.chances(part), accounts=part.accounts, days=part.as_of, seed=1)
    assert found["auc"].high >= 0.732  # the honest figure; random rows gave .757, leaks .948 and 1.000
    assert found["auc"].value < 0.80
    # The share that buys again rose before Christmas as it had not in the months learnt from, and with one year of
    # data nobody could know: the level of the chances is off by that much, and no more.
    off = abs(trained.chances(part).mean() - part.outcomes.left.mean())
    assert found["calibration"].value <= off + 0.01
