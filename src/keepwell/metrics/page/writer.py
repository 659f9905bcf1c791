"""One file that shows a period to anyone: it opens without a network, in light and dark, and prints."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json, currency
from keepwell.metrics.page import sections
from keepwell.metrics.page.drawers import Accounts, definition_drawers, figure_drawer, line_drawers
from keepwell.metrics.page.figures import figures
from keepwell.metrics.page.lede import lede
from keepwell.metrics.page.markup import Markup, join, tag
from keepwell.metrics.page.proof import proof_list, segment
from keepwell.metrics.page.shell import assemble, top

MOST = 2_000  # accounts shown of one list; a list never holds more than can be read


def write_page(
    path: str | Path,
    *,
    statement: Json,
    series: Sequence[Json] | None = None,
    cohorts: Sequence[Json] | None = None,
    survival: Any = None,
    definitions: Sequence[Json] | None = None,
    accounts: Accounts | None = None,
    title: str | None = None,
    cohort_mean: Sequence[Json] = (),
    cohort_grain: str = "month",
    cohort_measure: str = "accounts",
    most: int = MOST,
) -> Path:
    """Write one self-contained HTML file about a period and give back its path.

    Every answer is in its JSON form; what is None has no part on the page. `cohort_mean` is what
    `Cohorts.mean_to_dict` gives. `accounts` holds the accounts behind each line, `{line: [{account_id, name,
    opening, closing, change, currency, why}]}`, amounts as decimal strings; at most `most` of a list are put into
    the page, the largest first.
    """
    page = make_page(
        statement=statement,
        series=series,
        cohorts=cohorts,
        survival=survival,
        definitions=definitions,
        accounts=accounts,
        title=title,
        cohort_mean=cohort_mean,
        cohort_grain=cohort_grain,
        cohort_measure=cohort_measure,
        most=most,
    )
    target = Path(path)
    target.write_text(page, encoding="utf-8")
    return target


def make_page(
    *,
    statement: Json,
    series: Sequence[Json] | None = None,
    cohorts: Sequence[Json] | None = None,
    survival: Any = None,
    definitions: Sequence[Json] | None = None,
    accounts: Accounts | None = None,
    title: str | None = None,
    cohort_mean: Sequence[Json] = (),
    cohort_grain: str = "month",
    cohort_measure: str = "accounts",
    most: int = MOST,
) -> str:
    """The page of `write_page` as text."""
    behind = accounts or {}
    period = statement["period"]
    when = numbers.period(period["from"], period["to"])
    parts: list[Markup] = [sections.cards(statement, behind, _before(statement, series or []))]
    parts.append(tag("div", sections.movements(statement), class_="halves"))
    parts.append(sections.statement_sheet(statement, behind))
    if len(statement.get("kinds") or {}) > 1:
        parts.append(sections.kinds(statement))
    if statement.get("parts"):
        parts.append(sections.segments(statement))
    if series:
        parts.append(sections.over_time(series))
    if definitions:
        parts.append(sections.said_elsewhere(definitions))
    if cohorts:
        parts.append(sections.cohorts_sheet(cohorts, cohort_mean, cohort_grain, cohort_measure))
    if survival:
        parts.append(sections.survival_sheet(survival, currency(statement)))
    parts.append(sections.sheet("proof", _("Where these figures come from"), [], proof_list(statement)))
    drawers = [figure_drawer(f, statement, behind) for f in figures(statement)]
    drawers += [*line_drawers(behind, statement, most), *definition_drawers(definitions or [], behind, most)]
    head = tag(
        "header",
        tag("p", _eyebrow(statement), class_="small muted"),
        tag("h1", title or _("Who stayed and who left")),
        tag("p", lede(statement), class_="lede"),
    )
    return assemble(
        name=f"{title or _('Who stayed and who left')}, {when}",
        body=join([top(), tag("main", *sections.warnings(statement), head, *parts), *drawers]),
    )


def _eyebrow(statement: Json) -> str:
    """What the page is about: period, days, segment, currency."""
    period, given = statement["period"], statement.get("provenance") or {}
    short = numbers.period(period["from"], period["to"])
    last = date.fromisoformat(period["to"]) - timedelta(days=1)
    days = _("{first} to {last}").format(first=numbers.day(period["from"]), last=numbers.day(last))
    said = [short] if short == days else [short, days]
    return " · ".join([*said, segment(given), *([str(given["currency"])] if given.get("currency") else [])])


def _before(statement: Json, series: Sequence[Json]) -> Json | None:
    """The statement of the series that ends where this one starts and is about as long."""

    def days(s: Json) -> int:
        return (date.fromisoformat(s["period"]["to"]) - date.fromisoformat(s["period"]["from"])).days

    start = statement["period"]["from"]
    fitting = [s for s in series if s["period"]["to"] == start and abs(days(s) - days(statement)) <= 3]
    return fitting[0] if fitting else None
