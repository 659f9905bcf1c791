"""The accounts behind every line of a statement, in the form the page takes."""

from typing import TYPE_CHECKING, Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts.reading import kind_name

if TYPE_CHECKING:
    from keepwell.metrics.statement import Statement


def accounts_behind(statement: "Statement", *, most: int = 2_000) -> dict[str, list[dict[str, Any]]]:
    """Line to its accounts, the largest first, at most `most` of each.

    An account is `{account_id, name, opening, closing, change, currency, why}`, its amounts as decimal
    strings in the statement's currency. Raises KeepwellError where the statement was made without accounts.
    """
    from keepwell.metrics.lines import LINES

    lines = [line for line in LINES if line != "unchanged"]
    return {line: _behind(statement, line, most) for line in lines}


def _behind(statement: "Statement", line: str, most: int) -> list[dict[str, Any]]:
    unit = statement.currency
    return [
        {
            "account_id": row["account_id"],
            "name": row.get("name") or row["account_id"],
            **{k: str(row[k]) for k in ("opening", "closing", "change")},
            "currency": unit,
            "why": _why(row),
        }
        for row in statement.list(line, most).to_pylist()
    ]


def _why(row: dict[str, Any]) -> str:
    if row.get("leaving_kind"):
        return kind_name(str(row["leaving_kind"]))
    return _("buys irregularly") if row.get("kept_by") == "irregular" else _("by contract")
