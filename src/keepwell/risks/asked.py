"""What every question about risk starts from: a book, its ledger, and what was known of accounts on days."""

from collections.abc import Callable, Sequence
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Self

from keepwell.lib.days import number, parse_day
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.book.book import Book
    from keepwell.book.engines import Engine
    from keepwell.ledger.ledger import Ledger
    from keepwell.risk.observations import Observations

Day = date | str
Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done

HORIZON = 90  # days ahead for which a risk is said, unless asked otherwise
MONTHS = 36  # month-ends looked back at, unless asked otherwise


class Asked:
    """A book that is asked about leaving."""

    def __init__(self, book: "Book", engine: "Engine", progress: Progress | None = None) -> None:
        from keepwell.ledger.opening import open_ledger

        self.book, self.engine, self._progress = book, engine, progress
        self.ledger: Ledger = open_ledger(book, engine)

    @property
    def covered(self) -> date:
        """The day before which everything is known."""
        return self.ledger.covered

    def observe(self, days: Sequence[date], *, horizon: int = HORIZON) -> "Observations":
        """Observations of every eligible account on each of the days."""
        from keepwell.risk.observations import observe

        return observe(self.book, self.engine, days, horizon=horizon, progress=self._progress)

    def past(self, *, months: int = MONTHS, horizon: int = HORIZON) -> "Observations":
        """Observations of the newest `months` month-ends of which it is known what became of them."""
        return self.observe(self._past_days(months, horizon), horizon=horizon)

    def _past_days(self, months: int, horizon: int) -> list[date]:
        from keepwell.risk.observations import month_ends

        ends = month_ends(self.ledger, months + horizon // 28 + 1)
        if not (days := [day for day in ends if self._matured(day, horizon)]):
            raise self._too_short(horizon)
        return days[-months:]

    def _too_short(self, horizon: int) -> KeepwellError:
        from keepwell.risk.enough import NotEnough

        first = self._first_day()
        if first >= self.covered:
            seen = _(
                "nobody pays before {covered}, up to which everything is known; the first day is {first}"
            )
        else:
            seen = _("the ledger knows the days from {first} to before {covered}")
        return NotEnough(
            _("There is no month's end yet of which it is known what became of the accounts."),
            seen=seen.format(first=first, covered=self.covered),
            ways=[
                _(
                    "Say up to which day the files hold everything: keepwell import TABLE FILE --complete-to DAY."
                ),
                _("Load a longer history, or ask for fewer days ahead than {days}: --horizon.").format(
                    days=horizon
                ),
                _("Until then go by the check-up, which needs no history: keepwell health show."),
            ],
        )

    def _matured(self, day: date, horizon: int) -> bool:
        return number(day) + horizon <= number(self.covered)

    def _first_day(self) -> date:
        import narwhals as nw

        from keepwell.lib.days import from_number

        first = self.engine.collect(self.ledger.rows.select(day=nw.col("day").min()))["day"].to_pylist()[0]
        return self.covered if first is None else from_number(first)

    def _day(self, day: Day | None) -> date:
        asked = parse_day(day) if isinstance(day, str) else day or self.covered
        if number(asked) > number(self.covered):
            raise KeepwellError(
                _("{day} has not come yet: everything is known only before {covered}.").format(
                    day=asked, covered=self.covered
                ),
                ways=[_("Ask for {covered} or an earlier day.").format(covered=self.covered)],
            )
        return asked

    def close(self) -> None:
        """Give the engine's memory and files back."""
        self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
