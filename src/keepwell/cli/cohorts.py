"""`keepwell cohorts`: who of each cohort still pays, period after period."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn, By, Grace, Where
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.days import Grain, add_months, parse_day
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.conditions import asked_where
from keepwell.metrics.periods import name_of

# Ages that people look at in a wide triangle; CSV and JSON have all.
SHOWN = (*range(7), 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 108, 120)
WIDE = 17  # ages from which on a triangle is


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
) -> None:
    """Ask for the triangle and show it."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on, grace=grace) as company:
        session.report(1, 2, _("Following the cohorts"))
        found = company.cohorts(
            grain, measure=measure.value, by=by or None, where=asked_where(company, where)
        )
        named = None if by else grain
        shown = answer(found.to_dict(), found.mean_to_dict(), left_out=found.left_out, grain=named)
    session.show(shown)


def answer(
    found: list[dict[str, Any]],
    mean: list[dict[str, Any]],
    *,
    left_out: int = 0,
    grain: Grain | None = None,
) -> Answer:
    """A row a cohort, a column an age, the weighted mean below; running and small cells are marked.

    `grain` is that of cohorts which are periods; without it they bear the values their accounts share.
    """
    oldest = max((cell["age"] for one in found for cell in one["cells"]), default=-1)
    ages = [age for age in range(oldest + 1) if oldest < WIDE or age in (*SHOWN, oldest)]
    columns = [
        Column("cohort", _("Cohort")),
        Column("size", _("Size"), number=True),
        *[Column(str(age), number=True) for age in ages],
    ]
    rows: list[list[Any]] = []
    for one in found:
        cells = {cell["age"]: cell for cell in one["cells"]}
        name = one["cohort"] if grain is None else _period_name(one["cohort"], grain)
        rows.append([name, one["size"], *[_cell(cells.get(age)) for age in ages]])
    means = {cell["age"]: cell for cell in mean}
    rows.append([_("weighted mean"), None, *[_cell(means.get(age)) for age in ages]])
    plain = Sheet(
        [Column(name) for name in ("cohort", "size", "age", "active", "share", "finished")],
        [
            (one["cohort"], one["size"], cell["age"], cell["active"], cell["share"], cell["finished"])
            for one in found
            for cell in one["cells"]
        ],
    )
    notes = [
        _("The mean is weighted by size, over only the cohorts that have reached the age."),
        _("… still running; * fewer than 30 accounts"),
    ]
    if len(ages) <= oldest:
        notes.append(_("Not every age has room here; all of them: keepwell --format csv cohorts …"))
    if left_out:
        words = ngettext(
            "{n:,} account paid before the data begins and is in no cohort.",
            "{n:,} accounts paid before the data begins and are in no cohort.",
            left_out,
        )
        notes.append(words.format(n=left_out))
    return Answer(found, [Sheet(columns, rows, notes=notes)], csv=plain)


def _period_name(first: str, grain: Grain) -> str:
    start = parse_day(first)
    return name_of(start, add_months(start, grain.months))


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None or cell["share"] is None:
        return ""
    return f"{cell['share']:.0%}" + ("" if cell["finished"] else "…") + ("*" if cell.get("small") else "")
