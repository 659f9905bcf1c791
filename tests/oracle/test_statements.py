"""The design's five cases, and statements and series worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from oracle.companies import APR, FEB, JAN, MAR, PLAIN, company, d, many, sizes, sub
from oracle.definitions import definitions
from oracle.histories import Account, Rate
from oracle.reference import by_segment, series, statement

# The five cases of the design


def test_twenty_lost_of_four_hundred_is_five_per_cent():
    found = statement(
        company(*many("a", 380, "2025-11-01"), *many("b", 20, "2025-11-01", "2026-02-10")), PLAIN, JAN, APR
    )
    assert found.rates["customer_churn"] == Fraction(5, 100)


def test_those_who_joined_and_left_inside_the_quarter_are_not_churn():
    history = company(
        *many("stay", 850, "2025-11-01"),
        *many("go", 150, "2025-11-01", "2026-02-10"),
        *many("join", 285, "2026-02-01"),
        *many("pass", 15, "2026-01-20", "2026-03-01"),
    )
    found = statement(history, PLAIN, JAN, APR)
    assert found.rates["customer_churn"] == Fraction(15, 100)
    assert found.count("closing") == 1135
    assert found.count("passed_through") == 15
    others = definitions(history, PLAIN, JAN, APR)
    assert others["baremetrics"] == (165, 1000, Fraction(165, 1000))
    assert others["stripe"] == (165, 1300, Fraction(165, 1300))


def test_one_fewer_may_be_one_lost_or_twenty_one_lost_and_twenty_won():
    quiet = statement(
        company(*many("a", 99, "2025-11-01"), sub("b", "2025-11-01", "2026-02-10")), PLAIN, JAN, APR
    )
    stormy = statement(
        company(
            *many("a", 79, "2025-11-01"),
            *many("b", 21, "2025-11-01", "2026-02-10"),
            *many("c", 20, "2026-02-01"),
        ),
        PLAIN,
        JAN,
        APR,
    )
    assert quiet.count("closing") == stormy.count("closing") == 99
    assert quiet.rates["customer_retention"] == Fraction(99, 100)
    assert stormy.rates["customer_retention"] == Fraction(79, 100)
    assert stormy.rates["net_growth"] == Fraction(-1, 100)


def test_five_of_a_hundred_may_be_a_fifth_of_the_revenue():
    history = company(
        *many("big", 5, "2025-11-01", "2026-02-10", mrr=3800), *many("small", 95, "2025-11-01", mrr=800)
    )
    found = statement(history, PLAIN, JAN, APR)
    assert found.rates["customer_churn"] == Fraction(5, 100)
    assert found.rates["revenue_churn"] == found.rates["churned_share_of_revenue"] == Fraction(20, 100)


def test_textbook_retention_is_right_only_where_new_means_joined_and_still_there():
    staying = company(*many("a", 90, "2025-11-01"), *many("b", 10, "2025-11-01", "2026-02-10"))
    passing = replace(
        staying,
        accounts=(*staying.accounts, Account("p")),
        subscriptions=(*staying.subscriptions, sub("p", "2026-01-10", "2026-02-01")),
    )
    assert definitions(staying, PLAIN, JAN, APR)["textbook"][2] == Fraction(10, 100)
    assert definitions(passing, PLAIN, JAN, APR)["opening_set"][2] == Fraction(10, 100)
    assert definitions(passing, PLAIN, JAN, APR)["textbook"][2] == Fraction(11, 100)


# Statements


def test_an_account_may_be_interrupted_or_come_back_and_leave():
    history = company(
        sub("i", "2025-05-01", "2026-02-01"),
        sub("i", "2026-02-02", None),
        sub("r", "2025-05-01", "2025-12-01"),
        sub("r", "2026-02-01", "2026-03-01"),
        sub("b", "2025-05-01", "2025-12-01"),
        sub("b", "2026-02-01", None, 250),
    )
    found = statement(history, PLAIN, JAN, APR)
    assert found.accounts["interrupted"] == {"i"}
    assert found.accounts["came_back_and_left"] == {"r"}
    assert found.accounts["reactivated"] == {"b"}
    assert found.rates["net_revenue_retention"] == 1
    assert found.rates["quick_ratio"] is None


def test_notice_given_inside_the_period_makes_an_account_leaving():
    history = company(
        sub("a", "2025-05-01", "2026-09-01", cancelled_on="2026-03-31"),
        sub("b", "2025-05-01", "2026-09-01", cancelled_on="2026-04-01"),
        sub("c", "2025-05-01", "2026-09-01", cancelled_on="2026-03-01"),
        sub("c", "2025-05-01", None),
    )
    assert statement(history, PLAIN, JAN, APR).accounts["leaving"] == {"a"}


def test_money_is_rounded_half_even_once_for_each_account_and_currency():
    rate = Rate("USD", d("2020-01-01"), Decimal("0.5"))
    history = company(
        rate,
        sub("a", "2025-01-01", None, 1, currency="USD"),
        sub("b", "2025-01-01", None, 3, currency="USD"),
        sub("b", "2025-01-01", None, 7),
        sub("c", "2025-01-01", None, 5, currency="USD"),
    )
    found = statement(history, PLAIN, JAN, APR)
    assert found.mrr["opening"] == 0 + (2 + 7) + 2
    assert found.count("opening") == 3


def test_a_currency_without_decimals_converts_by_its_own_unit():
    yen = Rate("JPY", d("2020-01-01"), Decimal("0.006"))
    history = company(yen, sub("a", "2025-01-01", None, 1000, currency="JPY"))
    assert statement(history, PLAIN, JAN, APR).mrr["opening"] == 600


def test_a_moving_rate_is_restated_and_never_churn():
    history = company(
        Rate("USD", d("2020-01-01"), Decimal("0.9")),
        Rate("USD", FEB, Decimal("0.8")),
        sub("a", "2025-01-01", None, 1000, currency="USD"),
        Account("a", ((d("2020-01-01"), "Small"), (d("2026-01-31"), "Large"))),
    )
    january, february = series(history, PLAIN, [(JAN, FEB), (FEB, MAR)])
    assert (january.mrr["closing"], february.mrr["opening"]) == (900, 800)
    assert (february.restated, february.moved, february.mrr["contraction"]) == (-100, 0, 0)
    january, february = series(history, PLAIN, [(JAN, FEB), (FEB, MAR)], where="Small")
    assert (january.mrr["closing"], february.mrr["opening"]) == (900, 0)
    assert (february.restated, february.moved) == (-100, -800)


def test_the_segment_is_the_one_at_the_end_of_the_day_before_or_on_the_first_paying_day():
    history = company(
        Account("old", ((d("2025-01-01"), "Small"), (JAN, "Large"))),
        Account("joins", ((d("2025-01-01"), "Small"), (FEB, "Large"), (MAR, None))),
        Account("blank", ((d("2025-01-01"), None),)),
        sub("old", "2025-05-01"),
        sub("joins", "2026-02-01"),
        sub("blank", "2025-05-01"),
    )
    parts = by_segment(history, PLAIN, JAN, APR)
    assert {name: sizes(part) for name, part in parts.items()} == {
        "Small": {"opening": 1, "closing": 1},
        "Large": {"new": 1, "closing": 1},
        "(none)": {"opening": 1, "closing": 1},
    }
