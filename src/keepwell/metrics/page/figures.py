"""What each rate of a statement means, how it comes about, and which accounts are behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json, currency, rate, rate_name
from keepwell.metrics.registry import all_metrics


@dataclass(frozen=True)
class Parts:
    """The lines a figure is made of, and so the accounts that are behind it."""

    measure: str  # what is counted: `accounts` or `mrr`
    plus: tuple[str, ...]  # lines of the numerator that add to it
    base: tuple[str, ...]  # lines of the denominator
    lists: tuple[str, ...]  # lines whose accounts explain the figure, the most telling first
    minus: tuple[str, ...] = ()  # lines of the numerator that take from it


@dataclass(frozen=True)
class Figure:
    """A rate as the page shows it: its metric's words, and its parts where they are lines of the statement."""

    name: str
    label: str
    meaning: str
    formula: str
    better: str
    say: Callable[[Any], str]
    parts: Parts | None


# In the order of the page. A metric that is not here comes after these, without its parts.
_PARTS = {
    "customer_churn": Parts("accounts", ("churned",), ("opening",), ("churned", "opening")),
    "revenue_churn": Parts("mrr", ("churned", "contraction"), ("opening",), ("churned", "contraction")),
    "net_revenue_retention": Parts(
        "mrr",
        ("opening", "expansion"),
        ("opening",),
        ("expansion", "contraction", "churned"),
        ("contraction", "churned"),
    ),
    "churned_share_of_revenue": Parts("mrr", ("churned",), ("opening",), ("churned",)),
    "customer_retention": Parts("accounts", ("opening",), ("opening",), ("churned", "opening"), ("churned",)),
    "gross_revenue_retention": Parts(
        "mrr", ("opening",), ("opening",), ("contraction", "churned"), ("contraction", "churned")
    ),
    "quick_ratio": Parts(
        "mrr",
        ("new", "reactivated", "expansion"),
        ("contraction", "churned"),
        ("new", "reactivated", "expansion", "contraction", "churned"),
    ),
    "net_growth": Parts(
        "accounts", ("closing",), ("opening",), ("new", "reactivated", "churned"), ("opening",)
    ),
}


def figures(statement: Json) -> list[Figure]:
    """The figures of a statement in the order of the page."""
    rates = statement.get("rates") or {}
    return [
        _figure(name) for name in [n for n in _PARTS if n in rates] + [n for n in rates if n not in _PARTS]
    ]


def _figure(name: str) -> Figure:
    metric = all_metrics().get(name)
    if metric is None:
        return Figure(name, rate_name(name), "", "", "", numbers.percent, _PARTS.get(name))
    return Figure(
        name=name,
        label=metric.label,
        meaning=metric.meaning,
        formula=metric.formula.replace(" / ", " ÷ ").replace(" - ", f" {numbers.MINUS} "),
        better=_("higher is better") if metric.better == "higher" else _("lower is better"),
        say=numbers.times if metric.unit == "ratio" else numbers.percent,
        parts=_PARTS.get(name),
    )


def beside(figure: Figure, statement: Json) -> str:
    """A figure's two parts in words: “32 of 370”; empty where they are not known."""
    if figure.parts is None:
        return ""
    part = total(statement, figure.parts.measure, figure.parts.plus, figure.parts.minus)
    whole = total(statement, figure.parts.measure, figure.parts.base)
    if figure.name == "quick_ratio":
        return _("{part} won, {whole} lost").format(part=part, whole=whole)
    if figure.name == "net_growth":
        signed = part if part.startswith(("0", numbers.MINUS)) else f"+{part}"
        return _("{change} on {whole}").format(change=signed, whole=whole)
    return _("{part} of {whole}").format(part=part, whole=whole)


def worked(figure: Figure, statement: Json) -> str:
    """The figure worked out from the period's lines: “(€49,083 + €14,100) ÷ €931,600 = 6.8%”."""
    if figure.parts is None:
        return ""
    held = figure.parts
    above = _terms(statement, held.measure, held.plus, held.minus)
    below = _terms(statement, held.measure, held.base)
    return f"{above} ÷ {below} = {figure.say(rate(statement, figure.name))}"


def _terms(statement: Json, measure: str, plus: Sequence[str], minus: Sequence[str] = ()) -> str:
    said = " + ".join(amount(statement, measure, line) for line in plus)
    said += "".join(f" {numbers.MINUS} {amount(statement, measure, line)}" for line in minus)
    return f"({said})" if len(plus) + len(minus) > 1 else said


def total(statement: Json, measure: str, plus: Sequence[str], minus: Sequence[str] = ()) -> str:
    """The sum of some lines less others, as one amount."""
    held = statement.get(measure) or {}
    sum_ = sum((Decimal(str(held.get(n) or 0)) for n in plus), Decimal(0))
    sum_ -= sum((Decimal(str(held.get(n) or 0)) for n in minus), Decimal(0))
    return numbers.money(sum_, currency(statement)) if measure == "mrr" else numbers.count(sum_)


def amount(statement: Json, measure: str, line: str) -> str:
    """One line's accounts or money in words; a dash where the statement has no such line."""
    held = statement.get(measure) or {}
    if line not in held:
        return "–"
    return numbers.money(held[line], currency(statement)) if measure == "mrr" else numbers.count(held[line])
