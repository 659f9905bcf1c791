"""`keepwell cycles`: how often customers without a contract buy, and how long each may be silent."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import day_asked
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    import pyarrow as pa


def add_to(app: typer.Typer) -> None:
    """Add `keepwell cycles`."""
    app.command(
        "cycles",
        help=_("Show how often customers without a contract buy, by segment; --list shows each account."),
        epilog=examples(
            "keepwell cycles",
            "keepwell cycles --list --as-of 2026-07-01",
            "keepwell --format csv cycles --list",
        ),
    )(cycles)


def cycles(
    context: typer.Context,
    *,
    each: Annotated[
        bool, typer.Option("--list", help=_("Every account: its cycle, its limit, its lapse."))
    ] = False,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="DAY", help=_("As it stood before this day; default: the covered day.")
        ),
    ] = "",
    as_known_on: AsKnownOn = "",
) -> None:
    """Ask for the cycles and show them."""
    session = session_of(context)
    with session.company(as_known_on=as_known_on) as company:
        day = day_asked(as_of) or company.covered
        found = company.cycles(as_of=day)
    title = _("Purchase cycles before {day}").format(day=day)
    session.show(_accounts(found.to_arrow(), title) if each else answer(found.to_dict(), title))


def answer(data: list[dict[str, Any]], title: str = "") -> Answer:
    """A row a segment and one for the company: medians over the accounts that bought at least twice."""
    columns = [
        Column("segment", _("Segment")),
        Column("accounts", _("Accounts"), number=True),
        Column("one_time", _("Bought once"), number=True),
        Column("lapsed", _("Lapsed"), number=True),
        Column("cycle_days", _("Cycle, days"), number=True),
        Column("limit_days", _("Limit, days"), number=True),
    ]
    rows = [[one["segment"] or _("company"), *[one[c.name] for c in columns[1:]]] for one in data]
    notes = [
        _("Cycle and limit are medians over the accounts that bought more than once."),
        _("A rate over a period shorter than three of the company's cycles is refused."),
    ]
    return Answer(data, [Sheet(columns, rows, title=title, notes=notes)])


def _accounts(found: "pa.Table", title: str) -> Answer:
    data = found.to_pylist()
    numbers = ("purchases", "cycle_days", "limit_days")
    columns = [Column(name, number=name in numbers) for name in found.column_names]
    rows = [[round(v, 1) if isinstance(v, float) else v for v in row.values()] for row in data]
    return Answer(
        data, [Sheet(columns, rows, title=title)], csv=Sheet(columns, [list(r.values()) for r in data])
    )
