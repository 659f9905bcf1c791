from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from keepwell.book.engines import engine_named
from keepwell.book.mapping import Mapping
from keepwell.book.proposing import propose_mapping
from keepwell.book.tests.importing_kit import PURCHASES, SUBSCRIPTIONS, Desk
from keepwell.lib.days import number
from keepwell.lib.errors import BadInput, KeepwellError

FULL = "subscription_id,account_id,started_on,ended_on,mrr,currency,cancelled_on,end_reason,status\n"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def only(rows):
    [row] = rows
    return row


def test_a_subscription_is_known_at_its_start_at_its_notice_and_at_its_end(desk):
    line = "1,A1,2025-01-01,2025-12-01,5,EUR,2025-10-15,price,ended\n"
    report = desk.load("subscriptions", FULL + line, known_at="occurred")
    assert (report.read, report.loaded) == (1, 1)
    facts = ("ended_on", "cancelled_on", "end_reason", "status")

    def known(day):
        row = only(desk.rows("subscriptions", day))
        return tuple(row[f] for f in facts)

    assert desk.rows("subscriptions", date(2024, 12, 31)) == []
    assert known(date(2025, 1, 1)) == (None, None, None, None)
    assert known(date(2025, 10, 15)) == (None, number(date(2025, 10, 15)), None, None)
    assert known(date(2025, 12, 1)) == (
        number(date(2025, 12, 1)),
        number(date(2025, 10, 15)),
        "price",
        "ended",
    )


def test_an_end_still_ahead_is_known_now(desk):
    line = "1,A1,2025-01-01,2027-01-01,5,EUR,2026-05-15,price,leaving\n"
    desk.load("subscriptions", FULL + line, known_at="occurred")
    assert only(desk.rows("subscriptions"))["ended_on"] == number(date(2027, 1, 1))


def test_a_ticket_is_known_at_its_opening_its_answer_and_its_resolution(desk):
    text = "ticket_id,account_id,opened_at,first_response_at,resolved_at,csat\n"
    desk.load(
        "tickets", text + "1,A1,2025-01-01 10:00,2025-01-02 10:00,2025-01-05 10:00,4\n", known_at="occurred"
    )
    known = [only(desk.rows("tickets", date(2025, 1, d))) for d in (1, 2, 5)]
    assert [row["first_response_on"] is None for row in known] == [True, False, False]
    assert [row["csat"] for row in known] == [None, None, 4.0]


def test_simple_facts_are_known_on_their_own_day(desk):
    desk.load("purchases", PURCHASES + "1,A1,2025-01-01,5,EUR\n2,A1,2025-03-01,5,EUR\n", known_at="occurred")
    assert len(desk.rows("purchases", date(2025, 2, 1))) == 1


def test_loading_history_twice_changes_nothing(desk):
    text = FULL + "1,A1,2025-01-01,2025-12-01,5,EUR,2025-10-15,price,ended\n2,A1,2025-01-01,,5,EUR,,,active\n"
    assert desk.load("subscriptions", text, known_at="occurred").loaded == 2
    assert desk.load("subscriptions", text, known_at="occurred").unchanged == 2


def test_known_at_of_the_file_is_used(desk):
    text = "subscription_id,account_id,started_on,mrr,currency,known_at\n"
    lines = "1,A1,2025-01-01,5,EUR,2025-01-01\n1,A1,2025-01-01,6,EUR,2025-06-01\n"
    report = desk.load("subscriptions", text + lines)
    assert report.quarantined == 0
    assert only(desk.rows("subscriptions", date(2025, 3, 1)))["mrr"] == 500
    assert only(desk.rows("subscriptions"))["mrr"] == 600


def test_a_file_is_covered_to_the_day_after_its_newest(desk):
    assert desk.load("purchases", PURCHASES + "1,A1,2025-01-31,5,EUR\n").covered == date(2025, 2, 1)


def test_an_older_file_does_not_take_back_what_is_covered(desk):
    desk.load("purchases", PURCHASES + "1,A1,2025-01-31,5,EUR\n")
    assert desk.load("purchases", PURCHASES + "2,A1,2024-01-31,5,EUR\n").covered == date(2025, 2, 1)


def test_what_is_said_to_be_complete_is(desk):
    assert desk.load(
        "purchases", PURCHASES + "1,A1,2025-01-31,5,EUR\n", complete_to=date(2025, 4, 1)
    ).covered == date(2025, 4, 1)


def test_nobody_is_complete_past_tomorrow(desk):
    line = PURCHASES + "1,A1,2026-05-31,5,EUR\n"
    assert desk.load("purchases", line, complete_to=date(2026, 6, 2)).covered == date(2026, 6, 2)
    with pytest.raises(KeepwellError, match="complete up to 2026-06-03: that day lies ahead") as told:
        desk.load("purchases", line, complete_to=date(2026, 6, 3))
    assert told.value.ways[0].endswith("--complete-to 2026-06-02")
    ahead = PURCHASES + "2,A1,2027-01-31,5,EUR\n"
    assert desk.load("purchases", ahead, source="orders").covered is None


def test_tomorrow_is_the_companys_own(tmp_path):
    desk = Desk(tmp_path, time_zone="Asia/Tokyo")
    late = datetime(2026, 6, 1, 16, tzinfo=UTC)
    line = PURCHASES + "1,A1,2026-05-31,5,EUR\n"
    assert desk.load("purchases", line, now=late, complete_to=date(2026, 6, 3)).covered == date(2026, 6, 3)


def test_nothing_is_known_since_a_moment_that_lies_ahead(desk):
    line = PURCHASES + "1,A1,2026-01-31,5,EUR\n"
    with pytest.raises(KeepwellError, match="that moment lies ahead"):
        desk.load("purchases", line, known_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert not desk.rows("purchases")


def test_a_row_known_only_later_waits_and_hides_no_correction(desk):
    header = PURCHASES.replace("\n", ",known_at\n")
    told = desk.load(
        "purchases", header + "1,A1,2026-01-31,5,EUR,2062-02-01\n2,A1,2026-01-31,7,EUR,2026-02-01\n"
    )
    assert (told.loaded, told.reasons) == (1, {"known_later": 1})
    [row] = desk.aside()
    assert (
        row.problems[0].sentence == "“2062-02-01” in known_at lies ahead: nothing is known before it is told."
    )
    desk.load("purchases", PURCHASES + "1,A1,2026-01-31,6,EUR\n2,A1,2026-01-31,8,EUR\n")
    assert [r["amount"] for r in desk.rows("purchases")] == [600, 800]


def test_a_covered_day_taken_back_reads_the_same_today_as_it_is(desk):
    line = PURCHASES + "1,A1,2026-01-31,5,EUR\n"
    desk.load("purchases", line, now=datetime(2026, 5, 1, tzinfo=UTC), complete_to=date(2026, 5, 1))
    desk.load("purchases", line, known_at="occurred", complete_to=date(2026, 2, 1))
    assert covered_as_known(desk, None) == covered_as_known(desk, date(2026, 6, 1)) == date(2026, 2, 1)


def covered_as_known(desk, day):
    engine = engine_named("duckdb")
    try:
        return desk.book.moment(engine, day).covered("purchases")
    finally:
        engine.close()


def test_what_is_covered_as_known_on_a_day_is_what_had_been_said_by_then(desk):
    for month in (2, 3):
        line = f"{month},A1,2026-0{month}-27,5,EUR\n"
        end = date(2026, month + 1, 1)
        now = datetime(2026, month + 1, 10, 12, tzinfo=UTC)
        desk.load("purchases", PURCHASES + line, now=now, complete_to=end)
    assert covered_as_known(desk, date(2026, 3, 9)) is None
    assert covered_as_known(desk, date(2026, 3, 10)) == date(2026, 3, 1)
    assert covered_as_known(desk, date(2026, 4, 9)) == date(2026, 3, 1)
    assert covered_as_known(desk, date(2026, 4, 10)) == date(2026, 4, 1)
    assert covered_as_known(desk, None) == date(2026, 4, 1)


def test_a_past_known_as_it_occurred_was_covered_day_by_day(desk):
    lines = "1,A1,2026-01-31,5,EUR\n2,A1,2026-02-27,5,EUR\n"
    desk.load("purchases", PURCHASES + lines, known_at="occurred", complete_to=date(2026, 3, 1))
    assert covered_as_known(desk, date(2026, 2, 10)) == date(2026, 2, 11)
    assert covered_as_known(desk, date(2026, 4, 1)) == date(2026, 3, 1)


def test_an_older_file_takes_nothing_back_that_was_known_to_be_covered(desk):
    for newest, loaded in ((date(2026, 3, 31), 1), (date(2026, 2, 28), 20)):
        now = datetime(2026, 4, loaded, 12, tzinfo=UTC)
        desk.load("purchases", PURCHASES + f"{loaded},A1,{newest},5,EUR\n", now=now)
    assert covered_as_known(desk, date(2026, 4, 25)) == date(2026, 4, 1)


def test_what_was_covered_before_that_was_noted_counts_as_always_known(desk):
    desk.load("purchases", PURCHASES + "1,A1,2026-01-31,5,EUR\n", now=datetime(2026, 4, 1, tzinfo=UTC))
    old = desk.book.manifest
    tables = {name: version for name, version in old.tables.items() if name != "covered"}
    store, unnoted = desk.book.store, replace(old, number=old.number + 1, tables=tables)
    assert store.create(unnoted.path, unnoted.to_bytes())
    assert covered_as_known(desk, date(2026, 3, 1)) == date(2026, 2, 1)
    desk.load("purchases", PURCHASES + "2,A1,2026-04-30,5,EUR\n", now=datetime(2026, 5, 1, tzinfo=UTC))
    assert covered_as_known(desk, date(2026, 3, 1)) == date(2026, 2, 1)
    assert covered_as_known(desk, date(2026, 5, 1)) == date(2026, 5, 1)


def test_a_row_of_a_file_without_a_later_column_is_corrected(desk):
    desk.load("accounts", "account_id,colour\nA4,red\n")
    assert desk.load("accounts", "account_id,name\nA1,Anna\n").updated == 1
    assert [row["colour"] for row in desk.rows("accounts")] == [None, None, None, "red"]


def test_days_ahead_cover_nothing(desk):
    report = desk.load("subscriptions", SUBSCRIPTIONS + "1,A1,2025-01-01,2099-01-01,5,EUR\n")
    assert report.covered == date(2025, 1, 2)


def contiguous(days_between):
    lines, start = [], date(2025, 1, 1)
    for i in range(8):
        end = start + timedelta(days=29)
        lines.append(f"{i},A1,{start},{end},5,EUR")
        start = end + timedelta(days=days_between)
    return SUBSCRIPTIONS + "\n".join(lines) + "\n"


def test_an_end_that_is_the_last_day_paid_for_is_noticed_and_proposed(desk):
    warned = " ".join(desk.load("subscriptions", contiguous(1)).warnings)
    assert "keepwell mapping make subscriptions file.csv --out subscriptions.toml" in warned
    assert propose_mapping(desk.file(contiguous(1)), "subscriptions").mapping.end_inclusive
    assert not propose_mapping(desk.file(contiguous(0)), "subscriptions").mapping.end_inclusive


def terms(last):
    starts = [date(2025, 1 + n % 12, 1 if n % 3 else 12) for n in range(24)]
    lines = [f"{n},A{1 + n % 3},{start},{last(start)},5,EUR" for n, start in enumerate(starts)]
    return SUBSCRIPTIONS + "\n".join(lines) + "\n"


def test_terms_that_end_with_a_month_are_noticed_though_none_follows_another(desk):
    with_its_last_day = terms(lambda start: date(2026, start.month, 1) - timedelta(days=1))
    assert propose_mapping(desk.file(with_its_last_day), "subscriptions").mapping.end_inclusive
    with_the_day_before = terms(lambda start: date(2026, start.month, start.day) - timedelta(days=1))
    assert propose_mapping(desk.file(with_the_day_before), "subscriptions").mapping.end_inclusive
    for last in (
        lambda start: date(2026, start.month, 1),
        lambda start: date(2026, start.month, start.day),
        lambda start: date(2026, start.month, 3 + start.month * 2),
    ):
        assert not propose_mapping(desk.file(terms(last)), "subscriptions").mapping.end_inclusive


KEYLESS = SUBSCRIPTIONS.removeprefix("subscription_id,")


def test_subscriptions_without_a_key_that_changed_are_asked_about_before_they_count_twice(desk):
    first, changed = "A1,2026-01-01,,5,EUR\n", "A1,2026-01-01,,6,EUR\n"
    warned = desk.load("subscriptions", KEYLESS + first).warnings
    assert any("a row that changes counts as another one" in said and "--snapshot" in said for said in warned)
    with pytest.raises(KeepwellError, match="1 account has other subscriptions") as asked:
        desk.load("subscriptions", KEYLESS + changed)
    assert [way for way in asked.value.ways if "--snapshot" in way or "--yes" in way or "--set" in way]
    assert [row["mrr"] for row in desk.rows("subscriptions")] == [500]
    heard = []
    report = desk.load("subscriptions", KEYLESS + changed, confirm=lambda error: heard.append(error) or True)
    assert (report.loaded, len(heard)) == (1, 1)
    assert sorted(row["mrr"] for row in desk.rows("subscriptions")) == [500, 600]


def test_subscriptions_without_a_key_that_came_to_others_are_taken_in_unasked(desk):
    first, more = "A1,2026-01-01,,5,EUR\n", "A1,2026-02-01,,6,EUR\nA2,2026-02-01,,6,EUR\n"
    desk.load("subscriptions", KEYLESS + first)
    assert desk.load("subscriptions", KEYLESS + first + more).loaded == 2
    assert desk.load("subscriptions", KEYLESS + "A3,2026-02-01,,6,EUR\n").loaded == 1
    changed = first.replace("5", "7") + more + "A3,2026-02-01,,6,EUR\n"
    report = desk.load("subscriptions", KEYLESS + changed, snapshot=True, confirm=True)
    assert (report.loaded, report.gone) == (1, 1)
    assert not any("counts as another one" in said for said in report.warnings)


def test_an_inclusive_end_becomes_the_first_day_not_paid_for(desk):
    desk.load(
        "subscriptions",
        SUBSCRIPTIONS + "1,A1,2025-01-01,2025-01-31,5,EUR\n",
        mapping=Mapping("subscriptions", end_inclusive=True),
    )
    assert only(desk.rows("subscriptions"))["ended_on"] == number(date(2025, 2, 1))


def test_9999_is_proposed_to_mean_no_end(desk):
    proposal = propose_mapping(
        desk.file(SUBSCRIPTIONS + "1,A1,2025-01-01,9999-12-31,5,EUR\n"), "subscriptions"
    )
    assert proposal.mapping.open_end == ("9999-12-31",)
    assert any("no end" in note for note in proposal.notes)


def test_a_corrected_row_is_a_new_version(desk):
    desk.load("purchases", PURCHASES + "1,A1,2025-01-31,5,EUR\n")
    report = desk.load("purchases", PURCHASES + "1,A1,2025-01-31,6,EUR\n")
    assert (report.updated, only(desk.rows("purchases"))["amount"]) == (1, 600)


def test_costs_without_a_currency_take_the_reporting_currency(desk):
    desk.load("costs", "account_id,month,cost\nA1,2025-03,12.50\n")
    row = only(desk.rows("costs"))
    assert (row["currency"], row["cost_to_serve"], row["month"]) == ("EUR", 1250, number(date(2025, 3, 1)))


def test_an_unknown_word_in_a_mapping_is_refused_with_near_names(tmp_path):
    kept = tmp_path / "m.toml"
    kept.write_text('table = "purchases"\n[colums]\namount = "x"\n')
    with pytest.raises(BadInput, match="columns"):
        Mapping.load(kept)


def test_a_mapping_kept_is_read_as_it_was(desk, tmp_path):
    text = 'id;cust "no";when;Total;returned\n1;A1;13/02/2025;1.234,50;no\n'
    text += "2;A1;14/02/2025;10,00;yes\n3;A1;15/02/2025;1,00;void\n"
    kept = tmp_path / "m.toml"
    kept.write_text(
        'table = "purchases"\n[columns]\naccount_id = "cust \\"no\\""\noccurred_at = "when"\namount = "Total"\n'
        '[constants]\ncurrency = "EUR"\n'
        '[[negative]]\ncolumn = "amount"\nwhere = "returned"\nequals = "yes"\n'
        '[[leave_out]]\nwhere = "returned"\nequals = "void"\n'
    )
    mapping = Mapping.load(kept)
    mapping.save(tmp_path / "again.toml")
    assert Mapping.load(tmp_path / "again.toml") == mapping
    # The header's quotation marks are data here, so they come doubled inside quotes.
    text = text.replace('cust "no"', '"cust ""no"""')
    report = desk.load("purchases", text, mapping=mapping)
    assert (report.read, report.loaded, report.files[0].left_out) == (2, 2, 1)
    assert [r["amount"] for r in desk.rows("purchases")] == [123450, -1000]


def test_a_key_may_be_made_of_several_columns(desk):
    mapping = Mapping("purchases", key=("order", "line"))
    text = "order,line,account_id,date,amount,currency\nO1,1,A1,2025-01-01,5,EUR\nO1,2,A1,2025-01-01,5,EUR\n"
    desk.load("purchases", text, mapping=mapping)
    assert [r["purchase_id"] for r in desk.rows("purchases")] == ["O1/1", "O1/2"]


CANCELLED = (
    "subscription_id,account_id,started_on,Canceled at,mrr,currency\n1,A1,2025-01-01,2025-03-01,5,EUR\n"
)


def test_cancelled_subscriptions_of_which_no_file_says_the_end_are_told_to_run_on(desk):
    report = desk.load("subscriptions", CANCELLED + "2,A2,2025-01-01,,5,EUR\n")
    (told,) = report.warnings
    assert "1 subscription was cancelled" in told
    assert "--set 'ended_on=Canceled at'" in told
    ended = CANCELLED.replace("mrr", "ended_on,mrr").replace(",5,", ",2025-04-01,5,")
    assert desk.load("subscriptions", ended).warnings == []
    assert desk.load("subscriptions", CANCELLED.replace("2025-03-01", "")).warnings == []
