"""What can be seen of the hidden states: use and tickets. Both follow what is felt, not what is decided."""

from dataclasses import dataclass

import numpy as np

from keepwell.demo import company
from keepwell.demo.accounts import Accounts
from keepwell.demo.clock import Clock, Flags, Ints
from keepwell.demo.history import History
from keepwell.demo.people import People
from keepwell.demo.streams import Random
from keepwell.demo.truth import Use


@dataclass(frozen=True)
class Scene:
    """All that traces are made from: who the accounts and their people are, and how they lived."""

    accounts: Accounts
    history: History
    people: People
    clock: Clock


@dataclass(frozen=True)
class Dated:
    """Rows at accounts: which account, which step, day and second of the day, and which contact."""

    account: Ints
    step: Ints
    day: Ints
    second: Ints
    contact: Ints

    def __len__(self) -> int:
        return len(self.account)


def scatter(scene: Scene, counts: Ints, r: Random, *, champion: float) -> Dated:
    """So many rows for each step and account, on working days and in working hours mostly."""
    history, clock = scene.history, scene.clock
    flat = counts.ravel()
    cell = np.repeat(np.arange(len(flat)), flat)
    step, account = np.divmod(cell, counts.shape[1])
    length = np.diff(clock.starts)[step]
    day = clock.starts[step] + np.floor(r.random(len(cell)) * length).astype(np.int64)
    weekend = (day + 3) % 7 >= 5  # day 0 was a Thursday
    day = np.where(weekend & (r.random(len(cell)) < 0.85), np.maximum(day - 2, clock.starts[step]), day)
    second = (6 * 3600 + r.beta(2, 2.2, len(cell)) * 12 * 3600).astype(np.int64)
    contact = scene.people.pick(account, history.champion[step, account].astype(np.int64), champion, r)
    order = np.lexsort((second, day))
    return Dated(*(x[order] for x in (account, step, day, second, contact)))


def settled(history: History) -> Flags:
    """Who is a customer for the whole of a step."""
    return history.live & (history.age >= 1)


# --- use --------------------------------------------------------------------------------------------------------


def use(a: Accounts, history: History, r: Random) -> Use:
    """How many sessions there were in every step: fewer where strain is felt, hardly any once a buyer is gone."""
    habit = np.exp(r.normal(0, 0.3, len(a)))
    size = np.where(a.irregular, 0.8, 1.15 * np.power(np.maximum(history.seats, 1), 0.25))
    begins = np.clip((history.age + 1) / 6, 0.3, 1.0)
    expected = size * habit * begins * np.exp(np.clip(-0.70 * history.strain, -2.0, 1.0))
    gone = np.where(history.live, 1.0, 0.08) * expected
    here = settled(history) | (a.irregular & (history.age >= 1))
    sessions = r.poisson(np.where(here, np.where(a.irregular | history.live, gone, 0), 0)).astype(np.int64)
    return Use(sessions, expected.astype(np.float32), (0.08 * expected).astype(np.float32))


def events(scene: Scene, seen: Use, r: Random) -> tuple[Dated, Ints, Ints]:
    """One row a session or a thing done in it, with its kind and how much was done."""
    a, history = scene.accounts, scene.history
    rows = scatter(scene, seen.sessions, r, champion=0.35)
    strain = history.strain[rows.step, rows.account]
    narrow = r.random(len(rows)) < np.clip(0.50 + 0.14 * strain, 0.15, 0.92)
    other = np.searchsorted(np.cumsum([0.30, 0.20, 0.28, 0.18]), r.random(len(rows))) + 1
    kind = np.where(narrow, 0, other)
    seats = np.where(a.irregular[rows.account], 4, history.seats[rows.step, rows.account])
    done = 6 * np.sqrt(np.maximum(seats, 1)) * np.exp(np.clip(-0.75 * strain, -2, 1.5))
    return rows, kind, np.maximum(1, r.poisson(done))


def onboarding(scene: Scene, r: Random) -> tuple[Dated, Ints]:
    """The steps of getting started, fewer where the fit is bad."""
    a, history = scene.accounts, scene.history
    done = (r.random((4, len(a))) < np.clip(0.80 + 0.18 * a.fit, 0.15, 0.98)) & ~a.irregular
    parts, kinds = [], []
    for k in range(4):
        counts = ((history.age == 1 + 2 * k) & done[k] & history.live).astype(np.int64)
        parts.append(scatter(scene, counts, r, champion=0.7))
        kinds.append(np.full(len(parts[-1]), len(company.EVENT_KINDS) + k))
    return join(parts), np.concatenate(kinds)


def join(parts: list[Dated]) -> Dated:
    """Rows of several kinds under one another."""
    return Dated(
        *(
            np.concatenate([getattr(p, f) for p in parts])
            for f in ("account", "step", "day", "second", "contact")
        )
    )


# --- tickets ----------------------------------------------------------------------------------------------------

TICKET_KINDS = ("question", "problem", "objection", "complaint", "claim")
SEVERITIES = ("low", "normal", "high", "critical")


@dataclass(frozen=True)
class Tickets:
    """Tickets with minutes to the first response and to the resolution; csat 0 where nobody said."""

    rows: Dated
    kind: Ints
    severity: Ints
    response: Ints
    resolution: Ints
    csat: Ints


def tickets(scene: Scene, r: Random) -> Tickets:
    """Tickets: more where service or results are bad; an overloaded region answers later, at once."""
    a, history = scene.accounts, scene.history
    size = np.where(a.irregular, 0.045, 0.05 * np.power(np.maximum(history.seats, 1), 0.30))
    rate = size * np.exp(
        np.clip(0.45 * history.burden - 0.25 * history.value + 0.2 * history.squeeze, -1, 1.6)
    )
    new = np.where(history.age < 8, 1.8, 1.0)
    rows = scatter(scene, r.poisson(rate * new * settled(history)).astype(np.int64), r, champion=0.25)
    n = len(rows)
    burden, squeeze, value, strain = (
        np.asarray(x[rows.step, rows.account])
        for x in (history.burden, history.squeeze, history.value, history.strain)
    )
    weights = np.stack([
        np.full(n, 0.52), np.full(n, 0.28), 0.04 + 0.22 * np.clip(squeeze, 0, 2),
        0.05 + 0.16 * np.clip(burden, 0, 2.5) + 0.08 * np.clip(-value, 0, 2), 0.03 + 0.05 * np.clip(burden, 0, 2),
    ])  # fmt: skip
    kind = (np.cumsum(weights / weights.sum(axis=0), axis=0) < r.random(n)).sum(axis=0)
    severity = np.clip(np.round(r.normal(0.9 + 0.25 * (kind >= 3), 0.8, n)), 0, 3).astype(np.int64)
    response = 60 * np.exp(np.log(2.5) + 0.75 * burden - 0.2 * severity + r.normal(0, 0.6, n))
    solving = 60 * np.exp(np.log(14) + 0.65 * burden + 0.1 * severity + r.normal(0, 0.8, n))
    csat = np.clip(np.round(4.3 - 0.75 * burden - 0.25 * strain + r.normal(0, 0.6, n)), 1, 5)
    told = r.random(n) < 0.35
    return Tickets(
        rows, kind, severity, response.astype(np.int64) + 1, (response + solving).astype(np.int64) + 2,
        np.where(told, csat, 0).astype(np.int64),
    )  # fmt: skip
