"""Figures as pages show them: cards, lines and notes, in the reader's language, from the answers' JSON forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from keepwell.lib.days import Period
from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import (
    LOSSES,
    MONEY_LINES,
    Json,
    currency,
    finished,
    interval,
    is_small,
    kind_name,
    line_name,
    rate,
    refused,
    shown_rate,
    told,
)
from keepwell.metrics.comparison import why_not_said
from keepwell.metrics.definitions import all_definitions
from keepwell.metrics.page.drawers import line_meaning
from keepwell.metrics.page.figures import Figure, amount, beside, figures, worked
from keepwell.metrics.page.markup import Markup, tag
from keepwell.metrics.periods import name_of
from keepwell.metrics.refusal import Refusal
from keepwell.retention.asking import Asked
from keepwell.retention.cut import Cut
from keepwell.retention.measuring import KINDS
from keepwell.retention.models import Figure as Made
from keepwell.retention.pictures import CHARTS, drawn

ASIDE = ("leaving", "interrupted", "passed_through", "came_back_and_left")


def safe(made: Markup) -> SafeString:
    """A fragment that was built by `markup`, which escapes what is no markup."""
    return mark_safe(str(made))  # noqa: S308 - escaped where it was built


@dataclass(frozen=True)
class Link:
    """Words that lead to an address."""

    words: str
    url: str


@dataclass(frozen=True)
class Card:
    """A rate with what stands beside it, and what opens below it."""

    name: str
    label: str
    value: str
    better: str
    beside: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    meaning: str
    formula: str
    worked: str
    links: tuple[Link, ...]


class Telling(Protocol):
    """Makes figures tell of themselves: see `keepwell.retention.tips`."""

    def rate(self, shown: str, statement: Json, name: str, *, url: str = "") -> Markup:
        """A rate of a statement; with `url` it opens accounts."""

    def line(self, shown: str, statement: Json, line: str, *, url: str = "") -> Markup:
        """A line of a statement; with `url` it opens its accounts."""


def behind(statement: Json, name: str, to: Callable[..., str]) -> str:
    """The address of accounts behind a rate: of the first of its lines that has any; none where nobody paid."""
    figure = next(iter(figures({"rates": {name: None}})))
    many = told(statement)["accounts"]
    lines = [*(figure.parts.lists if figure.parts else ()), "opening"]
    line = next((one for one in lines if many.get(one)), "")
    only = {"kept_by": "contract"} if refused(statement) else {}
    return to(line=line, **only) if line else ""


def cards(statement: Json, before: Json | None, to: Callable[..., str], tips: Telling) -> list[Card]:
    """The figures of a statement; `to` gives the address of the accounts on a line."""
    return [
        replace(
            one, value=safe(tips.rate(one.value, statement, one.name, url=behind(statement, one.name, to)))
        )
        for one in (_card(figure, statement, before, to) for figure in figures(statement))
    ]


def _card(figure: Figure, statement: Json, before: Json | None, to: Callable[..., str]) -> Card:
    value, held = shown_rate(statement, figure.name), told(statement)
    said = _("not given") if value is None and refused(statement) else figure.say(value)
    alone = "contract" if refused(statement) else ""
    lists = figure.parts.lists if figure.parts else ()
    return Card(
        name=figure.name,
        label=figure.label,
        value=said,
        better=figure.better,
        beside=tuple(_beside(figure, statement, before)),
        marks=tuple(_marks(statement)) if value is not None else (),
        meaning=figure.meaning,
        formula=figure.formula,
        worked=worked(figure, held) if rate(held, figure.name) is not None else "",
        links=tuple(
            Link(
                _("{line}: {n}").format(line=line_name(line), n=amount(held, "accounts", line)),
                to(line=line, kept_by=alone),
            )
            for line in lists
            if line in held["accounts"]
        ),
    )


def _beside(figure: Figure, statement: Json, before: Json | None) -> list[str]:
    """Its parts, its interval, and its value in the period before."""
    held = told(statement)
    if rate(held, figure.name) is None:
        return [figure.formula]
    said = [words for words in [beside(figure, held)] if words]
    around = interval(held, figure.name)
    if around:
        said.append(_("95%: {low} to {high}").format(low=figure.say(around[0]), high=figure.say(around[1])))
    if before is not None and shown_rate(before, figure.name) is not None:
        when = numbers.period(before["period"]["from"], before["period"]["to"])
        was = figure.say(shown_rate(before, figure.name))
        same = bool(refused(before)) == bool(refused(statement))
        said.append(f"{when}: {was}" + ("" if same else f" ({scope(before)})"))
    return said


def scope(statement: Json) -> str:
    """Whose rates those of a statement are."""
    return _("contract accounts alone") if refused(statement) else _("all accounts")


def _marks(statement: Json) -> list[tuple[str, str]]:
    marks = []
    if refused(statement):
        marks.append(("held", _("contract accounts alone")))
    if is_small(told(statement)):
        marks.append(("near", _("small base: under 30 accounts")))
    if not finished(statement):
        marks.append(("held", _("not finished")))
    return marks


@dataclass(frozen=True)
class Line:
    """A line of the statement's table."""

    name: str
    label: str
    accounts: str
    mrr: str
    meaning: str
    url: str
    look: str = ""


def lines(statement: Json, to: Callable[..., str], tips: Telling) -> list[Line]:
    """The statement line by line, those who left by kind, and what is in no sum."""

    def telling(one: Line) -> Line:
        name = "kind" if one.name.startswith("churned-") else one.name
        told = {
            n: safe(tips.line(getattr(one, n), statement, name, url=one.url)) for n in ("accounts", "mrr")
        }
        return replace(one, **told)

    return [telling(one) for one in _lines(statement, to)]


def _lines(statement: Json, to: Callable[..., str]) -> list[Line]:
    found = []
    for name in MONEY_LINES:
        found.append(_line(name, statement, to, "balance" if name in ("opening", "closing") else ""))
        if name == "churned":
            found += _kinds(statement, to)
    return found + [_line(name, statement, to, "aside") for name in ASIDE if name in statement["accounts"]]


def _line(name: str, statement: Json, to: Callable[..., str], look: str) -> Line:
    sign = "" if look else (numbers.MINUS if name in LOSSES else "+")
    n, sum_ = amount(statement, "accounts", name), amount(statement, "mrr", name)
    # Accounts that pay more or less stay: they are no part of the sum of accounts.
    counted = f"({n})" if name in ("expansion", "contraction") else _signed(sign, n)
    url = to(line=name) if int(statement["accounts"].get(name) or 0) else ""
    return Line(name, line_name(name), counted, _signed(sign, sum_), line_meaning(name), url, look)


def _signed(sign: str, said: str) -> str:
    return sign + said if any(digit in said for digit in "123456789") else said


def _kinds(statement: Json, to: Callable[..., str]) -> list[Line]:
    many = statement["accounts"].get("churned_by_kind") or {}
    money = statement["mrr"].get("churned_by_kind") or {}
    unit = currency(statement)
    return [
        Line(
            f"churned-{kind}",
            kind_name(kind),
            numbers.count(n),
            numbers.money(money.get(kind), unit),
            "",
            to(line="churned", kind=kind),
            "kind",
        )
        for kind, n in many.items()
        if n
    ]


def sums(statement: Json) -> list[str]:
    """The two identities with this period's amounts, so that anyone can add them up."""
    said = []
    for measure, names in (("accounts", ("new", "reactivated", "churned")), ("mrr", MONEY_LINES[1:-1])):
        terms = amount(statement, measure, "opening")
        for name in names:
            terms += f" {numbers.MINUS if name in LOSSES else '+'} {amount(statement, measure, name)}"
        said.append(f"{terms} = {amount(statement, measure, 'closing')}")
    return said


def link(words: Any, url: str) -> Markup:
    """Words in a table that lead somewhere; plain where they lead nowhere."""
    return tag("a", str(words), href=url) if url else tag("span", str(words))


def address(name: str, query: str = "") -> str:
    """An address of this room."""
    found = reverse(f"retention:{name}")
    return f"{found}?{query}" if query else found


def because(error: Mapping[str, Any]) -> dict[str, Any]:
    """Why something cannot be shown, with its ways out."""
    return {"wrong": error["wrong"], "seen": error.get("seen", ""), "ways": error.get("ways", [])}


def spoken(column: str) -> str:
    """A column's name as people read it."""
    return {"kept_by": _("contract or irregular")}.get(column, column.replace("_", " "))


def named(period: Period) -> str:
    """A period as an address says it."""
    return name_of(period.start, period.end)


def period_name(period: Period) -> str:
    """A period as people say it."""
    return numbers.period(period.start, period.end)


@dataclass(frozen=True)
class Tab:
    """A page of the room."""

    label: str
    url: str
    here: bool


def _pages() -> dict[str, str]:
    return {
        "statement": _("Statement"),
        "series": _("Over time"),
        "cohorts": _("Cohorts"),
        "survival": _("How long they stay"),
        "definitions": _("Said elsewhere"),
        "cycles": _("Purchase cycles"),
        "segments": _("Segments"),
    }


def _at(request: HttpRequest) -> str:
    return (request.resolver_match.url_name or "") if request.resolver_match else ""


def called(request: HttpRequest) -> str:
    """What a window is called that shows one of the room's pages."""
    return " · ".join(one for one in (_pages().get(_at(request), ""), _("Retention")) if one)


def tabs(request: HttpRequest, query: str) -> list[Tab]:
    """The room's pages; those that are of a period keep it."""
    at, found = _at(request), []
    for name, label in _pages().items():
        try:
            url = address(name, query if name in ("statement", "definitions") else "")
        except NoReverseMatch:
            continue
        found.append(Tab(label, url, at == name))
    return found


def progress(figure: Made) -> dict[str, Any]:
    """How far a figure is, in words."""
    return {"label": KINDS[figure.kind].label, "done": figure.done, "of": figure.of}


def refusal(statement: Json, said: Asked) -> dict[str, Any] | None:
    """Why no rate of all accounts is given, and the shortest period over which one is."""
    why = refused(statement)
    if not why:
        return None
    days = why.get("shortest_days")
    longer = None
    if days:
        end = said.period.end
        longer = said.query(**{"period": "", "from": str(end - timedelta(days=days)), "to": str(end)})
    return {"reason": Refusal.from_dict(why, said.period).reason, "days": days, "longer": longer}


def worded(result: Any, period: Period) -> Any:
    """An answer with its words in the reader's language, for files and programs; it was worked out in another's."""
    if isinstance(result, list):  # a series, of which each statement tells its own period
        return [worded(one, _period_of(one)) for one in result]
    found = dict(result)
    if why := found.get("refused"):
        found["refused"] = Refusal.from_dict(why, period).to_dict()
    if "definitions" in found:
        found["definitions"] = definitions_said(result, period)
    return found


def _period_of(statement: Json) -> Period:
    return Period(*(date.fromisoformat(str(statement["period"][end])) for end in ("from", "to")))


def definitions_said(result: Any, period: Period) -> list[Json]:
    """The definitions of an answer with their words in the reader's language."""
    known, refused = (
        all_definitions(),
        result["refused"] and Refusal.from_dict(result["refused"], period),
    )
    return [
        {
            **one,
            **{word: getattr(known[one["name"]], word) for word in ("label", "meaning", "source")},
            "why_not": why_not_said(one["why"], refused),
        }
        for one in result["definitions"]
    ]


@dataclass(frozen=True)
class Picture:
    """A chart on a page: where its pictures are by theme and size, and what those read who do not see them."""

    name: str
    heading: str
    notes: str
    alt: str
    addresses: dict[str, str]
    svg: str
    png: str
    fixed: bool


def pictures(cut: Cut, said: Asked, query: str, *names: str, result: Any) -> list[Picture]:
    """The charts of a page; `query` is what the page was asked with."""
    return [_picture(name, cut, said, query, result) for name in names]


def _picture(name: str, cut: Cut, said: Asked, query: str, result: Any) -> Picture:
    chart = CHARTS[name]

    def at(form: str, **look: str) -> str:
        # The cut and the language are in the address, so that a browser may keep the picture for ever.
        kept = {"cut": cut.name, "language": get_language() or "en", **look}
        return f"{reverse('retention:chart', args=[name, form])}?{query}&{urlencode(kept)}"

    shown = {"bare": "1"}
    return Picture(
        name=name,
        heading=chart.heading(said),
        notes=" ".join(chart.notes(result, said)),
        alt=str(drawn(name, result, said, title=False).description),
        addresses={
            f"{theme}_{size or 'wide'}": at("svg", theme=theme, **shown, **({"size": size} if size else {}))
            for theme in ("light", "dark")
            for size in ("", "narrow")
        },
        svg=at("svg", theme="light"),
        png=at("png", theme="light"),
        fixed=chart.fixed,
    )
