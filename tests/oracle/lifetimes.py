"""What became of accounts after their first paying day: cohorts, and the survival of the first spell."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from keepwell.lib.days import Grain, add_months, from_number, number
from oracle.histories import History, Policies
from oracle.irregular import Frozen, segment_on
from oracle.paying import Days, daily
from oracle.reference import converted, lives, ratio


@dataclass(frozen=True)
class Cell:
    age: int
    active: int  # accounts paying, or their MRR in the reporting currency
    base: int  # what the share is of
    share: Fraction | None
    finished: bool


@dataclass(frozen=True)
class Cohort:
    name: int | str  # first day of the calendar period, or the segment
    size: int  # accounts
    base: int  # what shares are of: the accounts, or their MRR on their first paying days
    cells: tuple[Cell, ...]


def cohorts(
    history: History,
    policies: Policies,
    grain: str = "month",
    measure: str = "accounts",
    by: str | None = None,
    frozen: Frozen | None = None,
) -> list[Cohort]:
    """Calendar cohorts of the grain, or with by="segment" those of the segment on the first paying day."""
    days = daily(history, policies, frozen)
    step = Grain(grain).months
    groups: dict[int | str, list[str]] = {}
    for a, life in lives(days).items():
        # READING: an account whose first paying day is not covered yet is in no cohort.
        if life.first_day < history.covered:
            groups.setdefault(_cohort_of(history, a, life.first_day, step, by), []).append(a)
    found = []
    for name in sorted(groups):
        if by is None:
            assert isinstance(name, int)
            asked = _ends_of_periods(name, step, history.covered)
        else:
            # READING: attribute cohorts count months unless a grain is asked for; then k grains.
            asked = _months_of_each(days, groups[name], step, history.covered)
        found.append(_cohort(history, days, name, groups[name], measure, asked))
    return found


# For each age: the day on which to ask of an account (None: not yet), and whether the cell is finished.
Asked = list[tuple[Callable[[str], int | None], bool]]


def _cohort_of(history: History, account: str, first_day: int, step: int, by: str | None) -> int | str:
    row = next(a for a in history.accounts if a.account == account)
    return _period(first_day, step) if by is None else segment_on(row, first_day)


def _period(day: int, step: int) -> int:
    """First day of the calendar month, quarter or year that the day lies in."""
    on = from_number(day)
    return number(on.replace(month=on.month - (on.month - 1) % step, day=1))


def _later(day: int, months: int) -> int:
    return number(add_months(from_number(day), months))


def _ends_of_periods(start: int, step: int, covered: int) -> Asked:
    """The last day of every period begun by the covered day; the running one at the newest covered day."""
    asked: Asked = []
    while _later(start, step * len(asked)) < covered:
        last = _later(start, step * (len(asked) + 1)) - 1
        day = min(last, covered - 1)
        asked.append((lambda _, day=day: day, last < covered))  # type: ignore[misc]  # default binds the day
    return asked


def _months_of_each(days: Days, accounts: list[str], step: int, covered: int) -> Asked:
    """k months after each account's first paying day, as long as one of them has got there."""
    # READING: while some have and others have not, the cell is running, and is that of those who have.
    firsts = {a: lives(days)[a].first_day for a in accounts}
    asked: Asked = []
    while any(_later(first, step * len(asked)) < covered for first in firsts.values()):
        on = {a: _later(first, step * len(asked)) for a, first in firsts.items()}
        asked.append(
            (
                lambda a, on=on: on[a] if on[a] < covered else None,  # type: ignore[misc]  # as above
                all(day < covered for day in on.values()),
            )
        )
    return asked


def _cohort(
    history: History, days: Days, name: int | str, accounts: list[str], measure: str, asked: Asked
) -> Cohort:
    def worth(account: str, day: int) -> int:
        if measure == "accounts":
            return int(days.pays(account, day))
        # Rates of the newest covered day, for every cell and for the base.
        return converted(history, days.at(account, day), history.covered - 1)

    firsts = {a: worth(a, lives(days)[a].first_day) for a in accounts}
    cells = []
    for age, (day_of, finished) in enumerate(asked):
        on = {a: day for a in accounts if (day := day_of(a)) is not None}
        active, base = sum(worth(a, day) for a, day in on.items()), sum(firsts[a] for a in on)
        cells.append(Cell(age, active, base, ratio(active, base), finished))
    return Cohort(name, len(accounts), sum(firsts.values()), tuple(cells))


def weighted_mean(table: list[Cohort]) -> list[Fraction | None]:
    """For each age, over the cohorts that have reached it: what is active over what they began with."""
    # READING: a cohort has reached an age when its cell is finished; running cells are in no mean.
    ages = max((len(c.cells) for c in table), default=0)
    means = []
    for age in range(ages):
        reached = [c for c in table if age < len(c.cells) and c.cells[age].finished]
        means.append(ratio(sum(c.cells[age].active for c in reached), sum(c.base for c in reached)))
    return means


# Survival of the first spell


@dataclass(frozen=True)
class Stay:
    """One account's first spell, in days from its first paying day."""

    account: str
    days: int
    left: bool  # else still paying at the covered day
    entered: int  # how old the spell was when the data began; 0: seen from its start


@dataclass(frozen=True)
class Step:
    day: int
    at_risk: int
    left: int
    survival: Fraction


def stays(
    history: History, policies: Policies, where: str | None = None, frozen: Frozen | None = None
) -> list[Stay]:
    """First spells of the accounts (of a segment as of the first paying day), right-censored."""
    days = daily(history, policies, frozen)
    found = []
    for a, life in lives(days).items():
        if life.first_day >= history.covered:
            continue
        row = next(r for r in history.accounts if r.account == a)
        if where not in (None, segment_on(row, life.first_day)):
            continue
        entered = max(0, (history.data_from or life.first_day) - life.first_day)
        # READING: a departure known for a day not covered yet has not happened; the spell then is censored
        # at the age it had on the newest covered day: older than that nobody has seen it.
        end = next((d for d in life.departures if d < history.covered), None)
        length = (history.covered - 1 if end is None else end) - life.first_day
        # READING: one that had left by the day the data begin is not among those at risk at any time.
        if length > entered or not entered:
            found.append(Stay(a, length, end is not None, entered))
    return found


def survival(
    history: History, policies: Policies, where: str | None = None, frozen: Frozen | None = None
) -> list[Step]:
    """Kaplan-Meier: one step for each age at which an account left, with entered < age <= days at risk."""
    rows = stays(history, policies, where, frozen)
    share = Fraction(1)
    steps = []
    for age in sorted({row.days for row in rows if row.left}):
        at_risk = sum(row.entered < age <= row.days for row in rows)
        left = sum(row.left and row.days == age for row in rows)
        share *= 1 - Fraction(left, at_risk)
        steps.append(Step(age, at_risk, left, share))
    return steps


def restricted_life(
    history: History, policies: Policies, least: int = 30, frozen: Frozen | None = None
) -> tuple[int, Fraction] | None:
    """(last age with `least` at risk, mean days stayed up to it): the area under the survival curve."""
    rows = stays(history, policies, frozen=frozen)
    ages = [
        age
        for age in range(1, max((row.days for row in rows), default=0) + 1)
        if sum(row.entered < age <= row.days for row in rows) >= least
    ]
    if not ages:
        return None
    last, area, share = ages[-1], Fraction(0), Fraction(1)
    by_age = {step.day: step.survival for step in survival(history, policies, frozen=frozen)}
    for age in range(last):
        share = by_age.get(age, share)
        area += share  # survival from `age` to the day after
    return last, area


def log_rank(history: History, policies: Policies, frozen: Frozen | None = None) -> Fraction | None:
    """The log-rank statistic of two segments, chi-squared with one degree of freedom; None if not two."""
    days = daily(history, policies, frozen)
    rows = {a.account: a for a in history.accounts}
    names = sorted({segment_on(rows[a], life.first_day) for a, life in lives(days).items()})
    groups = [group for group in (stays(history, policies, n, frozen) for n in names) if group]
    if len(groups) != 2:
        return None
    everyone = groups[0] + groups[1]
    apart = variance = Fraction(0)
    for age in sorted({row.days for row in everyone if row.left}):
        n = sum(row.entered < age <= row.days for row in everyone)
        mine = sum(row.entered < age <= row.days for row in groups[0])
        d = sum(row.left and row.days == age for row in everyone)
        apart += sum(row.left and row.days == age for row in groups[0]) - Fraction(d * mine, n)
        if n > 1:
            variance += Fraction(d * mine * (n - mine) * (n - d), n * n * (n - 1))
    return apart * apart / variance if variance else None
