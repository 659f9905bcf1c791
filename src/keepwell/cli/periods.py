"""Periods as people name them on a command line."""

from collections.abc import Collection, Mapping
from datetime import date

from keepwell.lib.days import Grain, Period, parse_day
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.metrics.periods import last_finished, name_of, period_named


def asked_period(start: str, end: str, name: str, *, fiscal_start: int = 1) -> Period | None:
    """The period that --from and --to, or --period, ask for; None where they ask for none.

    Raises KeepwellError where they contradict each other or one end is missing.
    """
    if name and (start or end):
        raise KeepwellError(
            _("--period and --from, --to say the same thing twice."),
            seen=" ".join(x for x in (name, start, end) if x),
            ways=[_("Give one of them.")],
        )
    if name:
        return period_named(name, fiscal_start=fiscal_start)
    if not start and not end:
        return None
    if not (start and end):
        raise KeepwellError(
            _("A period has two ends."),
            seen=f"--from {start}" if start else f"--to {end}",
            ways=[_("Give both --from and --to, or --period 2026-Q3.")],
        )
    return Period(parse_day(start), parse_day(end))


def nothing_known(period: Period, covered: date, first: date | None) -> list[str]:
    """What to say of a period of which nothing is known: it lies after all the days covered, or before the first.

    `first` is the first day on which anybody pays, None where nobody ever does.
    """
    if first is None:
        return [_("Nobody pays on any day that was known: every line is 0.")]
    if period.start >= covered:
        said = _(
            "Nothing is known yet of these days: the book is complete up to {day}, that day not included."
        )
        newest = last_finished(Grain.MONTH, covered)
        return [
            said.format(day=covered),
            _(
                "Load newer files, and say with --complete-to DAY up to when they hold everything; then ask again."
            ),
            _("The last finished month is --period {name}.").format(name=name_of(newest.start, newest.end)),
        ]
    if period.end <= first:
        return [
            _("Nothing is known of these days: the first day on which anybody pays is {day}.").format(
                day=first
            ),
            _("Ask from there, or load older files: every line before that day is 0."),
        ]
    return []


def held_back(
    period: Period, covered: Mapping[str, Mapping[str, date]], measured: Collection[str]
) -> list[str]:
    """What to say of a period that is not finished: which source of which table everything waits for.

    `covered` is up to which day each source of a table is complete, as a manifest of the book has it; `measured` are
    the tables that figures wait for.
    """
    days = [(day, table, source) for table in measured for source, day in covered.get(table, {}).items()]
    late = sorted(one for one in days if one[0] < period.end)
    if not late:
        return []
    day, table, source = late[0]
    said = [
        _(
            "The period is not finished: {table} from “{source}” are complete up to {day}, that day not included;"
            " newer ones finish it, or --complete-to DAY if nothing happened since."
        ).format(table=table, source=source, day=day)
    ]
    if len(days) > 1:
        others = [f"{t} “{s}” {d}" for d, t, s in sorted(days) if (d, t, s) != late[0]]
        said.append(_("The others are complete up to: {sources}").format(sources=", ".join(others)))
    return said


def day_asked(text: str) -> date | None:
    """The day an option names; None where it is not given."""
    return parse_day(text) if text else None
