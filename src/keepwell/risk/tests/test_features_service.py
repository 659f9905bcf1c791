"""What an account brought to us, how we served it, and how we spoke with each other."""

import pytest

from keepwell.risk.tests.feature_kit import Company, ago, on


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("book") / "book")
    company.customer("A")
    company.customer("B")
    return company


def test_a_ticket_is_open_until_the_day_on_which_it_was_known_to_be_resolved(company):
    company.tell(
        "tickets",
        {"account_id": "B", "opened_at": ago(400), "kind": "question", "resolved_at": ago(399)},
        {"account_id": "A", "opened_at": ago(10, 0), "kind": "complaint", "severity": "critical",
         "first_response_at": ago(10, 2), "resolved_at": ago(8, 0), "csat": 2.0, "known_at": ago(8)},
        {"account_id": "A", "opened_at": ago(5, 0), "kind": "problem", "severity": "normal"},
        {"account_id": "A", "opened_at": ago(2, 0), "kind": "question", "first_response_at": ago(2, 8)},
        # Resolved before the day, but the book was told of it after.
        {"account_id": "A", "opened_at": ago(40, 0), "kind": "question", "resolved_at": ago(39, 0),
         "first_response_at": ago(40, 8), "known_at": ago(-1)},
    )  # fmt: skip
    seen = company.known(
        "tickets_90", "tickets_open", "ticket_open_days", "complaints_90", "severe_90", "csat_180",
        "first_response_90", "resolution_90", "tickets_over_standard_90", "reopened_90",
    )  # fmt: skip
    assert seen["A"] == {
        "tickets_90": 3,
        "tickets_open": 2,
        "ticket_open_days": 5,
        "complaints_90": 1,
        "severe_90": 1,
        "csat_180": 2.0,
        # 2 hours of 1; 120 waited of 8; 8 of 8
        "first_response_90": pytest.approx((2 + 15 + 1) / 3),
        # 48 hours of 24; 120 waited of 72; 48 waited of 72 says nothing yet
        "resolution_90": pytest.approx((2 + 120 / 72) / 2),
        "tickets_over_standard_90": 2,
        "reopened_90": None,  # no ticket of this company was ever known to be opened again
    }
    assert seen["B"]["tickets_90"] == 0
    assert seen["B"]["csat_180"] is None


def test_a_ticket_resolved_and_then_open_again_was_reopened(tmp_path):
    company = Company(tmp_path / "book")
    company.customer("A")
    for name, opened in (("old", 100), ("new", 20)):
        ticket = {"ticket_id": name, "account_id": "A", "opened_at": ago(opened), "kind": "problem"}
        company.tell("tickets", {**ticket, "known_at": ago(opened)})
        company.tell("tickets", {**ticket, "resolved_at": ago(opened - 2), "known_at": ago(opened - 2)})
        company.tell("tickets", {**ticket, "known_at": ago(opened - 4)})
    company.tell("tickets", {"account_id": "A", "opened_at": ago(9), "kind": "problem"})
    assert company.known("reopened_90", "tickets_open")["A"] == {"reopened_90": 1, "tickets_open": 3}


def test_an_answer_is_a_touch_of_theirs_within_two_weeks_of_ours(company):
    def touch(account, direction, days):
        return {"account_id": account, "direction": direction, "occurred_at": ago(days), "channel": "mail"}

    company.tell(
        "touches",
        touch("B", "in", 189),
        touch("A", "out", 80),
        touch("A", "in", 70),
        touch("A", "out", 60),
        touch("A", "in", 40),
        touch("A", "out", 5),  # may still be answered
    )
    seen = company.known("touches_in_90", "touches_out_90", "days_since_touch_in", "response_share_90")
    assert seen["A"] == {
        "touches_in_90": 2,
        "touches_out_90": 3,
        "days_since_touch_in": 40,
        "response_share_90": 0.5,
    }
    assert seen["B"]["days_since_touch_in"] == 189
    assert seen["B"]["response_share_90"] is None


def test_a_decision_maker_counts_as_gone_from_the_day_it_was_known(company):
    boss = {"contact_id": "boss", "account_id": "A", "seniority": "executive"}
    company.tell("contacts", {**boss, "known_at": ago(700)})
    company.tell("contacts", {**boss, "left_on": on(30), "known_at": ago(10)})
    company.tell("contacts", {"contact_id": "clerk", "account_id": "A", "role": "Clerk"})
    gone = company.known("deciders", "deciders_left_180", "contacts_left_180")
    assert gone["A"] == {"deciders": 0, "deciders_left_180": 1, "contacts_left_180": 1}
    assert gone["B"] == {"deciders": None, "deciders_left_180": None, "contacts_left_180": None}
    before = company.known("deciders", "deciders_left_180", day=on(15))
    assert before["A"] == {"deciders": 1, "deciders_left_180": 0}


def test_scores_are_read_on_the_scale_of_their_survey(company):
    def answer(account, survey, score, days):
        return {"account_id": account, "survey": survey, "score": score, "answered_at": ago(days)}

    company.tell(
        "answers",
        answer("B", "recommend", 0.0, 300),
        answer("B", "recommend", 10.0, 200),
        answer("A", "recommend", 8.0, 120),
        answer("A", "recommend", 4.0, 20),
        answer("B", "ticket", 1.0, 30),
        answer("A", "ticket", 5.0, 10),
    )
    seen = company.known("survey_score", "survey_change", "survey_answers_180")
    assert seen["A"] == {
        "survey_score": pytest.approx((0.4 + 1.0) / 2),
        "survey_change": pytest.approx(-0.4),
        "survey_answers_180": 3,
    }


def test_of_comments_it_is_known_that_and_how_much_but_never_what_was_written(company):
    def answer(account, score, days, comment=None):
        return {"account_id": account, "survey": "recommend", "score": score, "answered_at": ago(days),
                "comment": comment}  # fmt: skip

    names = ("comments_180", "days_since_comment", "comment_length_180", "comment_score_180")
    company.tell("answers", answer("B", 0.0, 200), answer("B", 10.0, 190))
    assert company.known(*names)["B"] == dict.fromkeys(
        names
    )  # a source that tells of no comment says nothing
    company.tell(
        "answers",
        answer("A", 2.0, 175, "Nobody answers."),
        answer("A", 4.0, 20, "Late"),
        answer("A", 9.0, 10),
        answer("B", 10.0, 185, "Good"),
    )
    seen = company.known(*names)
    assert seen["A"] == {
        "comments_180": 2,
        "days_since_comment": 20,
        "comment_length_180": (15 + 4) / 2,
        "comment_score_180": pytest.approx(0.3),
    }
    assert seen["B"]["comments_180"] == 0
    assert "comment" not in company.book.moment(company.engine).columns("answers")


def test_what_came_of_an_account_that_merged_counts_for_its_heir(company):
    for account in ("first", "second", "heir"):
        company.customer(account)
    ticket = {"kind": "complaint", "opened_at": ago(40), "first_response_at": ago(39), "resolved_at": ago(38)}
    company.tell("tickets", *[{**ticket, "account_id": account} for account in ("first", "second", "heir")])
    company.tell("contacts", {"contact_id": "chief", "account_id": "first", "seniority": "executive"})
    merged = {"created_on": on(800), "known_at": ago(20)}
    company.tell(
        "accounts",
        {**merged, "account_id": "first", "merged_into": "second", "merged_on": on(30)},
        {**merged, "account_id": "second", "merged_into": "heir", "merged_on": on(25)},
    )
    before = company.known("complaints_90", "deciders", day=on(24))  # merged, but nobody knew it yet
    assert {name: row["complaints_90"] for name, row in before.items()} == {
        "A": 0, "B": 0, "first": 1, "heir": 1, "second": 1,
    }  # fmt: skip
    after = company.known("complaints_90", "deciders")
    assert after.keys() == {"A", "B", "heir"}
    assert after["heir"] == {"complaints_90": 3, "deciders": 1}


def test_what_a_rule_found_counts_since_it_was_found(company):
    def hit(theme, days, found, verdict=None):
        return {"account_id": "A", "occurred_at": ago(days), "rule": "r", "theme": theme, "verdict": verdict,
                "known_at": ago(found)}  # fmt: skip

    company.tell(
        "hits",
        hit("price", 100, 99),
        hit("leaving", 20, 19),
        hit("leaving", 18, 17, verdict="wrong"),
        hit("leaving", 18, 16, verdict="negated"),
        hit("leaving", 17, 16, verdict="void"),
        hit("leaving", 15, -5),
    )
    seen = company.known("said_leaving_90", "said_price_90")
    assert seen["A"] == {"said_leaving_90": 1, "said_price_90": 0}
    assert seen["B"] == {"said_leaving_90": 0, "said_price_90": 0}


def test_the_mood_of_a_conversation_counts_since_it_was_told_and_by_how_much_was_said(company):
    def talk(number, days, told, **measured):
        when = {"occurred_at": ago(days), "known_at": ago(told)}
        return {"conversation_id": f"talk-{number}", "account_id": "A", **when, **measured}

    company.tell(
        "talks",
        talk(
            1, 20, 19, their_share=0.5, their_questions=4, their_mood_turns=30, their_good=0.1, their_bad=0.2
        ),
        talk(
            2, 15, 14, their_share=0.3, their_questions=1, their_mood_turns=10, their_good=0.0, their_bad=1.0
        ),
        talk(3, 14, 13, their_share=0.1),  # a conversation whose mood nobody told
        talk(4, 12, -5, their_share=0.9, their_mood_turns=100, their_good=1.0, their_bad=0.0),  # told later
        talk(5, 100, 99, their_share=0.9, their_mood_turns=100, their_good=1.0, their_bad=0.0),  # long past
    )
    seen = company.known("mood_bad_90", "mood_good_90", "their_share_90", "their_questions_90")
    assert seen["A"] == {
        "mood_bad_90": pytest.approx((6 + 10) / 40),
        "mood_good_90": pytest.approx(3 / 40),
        "their_share_90": pytest.approx(0.3),
        "their_questions_90": pytest.approx(2.5),
    }
    assert set(seen["B"].values()) == {None}
