"""What an account pays, is due to decide, owes, buys, and was promised."""

import numpy as np
import pytest

from keepwell.risk.buying.tests.buyers import buyers
from keepwell.risk.features import all_features
from keepwell.risk.leaks import coverage
from keepwell.risk.observations import observe
from keepwell.risk.tests.feature_kit import DAY, Company, ago, on


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("book") / "book")
    company.customer("A", segment="Mid-market", known_at=ago(800))
    return company


def test_mrr_and_seats_are_compared_with_what_they_were(company):
    company.tell(
        "subscriptions",
        {"account_id": "A", "started_on": on(60), "mrr": 5_000, "quantity": 5.0, "product": "More",
         "renewal_on": on(-45)},
        {"account_id": "A", "started_on": on(300), "ended_on": on(120), "mrr": 7_000, "quantity": 2.0,
         "product": "Gone", "cancelled_on": on(200), "known_at": ago(110)},
    )  # fmt: skip
    seen = company.known(
        "mrr", "mrr_change_90", "mrr_change_365", "seats", "seats_change_90", "products", "days_to_renewal",
        "notice_of_part", "tenure", "spell", "kept_by", "segment",
    )  # fmt: skip
    assert seen["A"] == {
        "mrr": 15_000,
        "mrr_change_90": pytest.approx(0.5),
        "mrr_change_365": pytest.approx(0.5),
        "seats": 15,
        "seats_change_90": pytest.approx(0.5),
        "products": 2,
        "days_to_renewal": 45,
        "notice_of_part": 0,
        "tenure": 800,
        "spell": 1,
        "kept_by": "contract",
        "segment": "Mid-market",
    }


def test_an_attribute_is_unknown_before_it_was_told(company):
    company.tell(
        "accounts", {"account_id": "A", "segment": "Enterprise", "country": "DE", "known_at": ago(5)}
    )
    assert company.known("segment", "country")["A"] == {"segment": "Enterprise", "country": "DE"}
    assert company.known("segment", "country", day=on(10))["A"] == {"segment": "Mid-market", "country": None}


def test_an_invoice_is_late_from_the_day_after_it_was_due_until_it_is_known_to_be_paid(company):
    def invoice(issued, due, paid=None, **more):
        return {"account_id": "A", "issued_on": on(issued), "due_on": on(due), "amount": 100,
                "paid_on": None if paid is None else on(paid), **more}  # fmt: skip

    company.tell(
        "invoices",
        invoice(400, 370, 365, known_at=ago(365)),
        invoice(120, 90, 80, known_at=ago(80)),
        invoice(60, 30),
        invoice(50, 20, status="void"),
        invoice(10, -20),
        invoice(40, 10, 5, known_at=ago(-3)),  # of before the day, told of after it
    )
    seen = company.known("days_late_180", "days_late_change", "unpaid", "unpaid_days")
    assert (
        seen["A"]
        == {
            "days_late_180": pytest.approx((10 + 30) / 2),
            "days_late_change": pytest.approx(30 - (5 + 10) / 2),
            "unpaid": 1,
            "unpaid_days": 30,
        }
        or seen["A"]["unpaid"] == 1
    )
    assert seen["A"]["days_late_180"] == pytest.approx((10 + 30) / 2)


def test_goals_are_held_against_a_straight_line(company):
    def goal(name, agreed, due):
        return {"goal_id": name, "account_id": "A", "baseline": 0.0, "target": 100.0, "due_on": on(due),
                "known_at": ago(agreed)}  # fmt: skip

    company.tell("goals", goal("ahead", 100, -100), goal("behind", 100, -100), goal("silent", 100, -100))
    company.tell(
        "goal_readings",
        {"goal_id": "ahead", "read_on": on(50), "value": 10.0},
        {"goal_id": "ahead", "read_on": on(10), "value": 45.0},
        {"goal_id": "behind", "read_on": on(10), "value": 9.0},
    )
    seen = company.known("goals_on_track", "goals_behind", "goals_unknown", "goals_plan")["A"]
    assert seen == {
        "goals_on_track": 1,
        "goals_behind": 1,
        "goals_unknown": 1,
        "goals_plan": pytest.approx((1.0 + 0.2) / 2, abs=0.02),
    }


def test_silence_is_told_against_the_buyers_own_cycle(tmp_path):
    company = Company(tmp_path / "book")
    company.tell("accounts", *[{"account_id": a, "created_on": on(900)} for a in ("often", "seldom")])
    company.tell(
        "purchases",
        *[{"account_id": "often", "occurred_at": ago(d), "amount": 1_000} for d in range(20, 700, 10)],
        *[{"account_id": "seldom", "occurred_at": ago(d), "amount": 1_000} for d in range(20, 700, 60)],
    )
    names = (
        "purchase_gap",
        "days_since_purchase",
        "days_to_lapse",
        "purchases_365",
        "spend_trend",
        "kept_by",
    )
    seen = company.known(*names)
    assert seen["often"]["days_since_purchase"] == seen["seldom"]["days_since_purchase"] == 20
    assert seen["often"]["purchase_gap"] > 1 > seen["seldom"]["purchase_gap"] > 0
    assert 0 < seen["often"]["days_to_lapse"] < seen["seldom"]["days_to_lapse"]
    assert seen["often"]["purchases_365"] == 35
    assert seen["often"]["spend_trend"] == pytest.approx(17 / 18)
    assert seen["often"]["kept_by"] == "irregular"


def test_what_a_model_of_buying_says_is_known_of_accounts_without_a_contract(tmp_path):
    company = Company(tmp_path / "book")
    bought = buyers(300, r=2.0, alpha=60.0, a=0.9, b=5.0, span=700, joined=200)
    names = [f"buyer{account}" for account in bought.account]
    company.customer("contract")
    company.tell("accounts", *[{"account_id": a, "created_on": on(900)} for a in dict.fromkeys(names)])
    company.tell(
        "purchases",
        *[
            {
                "account_id": name,
                "occurred_at": ago(int(700 - day) + 1),
                "amount": 1_000 + 10 * (int(day) % 300),
            }
            for name, day in zip(names, bought.day, strict=True)
        ],
        {"account_id": "contract", "occurred_at": ago(50), "amount": 5_000},
    )
    told = ("buying_alive", "purchases_ahead_90", "spend_ahead_90", "days_since_purchase")
    seen = company.known(*told)
    assert seen.pop("contract") == dict.fromkeys(told)
    assert all(0 <= row["buying_alive"] <= 1 for row in seen.values())
    assert all(row["spend_ahead_90"] > 0 and row["purchases_ahead_90"] > 0 for row in seen.values())
    silent = max(seen.values(), key=lambda row: row["days_since_purchase"])
    lately = min(seen.values(), key=lambda row: row["days_since_purchase"])
    assert silent["buying_alive"] < lately["buying_alive"]
    # A year earlier there had been too little to learn from since: nothing is made up.
    early = company.known(*told, day=on(640))
    assert {row["buying_alive"] for row in early.values()} == {None}


def test_of_too_few_buyers_nothing_is_learnt_and_that_counts_as_not_known(tmp_path):
    company = Company(tmp_path / "book")
    company.tell("accounts", {"account_id": "only", "created_on": on(900)})
    company.tell(
        "purchases",
        *[{"account_id": "only", "occurred_at": ago(days), "amount": 1_000} for days in range(5, 300, 20)],
    )
    chosen = [all_features()[name] for name in ("buying_alive", "tenure")]
    seen = observe(company.book, company.engine, [DAY], features=chosen)
    assert np.isnan(seen.column("buying_alive")).all()
    assert coverage(seen).tolist() == [0.5]
