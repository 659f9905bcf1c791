"""A company's figures from Python: over a book, or over any dataframe a person already holds.

>>> import keepwell as kw                                       # doctest: +SKIP
>>> company = kw.open("~/keepwell")                             # doctest: +SKIP
>>> company.statement("2026-07-01", "2026-10-01").rate("customer_churn")   # doctest: +SKIP
Fraction(21, 431)
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import narwhals as nw

from keepwell.lib.days import Grain, Period, parse_day, periods
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

if TYPE_CHECKING:
    from keepwell.book.engines import Engine, Frame
    from keepwell.ledger.ledger import Ledger
    from keepwell.ledger.policies import Policies
    from keepwell.metrics.comparison import Comparison
    from keepwell.metrics.curves import Survival
    from keepwell.metrics.cuts import Condition
    from keepwell.metrics.cycles import Cycles
    from keepwell.metrics.events_retention import EventsRetention, First, Mode, Window
    from keepwell.metrics.series import Progress
    from keepwell.metrics.statement import Statement
    from keepwell.metrics.statements import Series
    from keepwell.metrics.triangle import Cohorts

Day = date | str
Word = TypeVar("Word", bound=str)
MOST_NAMED = 20


class Company:
    """Everything that can be asked of one ledger. Days are dates or text such as 2026-01-31.

    `where` is a condition on accounts as people type it ("segment = Enterprise and country in (DE, AT)"), or several;
    `by` is a column of the accounts, or "kept_by" for contract and irregular accounts apart.
    """

    def __init__(
        self, ledger: "Ledger", *, events: "Frame | None" = None, events_covered: date | None = None
    ) -> None:
        self.ledger = ledger
        self._events, self._events_covered = events, events_covered

    @property
    def covered(self) -> date:
        """The day before which everything is known."""
        return self.ledger.covered

    def statement(
        self,
        start: Day,
        end: Day,
        *,
        by: str | None = None,
        where: "str | Condition | Sequence[str | Condition]" = (),
        rates_on: Day | None = None,
    ) -> "Statement":
        """The statement of the days from `start` up to `end`, which is not included."""
        from keepwell.metrics.statement import statement

        period = Period(_day(start), _day(end))
        return statement(self.ledger, period, by=by, where=_conditions(where), rates_on=_maybe_day(rates_on))

    def series(
        self,
        grain: Grain | str = Grain.MONTH,
        start: Day | None = None,
        end: Day | None = None,
        *,
        by: str | None = None,
        where: "str | Condition | Sequence[str | Condition]" = (),
        rates_on: Day | None = None,
        progress: "Progress | None" = None,
    ) -> "Series":
        """Statements of the periods that overlap [start, end); by default all from `series_from` on.

        `progress` is called with how many are made and how many there will be.
        """
        from keepwell.metrics.series import series
        from keepwell.metrics.statements import Series

        first = _day(start) if start is not None else self.series_from(grain, rates_on=rates_on)
        last = _day(end) if end is not None else self.covered
        found = series(
            self.ledger,
            _grain(grain),
            first,
            last,
            by=by,
            where=_conditions(where),
            rates_on=_maybe_day(rates_on),
            progress=progress,
        )
        return Series(found)

    def series_from(self, grain: Grain | str, *, rates_on: Day | None = None) -> date:
        """From when on a series can be told: the first movement or, later, the first period that begins with rates.

        Where there is no such period yet it is the first movement too, so that whoever asks hears what is missing.
        """
        first, rated = self.first_day or self.covered - timedelta(days=1), self.ledger.rated_from
        if rates_on is not None or rated is None or rated <= first or self._over(grain, first).start >= rated:
            return first
        over = self._over(grain, rated)
        begins = rated if over.start == rated else over.end
        return begins if begins < self.covered else first

    def _over(self, grain: Grain | str, day: date) -> Period:
        """The period of a grain in which a day lies."""
        return next(
            periods(_grain(grain), day, day + timedelta(days=1), fiscal_start=self.ledger.fiscal_start)
        )

    def definitions(
        self, start: Day, end: Day, *, where: "str | Condition | Sequence[str | Condition]" = ()
    ) -> "Comparison":
        """Every named meaning of churn over a period, each gap to ours with its accounts."""
        from keepwell.metrics.comparison import compare

        return compare(self.ledger, Period(_day(start), _day(end)), where=_conditions(where))

    def cohorts(
        self,
        grain: Grain | str = Grain.MONTH,
        *,
        measure: Literal["accounts", "mrr"] = "accounts",
        by: str | None = None,
        where: "str | Condition | Sequence[str | Condition]" = (),
    ) -> "Cohorts":
        """The cohort triangle; `by` makes a cohort of each value of a column on the first paying day."""
        from keepwell.metrics.cohorts import cohorts

        ledger, rows = self.ledger, self._rows_where(where)
        return cohorts(
            rows,
            ledger.engine,
            grain=_grain(grain),
            measure=_known("measure", measure, ("accounts", "mrr")),
            covered=ledger.covered,
            rates=ledger.rates(self._newest_day) if measure == "mrr" else {},
            reporting=ledger.reporting,
            attribute=self._values(by),
            fiscal_start=ledger.fiscal_start,
            data_from=ledger.data_from,
        )

    def survival(
        self, *, by: str | None = None, where: "str | Condition | Sequence[str | Condition]" = ()
    ) -> "Survival":
        """How long accounts stay, from the first paying day to the first departure."""
        from keepwell.metrics.survival import survival

        ledger = self.ledger
        return survival(
            self._rows_where(where),
            ledger.engine,
            covered=ledger.covered,
            by=self._values(by),
            data_from=ledger.data_from,
            rates=ledger.rates(self._newest_day),
            reporting=ledger.reporting,
        )

    def cycles(self, *, as_of: Day | None = None) -> "Cycles":
        """Each irregular account's newest cycle, limit and lapse day before a day (default: the covered one)."""
        from keepwell.metrics.cycles import Cycles, newest_cycles

        day = _maybe_day(as_of) or self.covered
        return Cycles(day, newest_cycles(self.ledger, day))

    def events_retention(
        self,
        *,
        start_kind: str | None = None,
        return_kind: str | None = None,
        mode: "Mode" = "on",
        brackets: Sequence[tuple[int, int]] = (),
        window: "Window" = "calendar",
        first: "First" = "first",
        days: int = 30,
        grain: Grain | str | None = None,
    ) -> "EventsRetention":
        """Of all starts, the share followed by a return so many days later: see `keepwell.metrics.events_retention`.

        Raises KeepwellError where there are no events, or none of a kind asked for.
        """
        from keepwell.metrics.events_retention import events_retention

        if self._events is None:
            raise KeepwellError(
                _("There are no events to look at."),
                ways=[_("Load them: keepwell import events FILE (account_id, occurred_at, kind).")],
            )
        events = self._events
        if "day" not in events.collect_schema().names():
            events = events.with_columns(day=nw.col("occurred_on"))
        self._check_kinds(events, start_kind, return_kind)
        return events_retention(
            events,
            self.ledger.engine,
            start_kind=start_kind,
            return_kind=return_kind,
            covered=self._events_covered or self.covered,
            mode=_known("mode", mode, ("on", "on_or_after", "brackets")),
            brackets=brackets,
            window=_known("window", window, ("calendar", "rolling")),
            first=_known("first", first, ("first", "every")),
            days=days,
            grain=None if grain is None else _grain(grain),
            fiscal_start=self.ledger.fiscal_start,
        )

    def _check_kinds(self, events: "Frame", *asked: str | None) -> None:
        """Refuse a kind of which there is no event: nought of nothing would read like an answer."""
        if not any(asked):
            return
        held = self.ledger.engine.collect(events.select("kind").unique())["kind"].to_pylist()
        kinds = sorted(kind for kind in held if kind is not None)
        for kind in asked:
            if kind is not None and kind not in kinds:
                close = near(kind, kinds)
                raise KeepwellError(
                    _("There are no events of the kind “{kind}”.").format(kind=kind),
                    ways=[
                        *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                        _("The kinds are: {names}.").format(names=", ".join(kinds[:MOST_NAMED])),
                    ],
                )

    @property
    def first_day(self) -> date | None:
        """The first day on which anybody pays; None where nobody ever does."""
        return self.ledger.first_day

    def close(self) -> None:
        """Give the engine's memory and files back."""
        self.ledger.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _newest_day(self) -> date:
        return self.covered - timedelta(days=1)

    def _first_days(self) -> "Frame":
        """Each account's first paying day, as a frame of positions that can be cut."""
        first = self.ledger.rows.filter(nw.col("kind") == "new", nw.col("paying") == 1)
        return first.select("account_id", "kept_by", target=nw.col("first_day"))

    def _values(self, by: str | None) -> "Frame | None":
        from keepwell.metrics.cuts import cut_by

        if by is None:
            return None
        return cut_by(self.ledger, self._first_days(), by).select("account_id", value=nw.col("segment"))

    def _rows_where(self, where: "str | Condition | Sequence[str | Condition]") -> "Frame":
        from keepwell.metrics.cuts import kept_where

        conditions = _conditions(where)
        if not conditions:
            return self.ledger.rows
        kept = kept_where(self.ledger, self._first_days(), conditions).select("account_id")
        return self.ledger.rows.join(kept, on="account_id", how="semi")


def open(
    home: str | Path,
    *,
    engine: "str | Engine" = "duckdb",
    as_known_on: Day | None = None,
    policies: Mapping[str, Any] | None = None,
) -> Company:
    """The company of a book; as known at the end of a day, or under other policies, if asked.

    Raises BadBook where there is no book at `home`.
    """
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.ledger.opening import open_ledger

    book = Book.open(Path(home).expanduser() if "://" not in str(home) else str(home))
    computing = engine_named(engine) if isinstance(engine, str) else engine
    day = _maybe_day(as_known_on)
    chosen = _policies(policies, book.settings.policies) if policies else None
    ledger = open_ledger(book, computing, as_known_on=day, policies=chosen)
    moment = book.moment(computing, day)
    if not moment.has("events"):
        return Company(ledger)
    return Company(ledger, events=moment.frame("events"), events_covered=moment.covered("events"))


def company(
    *tables: Any,
    subscriptions: Any = None,
    purchases: Any = None,
    accounts: Any = None,
    invoices: Any = None,
    rates: Any = None,
    events: Any = None,
    covered: Day | None = None,
    reporting_currency: str | None = None,
    fiscal_start: int = 1,
    policies: Mapping[str, Any] | None = None,
    engine: "str | Engine" = "duckdb",
    **unknown: Any,
) -> Company:
    """The company that dataframes describe: Polars, pandas, Arrow, DuckDB or Spark, eager or lazy.

    Columns are those of the import tables; money is in whole units of its currency (12.50), days are dates. `covered`
    is the day before which the frames are complete; by default the newest start, notice or purchase and one day more.

    Raises KeepwellError where what is given cannot be understood, and BadInput where a frame cannot be measured.
    """
    from keepwell.book.settings import Settings
    from keepwell.ledger.frames import ledger_of_frames

    _refuse_unnamed(tables, unknown)
    Settings(reporting_currency=reporting_currency, fiscal_start=fiscal_start)  # refuses what a book refuses

    ledger, event_rows = ledger_of_frames(
        {
            "subscriptions": subscriptions,
            "purchases": purchases,
            "accounts": accounts,
            "invoices": invoices,
            "rates": rates,
            "events": events,
        },
        covered=_maybe_day(covered),
        reporting=reporting_currency,
        fiscal_start=fiscal_start,
        policies=_policies(policies).to_dict(),
        engine=engine,
    )
    return Company(ledger, events=event_rows)


def _refuse_unnamed(tables: Sequence[Any], unknown: Mapping[str, Any]) -> None:
    """Refuse a table without its name, and a name that is none."""
    names = [name for name in inspect.signature(company).parameters if name not in ("tables", "unknown")]
    if tables:
        raise KeepwellError(
            _("A table is given without saying what it holds."),
            seen=type(tables[0]).__name__,
            ways=[_("Write: company(subscriptions=…), company(purchases=…), or both.")],
        )
    for name in unknown:
        close = near(name, names)
        raise KeepwellError(
            _("A company is not made with “{name}”.").format(name=name),
            ways=[
                *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                _("What can be given: {names}.").format(names=", ".join(names)),
            ],
        )


def _policies(given: Mapping[str, Any] | None, kept: Mapping[str, Any] | None = None) -> "Policies":
    """The policies given, over those kept. Raises KeepwellError where there is no policy of a name."""
    from keepwell.ledger.policies import Policies

    names = [field.name for field in fields(Policies)]
    for name in given or {}:
        _known("policy", name, names)
    return Policies(**{**(kept or {}), **(given or {})})


def _known(what: str, said: Word, choices: Sequence[str]) -> Word:
    """What was said, where it is one of the choices. Raises KeepwellError with near names where it is not."""
    if said not in choices:
        close = near(str(said), choices)
        raise KeepwellError(
            _("“{said}” is no {what}.").format(said=said, what=what),
            ways=[
                *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                _("Choose one of {names}.").format(names=", ".join(choices)),
            ],
        )
    return said


def _grain(grain: Grain | str) -> Grain:
    return Grain(_known("grain", grain, [one.value for one in Grain]))


def _day(day: Day) -> date:
    if isinstance(day, datetime):  # pandas keeps its days so
        return day.date()
    if isinstance(day, date):
        return day
    if not isinstance(day, str):
        raise KeepwellError(
            _("A day is a date, or text such as 2026-01-31."), seen=f"{type(day).__name__}: {day}"
        )
    return parse_day(day)


def _maybe_day(day: Day | None) -> date | None:
    return None if day is None else _day(day)


def _conditions(where: "str | Condition | Sequence[str | Condition]") -> "tuple[Condition, ...]":
    from keepwell.metrics.cuts import Condition, parse_where

    if isinstance(where, str):
        return parse_where(where) if where.strip() else ()
    if isinstance(where, Condition):
        return (where,)
    return tuple(c for one in where for c in (parse_where(one) if isinstance(one, str) else (one,)))
