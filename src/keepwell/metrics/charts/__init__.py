"""Charts of the figures: each takes the JSON form of an answer and gives an Altair chart.

    svg(movements_chart(statement.to_dict()))

The same chart is interactive on a page, an SVG or a PNG; `html`, `svg` and `png` need no network, no browser.
"""

from keepwell.metrics.charts.cohorts import cohort_chart
from keepwell.metrics.charts.cycles import cycles_chart
from keepwell.metrics.charts.definitions import definitions_chart
from keepwell.metrics.charts.grammar import html, png, svg
from keepwell.metrics.charts.movements import movements_chart
from keepwell.metrics.charts.retention import retention_chart
from keepwell.metrics.charts.survival import survival_chart
from keepwell.metrics.charts.theme import DARK, LIGHT, PAGE, Theme
from keepwell.metrics.charts.use import use_chart

__all__ = [
    "DARK",
    "LIGHT",
    "PAGE",
    "Theme",
    "cohort_chart",
    "cycles_chart",
    "definitions_chart",
    "html",
    "movements_chart",
    "png",
    "retention_chart",
    "survival_chart",
    "svg",
    "use_chart",
]
