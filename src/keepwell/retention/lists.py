"""The accounts behind a figure: those that a member may see, and how many more there are."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from keepwell.accounts.csv import as_csv
from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, needs
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.definitions import definition_name
from keepwell.metrics.charts.reading import kept_by_name, kind_name, line_name
from keepwell.metrics.page.drawers import line_meaning
from keepwell.retention import queries, showing
from keepwell.retention.asking import Asked, asked
from keepwell.retention.cut import Cut
from keepwell.retention.models import Behind
from keepwell.retention.tips import Tips
from keepwell.retention.views import answer, around, member_of, page

PAGE = 25
OF_STATEMENT = (
    "opening", "new", "reactivated", "expansion", "contraction", "churned", "closing", "unchanged",
    "leaving", "interrupted", "passed_through", "came_back_and_left",
)  # fmt: skip
OF_CYCLES = ("buying", "one_time", "lapsed")


def cycle_name(line: str) -> str:
    """Where an account stands in its cycle, in words."""
    return {
        "buying": _("Buys again and again"),
        "one_time": _("Bought once so far"),
        "lapsed": _("Lapsed"),
    }.get(line, _("All irregular accounts"))


@needs(Right.SEE)
@require_safe
@page
def accounts(request: HttpRequest, cut: Cut) -> HttpResponse:
    """The accounts on a line of a statement, apart in a definition, or in their cycles."""
    said, given = asked(request.GET, cut, member_of(request)), request.GET
    of = given.get("of") or ("starts" if numbers.is_period(given.get("line", "")) else "statement")
    kind, params = {
        "definitions": ("definitions", said.params("from", "to", "where")),
        "cycles": ("cycles", {}),
        "starts": ("starts", _starts(said, given)),
    }.get(of, ("accounts", said.params("from", "to", "by", "where")))
    found = queries.figure(kind, params, cut.name, now=timezone.now(), whole=True)

    def here() -> dict[str, Any]:
        return around(request, cut, said) | {"of": of, "line": given.get("line", "")}

    if not_yet := answer(request, here, found):
        return not_yet
    sort = given.get("sort", "") or ("name" if of != "statement" else _largest(given.get("line", "")))
    listed = queries.behind(
        member_of(request),
        found,
        line=given.get("line", ""),
        segment=given.get("part", ""),
        kept_by=given.get("kept_by", ""),
        kind=given.get("kind", ""),
        sort=sort,
    )
    unit = (found.result or {}).get("currency", "") if of == "statement" else ""
    if given.get("as") == "csv":
        line = given.get("line", "")
        name, lines = f"keepwell-{of}-{line or 'all'}", _plain(listed.rows.plain(), of, unit)
        return as_csv(name, _heads(of), lines, by=member_of(request), what="accounts", of=of, line=line)
    tips = Tips.of(cut, said.whole_where)
    pages = Pages(listed.rows, PAGE, counted=4 * PAGE)  # how many there are in all is told beside it
    shown = pages.get_page(given.get("page"))
    hidden, partly = queries.hidden_of(listed, None if pages.more else pages.count, member_of(request))
    return render(
        request,
        "retention/accounts.html",
        {
            **here(),
            "page": shown,
            "rows": [_shown(one, of, unit) for one in shown],
            "heads": _sortable(of, sort, tips),
            "tips": tips.kept(),
            "all": listed.all,
            "hidden": hidden,
            "partly": partly,
            "title": showing.period_name(said.period) if of in ("statement", "definitions") else "",
            "named": _named(of, given.get("line", ""), found.result, said.by),
            "only": _only(given),
            "meaning": line_meaning(given.get("line", "")) if of == "statement" else "",
            "lines": [("", _("All accounts")), *((one, line_name(one)) for one in OF_STATEMENT)]
            if of == "statement"
            else [],
        },
    )


def _largest(line: str) -> str:
    """The order a line is first shown in: a loss by what was lost, a gain by what was won."""
    if line in ("opening", "closing"):
        return f"-{line}"
    return "change" if line in ("churned", "contraction") else "-change"


def _named(of: str, line: str, result: Any, by: str) -> str:
    if of == "cycles":
        return cycle_name(line)
    if of == "definitions":
        found = next((one for one in result["definitions"] if one["name"] == line), {"name": line})
        return _("Accounts that “{name}” counts otherwise than ours").format(name=definition_name(found))
    if of == "starts" and by and line:  # a group, and no cohort of a month
        return f"{showing.spoken(by)}: {line}"
    if of == "starts":
        return (
            _("Began in {cohort}").format(cohort=numbers.cohort(line, "month")) if line else _("All accounts")
        )
    return line_name(line) if line else _("All accounts")


def _only(given: Any) -> str:
    kept_by, kind = given.get("kept_by", ""), given.get("kind", "")
    said = [given.get("part", ""), kept_by and kept_by_name(kept_by), kind and kind_name(kind)]
    return ", ".join(one for one in said if one)


def _starts(said: Asked, given: Any) -> dict[str, str]:
    """Cohorts are periods where a grain is said or the line is one, and else groups of a column."""
    by_period = not said.by and (given.get("grain") or numbers.is_period(given.get("line", "")))
    return said.params(*(("grain", "where") if by_period else ("by", "where")))


_COLUMNS = {
    "statement": ("opening", "closing", "change"),
    "definitions": (),
    "starts": ("first",),
    "cycles": ("last", "cycle", "limit", "lapses"),
}


def _words() -> dict[str, str]:
    return {
        "opening": _("Opening"),
        "closing": _("Closing"),
        "change": _("Change"),
        "first": _("First paying day"),
        "last": _("Last purchase"),
        "cycle": _("Cycle, days"),
        "limit": _("Limit, days"),
        "lapses": _("Lapses on"),
    }


_TOLD = {
    "opening": "paid-before",
    "closing": "paid-after",
    "change": "paid-more",
    "cycle": "cycle",
    "limit": "limit",
}


def _sortable(of: str, sort: str, tips: Tips) -> list[dict[str, Any]]:
    """The columns' heads, each with the order that choosing it leads to, and what tells of its figures."""
    words = {
        "name": _("Account"),
        **{name: _words()[name] for name in _COLUMNS.get(of, _COLUMNS["statement"])},
    }
    found = []
    for name, label in words.items():
        down = sort == f"-{name}"
        way = "descending" if down else "ascending" if sort == name else ""
        first = name if name in ("name", "lapses") else f"-{name}"
        turned = {"ascending": f"-{name}", "descending": name}.get(way, first)
        about = tips.named(_TOLD[name]) if name in _TOLD else ""
        found.append({"label": label, "sort": turned, "way": way, "number": name != "name", "about": about})
    return found


def _shown(one: Behind, of: str, unit: str) -> dict[str, Any]:
    return {"id": one.account_id, "name": one.name, "cells": _cells(one, of, unit), "why": _why(one, of)}


def _cells(one: Behind, of: str, unit: str) -> list[tuple[str, str]]:
    words = _words()
    if of == "cycles":
        days = [numbers.day(one.also["last_purchase_on"]), numbers.decimal(one.also["cycle_days"], 1)]
        days += [numbers.decimal(one.also["limit_days"]), numbers.day(one.also["lapses_on"])]
        return list(zip([words[name] for name in _COLUMNS["cycles"]], days, strict=True))
    if of == "starts":
        return [(words["first"], numbers.day(one.also["first_day"]))]
    if of == "definitions":
        return []
    amounts = [(name, to_decimal(getattr(one, name), unit)) for name in _COLUMNS["statement"]]
    return [
        (words[name], ("+" if name == "change" and value > 0 else "") + numbers.money(value, unit))
        for name, value in amounts
    ]


def _why(one: Behind, of: str) -> str:
    if of == "definitions":
        also = one.also
        return _("here {of} of {over}, in ours {our_of} of {our_over}").format(
            of=also["of"], over=also["over"], our_of=also["our_of"], our_over=also["our_over"]
        )
    if of == "cycles":
        return cycle_name(one.line)
    if of == "starts":
        return _("still pays") if one.also["pays"] else _("does not pay now")
    said = [kind_name(one.leaving_kind)] if one.leaving_kind else []
    return ", ".join([*said, {"irregular": _("buys irregularly")}.get(one.kept_by, _("by contract"))])


def _heads(of: str) -> list[str]:
    also = {
        "cycles": [
            "segment",
            "line",
            "purchases",
            "last_purchase_on",
            "cycle_days",
            "limit_days",
            "lapses_on",
        ],
        "starts": ["cohort", "first_day", "pays"],
        "definitions": ["definition", "of", "over", "our_of", "our_over"],
    }
    rest = ["line", "segment", "kept_by", "leaving_kind", "opening", "closing", "change", "currency"]
    return ["account_id", "name", *also.get(of, rest)]


def _plain(rows: Any, of: str, unit: str) -> Iterator[list[Any]]:
    for one in rows.iterator(chunk_size=2_000):
        first = [one.account_id, one.name]
        if of == "cycles":
            yield [*first, one.segment, one.line, *(one.also.get(name) for name in _heads(of)[4:])]
        elif of in ("definitions", "starts"):
            yield [*first, one.line, *(one.also.get(name) for name in _heads(of)[3:])]
        else:
            money = [to_decimal(getattr(one, name), unit) for name in ("opening", "closing", "change")]
            yield [*first, one.line, one.segment, one.kept_by, one.leaving_kind, *money, unit]
