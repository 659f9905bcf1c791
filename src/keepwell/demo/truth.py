"""What is true of the simulated company, in tables kept apart from all that is imported."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from keepwell.demo import company
from keepwell.demo.accounts import Accounts
from keepwell.demo.actions import ACTIONS
from keepwell.demo.clock import Flags, Floats, Ints
from keepwell.demo.columns import days, keys
from keepwell.demo.forces import P
from keepwell.demo.foresight import (
    HORIZON,
    contract_chance,
    deciding_within,
    lapse_chance,
    look_ahead,
    only,
)
from keepwell.demo.history import CAUSES, History
from keepwell.demo.lapses import Silences, silences
from keepwell.demo.life import Life

_NEVER = 2**40


@dataclass(frozen=True)
class Use:
    """How much was used: sessions in each step, and how many were to be expected of a buyer there and gone."""

    sessions: Ints
    expected: Floats
    expected_gone: Floats


def account_ids(n: int) -> pa.Array:
    """A000001 and so on, as in every file."""
    return keys("A", np.arange(1, n + 1), 6)


def silently_gone(history: History, a: Accounts, use: Use, bought: Flags) -> Floats:
    """Chance that an irregular buyer has stopped, by the end of each step, from what could be seen by then.

    Whether one has stopped nobody can know on the day; everything else hidden is taken as known.
    """
    out = np.zeros((len(history.live) + 1, len(a)), dtype=np.float32)
    gone = np.zeros(len(a))
    for t in range(len(history.live)):
        gone = gone + (1 - gone) * history.chance[t]
        n = use.sessions[t]
        likely = np.exp(np.clip(n * np.log(use.expected_gone[t] / use.expected[t]), -50, 0)
                        + np.clip(use.expected[t] - use.expected_gone[t], 0, 30))  # fmt: skip
        if_gone, if_there = gone * (1 - P.returns_irregular) * likely, (1 - gone) * (1 - history.buys[t])
        gone = np.where(bought[t], 0.0, if_gone / np.maximum(if_gone + if_there, 1e-12))
        out[t + 1] = gone
    return out


def purchase_silences(life: Life) -> Silences:
    """Every purchase day and the lapse that its silence would become. Returns are no purchases."""
    rows = life.buying.rows
    buys = (rows["cents"] > 0) & (rows["day"] < life.clock.end)
    return silences(rows["account"][buys], rows["day"][buys], life.a.segment, life.clock)


@dataclass(frozen=True)
class Departures:
    """When accounts left as the ledger will tell it, in order of account and day."""

    account: Ints
    day: Ints
    irregular: Flags

    def next_after(self, day: int, n: int) -> Ints:
        """Each account's first departure on or after `day`; _NEVER where there is none."""
        out = np.full(n, _NEVER, dtype=np.int64)
        later = self.day >= day
        np.minimum.at(out, self.account[later], self.day[later])
        return out


def departures(life: Life, quiet: Silences) -> Departures:
    """Contracts that ended and silences that became lapses."""
    rows = life.history.departures
    contract = ~life.a.irregular[rows["account"]]
    lapsed, lapse = quiet.lapsed(life.clock.end)
    account = np.concatenate([rows["account"][contract], lapsed])
    day = np.concatenate([rows["left"][contract], lapse])
    return Departures(account, day, life.a.irregular[account])


def chances(life: Life, use: Use) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The tables chances, states and actions: a row for each account paying at a month's start."""
    a, clock, history = life.a, life.clock, life.history
    quiet = purchase_silences(life)
    left = departures(life, quiet)
    bought = np.zeros(history.live.shape, dtype=bool)
    bought[clock.step_of(quiet.day), quiet.account] = True
    gone_by = silently_gone(history, a, use, bought)
    ids, tables = account_ids(len(a)), []
    for at in history.snapshots:
        as_of = int(clock.starts[at.step])
        newest = _newest_before(quiet, as_of, len(a))
        lapse = np.where(newest >= 0, quiet.lapse[newest], -1) if len(quiet.day) else newest
        paying = np.where(a.irregular, lapse >= as_of, at.paying & (at.mrr_euros > 0))
        free = paying & (at.noticed < 0) & (at.merging < 0)
        ahead = look_ahead(a, life.base, at, clock)
        chance = contract_chance(a, at, ahead, clock)
        buyers = np.flatnonzero(a.irregular & paying)
        if len(buyers):
            chance[buyers] = lapse_chance(
                *only(a, at, ahead, buyers),
                clock,
                gone=gone_by[at.step][buyers],
                lapse=lapse[buyers],
                patience=quiet.patience[newest[buyers]],
            )
        gone = np.where(a.irregular, gone_by[at.step], 0.0)
        next_left = left.next_after(as_of, len(a))
        matured = as_of + HORIZON <= clock.end
        columns = {
            "account_id": ids, "as_of": days(np.full(len(a), as_of)), "irregular": pa.array(a.irregular),
            "noticed": pa.array(at.noticed >= 0), "chance_90": pa.array(chance),
            "left_90": pa.array(next_left < as_of + HORIZON, mask=np.full(len(a), not matured)),
            "next_left_on": days(np.minimum(next_left, 2**30), next_left < _NEVER),
            "deciding_rate": pa.array(np.where(free, ahead.deciding[0], 0)),
            "silently_gone": pa.array(gone),
        }  # fmt: skip
        for name in ("value", "burden", "champion", "bond", "squeeze", "resolve", "relief"):
            columns[name] = pa.array(getattr(at.state, name))
        columns["fit"] = pa.array(a.fit)
        columns["leave_180"] = pa.array(deciding_within(ahead, None, at, a, free))
        for k, action in enumerate(ACTIONS):
            columns[f"leave_180_{action.kind}"] = pa.array(deciding_within(ahead, k, at, a, free))
            columns[f"effect_{action.kind}"] = pa.array(P.slope * action.effect(at.state, a.kinds))
        tables.append(pa.table(columns).filter(pa.array(paying)))
    whole = pa.concat_tables(tables)
    key = ["account_id", "as_of"]
    hidden = ["fit", "value", "burden", "champion", "bond", "squeeze", "resolve", "relief"]
    acting = [c for c in whole.column_names if c.startswith(("leave_180", "effect_"))]
    told = [c for c in whole.column_names if c not in {*hidden, *acting}]
    return whole.select(told), whole.select(key + hidden), whole.select(key + acting)


def _newest_before(quiet: Silences, as_of: int, n: int) -> Ints:
    """The place of each account's newest purchase before `as_of`; -1 where it never bought."""
    out = np.full(n, -1, dtype=np.int64)
    before = np.flatnonzero(quiet.day < as_of)
    out[quiet.account[before]] = before  # in order of day, so the newest stays
    return out


def stories(life: Life) -> pa.Table:
    """Why each account truly left: the day of leaving, of the decision (silent stops included), and the cause."""
    rows = life.history.departures
    decided = rows["decided"]
    ids = account_ids(len(life.a))
    return pa.table({
        "account_id": ids.take(pa.array(rows["account"])),
        "left_on": days(rows["left"]),
        "decided_on": days(decided, decided >= 0),
        "cause": pa.array(CAUSES).take(pa.array(rows["cause"])),
    })  # fmt: skip


def treated(life: Life) -> pa.Table:
    """Of each treatment (held out ones too) the true effect on the logarithm of the chance of leaving."""
    rows = life.history.treatments
    effect = P.slope * np.concatenate(life.history.effects)
    sense = np.where(effect < 0, 0, np.where(effect > 0, 2, 1))
    return pa.table({
        "treatment_id": keys("X", np.arange(1, len(effect) + 1), 7),
        "account_id": account_ids(len(life.a)).take(pa.array(rows["account"])),
        "kind": pa.array([x.kind for x in ACTIONS]).take(pa.array(rows["action"])),
        "effect": pa.array(effect),
        "sense": pa.array(["helps", "does nothing", "harms"]).take(pa.array(sense)),
    })  # fmt: skip


def fixed(a: Accounts) -> pa.Table:
    """What is fixed and hidden about each account."""
    return pa.table({
        "account_id": account_ids(len(a)),
        "fit": pa.array(a.fit),
        "touchy": pa.array(a.touchy),
        "cycle": pa.array(a.cycle),
        "never_paid": pa.array(a.never_paid),
        "segment": pa.array([s.name for s in company.SEGMENTS]).take(pa.array(a.segment)),
    })  # fmt: skip
