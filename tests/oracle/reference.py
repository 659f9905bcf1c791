"""Movements, statements and series, by looking at every account on every day.

MRR comes from `paying`, purchase cycles from `irregular`; other meanings of churn are in `definitions`,
cohorts and survival in `lifetimes`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import ceil

from keepwell.lib.days import FOREVER, NEVER, from_number
from keepwell.lib.money import exponent
from oracle.histories import History, Policies
from oracle.irregular import Fixed, Frozen, fixed_on_purchases, quantile, segment_on
from oracle.paying import LEAVING_KINDS, Days, Owned, daily


def mrr(
    history: History, policies: Policies, day: int, frozen: Frozen | None = None
) -> dict[tuple[str, str], int]:
    """(account, currency) -> minor units paid on the day; accounts that pay nothing are absent."""
    days = daily(history, policies, frozen)
    return {(a, c): v for a in days.accounts for c, v in days.at(a, day).items()}


# Movements


@dataclass(frozen=True)
class Movement:
    """One row of the ledger, with the columns of keepwell.ledger.rows that the design settles."""

    account: str
    currency: str
    day: int
    until: int
    since: int
    before: int
    after: int
    kind: str
    paying: int  # on the first currency, by name, of the account's rows of the day
    first_day: int
    lone: bool
    leaving_kind: str | None
    kept_by: str  # of what it pays from the day on, or paid until it if that is nothing


def movements(history: History, policies: Policies, frozen: Frozen | None = None) -> list[Movement]:
    """All movements of the company, ordered by account, currency and day."""
    days = daily(history, policies, frozen)
    # None is no value to sort by.
    return sorted(
        (row for rows in rows_of(days).values() for row in rows),
        key=lambda row: (row.account, row.currency, row.day),
    )


@lru_cache(maxsize=16)
def rows_of(days: Days) -> dict[str, list[Movement]]:
    """The movements of each account."""
    return {a: list(_movements(days, a)) for a in days.accounts}


def _movements(days: Days, account: str) -> Iterable[Movement]:
    raw: list[tuple[int, str, int, int, str, int]] = []
    paid_before = False
    for day in range(days.first + 1, days.last + 1):
        was, now = days.at(account, day - 1), days.at(account, day)
        if was == now:
            continue
        changed = [c for c in sorted({*was, *now}) if was.get(c, 0) != now.get(c, 0)]
        paying = bool(now) - bool(was)
        for c in changed:
            before, after = was.get(c, 0), now.get(c, 0)
            if paying == 1:
                kind = "reactivation" if paid_before else "new"
            elif paying == -1:
                kind = "churn"
            else:
                kind = "expansion" if after > before else "contraction"
            raw.append((day, c, before, after, kind, paying if c == changed[0] else 0))
        paid_before = True
    currencies = {row[1] for row in raw}
    for currency in currencies:
        chain = [row for row in raw if row[1] == currency]
        for i, (day, c, before, after, kind, paying) in enumerate(chain):
            yield Movement(
                account,
                c,
                day,
                chain[i + 1][0] if i + 1 < len(chain) else FOREVER,
                chain[i - 1][0] if i else NEVER,
                before,
                after,
                kind,
                paying,
                raw[0][0],
                len(currencies) == 1,
                days.why[account, day] if kind == "churn" else None,
                days.kept_by(account, day if after else day - 1, c),
            )


# What an account did, day by day


@dataclass(frozen=True)
class Life:
    """The days on which one account started and stopped paying."""

    arrivals: tuple[int, ...]
    departures: tuple[int, ...]

    @property
    def first_day(self) -> int:
        return self.arrivals[0]

    def paid_before(self, day: int) -> bool:
        return bool(self.arrivals) and self.arrivals[0] < day


@lru_cache(maxsize=16)
def lives(days: Days) -> dict[str, Life]:
    """Every account that ever pays."""
    found = {}
    for a in days.accounts:
        changes = [
            (day, days.pays(a, day))
            for day in range(days.first + 1, days.last + 1)
            if days.pays(a, day) != days.pays(a, day - 1)
        ]
        if changes:
            found[a] = Life(
                tuple(d for d, starts in changes if starts), tuple(d for d, starts in changes if not starts)
            )
    return found


# Money in the reporting currency


def rate_on(history: History, currency: str, day: int) -> Fraction:
    """Minor units of the reporting currency for one minor unit, in force on the day."""
    if currency == history.reporting_currency:
        return Fraction(1)
    # A rate dated the day itself is in force on it.
    quoted = [r for r in history.rates if r.currency == currency and r.valid_from <= day]
    if not quoted:
        raise LookupError(f"No rate of {currency} on {from_number(day)}.")
    newest = max(quoted, key=lambda r: r.valid_from)
    scale = Fraction(10) ** (exponent(history.reporting_currency) - exponent(currency))
    return Fraction(newest.rate) * scale


def converted(history: History, paid: dict[str, int], on: int) -> int:
    """One account's MRR in the reporting currency, rounded half-even once a currency."""
    return sum(round(amount * rate_on(history, c, on)) for c, amount in paid.items())


# Statements

LINES = ("opening", "new", "reactivated", "expansion", "contraction", "churned", "closing")
LISTS = ("passed_through", "came_back_and_left", "interrupted", "leaving")


@dataclass
class Statement:
    start: int
    end: int
    finished: bool
    accounts: dict[str, set[str]]  # line or list -> accounts
    mrr: dict[str, int]  # line -> minor units of the reporting currency
    churned_by_kind: dict[str, set[str]]
    gross_retained: int  # sum of min(opening, closing) over the opening accounts
    net_retained: int  # sum of closing over the opening accounts
    leaving_mrr: int = 0
    churned_mrr_by_kind: dict[str, int] = field(default_factory=dict)
    restated: int = 0  # series only: what moving exchange rates did since the closing before
    moved: int = 0  # series only, by segment: MRR that came from (or went to) other segments
    moved_in: set[str] = field(default_factory=set)
    moved_out: set[str] = field(default_factory=set)

    def count(self, line: str) -> int:
        return len(self.accounts[line])

    @property
    def rates(self) -> dict[str, Fraction | None]:
        opening, closing = self.count("opening"), self.count("closing")
        money = self.mrr
        churn = ratio(self.count("churned"), opening)
        gross = ratio(self.gross_retained, money["opening"])
        return {
            "customer_churn": churn,
            "customer_retention": None if churn is None else 1 - churn,
            "revenue_churn": None if gross is None else 1 - gross,
            "gross_revenue_retention": gross,
            "net_revenue_retention": ratio(self.net_retained, money["opening"]),
            "quick_ratio": ratio(
                money["new"] + money["expansion"] + money["reactivated"],
                money["contraction"] + money["churned"],
            ),
            "churned_share_of_revenue": ratio(money["churned"], money["opening"]),
            "net_growth": ratio(closing - opening, opening),
        }


def ratio(of: int | Fraction, over: int | Fraction) -> Fraction | None:
    return Fraction(of) / Fraction(over) if over else None


@lru_cache(maxsize=64)
def segments_in(history: History, days: Days, start: int) -> dict[str, str]:
    """Each account's segment in a period: at the end of the day before, or on the first paying day."""
    found = {}
    for row in history.accounts:
        life = lives(days).get(row.account)
        joined = life is not None and life.first_day >= start
        found[row.account] = segment_on(row, life.first_day if joined else start - 1)
    return found


def kept_by_in(days: Days, account: str, start: int, end: int) -> str | None:
    """Which kind of account it is in a period: "contract" or "irregular"; None: it has no part in it."""
    # READING: it is among the contracts if any movement in play is made of one: those in the period, and
    # where there is none, or the account pays in several currencies, those in force at the opening.
    rows = rows_of(days)[account]
    inside = [row for row in rows if start <= row.day < end]
    opening = [row for row in rows if row.day < start <= row.until]
    kinds = {row.kept_by for row in (inside if inside and inside[0].lone else inside + opening)}
    return min(kinds, default=None)


def statement(
    history: History,
    policies: Policies,
    start: int,
    end: int,
    *,
    rates_on: int | None = None,
    where: str | None = None,
    kept_by: str | None = None,
    frozen: Frozen | None = None,
) -> Statement:
    """The statement of [start, end), of the company, of the segment `where`, or of one kind of account."""
    days = daily(history, policies, frozen)
    lines: dict[str, set[str]] = {name: set() for name in (*LINES, *LISTS)}
    money = dict.fromkeys(LINES, 0)
    by_kind: dict[str, set[str]] = {kind: set() for kind in LEAVING_KINDS}
    money_by_kind = dict.fromkeys(LEAVING_KINDS, 0)
    gross = net = leaving = 0
    rates_on = start if rates_on is None else rates_on
    noticed = _given_notice(history, policies, end)
    for a, life in lives(days).items():
        if where is not None and segments_in(history, days, start)[a] != where:
            continue
        if kept_by is not None and kept_by_in(days, a, start, end) != kept_by:
            continue
        o = converted(history, days.at(a, start - 1), rates_on)
        c = converted(history, days.at(a, end - 1), rates_on)
        worth = {
            "opening": o,
            "new": c,
            "reactivated": c,
            "expansion": c - o,
            "contraction": o - c,
            "churned": o,
            "closing": c,
        }
        mine = _lines(days, life, a, start, end, o, c)
        for line in mine:
            lines[line].add(a)
            money[line] = money.get(line, 0) + worth.get(line, 0)
        if "opening" in mine:
            gross += min(o, c)
            net += c
        if "churned" in mine:
            kind = days.why[a, max(day for day in life.departures if day < end)]
            by_kind[kind].add(a)
            money_by_kind[kind] += o
        if "closing" in mine and a in noticed:
            lines["leaving"].add(a)
            leaving += c
    money = {line: money[line] for line in LINES}
    finished = end <= history.covered
    return Statement(start, end, finished, lines, money, by_kind, gross, net, leaving, money_by_kind)


def _lines(days: Days, life: Life, a: str, start: int, end: int, o: int, c: int) -> set[str]:
    """The lines and lists that one account is in; o and c are its converted MRR at opening and closing."""
    # READING: whether an account pays is asked of its own money: a cent worth nothing still pays.
    was, now = days.pays(a, start - 1), days.pays(a, end - 1)
    inside = [days.pays(a, day) for day in range(start, end)]
    if was and now:
        found = {"opening", "closing"}
        if c > o:
            found.add("expansion")
        if c < o:
            found.add("contraction")
        if not all(inside):
            found.add("interrupted")
        return found
    if was:
        return {"opening", "churned"}
    if now:
        return {"reactivated" if life.paid_before(start) else "new", "closing"}
    if any(inside):
        return {"came_back_and_left" if life.paid_before(start) else "passed_through"}
    return set()


def by_segment(
    history: History,
    policies: Policies,
    start: int,
    end: int,
    *,
    rates_on: int | None = None,
    frozen: Frozen | None = None,
) -> dict[str, Statement]:
    """One statement for every segment of an account that ever pays; empty ones among them."""
    days = daily(history, policies, frozen)
    names = {segments_in(history, days, start)[a] for a in lives(days)}
    return {
        name: statement(history, policies, start, end, rates_on=rates_on, where=name, frozen=frozen)
        for name in sorted(names)
    }


def _given_notice(history: History, policies: Policies, end: int) -> set[str]:
    """Accounts for which everything running at the closing was given notice inside the period or before."""
    # READING: only subscriptions that pay (MRR above 0) count, as trials never do; one without an end but
    # with a notice is leaving too; a run-rate beside them changes nothing; without any running
    # subscription (irregular, or held by grace) nobody is leaving.
    running = [(s, who) for s, who in Owned(history, policies).running(end - 1) if s.mrr > 0]
    going_on = {who for s, who in running if s.cancelled_on is None or s.cancelled_on >= end}
    return {who for _, who in running} - going_on


def series(
    history: History,
    policies: Policies,
    periods: list[tuple[int, int]],
    *,
    where: str | None = None,
    frozen: Frozen | None = None,
) -> list[Statement]:
    """Statements of periods that follow each other, each with what separates it from the closing before."""
    days = daily(history, policies, frozen)
    done: list[Statement] = []
    for start, end in periods:
        now = statement(history, policies, start, end, where=where, frozen=frozen)
        if done:
            _link(history, days, done[-1], now)
        done.append(now)
    return done


def _link(history: History, days: Days, last: Statement, now: Statement) -> None:
    """Opening - the closing before = restated + moved; in accounts, moved alone."""
    # READING: first the accounts that stood in the segment's closing are restated at the new rates, then
    # those that changed segment move at the new rates.
    closing, opening = last.accounts["closing"], now.accounts["opening"]

    def worth(accounts: set[str], on: int) -> int:
        return sum(converted(history, days.at(a, now.start - 1), on) for a in accounts)

    now.restated = worth(closing, now.start) - worth(closing, last.start)
    now.moved_in, now.moved_out = opening - closing, closing - opening
    now.moved = worth(now.moved_in, now.start) - worth(now.moved_out, now.start)


# Purchase cycles


def cycles(history: History, policies: Policies, frozen: Frozen | None = None) -> list[Fixed]:
    """What was fixed on every purchase day of every account."""
    return fixed_on_purchases(history, policies, Owned(history, policies).buys(), frozen).rows


def company_cycle(
    history: History, policies: Policies, end: int, frozen: Frozen | None = None
) -> Fraction | None:
    """The median of the accounts' cycles as they stood at the end of a period."""
    # READING: each account's newest cycle fixed before the end of the period; accounts that had bought
    # once only (their cycle is nobody's own) are apart, and without any other there is no company cycle.
    newest = {
        row.account: row.cycle for row in cycles(history, policies, frozen) if row.day < end and row.gaps
    }
    return quantile(list(newest.values()), Fraction(1, 2)) if newest else None


def shortest_period(
    history: History, policies: Policies, end: int, frozen: Frozen | None = None
) -> int | None:
    """Days of the shortest period over which rates of irregular accounts are given."""
    cycle = company_cycle(history, policies, end, frozen)
    return None if cycle is None else ceil(3 * cycle)
