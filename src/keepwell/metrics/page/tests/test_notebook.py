"""An answer shows itself in a notebook with its chart and its table, and runs nothing there."""

import json
from pathlib import Path

import pytest

from keepwell.lib.errors import BadInput
from keepwell.metrics.page import as_notebook_html

EXAMPLE = json.loads(
    (Path(__file__).parents[2] / "charts" / "tests" / "example.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("kind", [
    "statement", "series", "cohorts", "survival", "definitions", "events_retention", "cycles",
])  # fmt: skip
def test_an_answer_shows_its_chart_and_its_table_without_script_or_network(kind):
    made = as_notebook_html(kind, EXAMPLE[kind])
    assert "<svg" in made
    assert "<table" in made
    assert "<script" not in made
    assert "src=" not in made


def test_a_kind_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="statements"):
        as_notebook_html("statements", {})
