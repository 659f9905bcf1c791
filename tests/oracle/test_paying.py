"""What an account pays on a day, and the movements that come of it, worked out by hand."""

from oracle.companies import APR, FEB, JAN, MAR, PLAIN, company, d, moves, sizes, sub
from oracle.histories import Account, Invoice, Policies
from oracle.paying import daily
from oracle.reference import lives, movements, statement


def test_an_end_on_the_first_day_of_the_period_is_in_the_opening_and_churns_in_it():
    found = statement(company(sub("a", "2025-05-01", "2026-01-01")), PLAIN, JAN, APR)
    assert sizes(found) == {"opening": 1, "churned": 1}
    before = statement(company(sub("a", "2025-05-01", "2026-01-01")), PLAIN, d("2025-10-01"), JAN)
    assert (
        sizes(before) == {"new": 0, "opening": 1, "closing": 1} | {"new": 0} or before.count("churned") == 0
    )


def test_one_of_two_ending_is_contraction_and_the_last_one_churn():
    history = company(sub("a", "2026-01-05", "2026-02-05", 300), sub("a", "2026-01-10", "2026-03-01", 500))
    assert moves(history) == [
        ("a", d("2026-01-05"), 0, 300, "new", None),
        ("a", d("2026-01-10"), 300, 800, "expansion", None),
        ("a", d("2026-02-05"), 800, 500, "contraction", None),
        ("a", d("2026-03-01"), 500, 0, "churn", "unknown"),
    ]


def test_an_end_on_the_start_pays_no_day_and_a_trial_never_counts():
    assert moves(company(sub("a", "2026-01-05", "2026-01-05"), sub("a", "2026-01-01", None, 0))) == []


def test_a_change_of_currency_is_a_contraction_and_an_expansion():
    history = company(sub("a", "2026-01-01", "2026-02-01"), sub("a", "2026-02-01", None, 900, currency="USD"))
    assert [(m.currency, m.day, m.kind, m.paying) for m in movements(history, PLAIN)] == [
        ("EUR", JAN, "new", 1),
        ("EUR", FEB, "contraction", 0),
        ("USD", FEB, "expansion", 0),
    ]


def test_grace_holds_the_last_amount_and_churn_is_dated_the_day_after():
    history = company(sub("a", "2026-01-01", "2026-02-01"), sub("a", "2026-02-08", "2026-03-01", 700))
    assert [m[1:5] for m in moves(history, Policies(grace=6))] == [
        (JAN, 0, 1000, "new"),
        (d("2026-02-07"), 1000, 0, "churn"),
        (d("2026-02-08"), 0, 700, "reactivation"),
        (d("2026-03-07"), 700, 0, "churn"),
    ]
    assert [m[1:5] for m in moves(history, Policies(grace=7))] == [
        (JAN, 0, 1000, "new"),
        (d("2026-02-08"), 1000, 700, "contraction"),
        (d("2026-03-08"), 700, 0, "churn"),
    ]


def test_churn_at_notice_is_dated_by_the_notice():
    rows = (
        sub("a", "2026-01-01", "2026-06-01", cancelled_on="2026-03-01", end_reason="by_choice"),
        sub("b", "2026-01-01", None, cancelled_on="2026-03-01"),
        sub("c", "2026-01-01", "2026-06-01", cancelled_on="2025-12-01"),
        sub("e", "2026-01-01", "2026-03-01", cancelled_on="2026-06-01"),
    )
    at_notice = Policies(churn_dated="notice")
    assert [m[1] for m in moves(company(*rows), at_notice) if m[4] == "churn"] == [MAR, MAR, MAR]
    assert [(m[0], m[1]) for m in moves(company(*rows)) if m[4] == "churn"] == [
        ("a", d("2026-06-01")),
        ("c", d("2026-06-01")),
        ("e", MAR),
    ]


def test_a_term_without_notice_or_reason_may_roll_on():
    rows = (
        sub("a", "2026-01-01", "2026-02-01"),
        sub("b", "2026-01-01", "2026-02-01", end_reason="by_choice"),
    )
    churned = {m[0] for m in moves(company(*rows), Policies(term="rolls_on")) if m[4] == "churn"}
    assert churned == {"b"}


def test_a_past_due_account_stops_after_the_days_allowed_and_pays_again_when_it_has_paid():
    history = company(sub("a", "2026-01-01"), Invoice("a", d("2026-02-01"), d("2026-02-20")))
    assert [m[1:] for m in moves(history, Policies(past_due_stops_after=10))] == [
        (JAN, 0, 1000, "new", None),
        (d("2026-02-11"), 1000, 0, "churn", "failed_payment"),
        (d("2026-02-20"), 0, 1000, "reactivation", None),
    ]
    assert len(moves(history, Policies(past_due_stops_after=19))) == 1


def test_a_merged_accounts_subscriptions_go_on_at_the_account_it_merged_into():
    history = company(
        Account("a"),
        Account("b", merged_into="a", merged_on=FEB),
        Account("c", merged_into="b"),
        sub("a", "2026-01-10", None, 100),
        sub("b", "2026-01-01", None, 20),
        sub("c", "2026-01-15", None, 3),
    )
    assert moves(history, Policies(grace=5)) == [
        ("a", d("2026-01-10"), 0, 100, "new", None),
        ("a", FEB, 100, 123, "expansion", None),
        ("b", JAN, 0, 20, "new", None),
        ("b", d("2026-01-15"), 20, 23, "expansion", None),
        ("b", FEB, 23, 0, "churn", "closed_or_merged"),
    ]


def test_an_excluded_account_is_in_nothing():
    assert moves(company(Account("a", excluded="test"), sub("a", "2026-01-01"))) == []


def test_an_account_that_returns_still_has_the_first_day_it_paid():
    history = company(sub("a", "2026-01-01", "2026-02-01"), sub("a", "2026-03-01", "2026-04-01"))
    assert [m.kind for m in movements(history, PLAIN)] == ["new", "churn", "reactivation", "churn"]
    assert lives(daily(history, PLAIN))["a"].arrivals == (JAN, MAR)
    assert {m.first_day for m in movements(history, PLAIN)} == {JAN}
