"""An answer as it shows itself in a notebook: its chart, its table, and what it stands on."""

from collections.abc import Callable, Sequence
from typing import Any

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.charts import grammar, numbers
from keepwell.metrics.charts.cohorts import cohort_chart, cohort_heading, cohort_notes
from keepwell.metrics.charts.cycles import cycles_chart, cycles_heading, cycles_notes
from keepwell.metrics.charts.definitions import definitions_chart, definitions_notes
from keepwell.metrics.charts.movements import movements_chart, movements_notes
from keepwell.metrics.charts.retention import retention_chart, retention_notes
from keepwell.metrics.charts.survival import survival_chart, survival_notes
from keepwell.metrics.charts.theme import DARK, LIGHT, PAGE, css_tokens
from keepwell.metrics.charts.use import use_chart, use_heading, use_notes
from keepwell.metrics.page.lede import lede
from keepwell.metrics.page.markup import Child, Markup, tag
from keepwell.metrics.page.proof import proof_line
from keepwell.metrics.page.sections import statement_table
from keepwell.metrics.page.tables import cohort_table, definition_table, series_table, survival_table
from keepwell.metrics.page.use_tables import cycles_table, use_table

# Notebooks say themselves whether they are dark; what the reader's system prefers is not what they show.
_STYLE = (
    f".keepwell{{{css_tokens(LIGHT)}}}"
    "body[data-jp-theme-light=false] .keepwell,body.vscode-dark .keepwell,html[theme=dark] .keepwell"
    f"{{{css_tokens(DARK)}}}"
    ".keepwell{color:var(--ink);background:var(--sheet);border:1px solid var(--rule);border-radius:10px;"
    "padding:1rem 1.25rem;max-width:52rem;font:14px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums}"
    ".keepwell h3{font-size:1.1em;margin:0 0 .3em}.keepwell p{margin:.3em 0 .8em}.keepwell .muted{color:var(--ink-2)}"
    ".keepwell .small{font-size:.9em}.keepwell .scroll{overflow:auto;max-height:34rem}"
    ".keepwell .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".keepwell table{border-collapse:collapse;color:inherit;font-size:13px;margin:0}"
    ".keepwell th,.keepwell td{padding:.3em .6em;text-align:left;border-bottom:1px solid var(--rule);background:none;"
    "color:inherit;font-weight:400;white-space:nowrap}.keepwell thead th{color:var(--ink-2)}"
    ".keepwell .n{text-align:right}.keepwell .balance>*{font-weight:600}.keepwell .balance .muted{font-weight:400}"
    ".keepwell .kind>*,.keepwell .aside>*{color:var(--ink-2)}"
    ".keepwell .kind th{padding-left:1.6em}.keepwell svg{max-width:100%;height:auto}"
)


def as_notebook_html(kind: str, answer: Any, **told: Any) -> str:
    """HTML of an answer in its JSON form for a notebook's `_repr_html_`: a static chart and the table.

    `kind` is `statement`, `series`, `cohorts`, `survival`, `definitions`, `events_retention` or `cycles`. It needs no
    script and no network, and takes the notebook's light or dark. Cohorts also say their `grain`, `measure` and
    `mean`, retention of use its `mode`. Raises BadInput for a kind there is not.
    """
    if kind not in _KINDS:
        raise BadInput(
            _("There is no answer of the kind “{kind}”.").format(kind=kind),
            ways=[_("Kinds are: {all}.").format(all=", ".join(near(kind, _KINDS) or _KINDS))],
        )
    return tag("div", tag("style", Markup(_STYLE)), *_KINDS[kind](answer, **told), class_="keepwell")


def _statement(answer: Any) -> list[Child]:
    when = numbers.period(answer["period"]["from"], answer["period"]["to"])
    return [
        tag("h3", when),
        tag("p", lede(answer)),
        _chart(movements_chart(answer, theme=PAGE, title=False), movements_notes(answer)),
        statement_table(answer, {}),
        tag("p", proof_line(answer), class_="small muted"),
    ]


def _series(answer: Any) -> list[Child]:
    drawn = retention_chart(answer, theme=PAGE, title=False)
    return [tag("h3", _("Over time")), _chart(drawn, retention_notes(answer)), series_table(answer)]


def _cohorts(
    answer: Any, grain: str = "month", measure: str = "accounts", mean: Sequence[Any] = ()
) -> list[Child]:
    drawn = cohort_chart(answer, mean=mean, grain=grain, measure=measure, theme=PAGE, title=False)
    notes = cohort_notes(answer, measure, mean)
    return [tag("h3", cohort_heading(measure)), _chart(drawn, notes), cohort_table(answer, grain, mean)]


def _survival(answer: Any, unit: str | None = None) -> list[Child]:
    drawn = survival_chart(answer, theme=PAGE, title=False)
    return [
        tag("h3", _("How long accounts stay")),
        _chart(drawn, survival_notes(answer)),
        survival_table(answer, unit),
    ]


def _definitions(answer: Any) -> list[Child]:
    drawn = definitions_chart(answer, theme=PAGE, title=False)
    return [
        tag("h3", _("Said elsewhere")),
        _chart(drawn, definitions_notes(answer)),
        definition_table(answer),
    ]


def _events_retention(answer: Any, mode: str = "on") -> list[Child]:
    drawn = use_chart(answer, mode=mode, theme=PAGE, title=False)
    return [tag("h3", use_heading()), _chart(drawn, use_notes(answer)), use_table(answer)]


def _cycles(answer: Any) -> list[Child]:
    spread = answer["spread"]
    if not spread:
        nobody = tag("p", _("Nobody has bought more than once without a contract."))
        return [tag("h3", cycles_heading()), nobody, cycles_table(answer["segments"])]
    drawn = cycles_chart(spread, theme=PAGE, title=False)
    shown = _chart(drawn, cycles_notes(spread))
    return [tag("h3", cycles_heading()), shown, cycles_table(answer["segments"])]


def _chart(made: Any, notes: list[str]) -> Markup:
    told = tag("p", " ".join(notes), class_="small muted") if notes else None
    return tag("div", told, tag("div", Markup(grammar.svg(made)), class_="scroll"))


_KINDS: dict[str, Callable[..., list[Child]]] = {
    "statement": _statement,
    "series": _series,
    "cohorts": _cohorts,
    "survival": _survival,
    "definitions": _definitions,
    "events_retention": _events_retention,
    "cycles": _cycles,
}
