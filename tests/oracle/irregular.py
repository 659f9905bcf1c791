"""Accounts that buy irregularly: cycle, limit and run-rate as fixed on each purchase day, and the lapse."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from keepwell.lib.days import from_number, number
from oracle.histories import Account, History, Policies

MONTH = Fraction(304375, 10000)  # days
Buys = dict[str, dict[int, list[tuple[str, int]]]]  # account -> day -> (currency, amount) rows


def quantile(values: Sequence[int | Fraction], q: Fraction) -> Fraction:
    """By linear interpolation between the values in order."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * q
    low = floor(at)
    high = min(low + 1, len(ordered) - 1)
    return Fraction(ordered[low] + (at - low) * (ordered[high] - ordered[low]))


def quarter_of(day: int) -> int:
    """First day of the calendar quarter that the day lies in."""
    on = from_number(day)
    return number(date(on.year, on.month - (on.month - 1) % 3, 1))


def segment_on(account: Account, day: int) -> str:
    """The account's segment at the end of the day; blank is "(none)"."""
    # READING: before the first version of the account is known, its first known segment holds.
    value = account.segments[0][1] if account.segments else None
    for valid_from, newer in account.segments:
        if valid_from <= day:
            value = newer
    return value or "(none)"


@dataclass(frozen=True)
class Figures:
    """What a segment's purchases said of it when a quarter began."""

    cycle: Fraction  # median gap in days
    first_limit: int  # the day by which 90% of those who bought a second time had done so
    source: str  # "segment", "company" or "default"


@dataclass(frozen=True, eq=False)
class Frozen:
    """Figures by (first day of the quarter, segment); what is missing is the stated default."""

    rows: dict[tuple[int, str], Figures]

    def get(self, quarter: int, segment: str, policies: Policies) -> Figures:
        return self.rows.get((quarter, segment)) or _defaults(policies)


def _defaults(policies: Policies) -> Figures:
    return Figures(Fraction(policies.default_cycle), policies.default_first_limit, "default")


def purchase_days(rows: dict[int, list[tuple[str, int]]]) -> list[int]:
    """Days with at least one purchase: a row above zero. Returns are none, rows of one day are one."""
    return sorted(day for day, lines in rows.items() if any(amount > 0 for _, amount in lines))


def gaps(days: list[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(days)]


def freeze(history: History, policies: Policies, buys: Buys) -> Frozen:
    """Every quarter's figures of every segment, from purchases dated before the quarter began."""
    days = {who: purchase_days(rows) for who, rows in buys.items()}
    if not any(days.values()):
        return Frozen({})
    accounts = {a.account: a for a in history.accounts}
    quarters = sorted({quarter_of(d) for own in days.values() for d in own})
    names = {v or "(none)" for a in history.accounts for _, v in a.segments} | {"(none)"}
    table: dict[tuple[int, str], Figures] = {}
    for quarter in quarters:
        known = {who: [d for d in own if d < quarter] for who, own in days.items()}
        company = _figures(list(known.values()), policies, "company")
        for name in sorted(names):
            # READING: for a quarter's figures, an account and all its gaps so far are in the segment that
            # it had at the end of the day before the quarter began; "(none)" is a segment like any other.
            mine = [own for who, own in known.items() if segment_on(accounts[who], quarter - 1) == name]
            figures = _figures(mine, policies, "segment") or company or _defaults(policies)
            table[quarter, name] = figures
    return Frozen(table)


def _figures(days: list[list[int]], policies: Policies, source: str) -> Figures | None:
    # READING: the number of gaps (not of accounts) decides, and for the first limit as well.
    count = sum(len(gaps(own)) for own in days)
    if not count or count < policies.least_gaps:
        return None
    # READING: each account has one voice in its segment's median, its own median: a few busy buyers do not
    # speak for all.
    medians = [quantile(gaps(own), Fraction(1, 2)) for own in days if len(own) > 1]
    firsts = [own[1] - own[0] for own in days if len(own) > 1]
    # READING: "the day by which 90% had": the 90% quantile of the first gaps, interpolated, rounded up.
    return Figures(quantile(medians, Fraction(1, 2)), ceil(quantile(firsts, Fraction(9, 10))), source)


@dataclass(frozen=True)
class Fixed:
    """What was fixed on one purchase day of one account."""

    account: str
    day: int
    gaps: int  # own gaps so far
    cycle: Fraction
    limit: int
    run_rate: dict[str, int]  # currency -> minor units a month
    lapse_on: int | None  # first day without MRR, where the silence after it went past its limit


@dataclass(frozen=True)
class FixedDays:
    rows: list[Fixed]
    _by_account: dict[str, list[Fixed]] = field(default_factory=dict)

    def run_rate(self, account: str, day: int) -> dict[str, int]:
        """Held from a purchase day until the next one or the lapse."""
        own = self._by_account.get(account, [])
        at = bisect_right(own, day, key=lambda row: row.day)
        if at == 0:
            return {}
        row = own[at - 1]
        return {} if row.lapse_on is not None and day >= row.lapse_on else row.run_rate


def fixed_on_purchases(
    history: History, policies: Policies, buys: Buys, frozen: Frozen | None = None
) -> FixedDays:
    """Each account's purchase days in order, with what was fixed on each."""
    table = frozen if frozen is not None else freeze(history, policies, buys)
    accounts = {a.account: a for a in history.accounts}
    by_account: dict[str, list[Fixed]] = {}
    for who, rows in sorted(buys.items()):
        days = purchase_days(rows)
        for i, day in enumerate(days):
            # READING: a purchase takes the figures of the segment its account has on that day.
            figures = table.get(quarter_of(day), segment_on(accounts[who], day), policies)
            own = gaps(days[: i + 1])
            cycle, limit = _cycle_and_limit(own, figures)
            silent_to = day + limit + 1
            bought_again = i + 1 < len(days) and days[i + 1] <= silent_to
            lapse = None if bought_again or silent_to >= history.covered else silent_to
            by_account.setdefault(who, []).append(
                Fixed(who, day, len(own), cycle, limit, _run_rate(rows, days, day, cycle), lapse)
            )
    return FixedDays([row for rows in by_account.values() for row in rows], by_account)


def _cycle_and_limit(own: list[int], figures: Figures) -> tuple[Fraction, int]:
    n = len(own)
    if n == 0:
        return figures.cycle, figures.first_limit
    cycle = (n * quantile(own, Fraction(1, 2)) + 3 * figures.cycle) / (n + 3)
    return cycle, ceil(max(3 * cycle, quantile(own, Fraction(9, 10))))


def _run_rate(
    rows: dict[int, list[tuple[str, int]]], days: list[int], day: int, cycle: Fraction
) -> dict[str, int]:
    """Net spend in (day - 3 cycles, day], over the days from its first purchase and a cycle more, a month."""
    # READING: purchase days and the window's first purchase are the account's, in whatever currency; each
    # currency with a purchase in the window makes a run-rate of its own, of at least one minor unit.
    within = [d for d in rows if day - 3 * cycle < d <= day]
    first = min(d for d in days if d in within)
    spent: dict[str, int] = {}
    bought: set[str] = set()
    for d in within:
        for currency, amount in rows[d]:
            spent[currency] = spent.get(currency, 0) + amount
            if amount > 0:
                bought.add(currency)
    over = day - first + cycle
    return {c: max(1, floor(spent[c] * MONTH / over + Fraction(1, 2))) for c in sorted(bought)}
