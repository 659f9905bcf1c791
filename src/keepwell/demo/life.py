"""Four years of the company, step by step: what accounts feel, decide, pay and buy, and what we do for them."""

import numpy as np

from keepwell.demo import company
from keepwell.demo.accounts import Accounts
from keepwell.demo.actions import ACTIONS, CHOSEN, HELD_OUT
from keepwell.demo.buying import Buying
from keepwell.demo.clock import STEPS_A_MONTH, Clock, Flags, Floats, Ints
from keepwell.demo.contracts import NONE, PRODUCTS, Contracts, growth
from keepwell.demo.forces import P, Shocks, State, Weather, advance, newcomers, pressure, strain
from keepwell.demo.history import CAUSES, History, Snapshot, blank
from keepwell.demo.streams import Random


class Life:
    """The company alive. `run` is the story; each method below is one mechanism with a stream of its own."""

    def __init__(self, accounts: Accounts, clock: Clock, chance: dict[str, Random]) -> None:
        n = len(accounts)
        self.a, self.clock, self.chance, self.n = accounts, clock, chance, n
        self.state = newcomers(accounts.fit)
        self.contracts = Contracts(accounts, chance["renewals"])
        self.buying = Buying(accounts, chance["amounts"])
        self.history = blank(clock.steps, n)
        self.joined = np.full(n, -1, dtype=np.int64)  # step of joining (or of coming back)
        self.left = np.zeros(n, dtype=bool)
        self.champion_no = np.ones(n, dtype=np.int64)
        self.failing = np.full(n, -1, dtype=np.int64)  # steps since the first failed payment
        self.merging = np.full(n, -1, dtype=np.int64)  # steps until the merger
        self.increase = np.zeros(n)  # size of the price increase announced for the next renewal
        self.overload: Floats = np.zeros(len(company.REGIONS))
        self.rival: Floats = np.zeros(len(company.SEGMENTS))
        self.held_out = chance["actions"].random((len(ACTIONS), n)) < HELD_OUT
        self.cause_of_notice = np.zeros(n, dtype=np.int64)
        self.base = np.array([s.leaving for s in company.SEGMENTS])[accounts.segment]

    def run(self) -> History:
        """All steps, in order."""
        self.contracts.trials(self.clock.end)
        for t in range(self.clock.steps):
            self._join(t)
            if t % STEPS_A_MONTH == 0:
                self.history.snapshots.append(self._snapshot(t))
                self._act(t)
            self._feel(t)
            self._renew(t)
            self._decide(t)
            self._pay(t)
            self._merge(t)
            self._resize(t)
            self._depart(t)
            self._buy(t)
            self._come_back(t)
            self._remember(t)
        self.contracts.finish(self.clock.end)
        return self.history

    # --- who is here ------------------------------------------------------------------------------------------

    @property
    def live(self) -> Flags:
        """Who is a customer in truth: a running contract, or buying and not silently gone."""
        irregular = self.a.irregular & (self.buying.last >= 0) & ~self.buying.gone
        return self.contracts.live | irregular

    def _day(self, t: int, r: Random) -> Ints:
        """A day of the step for every account, on weekdays and others alike."""
        return np.asarray(self.clock.starts[t] + r.integers(0, self.clock.length(t), self.n))

    def _join(self, t: int) -> None:
        start, end = self.clock.starts[t], self.clock.starts[t + 1]
        new = (self.a.joins >= start) & (self.a.joins < end) & ~self.a.never_paid
        at = np.flatnonzero(new)
        self.joined[at] = t
        self.state = self.state.put(new, newcomers(self.a.fit))
        self.champion_no[at] = 1
        contract = at[~self.a.irregular[at]]
        self.contracts.begin(contract, self.a.joins[contract])
        self.buying.record(new & self.a.irregular, self.a.joins, np.zeros(self.n))

    def _come_back(self, t: int) -> None:
        r = self.chance["returning"]
        u, day = r.random(self.n), self._day(t, r)
        back = self.left & np.where(self.a.irregular, u < P.returns_irregular, u < P.returns_contract)
        back &= self.history.merged_on == NONE
        if not back.any():
            return
        # Day 28 is the last that every month has.
        at_day = day.astype("datetime64[D]")
        in_month = (at_day - at_day.astype("datetime64[M]")).astype(np.int64)
        day = day - np.maximum(0, in_month - 27)
        back &= day >= self.clock.starts[t]
        self.left &= ~back
        self.joined[back] = t
        self.champion_no[back] += 1
        self.failing[back] = self.merging[back] = -1
        fresh = newcomers(self.a.fit)
        self.state = self.state.put(back, fresh)
        at = np.flatnonzero(back & ~self.a.irregular)
        self.contracts.begin(at, day[at])
        self.buying.gone[back] = False
        self.buying.record(back & self.a.irregular, day, np.zeros(self.n))

    # --- what they feel ---------------------------------------------------------------------------------------

    def _feel(self, t: int) -> None:
        weather, forces = self.chance["weather"], self.chance["forces"]
        self.overload = _switch(self.overload, P.load_starts, P.load_ends, weather)
        self.rival = _switch(self.rival, P.rival_starts, P.rival_ends, weather)
        u = self.chance["champions"].random(self.n)
        there = self.state.champion > 0
        goes, comes = there & (u < P.champion_leaves), ~there & (u < P.champion_found)
        champion = np.where(goes, 0.0, np.where(comes, 1.0, self.state.champion))
        self.champion_no[comes] += 1
        size = np.clip(forces.gamma(9, 1 / 9, self.n), 0.2, 2.5)
        told = self._announced(t)
        self.increase[told] = size[told]
        noise = forces.normal(size=(4, self.n))
        self.state = advance(
            self.state, fit=self.a.fit, touchy=self.a.touchy, champion=champion,
            weather=Weather(self.overload[self.a.region], self.rival[self.a.segment], np.where(told, size, 0.0)),
            shocks=Shocks(*noise),
        )  # fmt: skip

    def _announced(self, t: int) -> Flags:
        ahead = self.contracts.term_end - P.announced
        return np.asarray((ahead >= self.clock.starts[t]) & (ahead < self.clock.starts[t + 1]))

    # --- what they decide -------------------------------------------------------------------------------------

    def _decide(self, t: int) -> None:
        r = self.chance["decisions"]
        u, day = r.random(self.n), self._day(t, r)
        chance = leaving_chance(
            self.a, self.base, self.state, self.contracts.term_end, int(self.clock.starts[t])
        )
        self.history.chance[t] = chance
        irregular = self.a.irregular & self.live
        stops = irregular & (u < chance) & (self.joined < t)
        self.buying.gone |= stops
        self._left(np.flatnonzero(stops), day[stops], self._cause(stops))
        c = self.contracts
        gives = c.live & (c.noticed < 0) & (self.merging < 0) & (u < chance) & (self.joined < t)
        at = np.flatnonzero(gives)
        c.noticed[at] = day[at]
        monthly = next_anniversary(self.a.joins[at], day[at])
        c.ends[at] = np.where(c.term_end[at] >= 0, c.term_end[at], monthly)
        self.cause_of_notice[at] = self._cause(gives)

    def _cause(self, who: Flags) -> Ints:
        """What weighs most on each account flagged, as a place in CAUSES."""
        s, fit = self.state, self.a.fit
        parts = np.stack([
            -P.of_fit * fit, -P.of_value * (s.value - P.value_of_fit * fit), P.of_burden * s.burden,
            -P.of_bond * (s.bond - P.bond_with), P.of_squeeze * s.squeeze,
        ])  # fmt: skip
        return np.asarray(parts.argmax(axis=0)[who] + 1)

    def _depart(self, t: int) -> None:
        c = self.contracts
        goes = c.live & (c.ends >= 0) & (c.ends < self.clock.starts[t + 1])
        at = np.flatnonzero(goes)
        c.leave(at, c.ends[at], "by_choice")
        self._left(at, c.ends[at], self.cause_of_notice[at])
        c.noticed[at] = c.ends[at] = NONE

    def _left(self, at: Ints, day: Ints, cause: Ints) -> None:
        self.left[at] = True
        told = np.where(self.a.irregular[at], day, np.maximum(self.contracts.noticed[at], NONE))
        self.history.departures.add(account=at, left=day, decided=told, cause=cause)

    # --- what they pay ----------------------------------------------------------------------------------------

    def _renew(self, t: int) -> None:
        c, r = self.contracts, self.chance["renewals"]
        u = r.random((3, self.n))
        due = c.live & (c.term_end >= self.clock.starts[t]) & (c.term_end < self.clock.starts[t + 1])
        due &= c.ends != c.term_end
        at = np.flatnonzero(due)
        c.price_level[at] *= 1 + 0.045 * self.increase[at]
        happy = self.state.value[at] - 0.6 * self.state.resolve[at]
        before = c.seats[at]
        grows = u[1, at] < 0.30 * np.exp(np.clip(0.8 * happy, -2, 1))
        shrinks = ~grows & (u[2, at] < 0.10 * np.exp(np.clip(-1.0 * happy, -2, 1.5)))
        seats = np.where(grows, np.ceil(before * 1.18), np.where(shrinks, np.ceil(before * 0.80), before))
        other = np.where(c.currency[at] == 0, 1, 0)  # to dollars, or to euros
        currency = np.where(u[0, at] < 0.012, other, c.currency[at])
        c.renew(at, c.term_end[at], currency, seats.astype(np.int64))

    def _resize(self, t: int) -> None:
        c, r = self.contracts, self.chance["changes"]
        u, day, which = r.random((4, self.n)), self._day(t, r), r.integers(1, PRODUCTS, self.n)
        settled = c.live & (c.noticed < 0) & (self.joined < t - 4)
        more, fewer = growth(self.state.resolve, self.state.value)
        up = settled & (u[0] < more)
        down = settled & ~up & (u[1] < fewer) & (c.seats > 2) & ~self.a.annual  # terms are fixed downward
        for flag, factor, reason in ((up, 1.15, "upgrade"), (down, 0.82, "downgrade")):
            at = np.flatnonzero(flag)
            at = at[day[at] > c.started[at, 0]]
            c.seats[at] = np.maximum(
                2, np.round(c.seats[at] * factor + (1 if factor > 1 else -1) * 0.5)
            ).astype(np.int64)
            c.change(at, 0, day[at], reason)
        adds = settled & (u[2] < 0.6 * more) & (c.started[np.arange(self.n), which] < 0)
        for product in range(1, PRODUCTS):
            at = np.flatnonzero(adds & (which == product))
            c.open(at, product, day[at])
            drops = settled & (u[3] < 0.8 * fewer) & (which == product) & (c.started[:, product] >= 0) & ~adds
            at = np.flatnonzero(drops & (day > c.started[:, product]))
            c.close(at, product, day[at], "product dropped")

    def _pay(self, t: int) -> None:
        """Cards expire; some payments then fail, most are put right, and some accounts end over it."""
        c, r = self.contracts, self.chance["payments"]
        u, day = r.random((2, self.n)), self._day(t, r)
        expires = c.live & self.a.card & expires_in(self.a.expiry, t) & (u[0] < P.card_fails)
        self.failing = np.where(self.failing >= 0, self.failing + 1, np.where(expires, 0, -1))
        fixed = (self.failing > 0) & (u[1] < P.failing_fixed)
        self.failing[fixed | ~c.live] = -1
        goes = (self.failing >= 2) & (u[1] > 1 - P.failing_leaves) & c.live
        at = np.flatnonzero(goes)
        c.leave(at, np.maximum(day[at], c.started[at].max(axis=1)), "failed_payment")
        c.noticed[at] = c.ends[at] = NONE
        self._left(at, day[at], np.full(len(at), CAUSES.index("failed_payment")))
        self.failing[at] = -1

    def _merge(self, t: int) -> None:
        """Some accounts are bought by another of ours: talked about for two months, then done."""
        c, r = self.contracts, self.chance["mergers"]
        u, day, other = r.random(self.n), self._day(t, r), r.integers(0, self.n, self.n)
        self.merging = np.where(self.merging > 0, self.merging - 1, self.merging)
        done = (self.merging == 0) & c.live
        fits = (
            c.live[other] & (other != np.arange(self.n)) & (self.merging[other] < 0) & (c.noticed[other] < 0)
        )
        at = np.flatnonzero(done & fits)
        h = self.history
        h.merged_into[at], h.merged_on[at] = other[at], day[at]
        c.leave(at, np.maximum(day[at], c.started[at].max(axis=1)), "merged")
        c.noticed[at] = c.ends[at] = NONE
        self._left(at, day[at], np.full(len(at), CAUSES.index("merged")))
        heir, heir_day = np.unique(other[at], return_index=True)
        c.seats[heir] = np.ceil(c.seats[heir] * 1.2).astype(np.int64)
        heir_days = day[at][heir_day]
        ok = heir_days > c.started[heir, 0]
        c.change(heir[ok], 0, heir_days[ok], "upgrade")
        self.merging[done] = -1
        self.merging[c.live & (self.merging < 0) & (c.noticed < 0) & (u < P.merges)] = P.merger_steps

    def _buy(self, t: int) -> None:
        r = self.chance["buying"]
        u, day = r.random(self.n), self._day(t, r)
        b = self.buying
        mood = strain(self.state, self.a.fit)
        month = (self.clock.first_month + t // STEPS_A_MONTH) % 12
        chance = b.chance(int(self.clock.starts[t]), self.clock.length(t), month, mood)
        self.history.buys[t] = chance
        alive = self.a.irregular & (b.last >= 0) & (b.last < self.clock.starts[t]) & ~b.gone
        b.record(alive & (u < chance), day, mood)

    # --- what we do -------------------------------------------------------------------------------------------

    def _act(self, t: int) -> None:
        """The month's campaigns: chosen by lot, whatever the risk, and held out for some for ever."""
        r = self.chance["actions"]
        free = self.live & (self.contracts.noticed < 0) & (self.joined < t - 8) & (t >= 24)
        for k, action in enumerate(ACTIONS):
            chosen = free & (r.random(self.n) < CHOSEN)
            day = self.clock.starts[t] + r.integers(0, 5, self.n)
            effect = action.effect(self.state, self.a.kinds)
            treated = chosen & ~self.held_out[k]
            at = np.flatnonzero(chosen)
            self.history.treatments.add(
                account=at, day=day[at], action=np.full(len(at), k), treated=treated[at].astype(np.int64)
            )
            self.history.effects.append(effect[at])
            self.state.relief[treated] += effect[treated]

    # --- what is kept -----------------------------------------------------------------------------------------

    def _snapshot(self, t: int) -> Snapshot:
        c, b = self.contracts, self.buying
        euros = np.array([x.euros for x in company.CURRENCIES])[c.currency]
        return Snapshot(
            step=t, state=State(**{k: v.copy() for k, v in vars(self.state).items()}),
            overload=self.overload.copy(), rival=self.rival.copy(),
            paying=(c.live | (b.last >= 0)) & (self.joined < t),
            noticed=c.noticed.copy(), ends=c.ends.copy(), term_end=c.term_end.copy(), failing=self.failing.copy(),
            merging=self.merging.copy(), increase=self.increase.copy(), last=b.last.copy(), gone=b.gone.copy(),
            seats=c.seats.copy(), mrr_euros=np.where(c.started >= 0, c.amount, 0).sum(axis=1) * euros / 100,
        )  # fmt: skip

    def _remember(self, t: int) -> None:
        h, s = self.history, self.state
        h.live[t] = self.live
        h.strain[t] = strain(s, self.a.fit)
        for name in ("resolve", "value", "burden", "bond", "squeeze"):
            getattr(h, name)[t] = getattr(s, name)
        h.champion[t] = np.where((s.champion > 0) & (self.joined >= 0), self.champion_no, 0)
        h.seats[t] = self.contracts.seats
        h.failing[t], h.merging[t] = self.failing >= 0, self.merging >= 0
        h.age[t] = np.where(self.joined >= 0, t - self.joined, -1)
        to_renewal = self.contracts.term_end - self.clock.starts[t]
        h.near_renewal[t] = (self.contracts.term_end >= 0) & (to_renewal < 100)


def _switch(now: Floats, starts: float, ends: float, r: Random) -> Floats:
    u = r.random(len(now))
    return np.where(now > 0, u >= ends, u < starts).astype(np.float64)


def leaving_chance(a: Accounts, base: Floats, state: State, term_end: Ints, day: int) -> Floats:
    """The chance of deciding to leave within the step that begins on `day`, of accounts that are free to."""
    left = term_end - day
    door = (left <= P.door_opens) & (left > a.notice)
    rate = np.where(
        a.irregular, P.leaves_irregular, np.where(term_end >= 0, P.leaves_annual * door, P.leaves_monthly)
    )
    return np.minimum(0.5, base * rate * pressure(state))


def expires_in(expiry: Ints, step: int) -> Flags:
    """Whose cards expire in the month that begins with this step (every three years)."""
    if step % STEPS_A_MONTH:
        return np.zeros(len(expiry), dtype=bool)
    return np.asarray(expiry == (step // STEPS_A_MONTH) % 36)


def next_anniversary(joined: Ints, day: Ints) -> Ints:
    """The first day after `day` with the day of the month of `joined`: when a monthly contract can end."""
    first = joined.astype("datetime64[D]")
    in_month = (first - first.astype("datetime64[M]")).astype(np.int64)
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    here = month.astype("datetime64[D]").astype(np.int64) + in_month
    after = (month + 1).astype("datetime64[D]").astype(np.int64) + in_month
    return np.asarray(np.where(here > day, here, after))
