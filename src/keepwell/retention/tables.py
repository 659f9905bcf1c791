"""Tables of figures whose cells open their accounts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from keepwell.lib.days import Period, parse_day
from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.cycles import segment_said
from keepwell.metrics.charts.definitions import OURS, definition_name
from keepwell.metrics.charts.reading import (
    Json,
    currency,
    finished,
    interval,
    is_small,
    kept_by_name,
    rate_name,
    refused,
    shown_rate,
    told,
)
from keepwell.metrics.charts.survival import group_name
from keepwell.metrics.page.markup import Markup, join, tag
from keepwell.metrics.page.tables import Cell, Head, accounts_said, parts_said, table
from keepwell.metrics.page.tables import survival_table as _survival_table
from keepwell.retention.asking import Asked
from keepwell.retention.showing import address, link, safe

To = Callable[..., str]
RATES = ("customer_churn", "revenue_churn", "net_revenue_retention")


def kinds_table(statement: Json, to: To) -> SafeString | None:
    """Contract and irregular accounts apart; None where there is one kind only."""
    kinds = statement.get("kinds") or {}
    if len(kinds) < 2:
        return None
    parts = [(kept_by_name(kind), {"kept_by": kind}, part) for kind, part in kinds.items()]
    return _parts(parts, to, _("Contract and irregular accounts"))


def parts_table(statement: Json, to: To) -> SafeString | None:
    """The segments that a statement was cut into; None where it was not cut."""
    if not statement.get("parts"):
        return None
    parts = [(str(p.get("segment")), {"part": str(p.get("segment"))}, p) for p in statement["parts"]]
    return _parts(parts, to, _("The segments"))


def _parts(parts: Sequence[tuple[str, dict[str, str], Json]], to: To, caption: str) -> SafeString:
    heads = [Head(_("Segment"))]
    heads += [Head(_("Opening accounts"), number=True), Head(_("Churned"), number=True)]
    heads += [
        Head(_("Closing accounts"), number=True, spare=True),
        Head(_("Opening MRR"), number=True, spare=True),
    ]
    heads += [Head(rate_name(name), number=True) for name in RATES]
    rows: list[list[Cell]] = []
    for name, only, part in parts:
        row: list[Cell] = [(name, None)]
        for line in ("opening", "churned", "closing"):
            n = part["accounts"][line]
            row.append((link(numbers.count(n), to(line=line, **only) if n else ""), n))
        row.append((numbers.money(part["mrr"]["opening"], currency(part)), part["mrr"]["opening"]))
        row += [rate_cell(part, rate) for rate in RATES]
        rows.append(row)
    return safe(table(heads, rows, caption=caption, name="keepwell-parts"))


def rate_cell(statement: Json, name: str) -> Cell:
    """A rate; where it is refused that of the contract accounts, said so; marked where its base is small."""
    value: Any = shown_rate(statement, name)
    if value is None:
        return (_("not given") if refused(statement) else _("no base"), "")
    said = numbers.times(value) if name == "quick_ratio" else numbers.percent(value)
    said = _("{rate} (contract)").format(rate=said) if refused(statement) else said
    return (f"◆ {said}" if is_small(told(statement)) else said, value)


def series_table(series: Sequence[Json], said: Asked) -> SafeString:
    """Every period of a series, the last first, each leading to its statement and to who left."""
    names = list(series[-1]["rates"])
    heads = [Head(_("Period")), Head(_("Marks"), spare=True), Head(_("Opening accounts"), number=True)]
    heads += [Head(_("Churned"), number=True), Head(_("Churn, 95%"), number=True)]
    heads += [Head(rate_name(name), number=True) for name in names]
    rows: list[list[Cell]] = []
    for one in reversed(series):
        over = Period(parse_day(one["period"]["from"]), parse_day(one["period"]["to"]))
        own = replace(said, period=over)
        around = interval(told(one), "customer_churn")
        marks = [_("not finished")] * (not finished(one)) + [_("small base")] * is_small(told(one))
        lost, opening = one["accounts"]["churned"], one["accounts"]["opening"]
        rows.append(
            [
                (
                    link(numbers.period(over.start, over.end), address("statement", own.query())),
                    str(over.start),
                ),
                ("; ".join(marks) or "–", None),
                (_opened(opening, own, line="opening"), opening),
                (_opened(lost, own, line="churned"), lost),
                ("–" if around is None else " – ".join(numbers.percent(a) for a in around), None),
                *(rate_cell(one, name) for name in names),
            ]
        )
    return safe(table(heads, rows, caption=_("The series in numbers"), name="keepwell-series"))


def _opened(n: int, said: Asked, **query: str) -> Markup:
    return link(numbers.count(n), address("accounts", said.query(**query)) if n else "")


def cohort_table(result: Any, said: Asked) -> SafeString:
    """The triangle in numbers, the size of each cohort leading to its accounts."""
    grain = "" if said.by else said.grain.value
    ages = sorted({cell["age"] for one in result["cohorts"] for cell in one["cells"]})
    heads = [Head(_("Cohort")), Head(_("Size"), number=True), *(Head(str(age), number=True) for age in ages)]
    rows: list[list[Cell]] = []
    for one in result["cohorts"]:
        cells = {cell["age"]: cell for cell in one["cells"]}
        opened = _opened(one["size"], said, of="starts", grain=grain, line=one["cohort"])
        row: list[Cell] = [(numbers.cohort(one["cohort"], grain), one["cohort"]), (opened, one["size"])]
        rows.append(row + [_share(cells.get(age)) for age in ages])
    means = {cell["age"]: cell for cell in result["mean"]}
    size = sum(one["size"] for one in result["cohorts"])
    last: list[Cell] = [(_("Weighted mean"), None), (numbers.count(size), size)]
    rows.append(last + [_share(means.get(age)) for age in ages])
    return safe(table(heads, rows, caption=_("The cohorts in numbers"), name="keepwell-cohorts"))


def _share(cell: Any) -> Cell:
    if cell is None or cell.get("share") is None:
        return ("", "")
    return (("" if cell["finished"] else "~") + numbers.percent(cell["share"], 0), cell["share"])


def survival_table(result: Any, said: Asked) -> SafeString:
    """For each group its accounts, the median and the shares kept; below it what opens each group."""
    made = _survival_table(result, result.get("currency"))
    links = [
        tag(
            "a",
            f"{group_name(one)}: {accounts_said(int(one['size']))}",
            href=address("accounts", said.query(of="starts", line=str(one["group"] or ""))),
        )
        for one in result["groups"]
    ]
    return safe(join([made, tag("p", [join([one, " "]) for one in links], class_="row small")]))


def definitions_table(definitions: Sequence[Json], said: Asked) -> SafeString:
    """Every definition's rate with its parts, and the accounts it counts otherwise."""
    heads = [Head(_("Definition")), Head(_("Churn"), number=True), Head(_("Of"), number=True, spare=True)]
    heads += [Head(_("Accounts apart"), number=True), Head(_("Why not"), spare=True)]
    rows: list[list[Cell]] = []
    for one in definitions:
        name, n, value = definition_name(one), one["accounts_apart"], one.get("rate")
        apart = (
            link(accounts_said(n), address("accounts", said.query(of="definitions", line=one["name"])))
            if n
            else _("none")
        )
        rows.append(
            [
                (tag("strong", name) if one["name"] == OURS else name, None),
                (_("no value") if value is None else numbers.percent(value), value),
                (parts_said(one), None),
                (apart, n),
                (one.get("why_not") or "", None),
            ]
        )
    return safe(table(heads, rows, caption=_("The definitions in numbers"), name="keepwell-definitions"))


def cycles_table(segments: Sequence[Json]) -> SafeString:
    """By segment, how many buy irregularly, how often, and who has lapsed."""
    heads = [Head(_("Segment")), Head(_("Accounts"), number=True), Head(_("Bought once so far"), number=True)]
    heads += [Head(_("Lapsed"), number=True), Head(_("Cycle, days"), number=True)]
    heads.append(Head(_("Limit, days"), number=True))
    rows: list[list[Cell]] = []
    for one in segments:
        only = {"of": "cycles"} | ({"part": str(one["segment"])} if one["segment"] is not None else {})
        row: list[Cell] = [(segment_said(one["segment"]), None)]
        for line, name in (("", "accounts"), ("one_time", "one_time"), ("lapsed", "lapsed")):
            n = one[name]
            query = urlencode({**only, "line": line} if line else only)
            row.append((link(numbers.count(n), address("accounts", query) if n else ""), n))
        row += [(numbers.decimal(one["cycle_days"], 1), one["cycle_days"])]
        row += [(numbers.decimal(one["limit_days"]), one["limit_days"])]
        rows.append(row)
    return safe(table(heads, rows, caption=_("The cycles in numbers"), name="keepwell-cycles"))
