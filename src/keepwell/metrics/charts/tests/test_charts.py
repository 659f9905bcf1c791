"""Every chart is valid, is drawn without a network, and shows what must not be overlooked."""

import copy
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from keepwell.metrics.charts import (
    DARK,
    PAGE,
    cohort_chart,
    cycles_chart,
    definitions_chart,
    html,
    movements_chart,
    png,
    retention_chart,
    survival_chart,
    svg,
    use_chart,
)

EXAMPLE = json.loads((Path(__file__).parent / "example.json").read_text(encoding="utf-8"))
CHARTS = {
    "movements": lambda **k: movements_chart(EXAMPLE["statement"], **k),
    "movements in accounts": lambda **k: movements_chart(EXAMPLE["statement"], measure="accounts", **k),
    "retention": lambda **k: retention_chart(EXAMPLE["series"], **k),
    "churn": lambda **k: retention_chart(EXAMPLE["series"], panel="churn", **k),
    "cohorts": lambda **k: cohort_chart(EXAMPLE["cohorts"], mean=EXAMPLE["cohort_mean"], **k),
    "survival": lambda **k: survival_chart(EXAMPLE["survival"], **k),
    "use": lambda **k: use_chart(EXAMPLE["events_retention"], **k),
    "cycles": lambda **k: cycles_chart(EXAMPLE["cycles"]["spread"], **k),
    "definitions": lambda **k: definitions_chart(EXAMPLE["definitions"], **k),
}


@pytest.fixture
def statement():
    return copy.deepcopy(EXAMPLE["statement"])


@pytest.fixture
def series():
    return copy.deepcopy(EXAMPLE["series"])


def _marks(spec):
    """Every mark of a spec with its rows."""
    found = [(layer["mark"], layer) for layer in spec.get("layer", [])]
    for part in spec.get("vconcat", []):
        found += _marks({**part, "datasets": spec.get("datasets", {})})
    return found


def _rows(spec, layer):
    return spec["datasets"][layer["data"]["name"]]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("theme", [DARK, PAGE], ids=["dark", "page"])
def test_a_chart_is_valid_and_drawn_with_a_title_and_words_for_those_who_do_not_see_it(name, theme):
    made = CHARTS[name](theme=theme)
    spec = made.to_dict()
    drawn = svg(spec)
    assert spec["title"]["text"]
    assert len(spec["description"]) > 40
    assert drawn.startswith("<svg")
    assert f'role="img" aria-label="{spec["description"][:30]}' in drawn


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_a_layout_for_a_phone(name):
    drawn = svg(CHARTS[name](width=330))
    width = float(re.search(r'width="(\d+(?:\.\d+)?)"', drawn)[1])
    assert width <= 380 or name in ("cohorts", "retention")  # a triangle scrolls; two panels are for paper


def test_a_chart_becomes_a_png_and_a_page_that_loads_nothing():
    made = CHARTS["movements"]()
    assert png(made, scale=1).startswith(b"\x89PNG")
    page = html(made)
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)
    assert "cdn." not in page


@pytest.mark.parametrize("measure", ["mrr", "accounts"])
def test_the_movements_lead_from_the_opening_to_the_closing(statement, measure):
    spec = movements_chart(statement, measure=measure).to_dict()
    bars = next(_rows(spec, layer) for mark, layer in _marks(spec) if mark["type"] == "bar")
    moves = [b for b in bars if b["kind"] != "balance"]
    assert moves[0]["start"] == bars[0]["end"] == float(statement[measure]["opening"])
    assert all(a["end"] == b["start"] for a, b in pairwise(moves))
    assert moves[-1]["end"] == bars[-1]["end"] == float(statement[measure]["closing"])


def test_balances_are_told_from_movements_by_colour_sign_and_cut(statement):
    spec = movements_chart(statement).to_dict()
    bars = next(_rows(spec, layer) for mark, layer in _marks(spec) if mark["type"] == "bar")
    assert {b["kind"] for b in bars} == {"balance", "gain", "loss"}
    assert all(b["amount"][0] == {"balance": "€", "gain": "+", "loss": "−"}[b["kind"]] for b in bars)
    assert "drawn cut" in spec["title"]["subtitle"][0]


def test_large_movements_are_drawn_from_zero(statement):
    statement["mrr"] |= {"opening": "100.00", "new": "900.00", "closing": "994.97"}
    spec = movements_chart(statement).to_dict()
    assert not any("drawn cut" in note for note in spec["title"]["subtitle"])


def test_a_company_without_anyone_at_the_opening_is_drawn(statement):
    nobody = dict.fromkeys(("opening", "new", "reactivated", "churned", "closing"), 0)
    statement["accounts"] = nobody
    statement["mrr"] = {k: "0.00" for k in EXAMPLE["statement"]["mrr"] if k != "churned_by_kind"}
    statement["rates"] = dict.fromkeys(statement["rates"])
    assert svg(movements_chart(statement)).startswith("<svg")
    assert svg(retention_chart([statement])).startswith("<svg")


def test_an_unfinished_period_is_dashed_and_hollow_and_a_finished_one_is_not(series):
    spec = retention_chart(series, panel="churn").to_dict()
    dashed = [_rows(spec, layer) for mark, layer in _marks(spec) if mark.get("strokeDash")]
    hollow = [_rows(spec, layer) for mark, layer in _marks(spec) if mark.get("fill")]
    assert [{r["period"] for r in rows} for rows in dashed] == [{"Sep 2026", "Oct 2026"}]
    assert [{r["period"] for r in rows} for rows in hollow] == [{"Oct 2026"}]
    done = retention_chart(series[:-1], panel="churn").to_dict()
    assert not [mark for mark, _layer in _marks(done) if mark.get("strokeDash") or mark.get("fill")]


def test_a_small_base_is_ringed_and_said(series):
    series[3]["accounts"]["opening"] = 29
    spec = retention_chart(series, panel="churn").to_dict()
    rings = [_rows(spec, layer) for mark, layer in _marks(spec) if mark.get("shape") == "circle"]
    assert [{r["period"] for r in rows} for rows in rings] == [{"Jan 2024"}]
    assert any("fewer than 30" in note for note in spec["title"]["subtitle"])


def test_a_period_without_base_leaves_a_gap(series):
    series[3]["accounts"]["opening"] = 0
    series[3]["rates"] = dict.fromkeys(series[3]["rates"])
    spec = retention_chart(series, panel="churn").to_dict()
    lines = [_rows(spec, layer) for mark, layer in _marks(spec) if mark["type"] == "line"]
    assert not any(r["period"] == "Jan 2024" for rows in lines for r in rows)
    assert any("no base" in note for note in spec["title"]["subtitle"])


def test_a_refused_period_leaves_a_gap_and_says_why(series):
    series[3]["refused"] = {"reason": "too short", "shortest_days": 90, "way": "take longer"}
    series[3]["rates"] = dict.fromkeys(series[3]["rates"])
    notes = retention_chart(series).to_dict()["title"]["subtitle"]
    assert any("too short" in note for note in notes)


def test_the_mean_of_a_triangle_is_the_answer_s_own_and_none_is_made_up():
    mean = [
        {"age": 0, "active": 37, "base": 40, "share": 0.925, "finished": True, "small": False},
        {"age": 1, "active": 0, "base": 0, "share": None, "finished": True, "small": True},
    ]
    rows = next(iter(cohort_chart(EXAMPLE["cohorts"], mean=mean).to_dict()["datasets"].values()))
    assert [(r["age"], r["text"]) for r in rows if r["row"] == 0 and r["kind"] == "mean"] == [(0, "92")]
    bare = cohort_chart(EXAMPLE["cohorts"]).to_dict()
    assert not [r for r in next(iter(bare["datasets"].values())) if r["row"] == 0]
    assert not any("mean" in note for note in bare["title"]["subtitle"])


def test_a_mean_of_revenue_says_that_it_is_weighted_by_revenue():
    made = cohort_chart(EXAMPLE["cohorts"], mean=EXAMPLE["cohort_mean"], measure="mrr").to_dict()
    assert any("weighted by first MRR" in note for note in made["title"]["subtitle"])


def test_use_is_hollow_and_dashed_where_not_all_starts_have_come_so_far():
    spec = use_chart(EXAMPLE["events_retention"]).to_dict()
    assert [mark for mark, _layer in _marks(spec) if mark.get("strokeDash")]
    assert any("Hollow" in note for note in spec["title"]["subtitle"])
    assert {r["cohort"] for r in next(iter(spec["datasets"].values()))} == {
        "1 Jan 2026",
        "1 Apr 2026",
        "1 Jul 2026",
    }


def test_brackets_of_use_stand_side_by_side_with_their_days():
    cell = {"active": 20, "base": 40, "share": 0.5, "finished": True, "small": False}
    cells = [{**cell, "age": 1, "to": 8}, {**cell, "age": 8, "to": 31}, {**cell, "age": 31, "to": None}]
    spec = use_chart([{"cohort": None, "size": 40, "cells": cells}], mode="brackets").to_dict()
    days = [r["days"] for r in next(iter(spec["datasets"].values()))]
    assert days == ["1–7", "8–30", "31 or later"]
    assert [mark["type"] for mark, _layer in _marks(spec)] == ["point"]


def test_a_segment_of_few_irregular_accounts_says_how_many():
    spec = cycles_chart(EXAMPLE["cycles"]["spread"]).to_dict()
    assert "(none) (20)" in {r["segment"] for r in next(iter(spec["datasets"].values()))}


def test_a_running_cell_has_a_dashed_edge_and_a_small_cohort_a_bracketed_size():
    spec = cohort_chart(EXAMPLE["cohorts"], mean=EXAMPLE["cohort_mean"]).to_dict()
    assert [mark for mark, _layer in _marks(spec) if mark.get("strokeDash")]
    rows = next(iter(spec["datasets"].values()))
    assert {r["text"] for r in rows if r["kind"] == "size" and r["row"] > 0} >= {"(9)", "(17)"}
    assert any("Dashed" in note for note in spec["title"]["subtitle"])


def test_survival_is_dashed_where_few_are_at_risk_and_counts_them_under_the_axis():
    spec = survival_chart(EXAMPLE["survival"]).to_dict()
    dashed = next(_rows(spec, layer) for mark, layer in _marks(spec) if mark.get("strokeDash"))
    whole = next(
        _rows(spec, layer)
        for mark, layer in _marks(spec)
        if mark["type"] == "line" and "strokeDash" not in mark
    )
    assert all(p["at_risk"] >= 30 for p in whole)
    assert min(p["at_risk"] for p in dashed) < 30
    shapes = {r.get("group") for rows in spec["datasets"].values() for r in rows}
    assert shapes >= {"Enterprise", "Mid-market", "Small business"}


def test_a_curve_of_everyone_needs_no_groups():
    everyone = [{**EXAMPLE["survival"][0], "group": None}]
    assert "All accounts" in survival_chart(everyone).to_dict()["description"]
    assert svg(survival_chart({"groups": everyone})).startswith("<svg")


def test_a_definition_without_a_value_says_so():
    spec = definitions_chart(EXAMPLE["definitions"]).to_dict()
    rows = next(iter(spec["datasets"].values()))
    named = {r["name"]: r for rows in spec["datasets"].values() for r in rows if "name" in r}
    assert rows
    assert named["Renewal base"]["figure"] == "no value"
    assert named["Stripe"]["gap"] == "+0.3 pt"
    assert named["Keepwell (opening set)"]["mine"]
