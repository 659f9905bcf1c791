"""The cohort triangle: who of each cohort still pays, month after month."""

from collections.abc import Sequence
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.grammar import LIGHT, Theme, finish, rows
from keepwell.metrics.charts.reading import SMALL, Json
from keepwell.metrics.charts.vega import alt
from keepwell.metrics.intervals import small

SHADE_MOST = 0.5  # the darkest cell is half green, so that ink on it keeps its contrast
SIZE = -1  # the place of the size column on the axis of ages
CELL, CELL_LEAST = 40, 30  # units a cell is wide, and the least that has room for its text
LABELS = 150  # units that the names of the cohorts take


def cohort_chart(
    cohorts: Sequence[Json],
    *,
    mean: Sequence[Json] = (),
    grain: str = "month",
    measure: str = "accounts",
    theme: Theme = LIGHT,
    width: int | None = None,
    title: bool = True,
) -> Any:
    """A triangle of shares with a column of sizes and a row of weighted means.

    `mean` is the cells of the weighted mean, as `Cohorts.mean_to_dict` gives them; without them there is no such
    row. A running cell (its month not yet over) has a dashed edge and stays out of the means. The chart is as
    wide as it has ages; cells are drawn narrower, down to where their text fits, to keep within `width`.
    """
    ages = sorted({int(c["age"]) for cohort in cohorts for c in cohort["cells"]})
    values = [*_mean_values(cohorts, mean), *_values(cohorts, measure, grain)]
    natural, least = ((len(ages) + 1) * cell + LABELS for cell in (CELL, CELL_LEAST))
    wide = natural if width is None else min(natural, max(least, width))
    return finish(
        _layers(values, ages, grain, theme),
        theme=theme,
        width=wide,
        height=26 * (len(cohorts) + (2 if mean else 0)),
        title=cohort_heading(measure) if title else None,
        said=_said(cohorts, mean, measure),
        notes=cohort_notes(cohorts, measure, mean),
    )


def cohort_notes(cohorts: Sequence[Json], measure: str = "accounts", mean: Sequence[Json] = ()) -> list[str]:
    """What the cells are, and the marks that occur among them."""
    notes = [
        _("Cells are per cent of the cohort’s first MRR.")
        if measure == "mrr"
        else _("Cells are per cent of the cohort’s accounts.")
    ]
    if any(not c.get("finished", True) for cohort in cohorts for c in cohort["cells"]):
        notes.append(_("Dashed edge: still running, counted up to the newest covered day."))
    if any(small(int(c["size"] or 0)) for c in cohorts):
        notes.append(_("Size in brackets: fewer than {n} accounts.").format(n=SMALL))
    if mean:
        notes.append(
            _("The mean is weighted by first MRR, over the cohorts that have reached the age.")
            if measure == "mrr"
            else _("The mean is weighted by size, over the cohorts that have reached the age.")
        )
    return notes


def size_said(size: Any) -> str:
    """A cohort's accounts, in brackets where they are few."""
    said = numbers.count(size)
    return f"({said})" if small(int(size or 0)) else said


def cohort_heading(measure: str) -> str:
    """What the triangle shows, as its heading."""
    return _("Revenue kept, by cohort") if measure == "mrr" else _("Accounts kept, by cohort")


def means_by_age(mean: Sequence[Json]) -> dict[int, float]:
    """Age to the mean's share, where there is one."""
    return {int(cell["age"]): float(cell["share"]) for cell in mean if cell.get("share") is not None}


def _said(cohorts: Sequence[Json], mean: Sequence[Json], measure: str) -> str:
    means = means_by_age(mean)
    some = [a for a in (1, 3, 6, 12, 24, 36) if a in means]
    figures = ", ".join(
        _("{share} at age {age}").format(share=numbers.percent(means[a], 0), age=a) for a in some
    )
    return _("{heading}: {n} cohorts. Weighted mean: {figures}.").format(
        heading=cohort_heading(measure), n=len(cohorts), figures=figures or "–"
    )


def _cell(row: int, age: int, share: float, kind: str) -> dict[str, Any]:
    return {
        "row": row,
        "age": age,
        "text": f"{share * 100:.0f}",
        "shade": round(SHADE_MOST * min(1.0, max(0.0, share)) ** 1.6, 4),
        "kind": kind,
    }


def _mean_values(cohorts: Sequence[Json], mean: Sequence[Json]) -> list[dict[str, Any]]:
    if not mean:
        return []
    name, total = _("Weighted mean"), sum(int(c["size"] or 0) for c in cohorts)
    values = [{"row": 0, "age": SIZE, "text": numbers.count(total), "kind": "size", "cohort": name}]
    for age, share in means_by_age(mean).items():
        cell = _cell(0, age, share, "mean")
        values.append({**cell, "cohort": name, "said": f"{name}, {age}: {numbers.percent(share)}"})
    return values


def _values(cohorts: Sequence[Json], measure: str, grain: str) -> list[dict[str, Any]]:
    """One dict a cell; rows are numbered from the top, the mean is row 0."""
    values: list[dict[str, Any]] = []
    for row, cohort in enumerate(cohorts, start=1):
        name = numbers.cohort(cohort["cohort"], grain)
        values.append(
            {"row": row, "age": SIZE, "text": size_said(cohort["size"]), "kind": "size", "cohort": name}
        )
        for cell in cohort["cells"]:
            if cell.get("share") is None:
                continue
            running = not cell.get("finished", True)
            share = float(cell["share"])
            values.append(
                {
                    **_cell(row, int(cell["age"]), share, "running" if running else "cell"),
                    "cohort": name,
                    "share": numbers.percent(share),
                    "active": _active(cell.get("active"), measure),
                    "state": _("still running") if running else _("finished"),
                    "said": f"{name}, {cell['age']}: {numbers.percent(share)}",
                }
            )
    return values


def _active(active: Any, measure: str) -> str:
    if active is None:
        return "–"
    return numbers.money(active, None) if measure == "mrr" else numbers.count(active)


def _layers(values: list[dict[str, Any]], ages: list[int], grain: str, theme: Theme) -> Any:
    names = list(dict.fromkeys(v["cohort"] for v in values))
    if values and values[0]["row"] == 0:
        names.insert(1, "")  # a breath between the mean and the cohorts
    unit = {"quarter": _("Quarters"), "year": _("Years")}.get(grain, _("Months"))
    head = _("{unit} since the cohort began").format(unit=unit)
    axis = alt.Axis(
        orient="top", labelAngle=0, domain=False, titleAnchor="start", labelOverlap=False,
        labelExpr=f"datum.value == {SIZE} ? '{_('Size')}' : datum.label",
    )  # fmt: skip
    x = alt.X("age:O", sort=[SIZE, *ages], title=head, axis=axis, scale=alt.Scale(domain=[SIZE, *ages]))
    y = alt.Y(
        "cohort:N",
        sort=names,
        scale=alt.Scale(domain=names),
        title=None,
        axis=alt.Axis(domain=False, labelColor=theme.ink, labelLimit=180),
    )
    tooltip = [
        alt.Tooltip("cohort:N", title=_("Cohort")),
        alt.Tooltip("age:O", title=_("Age")),
        alt.Tooltip("share:N", title=_("Still paying")),
        alt.Tooltip("active:N", title=_("Active")),
        alt.Tooltip("state:N", title=_("This cell is")),
    ]
    held = alt.Chart(rows(values)).encode(x=x, y=y)
    look = {"cornerRadius": 3, "color": theme.keep, "aria": True}
    gap = {"width": alt.RelativeBandSize(0.94), "height": alt.RelativeBandSize(0.88)}
    shade = alt.FillOpacity("shade:Q", scale=None)
    cells = (
        held.transform_filter("datum.kind == 'cell' || datum.kind == 'mean'")
        .mark_bar(**look, **gap)
        .encode(fillOpacity=shade, description="said:N", tooltip=tooltip)
    )
    running = (
        held.transform_filter("datum.kind == 'running'")
        .mark_bar(**look, **gap, stroke=theme.keep, strokeDash=[3, 2], strokeWidth=1.2)
        .encode(fillOpacity=shade, description="said:N", tooltip=tooltip)
    )
    texts = held.mark_text(fontSize=12, aria=False).encode(
        text="text:N",
        color=alt.condition("datum.kind == 'size'", alt.value(theme.ink_2), alt.value(theme.ink)),
    )
    means = held.transform_filter("datum.row == 0").mark_text(fontSize=12, fontWeight=600, aria=False)
    bold = means.encode(text="text:N", color=alt.value(theme.ink))
    shades = [cells, running] if any(v["kind"] == "running" for v in values) else [cells]
    return alt.layer(*shades, texts.transform_filter("datum.row > 0"), bold)
