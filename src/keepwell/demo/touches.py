"""Touches: what our teams and the customer's people said to each other, and who fell silent."""

from dataclasses import dataclass

import numpy as np

from keepwell.demo.actions import ACTIONS
from keepwell.demo.clock import Flags, Floats, Ints
from keepwell.demo.streams import Random
from keepwell.demo.traces import Dated, Scene, Tickets, join, scatter, settled

TEAMS = ("customer success", "sales", "marketing", "support")
CHANNELS = ("call", "mail", "meeting", "chat")
TOPICS = (
    "check-in", "review of results", "renewal", "offer", "newsletter", "invitation", "support case", "question",
    "complaint", "reorganisation", "payment reminder", *(a.kind for a in ACTIONS),
)  # fmt: skip


@dataclass(frozen=True)
class Touches:
    """Touches of every team; `inward` from them to us."""

    rows: Dated
    team: Ints
    channel: Ints
    topic: Ints
    inward: Flags


_Part = tuple[Dated, Ints, Ints, Ints, Flags]  # rows, team, channel, topic, whether inward


def touches(scene: Scene, asked: Tickets, treated: tuple[Ints, Ints, Ints], r: Random) -> Touches:
    """All contacts: by what each team does of itself, for each ticket, for each action, and theirs with us.

    `treated` is account, day and action of every treatment that was really given.
    """
    a, history = scene.accounts, scene.history
    here = settled(history)
    # Who has lost their champion falls silent.
    wish = np.exp(np.clip(0.75 * (history.bond - 0.25), -1.4, 0.3))
    near = history.near_renewal
    high = np.where(a.high_touch, 0.20, 0.025)
    plans: list[tuple[Floats, int, tuple[int, ...], tuple[int, ...], bool]] = [
        (high + 0.10 * near * a.high_touch, 0, (0, 0, 1, 2), (0, 0, 1), False),
        (0.015 + 0.10 * near, 1, (0, 1, 1, 2), (2, 3), False),
        (np.full(len(a), 0.20) * np.ones_like(wish), 2, (1,), (4, 4, 5), False),
        ((0.10 + 0.10 * a.high_touch) * wish, 0, (0, 1, 1, 3), (7,), True),
        (0.03 * np.clip(history.burden, 0, 2.5), 3, (0, 1), (8,), True),
        (0.35 * history.merging, 0, (0, 1), (9,), True),
        (0.45 * history.failing, 1, (1,), (10,), False),
    ]
    parts: list[_Part] = []
    for rate, team, channels, topics, inward in plans:
        rows = scatter(scene, r.poisson(rate * here).astype(np.int64), r, champion=0.5)
        n = len(rows)
        parts.append((
            rows, np.full(n, team), np.array(channels)[r.integers(0, len(channels), n)],
            np.array(topics)[r.integers(0, len(topics), n)], np.full(n, inward),
        ))  # fmt: skip
    parts += [_answers_to(asked), _given(scene, treated, r)]
    team_, channel, topic = (np.concatenate([p[k] for p in parts]) for k in (1, 2, 3))
    inward_ = np.concatenate([p[4] for p in parts])
    rows = join([p[0] for p in parts])
    order = np.lexsort((rows.second, rows.day))
    keep = order[rows.day[order] < scene.clock.end]
    kept = Dated(*(v[keep] for v in vars(rows).values()))
    return Touches(kept, team_[keep], channel[keep], topic[keep], inward_[keep])


def _answers_to(asked: Tickets) -> _Part:
    minute = asked.rows.second // 60 + asked.response
    rows = Dated(
        asked.rows.account,
        asked.rows.step,
        asked.rows.day + minute // 1440,
        minute % 1440 * 60,
        asked.rows.contact,
    )
    n = len(rows)
    return (
        rows,
        np.full(n, 3),
        np.where(np.arange(n) % 3 == 0, 3, 1),
        np.full(n, TOPICS.index("support case")),
        np.zeros(n, bool),
    )


def _given(scene: Scene, treated: tuple[Ints, Ints, Ints], r: Random) -> _Part:
    account, day, action = treated
    step = scene.clock.step_of(day)
    contact = scene.people.pick(account, scene.history.champion[step, account].astype(np.int64), 0.8, r)
    n = len(account)
    channel = np.array([CHANNELS.index(x.channel) for x in ACTIONS])[action]
    topic = np.array([TOPICS.index(x.kind) for x in ACTIONS])[action]
    return (
        Dated(account, step, day, r.integers(8, 17, n) * 3600, contact),
        np.zeros(n, dtype=np.int64),
        channel,
        topic,
        np.zeros(n, bool),
    )
