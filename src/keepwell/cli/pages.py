"""The one page behind --html: the statement with its charts and the accounts behind its lines."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepwell.lib.days import Grain, add_months
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.company import Company
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


def write(path: str, company: "Company", found: "Statement", where: "Sequence[str]" = ()) -> Path:
    """Write the page of a statement and say where it lies."""
    from keepwell.metrics.page import write_page

    period = found.period
    last = max(company.covered, period.end)
    first = max(add_months(last, -MONTHS), company.first_day or period.start)
    lists = {line: accounts(found, line, most=MOST) for line in OPENED}
    try:
        return write_page(
            path,
            statement=found.to_dict(),
            series=[one.to_dict() for one in company.series(Grain.MONTH, first, last, where=where)],
            cohorts=company.cohorts(Grain.QUARTER, where=where).to_dict(),
            cohort_grain="quarter",
            survival=company.survival(where=where).to_dict(),
            definitions=company.definitions(period.start, period.end, where=where).to_dict(),
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
