"""Other meanings of churn, side by side with ours, each counted from every account's every day."""

from fractions import Fraction

from keepwell.lib.days import from_number
from oracle.histories import History, Policies
from oracle.irregular import Frozen
from oracle.paying import Days, daily, owner
from oracle.reference import lives, ratio, statement

Ratio = tuple[Fraction | None, Fraction | None, Fraction | None]  # numerator, denominator, rate


def definitions(
    history: History, policies: Policies, start: int, end: int, frozen: Frozen | None = None
) -> dict[str, Ratio]:
    """Every named definition but annualised (see `annualised`): numerator, denominator and rate."""
    days = daily(history, policies, frozen)
    ours = statement(history, policies, start, end, frozen=frozen)
    opening, closing, churned = (ours.count(line) for line in ("opening", "closing", "churned"))
    lived = lives(days)
    inside = {a: [d for d in life.departures if start <= d < end] for a, life in lived.items()}
    first_timers = [a for a, life in lived.items() if start <= life.first_day < end]
    arrived = [a for a, life in lived.items() if any(start <= d < end for d in life.arrivals)]
    found = {
        "opening_set": _of(churned, opening),
        "stripe": _of(sum(map(len, inside.values())), opening + len(first_timers)),
        "baremetrics": _of(sum(1 for d in inside.values() if d), opening),
        # READING: "whole calendar months only" lets in any run of them, as a quarter is.
        "profitwell": _of(churned, opening if _whole_months(start, end) else None),
        "net_change": _of(opening - closing, opening),
        "textbook": _of(opening - (closing - len(arrived)), opening),
        "renewal_base": _of(churned, _up_for_renewal(history, start, end)),
    }
    found["chartmogul_daily"] = (None, None, _daily(days, inside, start, end))
    return found


def _of(numerator: int, denominator: int | None) -> Ratio:
    if denominator is None:
        return None, None, None
    return Fraction(numerator), Fraction(denominator), ratio(numerator, denominator)


def _whole_months(start: int, end: int) -> bool:
    return from_number(start).day == 1 and from_number(end).day == 1


def _up_for_renewal(history: History, start: int, end: int) -> int | None:
    # READING: any account with a paying subscription (MRR above 0) whose renewal_on lies in the period,
    # whether it paid at the opening or not; with no renewal date anywhere there is no value.
    rows = [(s, s.renewal_on) for s in history.subscriptions if s.renewal_on is not None]
    if not rows:
        return None
    due = {owner(history, s.account, day) for s, day in rows if start <= day < end and s.mrr > 0}
    return len(due - {None})


def _daily(days: Days, departures: dict[str, list[int]], start: int, end: int) -> Fraction | None:
    terms = []
    for day in range(start, end):
        paying = sum(days.pays(a, day - 1) for a in days.accounts)
        if paying:
            terms.append(Fraction(sum(day in d for d in departures.values()), paying))
    # READING: where nobody pays on the eve of any day there is no base at all, so no value.
    return sum(terms, Fraction(0)) if terms else None


def annualised(rate: Fraction | None, days: int) -> float | None:
    """1 - (1 - rate) ^ (365 / days); nothing above 100%."""
    if rate is None or rate > 1:
        return None
    return float(1 - float(1 - rate) ** (365 / days))
