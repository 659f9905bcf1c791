"""How figures look, from the JSON form of an answer."""

import io
import re
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from keepwell.cli import cohorts, cycles, definitions, series, survival
from keepwell.cli.figures import statement_csv, statement_sheets
from keepwell.cli.out import Answer
from keepwell.cli.provenance import left_out, provenance_notes
from keepwell.metrics.cycles import Cycles

KINDS = ("by_choice", "failed_payment", "lapse", "closed_or_merged", "unknown")


def a_statement(**changes: Any) -> dict[str, Any]:
    """100 accounts at the opening, 5 of them leave and were 20% of the revenue."""
    return {
        "period": {"from": "2026-01-01", "to": "2026-04-01", "finished": True},
        "accounts": {
            **dict.fromkeys(
                ("new", "reactivated", "passed_through", "came_back_and_left", "interrupted", "leaving"), 0
            ),
            "opening": 100,
            "churned": 5,
            "closing": 95,
            "churned_by_kind": {**dict.fromkeys(KINDS, 0), "by_choice": 4, "lapse": 1},
        },
        "mrr": {
            **dict.fromkeys(("new", "reactivated", "expansion", "contraction"), "0.00"),
            "opening": "1000.00",
            "churned": "200.00",
            "closing": "800.00",
        },
        "rates": {
            "customer_churn": 0.05,
            "gross_revenue_retention": 0.8,
            "net_revenue_retention": 0.8,
            "revenue_churn": 0.2,
            "quick_ratio": None,
        },
        "provenance": {
            "definition": "opening_set",
            "definition_version": 1,
            "policies": {"grace_days": 14},
            "currency": "EUR",
            "rates_on": "2026-01-01",
            "covered": "2026-05-01",
            "cut": {"manifest": 7, "known_until": "2026-05-02T04:00:00+00:00", "as_known_on": None},
            "excluded": {"unknown currency": 2},
        },
        **changes,
    }


def shown(statement: dict[str, Any]) -> str:
    stream = io.StringIO()
    notes = provenance_notes(statement["provenance"])
    Answer(statement, list(statement_sheets(statement)), notes).write("table", stream)
    return stream.getvalue()


def line_of(text: str, start: str) -> list[str]:
    return next(line for line in text.splitlines() if line.strip().startswith(start)).split()


def test_a_statement_leads_from_opening_to_closing_in_accounts_and_in_money() -> None:
    text = shown(a_statement())
    assert line_of(text, "Opening") == ["Opening", "100", "1,000.00"]
    assert line_of(text, "Churned") == ["Churned", "−", "5", "200.00"]
    assert line_of(text, "Closing") == ["Closing", "95", "800.00"]


def test_five_of_a_hundred_leave_with_a_fifth_of_the_revenue() -> None:
    text = shown(a_statement())
    assert "5.0%" in line_of(text, "Customer churn")
    assert "20.0%" in line_of(text, "Revenue churn")


def test_a_rate_without_a_base_says_so() -> None:
    assert "no base" in shown(a_statement())


def test_every_figure_says_what_it_was_made_from() -> None:
    text = shown(a_statement())
    assert "opening_set, version 1" in text
    assert "Grace: 14 days." in text
    assert "every day before 2026-05-01" in text
    assert "2 × unknown currency" in text
    assert "2026-05-02 04:00 UTC (manifest 7)" in text


def test_what_is_left_out_is_told_apart_by_accounts_and_by_the_rows_of_each_table() -> None:
    excluded = {
        "account: our own": 1,
        "account: test": 1,
        "answers: unknown_account": 1,
        "costs: no key": 1200,
    }
    assert left_out(excluded) == (
        "accounts (1 × our own, 1 × test);"
        " rows in quarantine: answers (1 × unknown account), costs (1,200 × no key)"
    )
    assert left_out({}) == "nothing"


def test_an_unfinished_period_is_never_shown_as_final() -> None:
    period = {"from": "2026-01-01", "to": "2026-04-01", "finished": False}
    assert "unfinished" in shown(a_statement(period=period))


def test_refused_rates_give_the_reason_the_way_out_and_those_of_contract_accounts() -> None:
    refused = {"reason": "Three cycles are 135 days.", "shortest_days": 135, "way": "Take at least 135 days."}
    kinds = {"contract": a_statement(), "irregular": a_statement(refused=refused)}
    text = shown(a_statement(refused=refused, kinds=kinds))
    assert "Three cycles are 135 days." in text
    assert "Take at least 135 days." in text
    churn = next(line for line in text.splitlines() if line.startswith("Customer churn"))
    assert re.split(r"  +", churn)[1:4] == ["not given", "5.0%", "not given"]
    assert line_of(text, "Opening") == ["Opening", "100", "1,000.00"] + ["100", "1,000.00"] * 2


def test_a_small_base_is_marked() -> None:
    assert "Fewer than 30" in shown(a_statement(small=True))


def test_csv_has_a_row_for_every_line_kind_and_rate_of_every_segment() -> None:
    whole = a_statement(parts=[a_statement(segment="Enterprise"), a_statement(segment="(none)")])
    rows = statement_csv([whole]).rows
    assert {row[3] for row in rows} == {None, "Enterprise", "(none)"}
    assert ("2026-01-01", "2026-04-01", True, None, None, "churned", 5, "200.00", None, None, None) in rows
    asked = ("2026-01-01", "2026-04-01", True, None, None, "customer_churn", None, None, 0.05, None, None)
    assert asked in rows
    assert len(rows) % 3 == 0


@pytest.mark.parametrize(("finished", "mark"), [(True, "5.0%"), (False, "5.0%…")])
def test_a_series_marks_the_period_that_still_runs(finished: bool, mark: str) -> None:
    period = {"from": "2026-01-01", "to": "2026-04-01", "finished": finished}
    answer = series.answer([a_statement(period=period)])
    assert mark in answer.sheets[0].rows[0]


def test_a_series_too_short_for_irregular_accounts_gives_the_rates_of_contract_accounts() -> None:
    refused = {"reason": "Three cycles are 135 days.", "shortest_days": 135, "way": "Take at least 135 days."}
    kinds = {"contract": a_statement(small=True), "irregular": a_statement(refused=refused)}
    (sheet,) = series.answer([a_statement(refused=refused, kinds=kinds), a_statement(refused=refused)]).sheets
    assert list(sheet.rows[0][-3:]) == ["5.0%†*", "80.0%†*", "80.0%†*"]
    assert list(sheet.rows[1][-3:]) == ["–", "–", "–"]
    assert [note[0] for note in sheet.notes] == ["*", "†", "–"]


def test_a_series_says_that_each_period_is_at_the_rates_of_its_own_first_day() -> None:
    later = a_statement(provenance={**a_statement()["provenance"], "rates_on": "2026-04-01"})
    assert any(
        "first day, 2026-01-01 to 2026-04-01" in note for note in series.answer([a_statement(), later]).notes
    )
    assert any("at the rates of 2026-01-01" in note for note in series.answer([a_statement()] * 2).notes)


def test_definitions_refused_for_all_give_the_rates_of_contract_accounts() -> None:
    figures = {"rate": 0.05, "numerator": 5, "denominator": 100, "annualised": None}
    said = {"name": "opening_set", "accounts_apart": [], "why_not": "Three cycles are 135 days."}
    answer = definitions.side_by_side([{**said, **dict.fromkeys(figures), "contract": figures}])
    (sheet,) = answer.sheets
    row = dict(zip([column.name for column in sheet.columns], sheet.rows[0], strict=True))
    assert (row["rate"], row["contract"]) == ("no value", "5.0%")
    assert answer.csv is not None
    assert answer.csv.rows[0][-1] == 0.05


def test_a_triangle_marks_running_cells_and_ends_with_the_weighted_mean() -> None:
    found = [
        {"cohort": "2026-01", "size": 90, "cells": [cell(0, 90, 1.0), cell(1, 81, 0.9)]},
        {"cohort": "2026-02", "size": 10, "cells": [cell(0, 10, 1.0), cell(1, 1, 0.1)]},
        {"cohort": "2026-03", "size": 50, "cells": [cell(0, 50, 1.0, finished=False)]},
    ]
    mean = [cell(0, 100, 1.0), cell(1, 82, 0.82)]
    sheet = cohorts.answer(found, mean).sheets[0]
    assert list(sheet.rows[-1]) == ["weighted mean", None, "100%", "82%"]
    assert list(sheet.rows[2]) == ["2026-03", 50, "100%…", ""]


def test_a_triangle_of_many_ages_has_room_on_a_page_and_all_of_them_in_csv() -> None:
    cells = [cell(age, 90, 0.9) for age in range(48)]
    answer = cohorts.answer([{"cohort": "2022-10", "size": 100, "cells": cells}], cells)
    shown = [column.name for column in answer.sheets[0].columns]
    assert len(shown) <= 16
    assert shown[-3:] == ["24", "36", "47"]
    assert any("--format csv" in note for note in answer.sheets[0].notes)
    assert answer.csv is not None
    assert len(answer.csv.rows) == 48


def cell(age: int, active: int, share: float, finished: bool = True) -> dict[str, Any]:
    return {"age": age, "active": active, "share": share, "finished": finished}


def test_survival_is_told_only_as_far_as_it_was_seen() -> None:
    point = {"at_risk": 10, "left": 1, "censored": 0, "low": 0.8, "high": 1.0}
    points = [{"day": 0, "survival": 1.0, **point}, {"day": 200, "survival": 0.9, **point}]
    group = {"group": None, "size": 10, "left": 1, "median": None, "mean_life": None, "mean_up_to": None}
    found = {
        "covered": "2026-06-01",
        "left_out": 0,
        "groups": [{**group, "points": points}],
        "log_rank": None,
    }
    rows = survival.answer(found).sheets[0].rows
    assert [row[1] for row in rows] == [30, 91, 182]
    assert rows[0][3] == "100.0%"


def test_the_rates_of_all_accounts_stand_with_their_intervals_on_the_screen_and_in_csv() -> None:
    sure = {"intervals": {"customer_churn": [0.0312, 0.0798]}}
    whole = a_statement(**sure, kinds={"contract": a_statement(**sure), "irregular": a_statement(**sure)})
    rates = list(statement_sheets(whole))[1]
    assert [column.name for column in rates.columns][:3] == ["rate", "value", "interval_"]
    assert rates.rows[0][2] == "3.1–8.0%"
    assert sum(column.name.startswith("interval") for column in rates.columns) == 1
    assert {row[9:] for row in statement_csv([whole]).rows if row[5] == "customer_churn"} == {
        (0.0312, 0.0798)
    }


def test_cycles_are_medians_over_those_who_bought_more_than_once() -> None:
    account = {"segment": "Retail", "lapsed": False, "one_time": False, "limit_days": 90}
    found = [{**account, "cycle_days": days} for days in (20.0, 30.0, 70.0)]
    found.append({**account, "segment": None, "one_time": True, "lapsed": True, "cycle_days": 400.0})
    data = Cycles(date(2026, 1, 1), pa.Table.from_pylist(found)).to_dict()
    whole, retail, none = cycles.answer(data).data
    assert (whole["cycle_days"], whole["one_time"], whole["lapsed"]) == (30.0, 1, 1)
    assert (retail["segment"], retail["accounts"]) == ("Retail", 3)
    assert (none["segment"], none["cycle_days"]) == ("(none)", None)
