"""What charts and page read out of a statement: its lines, its rates, their bases and intervals."""

from collections.abc import Mapping
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.intervals import SMALL_BASE, small, wilson
from keepwell.metrics.registry import all_metrics

Json = Mapping[str, Any]

SMALL = SMALL_BASE

ACCOUNT_LINES = ("opening", "new", "reactivated", "churned", "closing")
MONEY_LINES = ("opening", "new", "reactivated", "expansion", "contraction", "churned", "closing")
BALANCES = frozenset({"opening", "closing"})
LOSSES = frozenset({"contraction", "churned"})


def line_name(line: str) -> str:
    """The line's word on the screen."""
    return {
        "opening": _("Opening"),
        "new": _("New"),
        "reactivated": _("Reactivated"),
        "expansion": _("Expansion"),
        "contraction": _("Contraction"),
        "churned": _("Churned"),
        "closing": _("Closing"),
        "passed_through": _("Passed through"),
        "came_back_and_left": _("Came back and left"),
        "interrupted": _("Interrupted"),
        "leaving": _("Leaving"),
    }.get(line, line.replace("_", " ").capitalize())


def kind_name(kind: str) -> str:
    """Why an account left, in words."""
    return {
        "by_choice": _("by choice"),
        "failed_payment": _("failed payment"),
        "lapse": _("lapse"),
        "closed_or_merged": _("closed or merged"),
        "unknown": _("reason unknown"),
    }.get(kind, kind.replace("_", " "))


def kept_by_name(kind: str) -> str:
    """What an account's MRR comes from, in words."""
    return {"contract": _("By contract"), "irregular": _("Buys irregularly")}.get(kind, kind)


def rate_name(rate: str) -> str:
    """The rate's label on the screen: the one its metric is known by."""
    metric = all_metrics().get(rate)
    return metric.label if metric else rate.replace("_", " ").capitalize()


def currency(statement: Json) -> str | None:
    """The currency the statement's money is in."""
    provenance = statement.get("provenance") or {}
    found = provenance.get("currency") or statement.get("currency")
    return str(found) if found else None


def finished(statement: Json) -> bool:
    """Whether the statement's period was covered to its end."""
    return bool((statement.get("period") or {}).get("finished", True))


def base(statement: Json) -> int:
    """How many accounts paid at the opening: what most rates stand on."""
    return int((statement.get("accounts") or {}).get("opening") or 0)


def is_small(statement: Json) -> bool:
    """Whether rates of this statement stand on too few accounts to be taken at their word."""
    return base(statement) > 0 and small(base(statement))


def rate(statement: Json, name: str) -> float | None:
    """The rate as a number, or None where it has no base."""
    found = (statement.get("rates") or {}).get(name)
    return None if found is None else float(found)


def refused(statement: Json) -> Json | None:
    """Why no rate is given of this period, as `reason` and `way`; None where rates are given."""
    found = statement.get("refused")
    return found if isinstance(found, Mapping) else None


def told(statement: Json) -> Json:
    """The statement whose rates can be told: its own or, where they are refused, that of the contract accounts."""
    contract = (statement.get("kinds") or {}).get("contract")
    return contract if refused(statement) and isinstance(contract, Mapping) else statement


def contract_alone(statement: Json, name: str) -> float | None:
    """The rate of the contract accounts, where the rate of all accounts is refused."""
    return rate(told(statement), name) if refused(statement) else None


def shown_rate(statement: Json, name: str) -> float | None:
    """The rate to show: that of all accounts or, where it is refused, of the contract accounts alone."""
    return rate(told(statement), name)


def interval(statement: Json, name: str) -> tuple[float, float] | None:
    """The 95% interval of a rate: the statement's own, else Wilson's for a share of accounts, else None."""
    if rate(statement, name) is None:
        return None
    own = (statement.get("intervals") or {}).get(name)
    if own:
        low, high = (own["low"], own["high"]) if isinstance(own, Mapping) else own
        return (float(low), float(high)) if low is not None and high is not None else None
    if name not in ("customer_churn", "customer_retention"):
        return None
    n, left = base(statement), int((statement.get("accounts") or {}).get("churned") or 0)
    return wilson(left if name == "customer_churn" else n - left, n)
