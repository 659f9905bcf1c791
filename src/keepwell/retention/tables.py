"""Tables of figures whose cells open their accounts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from keepwell.lib.days import Grain, Period, parse_day
from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.cycles import segment_said
from keepwell.metrics.charts.definitions import OURS, definition_name, definition_rate, definition_told
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
from keepwell.metrics.page.markup import Markup, tag
from keepwell.metrics.page.tables import Cell, Head, accounts_said, parts_said, table
from keepwell.metrics.page.tables import survival_table as _survival_table
from keepwell.retention.asking import Asked
from keepwell.retention.showing import address, behind, link, period_name, safe
from keepwell.retention.tips import Tips

To = Callable[..., str]
RATES = ("customer_churn", "revenue_churn", "net_revenue_retention")


def kinds_table(statement: Json, to: To, tips: Tips) -> SafeString | None:
    """Contract and irregular accounts apart; None where there is one kind only."""
    kinds = statement.get("kinds") or {}
    if len(kinds) < 2:
        return None
    parts = [(kept_by_name(kind), {"kept_by": kind}, part) for kind, part in kinds.items()]
    return _parts(parts, to, tips, _("Contract and irregular accounts"))


def parts_table(statement: Json, to: To, tips: Tips) -> SafeString | None:
    """The segments that a statement was cut into; None where it was not cut."""
    if not statement.get("parts"):
        return None
    parts = [(str(p.get("segment")), {"part": str(p.get("segment"))}, p) for p in statement["parts"]]
    return _parts(parts, to, tips, _("The segments"))


def _parts(parts: Sequence[tuple[str, dict[str, str], Json]], to: To, tips: Tips, caption: str) -> SafeString:
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
            url = to(line=line, **only) if n else ""
            row.append((tips.line(numbers.count(n), part, line, url=url), n))
        opening = numbers.money(part["mrr"]["opening"], currency(part))
        url = to(line="opening", **only) if part["accounts"]["opening"] else ""
        row.append((tips.line(opening, part, "opening", url=url), part["mrr"]["opening"]))
        row += [rate_cell(part, rate, tips, partial(to, **only)) for rate in RATES]
        rows.append(row)
    return safe(table(heads, rows, caption=caption, name="keepwell-parts"))


def rate_cell(statement: Json, name: str, tips: Tips, to: To) -> Cell:
    """A rate; where it is refused that of the contract accounts, said so; marked where its base is small.

    It opens the accounts that `to` gives the address of.
    """
    value: Any = shown_rate(statement, name)
    if value is None:
        return (_("not given") if refused(statement) else _("no base"), "")
    said = numbers.times(value) if name == "quick_ratio" else numbers.percent(value)
    said = _("{rate} (contract)").format(rate=said) if refused(statement) else said
    said = f"◆ {said}" if is_small(told(statement)) else said
    return (tips.rate(said, statement, name, url=behind(statement, name, to)), value)


def series_table(series: Sequence[Json], said: Asked, tips: Tips) -> SafeString:
    """Every period of a series, the last first, each leading to its statement and to who left."""
    names = list(series[-1]["rates"])
    heads = [Head(_("Period")), Head(_("Marks"), spare=True), Head(_("Opening accounts"), number=True)]
    heads += [Head(_("Churned"), number=True), Head(_("Churn, 95%"), number=True)]
    heads += [Head(rate_name(name), number=True) for name in names]
    rows: list[list[Cell]] = []
    for one in reversed(series):
        over = Period(parse_day(one["period"]["from"]), parse_day(one["period"]["to"]))
        own = replace(said, period=over)
        to = partial(_accounts, own)
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
                (
                    tips.line(numbers.count(opening), one, "opening", url=_at(opening, own, line="opening")),
                    opening,
                ),
                (tips.line(numbers.count(lost), one, "churned", url=_at(lost, own, line="churned")), lost),
                (
                    "–"
                    if around is None
                    else tips.figure(
                        " – ".join(numbers.percent(a) for a in around),
                        "interval",
                        url=behind(one, "customer_churn", to),
                    ),
                    None,
                ),
                *(rate_cell(one, name, tips, to) for name in names),
            ]
        )
    return safe(table(heads, rows, caption=_("The series in numbers"), name="keepwell-series"))


def _accounts(said: Asked, **query: str) -> str:
    return address("accounts", said.query(**query))


def _at(n: int, said: Asked, **query: str) -> str:
    """The address of the accounts behind a count; none where there are none."""
    return _accounts(said, **query) if n else ""


def cohort_table(result: Any, said: Asked, tips: Tips) -> SafeString:
    """The triangle in numbers, each figure leading to its cohort's accounts.

    It has thousands of figures: each says only what is its own, and the table what is told of all of them.
    """
    grain = "" if said.by else said.grain.value
    kind = tips.named("cohort-mrr" if said.measure == "mrr" else "cohort-accounts")
    ages = sorted({cell["age"] for one in result["cohorts"] for cell in one["cells"]})
    heads = [Head(_("Cohort")), Head(_("Size"), number=True), *(Head(str(age), number=True) for age in ages)]
    rows: list[list[Cell]] = []
    for one in result["cohorts"]:
        cells = {cell["age"]: cell for cell in one["cells"]}
        url = _starting(one["size"], said, grain, one["cohort"])
        size = tips.figure(numbers.count(one["size"]), "cohort-size", url=url)
        row: list[Cell] = [(numbers.cohort(one["cohort"], grain), one["cohort"]), (size, one["size"])]
        rows.append(row + [_share(cells.get(age), said, result.get("currency"), url) for age in ages])
    means = {cell["age"]: cell for cell in result["mean"]}
    whole = sum(one["size"] for one in result["cohorts"])
    url = _starting(whole, said, grain)
    size = tips.figure(numbers.count(whole), "cohort-size", url=url)
    last: list[Cell] = [(_("Weighted mean"), None), (size, whole)]
    rows.append(last + [_share(means.get(age), said, result.get("currency"), url) for age in ages])
    return safe(
        table(heads, rows, caption=_("The cohorts in numbers"), name="keepwell-cohorts", figures=kind)
    )


def _starting(n: int, said: Asked, grain: str, cohort: str = "") -> str:
    """The address of a cohort's accounts, seen from this page: as short as can be, for each cell has it."""
    kept = {"by": said.by, "where": said.where, "segment": said.segment}
    of = "" if numbers.is_period(cohort) and not said.by else "starts"  # the line says it
    told = {**kept, "of": of, "grain": "" if grain == Grain.MONTH.value else grain, "line": cohort}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"accounts?{query}" if n else ""


def _share(cell: Any, said_of: Asked, unit: Any, url: str) -> Cell:
    if cell is None or cell.get("share") is None:
        return ("", "")
    said = ("" if cell["finished"] else "~") + numbers.percent(cell["share"], 0)
    money = said_of.measure == "mrr"
    own = ""
    if cell.get("base") is not None:
        parts = (cell["active"], cell["base"])
        part, base = (numbers.money(n, unit) if money else numbers.count(n) for n in parts)
        own = f"{part} ÷ {base} = {numbers.percent(cell['share'], 1)}"
    return (tag("a", said, href=url, title=own or said) if url else said, None)


def survival_table(result: Any, said: Asked, tips: Tips) -> SafeString:
    """For each group its accounts, the median and the shares kept; each figure opens its group."""

    def figure(kind: str, shown: str, group: Json) -> Markup:
        return tips.figure(shown, kind, url=_accounts(said, of="starts", line=str(group["group"] or "")))

    return safe(_survival_table(result, result.get("currency"), figure))


def definitions_table(definitions: Sequence[Json], said: Asked, tips: Tips, refused: str) -> SafeString:
    """Every definition's rate with its parts, the accounts it counts otherwise, and why it gives no rate.

    Where that is what all rates are `refused` for, it is said above and not beside each.
    """
    whys = [why if (why := one.get("why_not") or "") != refused else "" for one in definitions]
    heads = [Head(_("Definition")), Head(_("Churn"), number=True), Head(_("Of"), number=True, spare=True)]
    heads += [Head(_("Accounts apart"), number=True), *[Head(_("Why not"))] * any(whys)]
    rows: list[list[Cell]] = []
    for one, why in zip(definitions, whys, strict=True):
        name, n, value = definition_name(one), one["accounts_apart"], definition_told(one).get("rate")
        url = _at(n, said, of="definitions", line=one["name"])
        apart = tips.figure(accounts_said(n), "apart", name, url=url) if n else _("none")
        kept_by = "contract" if one.get("contract") else ""
        left = url or _accounts(said, line="churned", kept_by=kept_by)  # it counts those whom ours counts
        shown, parts = definition_rate(one), parts_said(definition_told(one))
        rows.append(
            [
                (tag("strong", name) if one["name"] == OURS else name, None),
                (tips.figure(shown, "definition", name, parts, period_name(said.period), url=left), value),
                (parts, None),
                (apart, n),
                *[(why, None)] * any(whys),
            ]
        )
    return safe(table(heads, rows, caption=_("The definitions in numbers"), name="keepwell-definitions"))


def cycles_table(segments: Sequence[Json], tips: Tips) -> SafeString:
    """By segment, how many buy irregularly, how often, and who has lapsed."""
    heads = [Head(_("Segment")), Head(_("Accounts"), number=True), Head(_("Bought once so far"), number=True)]
    heads += [Head(_("Lapsed"), number=True), Head(_("Cycle, days"), number=True)]
    heads.append(Head(_("Limit, days"), number=True))
    rows: list[list[Cell]] = []
    for one in segments:
        only = {"of": "cycles"} | ({"part": str(one["segment"])} if one["segment"] is not None else {})
        row: list[Cell] = [(segment_said(one["segment"]), None)]
        for line, name, kind in (
            ("", "accounts", "buyers"),
            ("one_time", "one_time", "one-time"),
            ("lapsed", "lapsed", "lapsed"),
        ):
            n = one[name]
            query = urlencode({**only, "line": line} if line else only)
            url = address("accounts", query) if n else ""
            row.append((tips.figure(numbers.count(n), kind, url=url), n))
        url = address("accounts", urlencode(only)) if one["accounts"] else ""
        row += [(tips.figure(numbers.decimal(one["cycle_days"], 1), "cycle", url=url), one["cycle_days"])]
        row += [(tips.figure(numbers.decimal(one["limit_days"]), "limit", url=url), one["limit_days"])]
        rows.append(row)
    return safe(table(heads, rows, caption=_("The cycles in numbers"), name="keepwell-cycles"))
