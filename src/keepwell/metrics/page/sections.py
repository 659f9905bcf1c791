"""The parts of the page, each made from one answer."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import grammar, numbers
from keepwell.metrics.charts.cohorts import cohort_chart, cohort_heading, cohort_notes
from keepwell.metrics.charts.definitions import definition_told, definitions_chart, definitions_notes
from keepwell.metrics.charts.grammar import spec_of
from keepwell.metrics.charts.movements import movements_chart, movements_notes
from keepwell.metrics.charts.reading import (
    LOSSES,
    MONEY_LINES,
    SMALL,
    Json,
    base,
    currency,
    finished,
    interval,
    is_small,
    kept_by_name,
    kind_name,
    line_name,
    rate,
    refused,
    shown_rate,
    told,
)
from keepwell.metrics.charts.retention import PANELS, retention_chart, retention_notes
from keepwell.metrics.charts.survival import survival_chart, survival_notes
from keepwell.metrics.charts.theme import PAGE
from keepwell.metrics.page.drawers import Accounts, behind, definition_opener, line_meaning, opener
from keepwell.metrics.page.figures import Figure, amount, beside, figures
from keepwell.metrics.page.markup import Child, Markup, data_block, tag
from keepwell.metrics.page.proof import proof_line
from keepwell.metrics.page.tables import (
    Head,
    cohort_table,
    definition_table,
    segment_table,
    series_table,
    survival_table,
)

WIDE, HALF, PHONE = 1180, 560, 330  # units of the three widths a chart is drawn at


def chart(name: str, draw: Callable[[int], Any], *, wide: int) -> Markup:
    """A chart drawn for a wide and for a narrow screen, as pictures that the page's script makes interactive."""
    specs = {"wide": spec_of(draw(wide)), "narrow": spec_of(draw(PHONE))}
    return tag(
        "div",
        [tag("div", picture(spec), class_=f"only-{size}") for size, spec in specs.items()],
        data_block(_shared(specs)),
        class_="chart",
        id=f"chart-{name}",
    )


def _shared(specs: dict[str, Any]) -> dict[str, Any]:
    """The specs with the rows they share once, and without the address of their schema: the page names none."""
    datasets: dict[str, Any] = {}
    bare = {}
    for size, spec in specs.items():
        datasets |= spec.get("datasets", {})
        bare[size] = {k: v for k, v in spec.items() if k not in ("$schema", "datasets")}
    return {**bare, "datasets": datasets}


def picture(spec: dict[str, Any]) -> Markup:
    """The chart as SVG, in the page's own type and with no more decimals than can be seen."""
    drawn = re.sub(r' font-family="[^"]*"', "", grammar.svg(spec))
    head, rest = drawn.split(">", 1)  # the picture speaks as a whole, so its parts need no words of their own
    rest = re.sub(r' (?:aria-label|aria-roledescription|role|aria-hidden|pointer-events)="[^"]*"', "", rest)
    drawn = f"{head}>{rest}"
    return Markup(re.sub(r"(\d+\.\d{2})\d+", r"\1", drawn))


def sheet(name: str, heading: str, notes: Sequence[str], *inside: Child, class_: str = "sheet") -> Markup:
    """A sheet of paper with a heading and what a reader has to be told."""
    told = tag("p", " ".join(notes), class_="small muted notes") if notes else None
    head = tag("h2", heading, id=f"{name}-head")
    return tag("section", head, told, *inside, class_=class_, id=name, aria_labelledby=f"{name}-head")


def folded(words: str, *inside: Child) -> Markup:
    """What is there for those who ask for it."""
    return tag("details", tag("summary", words), *inside)


def cards(statement: Json, accounts: Accounts, before: Json | None) -> Markup:
    """One card a figure: the first four large, the rest in a second row."""
    made = [_card(f, statement, accounts, before) for f in figures(statement)]
    head = tag("h2", _("The figures"), class_="unseen", id="figures-head")
    return tag(
        "section", head, tag("div", made, class_="cards"), aria_labelledby="figures-head", id="figures"
    )


def _card(figure: Figure, statement: Json, accounts: Accounts, before: Json | None) -> Markup:
    value = shown_rate(statement, figure.name)
    buttons = [opener(f"figure-{figure.name}", _("How it is counted"))]
    first = next((n for n in (figure.parts.lists if figure.parts else ()) if accounts.get(n)), None)
    if first:
        held = numbers.count(behind(first, accounts, statement))
        buttons.append(opener(f"line-{first}", f"{line_name(first)}: {held}"))
    words = _("not given") if value is None and refused(statement) else figure.say(value)
    said = tag("p", words, class_="value" if value is not None else "value none")
    way = tag("p", figure.better, class_="way") if figure.better else None
    marks = _marks(statement) if value is not None else []
    return tag(
        "section",
        tag("h3", figure.label),
        tag("div", said, way, class_="row whole"),
        tag(
            "p",
            [tag("span", words) for words in _beside(figure, statement, before)],
            class_="small muted parts",
        ),
        tag("p", marks, class_="row") if marks else None,
        tag("p", buttons, class_="row foot"),
        class_="sheet figure",
    )


def _beside(figure: Figure, statement: Json, before: Json | None) -> list[str]:
    """What stands beside a figure: its parts, its interval, and its value in the period before."""
    held = told(statement)
    if rate(held, figure.name) is None:
        return [_("all accounts: not given") if refused(statement) else figure.formula]
    said = [words for words in [beside(figure, held)] if words]
    around = interval(held, figure.name)
    if around:
        said.append(_("95%: {low} to {high}").format(low=figure.say(around[0]), high=figure.say(around[1])))
    if before is not None and shown_rate(before, figure.name) is not None:
        when = numbers.period(before["period"]["from"], before["period"]["to"])
        said.append(f"{when}: {figure.say(shown_rate(before, figure.name))}")
    if refused(statement):
        said.append(_("all accounts: not given"))
    return said


def _marks(statement: Json) -> list[Markup]:
    marks = []
    if refused(statement):
        marks.append(tag("span", _("contract accounts alone"), class_="mark part"))
    if is_small(told(statement)):
        marks.append(tag("span", _("small base: under {n}").format(n=SMALL), class_="mark near"))
    if not finished(statement):
        marks.append(tag("span", _("not finished"), class_="mark held"))
    return marks


def movements(statement: Json) -> list[Markup]:
    """From opening to closing, in money and in accounts."""
    made = []
    for measure, heading in (
        ("mrr", _("Monthly revenue, opening to closing")),
        ("accounts", _("Accounts, opening to closing")),
    ):

        def draw(width: int, measure: str = measure) -> Any:
            return movements_chart(statement, measure=measure, theme=PAGE, width=width, title=False)

        notes = movements_notes(statement, measure)
        made.append(sheet(f"movements-{measure}", heading, notes, chart(measure, draw, wide=HALF)))
    return made


def statement_sheet(statement: Json, accounts: Accounts) -> Markup:
    """The statement line by line, each opening its accounts, with the sums that have to hold."""
    proof = tag("p", proof_line(statement), class_="proof")
    return sheet(
        "statement", _("The statement"), [], statement_table(statement, accounts), _sums(statement), proof
    )


def statement_table(statement: Json, accounts: Accounts) -> Markup:
    """The lines of a statement; one whose accounts are known opens them."""
    heads = [Head(_("Line")), Head(_("Accounts"), number=True), Head(_("MRR"), number=True)]
    heads.append(Head(_("What it counts"), spare=True))
    rows = []
    for line in MONEY_LINES:
        rows.append(_line(line, statement, accounts, balance=line in ("opening", "closing")))
        if line == "churned":
            rows += _kinds(statement)
    aside = [
        n
        for n in ("leaving", "interrupted", "passed_through", "came_back_and_left")
        if n in statement["accounts"]
    ]
    rows += [_line(line, statement, accounts, aside=True) for line in aside]
    head = tag("tr", [tag("th", h.words, scope="col", class_=h.look) for h in heads])
    body = tag(
        "table",
        tag("caption", _("The statement"), class_="unseen"),
        tag("thead", head),
        tag("tbody", rows),
        class_="lines",
    )
    return tag("div", body, class_="scroll")


def _line(
    line: str, statement: Json, accounts: Accounts, *, balance: bool = False, aside: bool = False
) -> Markup:
    word: Child = line_name(line)
    if accounts.get(line):
        word = opener(f"line-{line}", line_name(line))
    sign = "" if balance or aside else ("−" if line in LOSSES else "+")
    n, sum_ = amount(statement, "accounts", line), amount(statement, "mrr", line)
    # Accounts that pay more or less stay: they are no part of the sum of accounts.
    counted = f"({n})" if line in ("expansion", "contraction") else _signed(sign, n)
    return tag(
        "tr",
        tag("th", word, scope="row"),
        tag("td", counted, class_="n"),
        tag("td", _signed(sign, sum_), class_="n"),
        tag("td", line_meaning(line), class_="small muted wide-only"),
        class_="balance" if balance else ("aside" if aside else None),
    )


def _signed(sign: str, said: str) -> str:
    return sign + said if any(digit in said for digit in "123456789") else said


def _kinds(statement: Json) -> list[Markup]:
    kinds = statement["accounts"].get("churned_by_kind") or {}
    money = statement["mrr"].get("churned_by_kind") or {}
    return [
        tag(
            "tr",
            tag("th", kind_name(kind), scope="row"),
            tag("td", numbers.count(n), class_="n"),
            tag("td", numbers.money(money[kind], currency(statement)) if kind in money else None, class_="n"),
            tag("td", class_="wide-only"),
            class_="kind",
        )
        for kind, n in kinds.items()
        if n
    ]


def _sums(statement: Json) -> Markup:
    """The two identities with this period's amounts, so that anyone can add them up."""
    said = []
    for measure, lines in (("accounts", ("new", "reactivated", "churned")), ("mrr", MONEY_LINES[1:-1])):
        terms = amount(statement, measure, "opening")
        for line in lines:
            terms += f" {'−' if line in LOSSES else '+'} {amount(statement, measure, line)}"
        said.append(f"{terms} = {amount(statement, measure, 'closing')}")
    return tag(
        "p",
        tag("span", _("It adds up:"), class_="muted"),
        " ",
        said[0],
        tag("br"),
        said[1],
        class_="small sums",
    )


def over_time(series: Sequence[Json]) -> Markup:
    """Churn and retention over the periods of the series."""
    numbers_ = folded(_("The series in numbers"), series_table(series))
    if not any(shown_rate(s, "customer_churn") is not None for s in series):
        none = tag("p", _("None of these periods has a rate to draw."), class_="muted")
        return sheet("series", _("Over time"), retention_notes(series), none, numbers_)
    panels = []
    for panel in PANELS:
        heading = _("Churn") if panel == "churn" else _("Retention")

        def draw(width: int, panel: str = panel) -> Any:
            return retention_chart(series, panel=panel, theme=PAGE, width=width, title=False)

        panels.append(tag("div", tag("h3", heading), chart(panel, draw, wide=HALF)))
    return sheet(
        "series", _("Over time"), retention_notes(series), tag("div", panels, class_="halves"), numbers_
    )


def segments(statement: Json) -> Markup:
    """The parts a statement was cut into."""
    by = (statement.get("provenance") or {}).get("by")
    heading = _("By {column}").format(column=str(by).replace("_", " ")) if by else _("By segment")
    notes = [_("The parts sum to the whole.")]
    if any(is_small(part) for part in statement["parts"]):
        notes.append(_("◆ under {n} accounts at the opening.").format(n=SMALL))
    return sheet("segments", heading, notes, segment_table(statement["parts"]))


def kinds(statement: Json) -> Markup:
    """Contract accounts and irregular ones apart."""
    parts = [{**part, "segment": kept_by_name(kind)} for kind, part in statement["kinds"].items()]
    notes = [_("The two kinds sum to the whole.")]
    return sheet("kinds", _("Contract and irregular accounts"), notes, segment_table(parts))


def said_elsewhere(definitions: Sequence[Json]) -> Markup:
    """The same period by other definitions, each with the accounts that make it differ."""

    def draw(width: int) -> Any:
        return definitions_chart(definitions, theme=PAGE, width=width, title=False)

    if all(definition_told(d).get("rate") is None for d in definitions):
        none = tag("p", _("No definition has a value for this period; each says why."), class_="muted")
        return sheet(
            "definitions", _("Said elsewhere"), [], none, definition_table(definitions, definition_opener)
        )
    halves = [
        tag("div", chart("definitions", draw, wide=HALF)),
        tag("div", definition_table(definitions, definition_opener)),
    ]
    inside = tag("div", halves, class_="halves")
    return sheet("definitions", _("Said elsewhere"), definitions_notes(definitions), inside)


def cohorts_sheet(cohorts: Sequence[Json], mean: Sequence[Json], grain: str, measure: str) -> Markup:
    """The cohort triangle, which scrolls sideways where it has no room."""
    made = spec_of(
        cohort_chart(cohorts, mean=mean, grain=grain, measure=measure, theme=PAGE, width=WIDE, title=False)
    )
    heading = cohort_heading(measure)
    held = tag("div", picture(made)), data_block(_shared({"wide": made}))
    chart_ = tag("div", held, class_="chart fixed", id="chart-cohorts")
    label = _("{heading}: the chart").format(heading=heading)  # the section around has the heading alone
    moved = tag("div", chart_, class_="scroll", tabindex=0, role="region", aria_label=label)
    inside = folded(_("The cohorts in numbers"), cohort_table(cohorts, grain, mean))
    return sheet("cohorts", heading, cohort_notes(cohorts, measure, mean), moved, inside)


def survival_sheet(survival: Any, unit: str | None) -> Markup:
    """The survival curves with their medians."""

    def draw(width: int) -> Any:
        return survival_chart(survival, theme=PAGE, width=width, title=False)

    return sheet(
        "survival",
        _("How long accounts stay"),
        survival_notes(survival),
        chart("survival", draw, wide=WIDE),
        survival_table(survival, unit),
    )


def warnings(statement: Json) -> list[Markup]:
    """What has to be said before any figure is read."""
    said = []
    if (statement.get("provenance") or {}).get("simulated"):
        said.append(
            (_("Simulated data."), _("This company does not exist: every name and number is invented."))
        )
    if not finished(statement):
        said.append((_("Not finished."), _("The figures of this period will still change.")))
    why = refused(statement)
    if why:
        said.append((_("No rates of all accounts."), f"{why.get('reason', '')} {why.get('way', '')}"))
    if base(statement) == 0:
        ways = _("Choose a later start, or load earlier subscriptions or purchases.")
        said.append((_("No base."), _("Nobody paid on the day before this period.") + " " + ways))
    return [tag("p", tag("strong", head), " ", rest, class_="notice", role="note") for head, rest in said]
