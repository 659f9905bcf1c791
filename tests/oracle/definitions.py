"""Other meanings of churn, side by side with ours, each counted from every account's every day."""

from fractions import Fraction

from keepwell.lib.days import from_number
from oracle.histories import History, Policies
from oracle.irregular import Frozen
from oracle.paying import Days, daily, owner
from oracle.reference import Life, lives, ratio, statement

Ratio = tuple[Fraction | None, Fraction | None, Fraction | None]  # numerator, denominator, rate
BY_ACCOUNT = ("opening_set", "stripe", "baremetrics", "net_change", "textbook", "profitwell", "renewal_base")


def shares(
    history: History, policies: Policies, start: int, end: int, frozen: Frozen | None = None
) -> dict[str, dict[str, tuple[int, int]]]:
    """Definition -> account -> what it adds to the numerator and to the denominator.

    Those that are a sum over days, or have no value, are absent.
    """
    days = daily(history, policies, frozen)
    ours = statement(history, policies, start, end, frozen=frozen).accounts
    lived = lives(days)
    renewing = _up_for_renewal(history, start, end)
    # READING: "whole calendar months only" lets in any run of them, as a quarter is.
    whole_months = from_number(start).day == 1 and from_number(end).day == 1
    absent = {"profitwell"} if not whole_months else set()
    absent |= {"renewal_base"} if renewing is None else set()
    found: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in BY_ACCOUNT if name not in absent}
    for a in days.accounts:
        life = lived.get(a, Life((), ()))
        opening, closing, churned = (int(a in ours[line]) for line in ("opening", "closing", "churned"))
        left = sum(start <= d < end for d in life.departures)
        arrived = int(any(start <= d < end for d in life.arrivals))
        first_time = int(any(start <= d < end for d in life.arrivals[:1]))
        mine = {
            "opening_set": (churned, opening),
            "stripe": (left, opening + first_time),
            "baremetrics": (min(left, 1), opening),
            "net_change": (opening - closing, opening),
            "textbook": (opening - (closing - arrived), opening),
            "profitwell": (churned, opening),
            "renewal_base": (churned, int(a in (renewing or ()))),
        }
        for name, shared in found.items():
            shared[a] = mine[name]
    return found


def definitions(
    history: History, policies: Policies, start: int, end: int, frozen: Frozen | None = None
) -> dict[str, Ratio]:
    """Every named definition but annualised (see `annualised`): numerator, denominator and rate."""
    found: dict[str, Ratio] = dict.fromkeys(BY_ACCOUNT, (None, None, None))
    for name, mine in shares(history, policies, start, end, frozen).items():
        numerator = sum(n for n, _ in mine.values())
        denominator = sum(d for _, d in mine.values())
        found[name] = (Fraction(numerator), Fraction(denominator), ratio(numerator, denominator))
    found["chartmogul_daily"] = (None, None, _daily(daily(history, policies, frozen), start, end))
    return found


def accounts_apart(
    history: History, policies: Policies, name: str, start: int, end: int, frozen: Frozen | None = None
) -> set[str]:
    """The accounts that count otherwise in this definition than in ours."""
    # READING: those that add something else to the numerator or to the denominator; of the two the rates
    # are made of, so an account may be apart though the rates agree.
    found = shares(history, policies, start, end, frozen)
    ours = found.get("opening_set", {})
    return {a for a, share in found.get(name, {}).items() if share != ours[a]}


def _up_for_renewal(history: History, start: int, end: int) -> set[str | None] | None:
    # READING: any account with a paying subscription (MRR above 0) whose renewal_on lies in the period,
    # whether it paid at the opening or not; with no renewal date anywhere there is no value.
    rows = [(s, s.renewal_on) for s in history.subscriptions if s.renewal_on is not None]
    if not rows:
        return None
    return {owner(history, s.account, day) for s, day in rows if start <= day < end and s.mrr > 0}


def _daily(days: Days, start: int, end: int) -> Fraction | None:
    terms = []
    for day in range(start, end):
        before = [a for a in days.accounts if days.pays(a, day - 1)]
        if before:
            terms.append(Fraction(sum(not days.pays(a, day) for a in before), len(before)))
    # READING: where nobody pays on the eve of any day there is no base at all, so no value.
    return sum(terms, Fraction(0)) if terms else None


def annualised(rate: Fraction | None, days: int) -> float | None:
    """1 - (1 - rate) ^ (365 / days); nothing above 100%."""
    if rate is None or rate > 1:
        return None
    return float(1 - float(1 - rate) ** (365 / days))
