"""`keepwell cohorts`: who of each cohort still pays, period after period."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, By, Grace, Html, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.days import Grain
from keepwell.lib.text import gettext as _


class Measure(StrEnum):
    """What the cells of a triangle count."""

    ACCOUNTS = "accounts"
    MRR = "mrr"


def add_to(app: typer.Typer) -> None:
    """Add `keepwell cohorts`."""
    app.command(
        "cohorts",
        help=_("Show the cohort triangle: the share of each cohort that still pays, period after period."),
        epilog=examples(
            "keepwell cohorts --grain quarter",
            "keepwell cohorts --grain month --measure mrr",
            "keepwell cohorts --by salesperson",
            "keepwell --format csv cohorts --grain year",
        ),
    )(cohorts)


def cohorts(
    context: typer.Context,
    *,
    grain: Annotated[Grain, typer.Option("--grain", help=_("How long cohorts and ages are."))] = Grain.MONTH,
    measure: Annotated[
        Measure, typer.Option("--measure", help=_("Count accounts, or what they pay."))
    ] = Measure.ACCOUNTS,
    by: By = "",
    where: Where = None,
    as_known_on: AsKnownOn = "",
    grace: Grace = None,
    html: Html = "",
) -> None:
    """Ask for the triangle and show it."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        found = company.cohorts(grain, measure=measure.value, by=by or None, where=where or ())
        if html:
            session.page(company, found, html)
        session.show(answer(found.to_dict()))


def answer(found: list[dict[str, Any]]) -> Answer:
    """A row a cohort, a column an age; running cells are marked."""
    oldest = max((cell["age"] for one in found for cell in one["cells"]), default=-1)
    columns = [
        Column("cohort", _("Cohort")),
        Column("size", _("Size"), number=True),
        *[Column(str(age), number=True) for age in range(oldest + 1)],
    ]
    rows: list[list[Any]] = []
    for one in found:
        cells = {cell["age"]: cell for cell in one["cells"]}
        rows.append([one["cohort"], one["size"], *[_cell(cells.get(age)) for age in range(oldest + 1)]])
    means = [_mean(found, age) for age in range(oldest + 1)]
    rows.append([_("weighted mean"), None, *["" if mean is None else f"{mean:.0%}" for mean in means]])
    plain = Sheet(
        [Column(name) for name in ("cohort", "size", "age", "active", "share", "finished")],
        [
            (one["cohort"], one["size"], cell["age"], cell["active"], cell["share"], cell["finished"])
            for one in found
            for cell in one["cells"]
        ],
    )
    notes = [
        _("The mean is weighted by size, over only the cohorts that have reached the age. … still running.")
    ]
    return Answer(found, [Sheet(columns, rows, notes=notes)], csv=plain)


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None or cell["share"] is None:
        return ""
    return f"{cell['share']:.0%}" + ("" if cell["finished"] else "…")


def _mean(found: list[dict[str, Any]], age: int) -> float | None:
    """The share over all cohorts that have finished this age, weighted by their base."""
    of = over = 0.0
    for one in found:
        for cell in one["cells"]:
            if cell["age"] == age and cell["finished"] and cell["share"]:
                active = float(cell["active"])
                of, over = of + active, over + active / cell["share"]
            elif cell["age"] == age and cell["finished"] and cell["share"] == 0:
                over += float(one["size"])
    return of / over if over else None
