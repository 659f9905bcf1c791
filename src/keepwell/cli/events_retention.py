"""`keepwell events-retention`: who came back to the product so long after a start."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.options import AsKnownOn
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.days import Grain
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.metrics.events_retention import Mode as Asked

DAYS = 30  # up to which day, unless asked otherwise
SHOWN = (0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28, 30, 60, 90, 180, 365)


class Mode(StrEnum):
    """When a return counts."""

    ON = "on"
    ON_OR_AFTER = "on-or-after"
    BRACKETS = "brackets"


MODES: "dict[Mode, Asked]" = {
    Mode.ON: "on",
    Mode.ON_OR_AFTER: "on_or_after",
    Mode.BRACKETS: "brackets",
}


class Window(StrEnum):
    """How days are told."""

    CALENDAR = "calendar"
    ROLLING = "rolling"


class First(StrEnum):
    """Which starts count."""

    FIRST = "first"
    EVERY = "every"


def add_to(app: typer.Typer) -> None:
    """Add `keepwell events-retention`."""
    app.command(
        "events-retention",
        help=_(
            "Show who came back to the product: of all starts, the share followed by a return so many days later."
        ),
        epilog=examples(
            "keepwell events-retention --days 14",
            "keepwell events-retention --start-kind signup --return-kind session --mode on-or-after",
            "keepwell events-retention --mode brackets --brackets 1-8,8-31,31-91 --grain quarter",
            "keepwell events-retention --window rolling --count every",
        ),
    )(events_retention)


def events_retention(
    context: typer.Context,
    *,
    start_kind: Annotated[
        str, typer.Option("--start-kind", metavar="KIND", help=_("Events that start; default: any."))
    ] = "",
    return_kind: Annotated[
        str, typer.Option("--return-kind", metavar="KIND", help=_("Events that are a return; default: any."))
    ] = "",
    mode: Annotated[
        Mode | None,
        typer.Option(
            "--mode",
            help=_("A return on day k, on day k or later, or within brackets of days."),
            show_default="on; with --brackets: brackets",
        ),
    ] = None,
    brackets: Annotated[
        str,
        typer.Option(
            "--brackets", metavar="A-B,…", help=_("Brackets of days, the last day not in it: 1-8,8-31.")
        ),
    ] = "",
    window: Annotated[
        Window, typer.Option("--window", help=_("Calendar days of the company, or 24 hours from each start."))
    ] = Window.CALENDAR,
    count: Annotated[
        First, typer.Option("--count", help=_("Each account's first start only, or every one."))
    ] = First.FIRST,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=3650, help=_("Up to which day."), show_default=str(DAYS)),
    ] = None,
    grain: Annotated[Grain | None, typer.Option("--grain", help=_("Starts of each period apart."))] = None,
    as_known_on: AsKnownOn = "",
) -> None:
    """Ask for the retention of use and show it."""
    session = session_of(context)
    mode = mode or (Mode.BRACKETS if brackets else Mode.ON)
    if mode is Mode.BRACKETS and days is not None:
        raise KeepwellError(
            _("Brackets say themselves up to which day."),
            seen=f"--days {days}",
            ways=[_("Leave --days out, or end the last bracket there: --brackets 1-8,8-31.")],
        )
    with session.company(as_known_on=as_known_on) as company:
        found = company.events_retention(
            start_kind=start_kind or None,
            return_kind=return_kind or None,
            mode=MODES[mode],
            brackets=bracket_list(brackets),
            window=window.value,
            first=count.value,
            days=days or DAYS,
            grain=grain,
        )
    session.show(answer(found.to_dict(), every=mode is Mode.BRACKETS))


def bracket_list(said: str) -> list[tuple[int, int]]:
    """Brackets as people type them: 1-8,8-31. Raises KeepwellError where they are none."""
    found = []
    for part in filter(None, (p.strip() for p in said.split(","))):
        start, dash, end = part.partition("-")
        if not dash or not start.strip().isdigit() or not end.strip().isdigit():
            raise KeepwellError(
                _("“{text}” is no bracket of days.").format(text=part),
                ways=[_("Write its first day and the day after its last: 1-8,8-31.")],
            )
        found.append((int(start), int(end)))
    return found


def answer(found: list[dict[str, Any]], *, every: bool = False) -> Answer:
    """A row a cohort of starts; on a screen only the days people ask for, in CSV and JSON all."""
    cells = found[0]["cells"] if found else []
    shown = [c for c in cells if every or len(cells) <= len(SHOWN) or c["age"] in SHOWN]
    columns = [Column("cohort", _("Starts of")), Column("size", _("Starts"), number=True)]
    columns += [Column(_name(cell), number=True) for cell in shown]
    ages = [cell["age"] for cell in shown]
    rows = []
    for one in found:
        by_age = {cell["age"]: cell for cell in one["cells"]}
        rows.append([one["cohort"] or _("all"), one["size"], *[_cell(by_age.get(age)) for age in ages]])
    names = ("age", "to", "active", "base", "share", "finished", "small")
    plain = Sheet(
        [Column("cohort"), Column("size"), *[Column(name) for name in names]],
        [(one["cohort"], one["size"], *[cell[n] for n in names]) for one in found for cell in one["cells"]],
    )
    notes = [
        _("Columns are days after the start; a share is of the starts whose day is covered."),
        _("… not all starts have come so far; * fewer than 30 starts"),
    ]
    return Answer(found, [Sheet(columns, rows, notes=notes)], csv=plain)


def _name(cell: dict[str, Any]) -> str:
    if cell["to"] is None:
        return f"{cell['age']}+"
    return str(cell["age"]) if cell["to"] == cell["age"] + 1 else f"{cell['age']}-{cell['to']}"


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None or cell["share"] is None:
        return ""
    return f"{cell['share']:.1%}" + ("" if cell["finished"] else "…") + ("*" if cell["small"] else "")
