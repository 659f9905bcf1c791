"""The one page behind --html: the statement with its charts and the accounts behind its lines."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepwell.lib.days import Grain, add_months
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.ledger.ledger import Ledger
    from keepwell.metrics.cuts import Condition
    from keepwell.metrics.statement import Statement

# The lines that a page opens; the balances themselves would list the whole company.
OPENED = (
    "new",
    "reactivated",
    "expansion",
    "contraction",
    "churned",
    "passed_through",
    "came_back_and_left",
    "interrupted",
    "leaving",
)
MOST = 500  # accounts of one list on the page
MONTHS = 36  # of the series


def write(path: str, ledger: "Ledger", found: "Statement", where: "Sequence[Condition]" = ()) -> Path:
    """Write the page of a statement and say where it lies."""
    from keepwell.metrics.comparison import compare
    from keepwell.metrics.page import write_page
    from keepwell.metrics.series import series

    last = max(ledger.covered, found.period.end)
    months = [
        one.to_dict() for one in series(ledger, Grain.MONTH, add_months(last, -MONTHS), last, where=where)
    ]
    while len(months) > 1 and not (months[0]["accounts"]["opening"] or months[0]["accounts"]["new"]):
        months.pop(0)
    lists = {line: accounts(found, line, most=MOST) for line in OPENED}
    try:
        return write_page(
            path,
            statement=found.to_dict(),
            series=months,
            definitions=compare(ledger, found.period, where=where).to_dict(),
            accounts={
                line: [{**a, "currency": found.currency, "why": line} for a in held]
                for line, held in lists.items()
            },
        )
    except OSError as error:
        raise BadInput(
            _("The page cannot be written to {path}.").format(path=path), seen=str(error)
        ) from None


def accounts(found: "Statement", line: str, *, most: int | None = None) -> list[dict[str, Any]]:
    """The accounts behind a line, with money as decimal text; at most `most`, the largest changes first."""
    rows: list[dict[str, Any]] = found.list(line).slice(0, most).to_pylist()
    for row in rows:
        for name in ("opening", "closing", "change"):
            row[name] = found.money(row[name])
    return rows
