"""Options that several commands share, said once."""

from typing import Annotated

import typer

from keepwell.lib.text import gettext as _

From = Annotated[
    str, typer.Option("--from", metavar="DAY", help=_("First day of the period (in it): 2026-01-01."))
]
To = Annotated[str, typer.Option("--to", metavar="DAY", help=_("The day after its last: 2026-04-01."))]
Named = Annotated[
    str,
    typer.Option(
        "--period",
        metavar="NAME",
        help=_(
            "A period by name: 2026, 2026-Q3, 2026-07, or FY2026, FY2026-Q3 (the fiscal year begun in 2026)."
        ),
    ),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="COLUMN",
        help=_("Apart for each value of an attribute of the account: segment, country, …"),
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help=_("Only accounts of which it holds: 'segment = Enterprise'. Again to narrow."),
    ),
]
AsKnownOn = Annotated[
    str, typer.Option("--as-known-on", metavar="DAY", help=_("From what was known by the end of that day."))
]
RatesOn = Annotated[
    str,
    typer.Option(
        "--rates-on", metavar="DAY", help=_("Exchange rates in force on that day, not on the period's first.")
    ),
]
Grace = Annotated[
    int | None,
    typer.Option(
        "--grace", min=0, metavar="DAYS", help=_("Hold the last MRR so many days before it counts as churn.")
    ),
]
Html = Annotated[
    str,
    typer.Option(
        "--html",
        metavar="FILE",
        help=_("Also write it as one page with charts that opens without a network."),
    ),
]
