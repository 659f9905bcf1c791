"""What charts and page read out of a statement: its lines, its rates, their bases and intervals."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from keepwell.lib.text import gettext as _

Json = Mapping[str, Any]

SMALL = 30  # a rate on fewer accounts is marked
Z95 = 1.959963984540054

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


def rate_name(rate: str) -> str:
    """The rate's label on the screen."""
    return {
        "customer_churn": _("Customer churn"),
        "customer_retention": _("Customer retention"),
        "revenue_churn": _("Revenue churn"),
        "gross_revenue_retention": _("Gross revenue retention"),
        "net_revenue_retention": _("Net revenue retention"),
        "quick_ratio": _("Quick ratio"),
        "churned_share_of_revenue": _("Churned share of revenue"),
        "net_growth": _("Net growth in accounts"),
    }.get(rate, rate.replace("_", " ").capitalize())


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
    return 0 < base(statement) < SMALL


def rate(statement: Json, name: str) -> float | None:
    """The rate as a number, or None where it has no base."""
    rates = statement.get("rates") or {}
    if name == "net_growth" and name not in rates:
        held = statement.get("accounts") or {}
        return (
            (int(held.get("closing") or 0) - base(statement)) / base(statement) if base(statement) else None
        )
    found = rates.get(name)
    return None if found is None else float(found)


def interval(statement: Json, name: str) -> tuple[float, float] | None:
    """The 95% interval of a rate: the statement's own, else Wilson's for a share of accounts, else None."""
    own = (statement.get("intervals") or {}).get(name)
    if own:
        low, high = (own["low"], own["high"]) if isinstance(own, Mapping) else own
        return (float(low), float(high)) if low is not None and high is not None else None
    n = base(statement)
    if n == 0 or name not in ("customer_churn", "customer_retention"):
        return None
    left = int((statement.get("accounts") or {}).get("churned") or 0)
    low, high = wilson(left, n)
    return (low, high) if name == "customer_churn" else (1 - high, 1 - low)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of the share `hits` / `n`, n above 0 (Wilson 1927)."""
    share = hits / n
    centre = share + Z95**2 / (2 * n)
    spread = Z95 * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
