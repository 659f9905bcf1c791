"""Tables of figures whose cells open their accounts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.safestring import SafeString

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import (
    Json,
    currency,
    is_small,
    kept_by_name,
    rate_name,
    refused,
    shown_rate,
    told,
)
from keepwell.metrics.page.tables import Cell, Head, table
from keepwell.retention.showing import link, safe

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
