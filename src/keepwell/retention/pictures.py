"""Charts as pictures: which figure each is drawn from, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics import charts
from keepwell.metrics.charts.cohorts import cohort_heading, cohort_notes
from keepwell.metrics.charts.cycles import cycles_heading, cycles_notes
from keepwell.metrics.charts.definitions import definitions_notes
from keepwell.metrics.charts.movements import movements_notes
from keepwell.metrics.charts.reading import shown_rate
from keepwell.metrics.charts.retention import retention_notes
from keepwell.metrics.charts.survival import survival_notes
from keepwell.retention.asking import Asked

HALF, WIDE, NARROW = 560, 1100, 330  # units wide: beside another, alone, and on a phone
_DRAWN = {"cohorts": "cohorts", "survival": "groups", "cycles": "spread"}
THEMES = {"light": charts.LIGHT, "dark": charts.DARK}
_OF_STATEMENT = ("from", "to", "by", "where")
Draw = Callable[..., Any]


@dataclass(frozen=True)
class Chart:
    """A chart: the kind of its figure and what that is asked with, its heading, its notes, and how it is drawn."""

    kind: str
    params: tuple[str, ...]
    heading: Callable[[Asked], str]
    notes: Callable[[Any, Asked], list[str]]
    draw: Callable[..., Any]  # the figure's result, what was asked, theme, width, title
    width: int = HALF
    fixed: bool = False  # has the width of what it shows, and scrolls on a narrow screen


def _movements(measure: str) -> Chart:
    def heading(_asked: Asked) -> str:
        return (
            _("Monthly revenue, opening to closing")
            if measure == "mrr"
            else _("Accounts, opening to closing")
        )

    def draw(result: Any, _asked: Asked, **look: Any) -> Any:
        return charts.movements_chart(result, measure=measure, **look)

    def notes(result: Any, _asked: Asked) -> list[str]:
        return movements_notes(result, measure)

    return Chart("statement", _OF_STATEMENT, heading, notes, draw)


def _rates(panel: str) -> Chart:
    def heading(_asked: Asked) -> str:
        return _("Churn over time") if panel == "churn" else _("Retention over time")

    def draw(result: Any, _asked: Asked, **look: Any) -> Any:
        return charts.retention_chart(result, panel=panel, **look)

    return Chart(
        "series",
        ("grain", "from", "to", "where"),
        heading,
        lambda found, _asked: retention_notes(found),
        draw,
    )


def _cohorts(result: Any, asked: Asked, **look: Any) -> Any:
    grain = "" if asked.by else asked.grain.value
    mean = result["mean"]
    return charts.cohort_chart(result["cohorts"], mean=mean, grain=grain, measure=asked.measure, **look)


CHARTS = {
    "movements-mrr": _movements("mrr"),
    "movements-accounts": _movements("accounts"),
    "churn": _rates("churn"),
    "retention": _rates("retention"),
    "cohorts": Chart(
        "cohorts",
        ("grain", "measure", "by", "where"),
        lambda asked: cohort_heading(asked.measure),
        lambda found, asked: cohort_notes(found["cohorts"], asked.measure, found["mean"]),
        _cohorts,
        WIDE,
        fixed=True,
    ),
    "survival": Chart(
        "survival",
        ("by", "where"),
        lambda _asked: _("How long accounts stay"),
        lambda found, _asked: survival_notes(found),
        lambda found, _asked, **look: charts.survival_chart(found, **look),
        WIDE,
    ),
    "definitions": Chart(
        "definitions",
        ("from", "to", "where"),
        lambda _asked: _("The same period by other definitions"),
        lambda found, _asked: definitions_notes(found["definitions"]),
        lambda found, _asked, **look: charts.definitions_chart(found["definitions"], **look),
    ),
    "cycles": Chart(
        "cycles",
        (),
        lambda _asked: cycles_heading(),
        lambda found, _asked: cycles_notes(found["spread"]),
        lambda found, _asked, **look: charts.cycles_chart(found["spread"], **look),
        WIDE,
    ),
}


def drawable(kind: str, result: Any) -> bool:
    """Whether there is anything to draw: a series without any rate, or a question without answer, has no picture."""
    if kind == "series":
        return any(shown_rate(one, "customer_churn") is not None for one in result)
    if kind == "definitions":
        return any(one["rate"] is not None for one in result["definitions"])
    return bool(result[_DRAWN[kind]]) if kind in _DRAWN else True


def drawn(
    name: str, result: Any, asked: Asked, *, theme: str = "light", size: str = "", title: bool = True
) -> Any:
    """The chart of a figure's result, as Altair has it."""
    chart = CHARTS[name]
    width = NARROW if size == "narrow" and not chart.fixed else chart.width
    return chart.draw(result, asked, theme=THEMES[theme], width=width, title=title)
