"""Who the accounts are: what is fixed about each before its life begins."""

from dataclasses import dataclass

import numpy as np

from keepwell.demo import company
from keepwell.demo.actions import Kinds
from keepwell.demo.clock import Clock, Flags, Floats, Ints
from keepwell.demo.streams import Random


@dataclass(frozen=True)
class Accounts:
    """One number an account in every array; places point into the lists of `company`.

    `joins` is the day of the first payment, `trial` the days of a free trial before it, `touchy` how hard a
    region's overload hits it, `expiry` the month (0 to 35) in which its cards expire, every 36 months.
    """

    segment: Ints
    country: Ints
    region: Ints
    currency: Ints
    salesperson: Ints
    channel: Ints
    industry: Ints
    irregular: Flags
    annual: Flags
    high_touch: Flags
    card: Flags
    fit: Floats
    touchy: Floats
    seats: Floats
    cycle: Floats
    spend: Floats
    notice: Ints
    expiry: Ints
    joins: Ints
    trial: Ints
    never_paid: Flags

    def __len__(self) -> int:
        return len(self.fit)

    @property
    def kinds(self) -> Kinds:
        """What the effects of actions depend on."""
        names = np.array([s.name for s in company.SEGMENTS])[self.segment]
        return Kinds(
            low_touch=~self.high_touch,
            small=np.isin(names, ["Small business", "Mid-market", "Trade"]),
            large=names == "Enterprise",
            public=names == "Public sector",
        )


def draw(n: int, clock: Clock, chance: dict[str, Random]) -> Accounts:
    """`n` accounts with everything that is fixed about them."""
    r = chance["accounts"]
    segment = _pick(r, n, [s.share for s in company.SEGMENTS])
    country = _pick(r, n, [c.share for c in company.COUNTRIES])
    salesperson = _pick(r, n, [s.share for s in company.SALESPEOPLE])
    channel = _pick(r, n, [s.share for s in company.CHANNELS])
    sold = np.array([s.fit for s in company.SALESPEOPLE])[salesperson]
    found = np.array([s.fit for s in company.CHANNELS])[channel]
    irregular = r.random(n) < _of(segment, "irregular")
    home = np.array([company.CURRENCY_CODES.index(c.currency) for c in company.COUNTRIES])[country]
    in_euros = r.random(n) < 0.15
    joins, trial, never_paid = _joining(n, clock, irregular, chance["joining"])
    return Accounts(
        segment=segment,
        country=country,
        region=np.array([company.REGIONS.index(c.region) for c in company.COUNTRIES])[country],
        currency=np.where(in_euros, 0, home),
        salesperson=salesperson,
        channel=channel,
        industry=r.integers(0, len(company.INDUSTRIES), n),
        irregular=irregular,
        annual=r.random(n) < _of(segment, "annual"),
        high_touch=r.random(n) < _of(segment, "high_touch"),
        card=r.random(n) < _of(segment, "card"),
        fit=0.1 + sold + found + r.normal(0, 0.55, n),
        touchy=np.exp(r.normal(-0.1, 0.4, n)),
        seats=np.maximum(2, np.round(_of(segment, "seats") * np.exp(r.normal(0, 0.55, n)))),
        cycle=np.clip(_of(segment, "cycle") * np.exp(r.normal(0, 0.40, n)), 16, 150),
        spend=_of(segment, "spend") * np.exp(r.normal(0, 0.6, n)),
        notice=np.where(_of(segment, "seats") >= 50, 60, 30).astype(np.int64),
        expiry=r.integers(0, 36, n),
        joins=joins,
        trial=trial,
        never_paid=never_paid,
    )


def _joining(n: int, clock: Clock, irregular: Flags, r: Random) -> tuple[Ints, Ints, Flags]:
    """The first paying day, the days of trial before it, and who tried and never paid.

    A third joins in the first half year, the rest evenly after it.
    """
    first, last = int(clock.starts[0]), clock.end
    early = r.random(n) < 0.33
    day = np.where(early, r.integers(0, 180, n), r.integers(0, last - first - 20, n)) + first
    tries = (r.random(n) < 0.30) & ~irregular & (day - 30 >= first)
    never = tries & (r.random(n) < 0.10)
    # Anniversaries are simplest for people and for us when the day exists in every month.
    at = day.astype("datetime64[D]")
    in_month = (at - at.astype("datetime64[M]")).astype(np.int64)
    day = day - np.maximum(0, in_month - 27)
    return day, np.where(tries, 30, 0).astype(np.int64), never


def _pick(r: Random, n: int, shares: list[float]) -> Ints:
    return np.searchsorted(np.cumsum(shares) / sum(shares), r.random(n), side="right").astype(np.int64)


def _of(segment: Ints, name: str) -> Floats:
    return np.array([float(getattr(s, name)) for s in company.SEGMENTS])[segment]
