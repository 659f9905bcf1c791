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
    definitions_chart,
    html,
    movements_chart,
    png,
    retention_chart,
    survival_chart,
    svg,
)
from keepwell.metrics.charts.cohorts import weighted_means

EXAMPLE = json.loads((Path(__file__).parent / "example.json").read_text(encoding="utf-8"))
CHARTS = {
    "movements": lambda **k: movements_chart(EXAMPLE["statement"], **k),
    "movements in accounts": lambda **k: movements_chart(EXAMPLE["statement"], measure="accounts", **k),
    "retention": lambda **k: retention_chart(EXAMPLE["series"], **k),
    "churn": lambda **k: retention_chart(EXAMPLE["series"], panel="churn", **k),
    "cohorts": lambda **k: cohort_chart(EXAMPLE["cohorts"], **k),
    "survival": lambda **k: survival_chart(EXAMPLE["survival"], **k),
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


def test_the_mean_of_cohorts_is_weighted_by_base_over_those_that_have_reached_the_age():
    def cell(age, active, base, finished=True):
        return {"age": age, "active": active, "base": base, "share": active / base, "finished": finished}

    triangle = [
        {
            "cohort": "2026-01-01",
            "size": 10,
            "cells": [cell(0, 10, 10), cell(1, 5, 10), cell(2, 4, 10, False)],
        },
        {"cohort": "2026-02-01", "size": 30, "cells": [cell(0, 27, 30), cell(1, 9, 30, False)]},
    ]
    assert weighted_means(triangle) == pytest.approx({0: 37 / 40, 1: 0.5})
    for cohort, name in zip(triangle, ("Enterprise", "Small"), strict=True):
        cohort["cohort"] = name
    assert weighted_means(triangle) == pytest.approx({0: 37 / 40, 1: 14 / 40, 2: 0.4})


def test_a_running_cell_has_a_dashed_edge_and_a_small_cohort_a_bracketed_size():
    spec = cohort_chart(EXAMPLE["cohorts"]).to_dict()
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
