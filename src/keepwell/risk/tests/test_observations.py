"""Who is observed on a day, what becomes of them, and what is kept of it."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from keepwell.ledger.opening import open_ledger
from keepwell.lib.days import number
from keepwell.lib.errors import KeepwellError
from keepwell.risk import observations
from keepwell.risk.days_kept import TABLE, Kept
from keepwell.risk.features import Feature, all_features
from keepwell.risk.features.sources.purchases import SUMMARY
from keepwell.risk.observations import month_ends, observe
from keepwell.risk.tests.feature_kit import DAY, Company, ago, on

SOME = [all_features()["tenure"], all_features()["salesperson"]]


@pytest.fixture
def company(tmp_path):
    company = Company(tmp_path / "book")
    yield company
    company.engine.close()


def seen_on(company, *days, horizon=90, features=SOME):
    return observe(company.book, company.engine, list(days), horizon=horizon, features=features)


def became(seen):
    fate = seen.outcomes
    rows = zip(
        fate.matured.tolist(), fate.left, fate.left_in, fate.leaving_kind, fate.downgraded, fate.notice_in,
        strict=True,
    )  # fmt: skip
    return dict(zip(seen.accounts.tolist(), ([str(x) for x in row] for row in rows), strict=True))


def test_an_account_is_observed_while_it_pays_and_has_not_given_notice(company):
    for account in ("stays", "noticed", "gone", "returns"):
        company.tell("accounts", {"account_id": account, "created_on": on(700)})
    paid = {"mrr": 1000, "started_on": on(700)}
    company.tell(
        "subscriptions",
        {**paid, "account_id": "stays"},
        {**paid, "account_id": "noticed", "subscription_id": "n"},
        {**paid, "account_id": "gone", "ended_on": on(0)},
        {**paid, "account_id": "returns", "ended_on": on(300)},
        {**paid, "account_id": "returns", "started_on": on(50)},
    )
    company.tell(
        "subscriptions",
        {**paid, "account_id": "noticed", "subscription_id": "n", "cancelled_on": on(5), "ended_on": on(-40),
         "known_at": ago(5)},
    )  # fmt: skip
    assert seen_on(company, DAY).accounts.tolist() == ["gone", "returns", "stays"]
    assert seen_on(company, on(-1)).accounts.tolist() == ["returns", "stays"]
    assert seen_on(company, on(5)).accounts.tolist() == ["gone", "noticed", "returns", "stays"]


def test_what_became_of_it_is_read_from_what_is_known_today(company):
    for account in ("stays", "leaves", "fails", "warned", "shrinks", "later"):
        company.customer(account, since=400)

    def told(account, **more):
        row = {"subscription_id": account, "account_id": account, "started_on": on(400), "mrr": 10_000}
        company.tell("subscriptions", {**row, "known_at": ago(-80), **more})

    told("leaves", ended_on=on(-30), end_reason="by_choice")
    told("fails", ended_on=on(-10), end_reason="failed_payment")
    told("later", ended_on=on(-91), end_reason="by_choice")
    told("warned", ended_on=on(-95), cancelled_on=on(-20))
    told("shrinks", ended_on=on(-7))
    told("shrinks", subscription_id="less", started_on=on(-7), mrr=4_000, known_at=ago(-7))
    fates = became(seen_on(company, DAY))
    assert fates["stays"] == ["True", "0.0", "nan", "", "0.0", "nan"]
    assert fates["leaves"] == ["True", "1.0", "30.0", "by_choice", "0.0", "nan"]
    assert fates["fails"] == ["True", "1.0", "10.0", "failed_payment", "0.0", "nan"]
    assert fates["later"][1] == "0.0"
    assert fates["warned"] == ["True", "0.0", "nan", "", "0.0", "20.0"]
    assert fates["shrinks"] == ["True", "0.0", "nan", "", "1.0", "nan"]


def test_what_is_not_matured_is_unknown_and_never_stayed(company):
    company.customer("A")  # covered for 100 days after DAY
    assert became(seen_on(company, DAY, horizon=100))["A"][:2] == ["True", "0.0"]
    assert became(seen_on(company, DAY, horizon=101))["A"] == ["False", "nan", "nan", "", "nan", "nan"]


def test_observations_come_in_order_of_day_and_account_with_categories_as_codes(company):
    company.customer("B", salesperson="Ann")
    company.customer("A", salesperson="Zoe")
    company.customer("C")
    seen = seen_on(company, on(30), DAY)
    assert seen.accounts.tolist() == ["A", "B", "C"] * 2
    assert seen.days().tolist() == [number(on(30)), number(DAY)]
    assert seen.features[1].categories == ("Ann", "Zoe")
    assert seen.column("salesperson")[:2].tolist() == [1.0, 0.0]
    assert np.isnan(seen.column("salesperson")[2])
    assert seen.where(seen.accounts == "B").column("tenure").tolist() == [770.0, 800.0]


def test_a_past_that_was_loaded_later_is_refused_with_the_way_out(company):
    now = {"known_at": datetime.now(UTC).replace(tzinfo=None)}
    company.tell("accounts", {"account_id": "A", "created_on": on(500), **now})
    company.tell("subscriptions", {"account_id": "A", "started_on": on(500), "mrr": 100, **now})
    with pytest.raises(KeepwellError, match="--known-at occurred"):
        seen_on(company, DAY)


def test_days_without_customers_are_refused(company):
    company.customer("A", since=10)
    with pytest.raises(KeepwellError, match="No account was paying"):
        seen_on(company, on(100))


def test_days_after_the_last_customer_left_are_refused_as_days_without_customers(company):
    company.tell("accounts", {"account_id": "A", "created_on": on(600)})
    company.tell("subscriptions", {"account_id": "A", "started_on": on(600), "ended_on": on(400), "mrr": 100})
    with pytest.raises(KeepwellError, match="No account was paying"):
        seen_on(company, on(100))


def test_month_ends_are_the_firsts_of_months_that_a_whole_month_lies_before(company):
    company.customer("A", since=120)  # since 2025-09-03
    found = month_ends(open_ledger(company.book, company.engine))
    assert found[0] == date(2025, 11, 1)
    assert found[-1] == date(2026, 4, 1)
    assert month_ends(open_ledger(company.book, company.engine), 2) == found[-2:]


def test_a_feature_may_be_worked_out_for_all_accounts_at_once(company):
    company.tell("accounts", *[{"account_id": a, "created_on": on(900)} for a in ("once", "often")])
    bought = [("once", 30), *[("often", days) for days in range(10, 200, 10)]]
    company.tell("purchases", *[{"account_id": a, "occurred_at": ago(d), "amount": 100} for a, d in bought])
    frequency = Feature(
        name="frequency",
        label="Purchases after the first",
        meaning="On how many days after its first purchase the account bought.",
        unit="days",
        direction=-1,
        table="purchases",
        parts=SUMMARY,
        needs=("purchase_days", "purchase_first"),
        in_numpy=lambda columns: columns["purchase_days"] - 1 + 0 * columns["purchase_first"],
    )
    seen = seen_on(company, DAY, features=[frequency])
    assert dict(zip(seen.accounts.tolist(), seen.column("frequency"), strict=True)) == {
        "once": 0,
        "often": 18,
    }


@pytest.fixture
def worked_out(monkeypatch):
    """The days that are worked out, as they are."""
    days, original = [], observations.observed
    monkeypatch.setattr(
        observations, "observed", lambda then, features: (days.append(then.day), original(then, features))[1]
    )
    return days


def test_a_past_day_is_worked_out_once_and_the_newest_each_time(company, worked_out):
    company.customer("A", segment="Mid-market")
    newest = on(-100)
    first = observe(company.book, company.engine, [on(30), DAY, newest])
    assert worked_out == [number(on(30)), number(DAY), number(newest)]
    again = observe(company.book, company.engine, [on(30), DAY, newest])
    assert worked_out[3:] == [number(newest)]
    assert np.array_equal(first.values, again.values, equal_nan=True)
    assert first.features == again.features
    assert first.segment.tolist() == again.segment.tolist() == ["Mid-market"] * 3


def test_a_day_is_worked_out_anew_only_where_a_load_tells_more_of_what_was_known_by_then(company, worked_out):
    company.customer("A")
    days = [on(60), on(30), DAY]
    observe(company.book, company.engine, days)
    worked_out.clear()
    use = {"account_id": "A", "kind": "session", "occurred_at": ago(40)}
    company.tell("events", {**use, "known_at": datetime.now(UTC).replace(tzinfo=None)})
    observe(company.book, company.engine, days)
    assert worked_out == []
    company.tell("events", use)
    observe(company.book, company.engine, days)
    assert worked_out == [number(on(30)), number(DAY)]
    kept = company.book.moment(company.engine).frame(TABLE).select("as_of")
    assert sorted(company.engine.collect(kept)["as_of"].to_pylist()) == [number(day) for day in days]


def test_what_was_kept_under_other_settings_does_not_count(company, worked_out):
    company.customer("A")
    observe(company.book, company.engine, [DAY])
    company.book.change_settings(policies={"grace_days": 14})
    observe(company.book, company.engine, [DAY])
    assert worked_out == [number(DAY)] * 2
    moment = company.book.moment(company.engine)
    assert Kept.of(moment, tuple(all_features().values())).stale is False


def test_observing_goes_on_where_somebody_else_is_writing(company):
    company.customer("A")
    open_ledger(company.book, company.engine)
    with company.book.writer():
        assert len(observe(company.book, company.engine, [DAY - timedelta(days=3)])) == 1


def test_progress_is_told_day_by_day(company):
    company.customer("A")
    told = []
    observe(company.book, company.engine, [on(30), DAY], progress=lambda *step: told.append(step[:2]))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_days_on_which_nothing_was_known_are_left_out_where_others_tell(company):
    company.customer("A", since=40)
    now = {"known_at": datetime.now(UTC).replace(tzinfo=None)}
    company.tell("accounts", {"account_id": "late", "created_on": on(500), **now})
    company.tell("subscriptions", {"account_id": "late", "started_on": on(500), "mrr": 100, **now})
    seen = seen_on(company, on(400), DAY)
    assert seen.accounts.tolist() == ["A"]
    assert seen.days().tolist() == [number(DAY)]
