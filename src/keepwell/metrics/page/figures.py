"""What each rate of a statement means, how it comes about, and which accounts are behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json, currency, rate_name


@dataclass(frozen=True)
class Figure:
    """A rate as the page shows it."""

    name: str
    label: str
    meaning: str
    formula: str
    measure: str  # what the formula counts in: `accounts` or `mrr`
    plus: tuple[str, ...]  # lines of the numerator that add to it
    minus: tuple[str, ...]  # lines of the numerator that take from it
    base: tuple[str, ...]  # lines of the denominator
    lists: tuple[str, ...]  # lines whose accounts are behind the figure
    better: str  # which way is better, in words
    say: Callable[[Any], str] = numbers.percent
    parts: str = ""  # how numerator and denominator stand beside it; empty: “part of whole”


def figures(statement: Json) -> list[Figure]:
    """The figures of a statement in the order of the page; one the page does not know is left to its name."""
    known = _known()
    return [known.get(name) or _unknown(name) for name in _ordered(statement.get("rates") or {}, known)]


def _ordered(rates: Json, known: dict[str, Figure]) -> list[str]:
    return [n for n in known if n in rates or n == "net_growth"] + [n for n in rates if n not in known]


def _unknown(name: str) -> Figure:
    return Figure(name, rate_name(name), "", "", "accounts", (), (), (), (), "")


def _known() -> dict[str, Figure]:
    higher, lower = _("higher is better"), _("lower is better")
    known = [
        Figure(
            "customer_churn",
            rate_name("customer_churn"),
            _("Of the accounts paying at the opening, the share not paying at the closing. "
              "An account that joined inside the period is in neither."),
            _("churned ÷ opening, in accounts"),
            "accounts", ("churned",), (), ("opening",), ("churned", "opening"), lower,
        ),
        Figure(
            "revenue_churn",
            rate_name("revenue_churn"),
            _("Of the opening accounts’ MRR, the share lost because they left or pay less. "
              "What others pay more makes up for nothing."),
            _("(churned + contraction) ÷ opening, in MRR"),
            "mrr", ("churned", "contraction"), (), ("opening",), ("churned", "contraction"), lower,
        ),
        Figure(
            "net_revenue_retention",
            rate_name("net_revenue_retention"),
            _("What the opening accounts pay at the closing, as a share of what they paid at the opening. "
              "Those who joined or came back are out."),
            _("(opening + expansion − contraction − churned) ÷ opening, in MRR"),
            "mrr", ("opening", "expansion"), ("contraction", "churned"), ("opening",),
            ("expansion", "contraction", "churned"), higher,
        ),
        Figure(
            "churned_share_of_revenue",
            rate_name("churned_share_of_revenue"),
            _("The MRR of the accounts that left, as a share of all MRR at the opening. Beside customer churn "
              "it tells whether large or small accounts leave."),
            _("churned ÷ opening, in MRR"),
            "mrr", ("churned",), (), ("opening",), ("churned",), lower,
        ),
        Figure(
            "customer_retention",
            rate_name("customer_retention"),
            _("Of the accounts paying at the opening, the share still paying at the closing."),
            _("(opening − churned) ÷ opening, in accounts"),
            "accounts", ("opening",), ("churned",), ("opening",), ("churned", "opening"), higher,
        ),
        Figure(
            "gross_revenue_retention",
            rate_name("gross_revenue_retention"),
            _("Of the opening accounts’ MRR, the share they still pay, each counted up to what it paid before: "
              "never above 100%."),
            _("(opening − contraction − churned) ÷ opening, in MRR"),
            "mrr", ("opening",), ("contraction", "churned"), ("opening",), ("contraction", "churned"), higher,
        ),
        Figure(
            "quick_ratio",
            rate_name("quick_ratio"),
            _("How much MRR was won for each unit of MRR lost; above 1 the company grows."),
            _("(new + reactivated + expansion) ÷ (contraction + churned), in MRR"),
            "mrr", ("new", "reactivated", "expansion"), (), ("contraction", "churned"),
            ("new", "reactivated", "expansion", "contraction", "churned"), higher, numbers.times,
            _("{part} won, {whole} lost"),
        ),
        Figure(
            "net_growth",
            rate_name("net_growth"),
            _("How many more accounts pay at the closing than at the opening. It says nothing about who left: "
              "losing 21 and winning 20 is −1 account."),
            _("(closing − opening) ÷ opening, in accounts"),
            "accounts", ("closing",), ("opening",), ("opening",), ("new", "reactivated", "churned"), higher,
            parts=_("{signed} on {whole}"),
        ),
    ]  # fmt: skip
    return {f.name: f for f in known}


def numerator(figure: Figure, statement: Json) -> str:
    """The figure's numerator with its lines' amounts: “€49,083 + €14,100”."""
    plus = " + ".join(amount(statement, figure.measure, line) for line in figure.plus)
    return plus + "".join(
        f" {numbers.MINUS} {amount(statement, figure.measure, line)}" for line in figure.minus
    )


def denominator(figure: Figure, statement: Json) -> str:
    """The figure's denominator with its lines' amounts."""
    return " + ".join(amount(statement, figure.measure, line) for line in figure.base)


def total(statement: Json, figure: Figure, plus: Sequence[str], minus: Sequence[str] = ()) -> str:
    """The sum of some lines less others, as one amount in what the figure counts in."""
    held = statement.get(figure.measure) or {}
    sum_ = sum((Decimal(str(held.get(n) or 0)) for n in plus), Decimal(0))
    sum_ -= sum((Decimal(str(held.get(n) or 0)) for n in minus), Decimal(0))
    return numbers.money(sum_, currency(statement)) if figure.measure == "mrr" else numbers.count(sum_)


def amount(statement: Json, measure: str, line: str) -> str:
    """One line's accounts or money in words; a dash where the statement has no such line."""
    held = statement.get(measure) or {}
    if line not in held:
        return "–"
    return numbers.money(held[line], currency(statement)) if measure == "mrr" else numbers.count(held[line])
