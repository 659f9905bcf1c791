"""The true chance of leaving: the expectation over every future, given all that is hidden today.

The model's states are linear, so their expected path is carried forward with the same `advance` that made the
history; the spread of the shocks to come raises the expected chance by a known factor. What cannot be known today
(overloads, rivals, champions yet to change) enters by its own expectation. No action is taken on the way.
"""

from dataclasses import dataclass, replace

import numpy as np

from keepwell.demo.accounts import Accounts
from keepwell.demo.actions import ACTIONS
from keepwell.demo.buying import SEASON, buys
from keepwell.demo.clock import STEPS_A_MONTH, Clock, Flags, Floats, Ints
from keepwell.demo.contracts import next_year
from keepwell.demo.forces import P, Weather, advance, expected_champion, expected_switch, spread, strain
from keepwell.demo.history import Snapshot
from keepwell.demo.life import expires_in, leaving_chance, next_anniversary

HORIZON = 90
STEPS = 13  # as many as 90 days can touch
LONG = 180
LONG_STEPS = 24


@dataclass(frozen=True)
class Ahead:
    """What is to be expected of every account, a row a step."""

    deciding: Floats  # chance of deciding to leave in the step
    mood: Floats  # expected strain
    term_end: Ints  # the renewal that a decision in the step would end at; -1 without a term


def look_ahead(a: Accounts, base: Floats, at: Snapshot, clock: Clock) -> Ahead:
    """Expected chances of deciding to leave in each of the coming steps, if nothing more is done."""
    state, overload, rival, term_end = at.state, at.overload, at.rival, at.term_end.copy()
    lift = np.exp(0.5 * P.slope**2 * spread(LONG_STEPS))
    deciding, mood, ends = [], [], []
    for j in range(LONG_STEPS):
        start, end = clock.starts[at.step + j], clock.starts[at.step + j + 1]
        overload = expected_switch(overload, P.load_starts, P.load_ends)
        rival = expected_switch(rival, P.rival_starts, P.rival_ends)
        told = (term_end - P.announced >= start) & (term_end - P.announced < end)
        state = advance(
            state, fit=a.fit, touchy=a.touchy, champion=expected_champion(state.champion), shocks=None,
            weather=Weather(overload[a.region], rival[a.segment], told.astype(np.float64)),
        )  # fmt: skip
        due = (term_end >= start) & (term_end < end)
        term_end = np.where(due, next_year(np.maximum(term_end, 0)), term_end)
        deciding.append(leaving_chance(a, base, state, term_end, int(start)) * lift[j])
        mood.append(strain(state, a.fit))
        ends.append(term_end)
    return Ahead(np.array(deciding), np.array(mood), np.array(ends))


def contract_chance(a: Accounts, at: Snapshot, ahead: Ahead, clock: Clock) -> Floats:
    """Chance that a contract account pays no more within HORIZON days."""
    as_of = int(clock.starts[at.step])
    last = as_of + HORIZON
    # A monthly contract ends on an anniversary: the last one that still counts closes the door.
    latest = next_anniversary(a.joins, np.full(len(a), last - 32))
    later = next_anniversary(a.joins, latest)
    latest = np.where(later < last, later, latest)
    stays = np.ones(len(a))
    for j in range(STEPS):
        start, days = int(clock.starts[at.step + j]), clock.length(at.step + j)
        part = np.clip((latest - start) / days, 0, 1)
        weight = np.where(ahead.term_end[j] >= 0, ahead.term_end[j] < last, part)
        stays *= 1 - ahead.deciding[j] * weight
    unpaid, merged = _failing_chance(a, at, clock, last), _merger_chance(at, clock, last)
    stays = np.where(at.merging > 0, 1.0, stays)
    free = 1 - stays * (1 - unpaid) * (1 - merged)
    return np.where(at.noticed >= 0, (at.ends < last).astype(np.float64), free)


def _failing_chance(a: Accounts, at: Snapshot, clock: Clock, last: int) -> Floats:
    """Chance that failed payments end it before the day `last`."""
    fresh, older = (at.failing == 0).astype(np.float64), (at.failing > 0).astype(np.float64)
    gone = np.zeros(len(a))
    for j in range(STEPS):
        step = at.step + j
        new = a.card * expires_in(a.expiry, step) * P.card_fails * (at.failing < 0)
        part = np.clip((last - int(clock.starts[step])) / clock.length(step), 0, 1)
        leaving = older * P.failing_leaves
        gone += leaving * part
        older = older * (1 - P.failing_fixed) - leaving + fresh * (1 - P.failing_fixed)
        fresh = new
    return gone


def _merger_chance(at: Snapshot, clock: Clock, last: int) -> Floats:
    """Chance that a merger takes it before the day `last`: sure once it is talked about, if an heir is found."""
    heirs = float((at.mrr_euros > 0).mean())
    day = clock.starts[np.minimum(at.step + np.maximum(at.merging, 1) - 1, len(clock.starts) - 1)]
    steps = max(0, int(np.searchsorted(clock.starts, last)) - at.step - P.merger_steps)
    return np.where(at.merging > 0, (day < last) * heirs, P.merges * steps * heirs)


def lapse_chance(
    a: Accounts, at: Snapshot, ahead: Ahead, clock: Clock, *, gone: Floats, lapse: Ints, patience: Ints
) -> Floats:
    """Chance that an irregular buyer lapses within HORIZON days.

    `gone` is the chance that it has silently stopped, `lapse` the day on which its present silence becomes a
    lapse, `patience` the days that a silence after the next purchase may last.

    Carries the whole distribution of the last purchase forward: the one known, or one in a coming step.
    """
    as_of = int(clock.starts[at.step])
    last_day = at.last.astype(np.float64)
    buyer, stopped = [1 - gone], [gone.copy()]
    bought: list[Floats] = [last_day]
    ends: list[Floats] = [lapse.astype(np.float64)]
    lapsed = np.zeros(len(gone))
    for j in range(STEPS):
        start, days = float(clock.starts[at.step + j]), clock.length(at.step + j)
        inside = np.clip((as_of + HORIZON - start) / days, 0, 1)
        season = float(SEASON[(clock.first_month + (at.step + j) // STEPS_A_MONTH) % 12])
        fresh = np.zeros(len(gone))
        for i in range(len(buyer)):
            leaves = buyer[i] * ahead.deciding[j]
            alive, silent = buyer[i] - leaves, stopped[i] + leaves
            open_days = np.clip((ends[i] - start) / days, 0, 1)
            buys_now = alive * buys(
                start + days / 2 - bought[i], a.cycle, days * open_days, season, ahead.mood[j]
            )
            back = silent * P.returns_irregular * open_days
            alive, silent = alive - buys_now, silent - back
            due = (ends[i] < start + days) & (ends[i] < as_of + HORIZON)
            lapsed += np.where(due, (alive + silent) * (inside > 0), 0)
            buyer[i], stopped[i] = np.where(due, 0, alive), np.where(due, 0, silent)
            fresh += buys_now + back
        buyer.append(fresh)
        stopped.append(np.zeros(len(gone)))
        bought.append(np.full(len(gone), start + days / 2))
        ends.append(start + days / 2 + patience + 1)
    return np.minimum(lapsed, 1.0)


def deciding_within(ahead: Ahead, action: int | None, at: Snapshot, a: Accounts, free: Flags) -> Floats:
    """Chance of deciding to leave within LONG days, untreated (None) or given an action today."""
    shift = np.zeros(len(a)) if action is None else ACTIONS[action].effect(at.state, a.kinds)
    stays = np.ones(len(a))
    for j in range(LONG_STEPS):
        factor = np.exp(P.slope * shift * (1 - P.relief_ebb) ** (j + 1))
        stays *= 1 - np.minimum(ahead.deciding[j] * factor, 0.5)
    return np.where(free, 1 - stays, np.nan)


def only(a: Accounts, at: Snapshot, ahead: Ahead, keep: Ints) -> tuple[Accounts, Snapshot, Ahead]:
    """The same for some of the accounts."""
    chosen = replace(a, **{k: v[keep] for k, v in vars(a).items()})
    return chosen, replace(at, last=at.last[keep]), Ahead(
        ahead.deciding[:, keep], ahead.mood[:, keep], ahead.term_end[:, keep]
    )  # fmt: skip
