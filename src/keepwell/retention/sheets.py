"""Figures as rows of plain values, for CSV: a head and rows, from the answers' JSON forms."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from keepwell.metrics.charts.reading import Json

Sheet = tuple[list[str], list[list[Any]]]


def _money(said: Any) -> Decimal | None:
    return None if said is None else Decimal(str(said))


def statement(result: Any) -> Sheet:
    """A row a line, then a row a rate; the segments after the whole."""
    rows = []
    for part in (result, *result.get("parts", [])):
        segment = part.get("segment", "")
        for line, n in part["accounts"].items():
            if line != "churned_by_kind":
                rows.append([segment, line, n, _money(part["mrr"].get(line)), None])
        for kind, n in part["accounts"]["churned_by_kind"].items():
            rows.append([segment, f"churned: {kind}", n, _money(part["mrr"]["churned_by_kind"][kind]), None])
        rows += [[segment, name, None, None, rate] for name, rate in part["rates"].items()]
    return ["segment", "line", "accounts", "mrr", "rate"], rows


def series(result: Any) -> Sheet:
    """A row a period."""
    if not result:
        return ["from", "to"], []
    last: Json = result[-1]
    counts = [name for name in last["accounts"] if name not in ("churned_by_kind", "moved")]
    money = [name for name in last["mrr"] if name not in ("churned_by_kind", "moved")]
    rates = list(last["rates"])
    heads = [
        "from",
        "to",
        "finished",
        *(f"accounts_{n}" for n in counts),
        *(f"mrr_{n}" for n in money),
        *rates,
    ]
    rows = [
        [
            *(one["period"][name] for name in ("from", "to", "finished")),
            *(one["accounts"].get(name) for name in counts),
            *(_money(one["mrr"].get(name)) for name in money),
            *(one["rates"][name] for name in rates),
        ]
        for one in result
    ]
    return heads, rows


def cohorts(result: Any) -> Sheet:
    """A row a cell."""
    heads = ["age", "active", "base", "share", "finished", "small"]
    rows = [
        [one["cohort"], one["size"], *(cell[name] for name in heads)]
        for one in result["cohorts"]
        for cell in one["cells"]
    ]
    return ["cohort", "size", *heads], rows


def survival(result: Any) -> Sheet:
    """A row a point."""
    heads = ["day", "at_risk", "left", "censored", "survival", "low", "high"]
    rows = [[one["group"], *(p[name] for name in heads)] for one in result["groups"] for p in one["points"]]
    return ["group", *heads], rows


def definitions(result: Any) -> Sheet:
    """A row a definition."""
    heads = ["name", "label", "rate", "numerator", "denominator", "annualised", "accounts_apart", "why_not"]
    rows = [
        [*(one[n] for n in heads), (one.get("contract") or {}).get("rate")] for one in result["definitions"]
    ]
    return [*heads, "contract_rate"], rows


def cycles(result: Any) -> Sheet:
    """A row a segment, the company first."""
    heads = ["segment", "accounts", "one_time", "lapsed", "cycle_days", "limit_days"]
    return heads, [[one[name] for name in heads] for one in result["segments"]]


SHEETS: dict[str, Callable[[Any], Sheet]] = {
    "statement": statement,
    "series": series,
    "cohorts": cohorts,
    "survival": survival,
    "definitions": definitions,
    "cycles": cycles,
}
