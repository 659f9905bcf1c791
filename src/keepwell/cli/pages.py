"""The one page behind --html: the statement with its charts and the accounts behind its lines."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepwell.cli.progress import Report, working
from keepwell.lib.days import Grain, add_months
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.company import Company
    from keepwell.metrics.statement import Statement

MOST = 2_000  # accounts of one list on the page, the largest; it says how to get all
MONTHS = 36  # of the series
STEPS = 7


def write(path: str, company: "Company", found: "Statement", where: "Sequence[str]" = ()) -> Path:
    """Write the page of a statement and say where it lies."""
    with working(_("Writing the page")) as report:
        try:
            return _written(path, company, found, where, report)
        except OSError as error:
            raise BadInput(
                _("The page cannot be written to {path}.").format(path=path), seen=str(error)
            ) from None


def _written(
    path: str, company: "Company", found: "Statement", where: "Sequence[str]", report: Report
) -> Path:
    from keepwell.metrics.page import accounts_behind, write_page

    period = found.period
    last = max(company.covered, period.end)
    first = max(add_months(last, -MONTHS), company.series_from(Grain.MONTH))
    report(0, STEPS, _("Writing the page: the statement"))
    statement = found.to_dict(intervals=True)
    report(1, STEPS, _("Writing the page: the accounts"))
    behind = accounts_behind(found, most=MOST)
    report(2, STEPS, _("Writing the page: month after month"))
    series = company.series(Grain.MONTH, first, last, where=where)
    report(3, STEPS, _("Writing the page: the cohorts"))
    cohorts = company.cohorts(Grain.QUARTER, where=where)
    report(4, STEPS, _("Writing the page: survival"))
    survival = company.survival(where=where)
    report(5, STEPS, _("Writing the page: the definitions"))
    definitions = company.definitions(period.start, period.end, where=where)
    report(6, STEPS, _("Writing the page: the charts"))
    return write_page(
        path,
        statement=statement,
        series=series.to_dict(),
        cohorts=cohorts.to_dict(),
        cohort_mean=cohorts.mean_to_dict(),
        cohort_grain=cohorts.grain.value,
        survival=survival.to_dict(),
        definitions=definitions.to_dict(),
        accounts=behind,
        most=MOST,
    )


def accounts(found: "Statement", line: str) -> list[dict[str, Any]]:
    """The accounts behind a line, the largest first, with money as decimal text."""
    rows: list[dict[str, Any]] = found.list(line).to_pylist()
    for row in rows:
        for name in ("opening", "closing", "change"):
            row[name] = str(row[name])
    return rows
