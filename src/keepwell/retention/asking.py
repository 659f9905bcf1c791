"""What an address asks for, as people write it, and the addresses of what is beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from keepwell.accounts.conditions import of_today
from keepwell.lib.days import Grain, Period, add_months, first_of_month, month_number, parse_day
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.models import Member
from keepwell.members.rights import Right, may
from keepwell.metrics.cuts import parse_where
from keepwell.metrics.periods import last_finished, name_of, period_named
from keepwell.retention.cut import Cut
from keepwell.retention.models import Segment

LOOKED_BACK = {Grain.MONTH: 36, Grain.QUARTER: 60, Grain.YEAR: 120}  # months that a series begins before
OFFERED = {Grain.MONTH: 24, Grain.QUARTER: 12, Grain.YEAR: 5}  # periods to choose from
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)  # what can be asked of; days beside them can be counted
NAMING = frozenset({"name", "domain"})  # columns that tell one account from all others


@dataclass(frozen=True)
class Asked:
    """A period, a cut by a column, and which accounts."""

    period: Period
    grain: Grain
    by: str = ""
    where: str = ""
    segment: str = ""  # the name of a saved one
    also: str = ""  # the saved one's condition
    measure: str = "accounts"

    @property
    def name(self) -> str:
        """The period as an address says it; "" where it has no name."""
        named = name_of(self.period.start, self.period.end)
        return "" if " " in named else named

    @property
    def whole_where(self) -> str:
        """Both conditions as one, in the same words whoever wrote them."""
        said = [text for text in (self.also, self.where) if text.strip()]
        return " and ".join(str(one) for text in said for one in parse_where(text))

    def params(self, *names: str) -> dict[str, str]:
        """Those of its parts that a figure is worked out from."""
        told = {
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "by": self.by,
            "where": self.whole_where,
            "grain": self.grain.value,
            "measure": self.measure,
        }
        return {name: told[name] for name in names if told[name]}

    def query(self, **changes: str) -> str:
        """The part of an address after its question mark."""
        days = {"period": self.name} if self.name else {}
        if not days:
            days = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        told = {**days, "by": self.by, "where": self.where, "segment": self.segment, **changes}
        return urlencode({name: value for name, value in told.items() if value})

    def moved(self, by: int) -> "Asked":
        """The period before (-1) or after (1): of the same length in months where it is whole ones."""
        start, end = self.period.start, self.period.end
        months = month_number(end) - month_number(start)
        if start.day == end.day == 1:
            return replace(self, period=Period(add_months(start, by * months), add_months(end, by * months)))
        days = timedelta(days=by * self.period.days)
        return replace(self, period=Period(start + days, end + days))


def refuse_naming(reader: Member, by: str, *conditions: str) -> None:
    """Raises KeepwellError where figures are asked by what names an account, for they would tell what each pays to
    whoever does not see it. An administrator sees all.
    """
    columns = {by, *(one.column for text in conditions if text.strip() for one in parse_where(text))}
    if columns & NAMING and not may(reader, Right.ADMINISTER):
        raise KeepwellError(
            _("What single accounts pay is told on their pages, to whoever sees them."),
            ways=[_("Ask by something that many accounts have in common, such as their segment.")],
        )


def asked(given: Mapping[str, str], cut: Cut, reader: Member | None = None) -> Asked:
    """What an address asks for; without a reader it is the night that asks.

    Raises KeepwellError, in words for people, where that cannot be asked.
    """
    grain = Grain(given["grain"]) if given.get("grain") in {one.value for one in Grain} else Grain.MONTH
    segment, also = given.get("segment", ""), ""
    if segment:
        found = Segment.objects.filter(name=segment).first()
        if found is None:
            raise KeepwellError(
                _("There is no segment “{name}”.").format(name=segment), ways=[_("Choose one from the list.")]
            )
        also = found.where
    said = Asked(
        period=_period(given, cut),
        grain=grain,
        by=given.get("by", "").strip(),
        where=given.get("where", "").strip(),
        segment=segment,
        also=also,
        measure="mrr" if given.get("measure") == "mrr" else "accounts",
    )
    if said.whole_where and (now := of_today(parse_where(said.whole_where))):
        raise KeepwellError(
            _("How accounts stand now says nothing of other days."),
            seen=" and ".join(str(one) for one in now),
            ways=[
                _("Look at these accounts as they stand: Accounts, by the saved segment."),
                _("Ask by something that many accounts have in common, such as their segment."),
            ],
        )
    if reader is not None:
        refuse_naming(reader, said.by, said.where, said.also)
    return said


def _period(given: Mapping[str, str], cut: Cut) -> Period:
    start, end, name = (given.get(one, "").strip() for one in ("from", "to", "period"))
    if name and name != given.get("was", name):  # chosen anew, beside the days that the form still holds
        start = end = ""
    if start and end:
        return _of_days(start, end)
    if start or end:
        raise KeepwellError(
            _("A period has two ends."),
            seen=start or end,
            ways=[_("Give both days, or choose a month, a quarter or a year.")],
        )
    if name:
        try:
            return _told_of(period_named(name, fiscal_start=cut.fiscal_start))
        except KeepwellError as error:
            raise KeepwellError(
                error.wrong, ways=[_("Write a year, a quarter or a month: 2026, 2026-Q3, 2026-07.")]
            ) from None
    return last_finished(Grain.QUARTER, cut.covered, fiscal_start=cut.fiscal_start)


def _of_days(start: str, end: str) -> Period:
    first, out = parse_day(start), parse_day(end)
    if out <= first:
        raise KeepwellError(
            _("A period must end after it starts."),
            seen=_("from {first} up to {out}").format(first=first, out=out),
            ways=[_("The last day is not in it: January is 2026-01-01 up to 2026-02-01.")],
        )
    return _told_of(Period(first, out))


def _told_of(period: Period) -> Period:
    """The period, where there are days beside it for the ones before and after. Raises KeepwellError else."""
    if period.start < EARLIEST or period.end > LATEST:
        raise KeepwellError(
            _("No business is told of on these days."),
            seen=_("from {first} up to {out}").format(first=period.start, out=period.end),
            ways=[_("Ask for days from {first} up to {out}.").format(first=EARLIEST, out=LATEST)],
        )
    return period


def offered(cut: Cut) -> list[tuple[Grain, list[Period]]]:
    """The periods a picker offers, by length, the newest first: the running one and those before it."""
    found = []
    for grain, many in OFFERED.items():
        last = last_finished(grain, cut.covered, fiscal_start=cut.fiscal_start)
        running = Period(last.end, add_months(last.end, grain.months))
        over = [last, *(_back(last, grain, n) for n in range(1, many))]
        found.append((grain, [running, *over] if running.start < cut.covered else over))
    return found


def _back(period: Period, grain: Grain, n: int) -> Period:
    return Period(add_months(period.start, -n * grain.months), add_months(period.end, -n * grain.months))


def looked_back(grain: Grain, cut: Cut, given: Mapping[str, str]) -> tuple[date, date]:
    """From when to when a series goes: as asked, else so many months up to the covered day."""
    start, end = given.get("from", "").strip(), given.get("to", "").strip()
    last = parse_day(end) if end else cut.covered
    first = parse_day(start) if start else first_of_month(month_number(last) - LOOKED_BACK[grain])
    if last <= first:
        raise KeepwellError(
            _("A period must end after it starts."), ways=[_("Choose an earlier first day, or a later last.")]
        )
    return first, last


def asked_of(kind: str, given: Mapping[str, str], cut: Cut, reader: Member | None = None) -> Asked:
    """As `asked`, of a kind of figure: a series has a longer period than a statement."""
    said = asked(given if kind != "series" else _without_days(given), cut, reader)
    return said if kind != "series" else replace(said, period=Period(*looked_back(said.grain, cut, given)))


def _without_days(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name not in ("from", "to", "period")}
