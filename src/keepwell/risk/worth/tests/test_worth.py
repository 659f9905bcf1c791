"""What acting brings, who is on the list, and how far that hangs on what was assumed."""

import json

import numpy as np
import pytest

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.risk.worth.assumptions import assumptions
from keepwell.risk.worth.tests.worth_kit import FOREVER_LOYAL, PLAIN, said, standing
from keepwell.risk.worth.worth import Way, worth

LIVES = {"": FOREVER_LOYAL}


def weighed(who, assumed=None, *, budget=None, **how):
    return worth([Way(who, assumed or said(), **how)], LIVES, currency="EUR", budget=budget)


def by_account(found):
    return {row["account_id"]: row for row in found.rows()}


def test_profit_is_the_chance_of_leaving_times_the_chance_of_saving_times_the_value_ahead_less_the_cost():
    found = weighed(standing([0.2], [10_000]))  # 100.00 a month for ten months
    row = by_account(found)["A0"]
    assert (str(row["value_ahead"]), str(row["cost"])) == ("1000.00", "20.00")
    assert row["saved"] == pytest.approx(0.1)
    assert str(row["profit"]) == "80.00"  # 0.2 x 0.5 x 1000 - 20


def test_the_cost_to_serve_comes_off_every_month_known_or_assumed():
    found = weighed(standing([0.2, 0.2], [10_000, 10_000], serving=[4_000, np.nan]), said(cost_to_serve=0.1))
    rows = by_account(found)
    assert (str(rows["A0"]["margin"]), rows["A0"]["cost_known"]) == ("60.00", True)
    assert (str(rows["A1"]["margin"]), rows["A1"]["cost_known"]) == ("90.00", False)
    assert any("cost to serve 1 accounts is assumed" in note for note in found.notes())


def test_an_account_that_loses_money_is_never_hidden_by_a_high_risk():
    found = weighed(standing([0.99, 0.1], [10_000, 10_000], serving=[15_000, 0]))
    rows = by_account(found)
    assert rows["A0"]["loses_money"]
    assert not rows["A0"]["chosen"]
    assert rows["A0"]["profit"] < 0
    assert rows["A0"]["why"] == "loses money each month"
    assert any("1 accounts cost more than they bring" in note for note in found.notes())


def test_a_strategic_mark_overrides_visibly_with_its_reason_and_its_loss():
    who = standing([0.99, 0.1], [10_000, 10_000], serving=[15_000, 0])
    found = weighed(who, said({"A0": "our reference in Hungary"}))
    row = by_account(found)["A0"]
    assert row["chosen"]
    assert row["loses_money"]
    assert "our reference in Hungary" in row["why"]
    assert "less than it costs" in row["why"]
    assert found.total["strategic_accounts"] == 1
    assert found.total["strategic_profit"] < 0


def test_nobody_is_listed_to_be_driven_away():
    """Driving away an account that loses money would bring money; that is not what the list is for."""
    found = weighed(standing([0.5], [10_000], serving=[90_000], effect=[-0.3]))
    assert by_account(found)["A0"]["profit"] > 0
    assert not by_account(found)["A0"]["chosen"]


def test_acting_on_an_account_that_it_drives_away_costs_what_lies_ahead():
    rows = by_account(weighed(standing([0.3, 0.3], [10_000, 10_000], effect=[0.1, -0.1])))
    assert (str(rows["A0"]["profit"]), str(rows["A1"]["profit"])) == ("80.00", "-120.00")
    assert rows["A1"]["why"] == "acting does not help it"


def test_the_chance_of_driving_away_weighs_on_those_who_would_stay():
    rows = by_account(weighed(standing([0.02, 0.5], [10_000, 10_000]), said(drives_away=0.05)))
    assert rows["A0"]["saved"] == pytest.approx(0.02 * 0.5 - 0.98 * 0.05)
    assert rows["A1"]["saved"] == pytest.approx(0.5 * 0.5 - 0.5 * 0.05)


def test_an_offer_is_given_to_all_who_then_stay():
    row = by_account(weighed(standing([0.2], [10_000]), said(offer=1)))["A0"]
    assert str(row["cost"]) == "110.00"  # 20 and 100 times the chance of staying, 0.8 + 0.1


def test_a_learnt_effect_takes_the_place_of_the_assumed_one_and_is_said():
    who = standing([0.5, 0.5], [10_000, 10_000], effect=[0.2, 0.0])
    found = weighed(who, learnt="5,000 accounts treated, 2,000 held out")
    assert [row["saved"] for row in found.rows()] == pytest.approx([0.2, 0.0])
    assert "2,000 held out" in found.notes()[0]
    assert "assumed, not learnt" in weighed(standing([0.5], [10_000])).notes()[0]


def test_of_several_actions_each_account_gets_the_one_that_brings_most_for_it():
    def way(action, effect, cost):
        return Way(
            standing([0.5, 0.5, 0.5], [10_000, 10_000, 1_000], effect=effect),
            assumptions({"actions": {action: {**PLAIN, "cost": cost}}}, action=action),
            learnt=f"{action}: 900 treated, 300 held out",
        )

    ways = [way("call", [0.1, 0.1, 0.1], 20), way("training", [0.3, 0.05, 0.1], 60)]
    found = worth(ways, LIVES, currency="EUR")
    rows = by_account(found)
    assert {account: row["action"] for account, row in rows.items()} == {
        "A0": "training", "A1": "call", "A2": "call",
    }  # fmt: skip
    assert [str(rows[account]["profit"]) for account in ("A0", "A1")] == ["240.00", "80.00"]
    assert not rows["A2"]["chosen"]
    assert found.total["profit"] == 32_000 > worth(ways[:1], LIVES, currency="EUR").total["profit"]
    assert any("the action that brings most for it" in note for note in found.notes())
    costs = next(one for one in found.sensitivity if one.assumption.name == "cost")
    assert costs.high.profit == 32_000 - 6_000 - 2_000  # each cost at its own high, which is twice as much


def test_who_is_held_out_is_never_on_the_list():
    found = weighed(standing([0.5, 0.5], [10_000, 10_000]), held_out=frozenset({"A1"}))
    rows = by_account(found)
    assert rows["A0"]["chosen"]
    assert (rows["A1"]["chosen"], rows["A1"]["why"]) == (False, "held out for ever")
    assert any("1 accounts are held out" in note for note in found.notes())


def test_a_budget_is_kept_and_spent_on_what_brings_most():
    found = weighed(standing([0.1, 0.4, 0.2, 0.9], [10_000, 10_000, 10_000, 1_000]), budget=4_000)
    assert [row["account_id"] for row in found.rows() if row["chosen"]] == ["A1", "A2"]
    assert found.total == {
        "accounts": 2, "cost": 4_000, "profit": 18_000 + 8_000, "strategic_accounts": 0, "strategic_profit": 0,
    }  # fmt: skip
    assert by_account(found)["A0"]["why"] == "beyond the budget"
    assert by_account(found)["A3"]["why"] == "beyond the budget"


def test_each_assumption_is_turned_to_its_low_and_high_and_the_widest_comes_first():
    found = weighed(standing([0.1, 0.4, 0.05], [10_000, 10_000, 10_000]), budget=4_000)
    widths = [one.width for one in found.sensitivity]
    assert widths == sorted(widths, reverse=True)
    named = {one.assumption.name: one for one in found.sensitivity}
    works = named["works"]  # 0.25 to 0.75: A0 and A1 bring 0.5 x works x 1000 less 40
    assert (works.low.profit, works.high.profit) == (8_500, 33_500)
    assert "learnt" not in named  # nothing was learnt, so it moves nothing
    assert "cost_to_serve" not in named


def test_where_the_cost_may_be_higher_the_sensitivity_says_who_would_drop_out_and_what_being_wrong_costs():
    found = weighed(standing([0.1, 0.4, 0.05], [10_000, 10_000, 10_000]))
    cost = next(one for one in found.sensitivity if one.assumption.name == "cost")
    assert cost.high.value == 40
    assert (cost.high.added, cost.high.dropped) == (0, 1)
    assert cost.high.regret == 1_500  # A2 then brings 25 - 40


def test_it_says_itself_as_json_and_as_a_table():
    found = weighed(standing([0.1, 0.4], [10_000, 10_000]), budget=2_000)
    said_ = json.loads(json.dumps(found.to_json()))
    assert said_["accounts"][0]["profit"] == "180.00"
    assert said_["total"] == {
        "accounts": 1, "cost": "20.00", "profit": "180.00", "strategic_accounts": 0, "strategic_profit": "0.00",
    }  # fmt: skip
    assert {row["name"] for row in said_["assumptions"]} >= {"works", "cost", "discount"}
    assert found.to_arrow().num_rows == 2


def test_what_cannot_be_weighed_is_refused():
    with pytest.raises(KeepwellError, match="no account to weigh"):
        weighed(standing([], []))
    with pytest.raises(BadInput, match="below 0"):
        weighed(standing([0.1], [100]), budget=-1)
    with pytest.raises(BadInput, match="None of the strategic accounts"):
        weighed(standing([0.1], [100]), said({"B7": "a friend"}))
