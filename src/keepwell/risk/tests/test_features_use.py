"""What an account did with the product, and how its beginning went."""

import pytest

from keepwell.risk.tests.feature_kit import Company, ago, on


def used(account, *days, kind="session", contact=None):
    return [
        {
            "account_id": account,
            "occurred_at": ago(d),
            "kind": kind,
            "contact_id": contact,
            "quantity": 2.0,
            "event_id": f"{account} {kind} {contact} {d}",
        }
        for d in days
    ]


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("book") / "book")
    for account in ("busy", "idle", "never", "steady"):
        company.customer(account)
    company.customer("young", since=20)
    company.tell(
        "contacts",
        {"contact_id": "p1", "account_id": "busy"},
        {"contact_id": "p2", "account_id": "busy"},
        {"contact_id": "p3", "account_id": "busy", "left_on": on(50), "known_at": on(50)},
    )
    company.tell(
        "events",
        *used("busy", 1, 7, 8, 30, 31, 90, contact="p1"),
        *used("busy", 3, 29, kind="report", contact="p2"),
        *used("idle", 60, 91, 92),
        *used("steady", *range(1, 91, 3)),
        *used("steady", 700, kind="onboarding_import"),
        *used("steady", 690, kind="onboarding_training"),
        *used("steady", 801, kind="onboarding_import"),
        *used("young", 0, -3, 5),
    )
    names = ("use_7", "use_30", "use_90", "use_trend", "use_breadth_30", "use_amount_30", "days_since_use",
             "contacts_active_30", "onboarding_steps", "use_amount_each_30", "use_per_seat_90")  # fmt: skip
    return company.known(*names)


def test_use_counts_the_days_before_and_not_the_day_itself(known):
    assert [known["busy"][f"use_{days}"] for days in (7, 30, 90)] == [3, 6, 8]
    assert known["young"]["use_7"] == 1


def test_no_use_is_none_and_not_unknown_where_use_is_recorded(known):
    assert [known["never"][f"use_{days}"] for days in (7, 30, 90)] == [0, 0, 0]


def test_a_trend_is_asked_only_of_accounts_old_enough(known):
    assert known["steady"]["use_trend"] == pytest.approx((10 + 1) / (20 / 2 + 1))
    assert known["idle"]["use_trend"] == pytest.approx(1 / 1.5)
    assert known["young"]["use_trend"] is None


def test_breadth_counts_kinds_of_things_done(known):
    assert known["busy"]["use_breadth_30"] == 2
    assert known["never"]["use_breadth_30"] == 0


def test_what_is_done_at_a_time_is_unknown_where_nothing_was_done(known):
    assert known["busy"]["use_amount_each_30"] == 2.0
    assert known["busy"]["use_amount_30"] == 12.0
    assert known["never"]["use_amount_each_30"] is None


def test_use_is_held_against_the_seats_that_are_paid_for(known):
    assert known["busy"]["use_per_seat_90"] == pytest.approx(8 / 10)
    assert known["never"]["use_per_seat_90"] == 0


def test_days_since_use_go_up_to_what_is_read(known):
    assert {a: row["days_since_use"] for a, row in known.items()} == {
        "busy": 1, "idle": 60, "never": 92, "steady": 1, "young": 5,
    }  # fmt: skip


def test_contacts_who_have_left_are_not_expected_to_be_active(known):
    assert known["busy"]["contacts_active_30"] == 1.0
    assert known["never"]["contacts_active_30"] is None


def test_onboarding_steps_are_counted_once_each_and_are_no_use(known):
    assert known["steady"]["onboarding_steps"] == 2
    assert known["never"]["onboarding_steps"] == 0
    assert known["steady"]["use_90"] == 30


def test_use_is_unknown_where_nobody_records_it(tmp_path):
    company = Company(tmp_path / "book")
    company.customer("A")
    assert company.known("use_30", "days_since_use")["A"] == {"use_30": None, "days_since_use": None}


def test_a_window_that_began_before_the_records_is_unknown(tmp_path):
    company = Company(tmp_path / "book")
    company.customer("old")
    company.customer("new", since=30)
    company.tell("events", *used("old", *range(1, 41)))
    seen = company.known("use_30", "use_90")
    assert seen["old"] == {"use_30": 30, "use_90": None}
    assert seen["new"] == {"use_30": 0, "use_90": 0}
