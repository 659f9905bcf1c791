"""Trials made by a known rule, so that what is learnt can be held against what is true."""

import numpy as np

from keepwell.risk.effects.trial import Column, Trial

COLUMNS = (Column("need"), Column("risk_sign"), Column("country", ("AT", "DE")))


def true_benefit(values):
    """Acting spares those in need a third of their leaving, and drives others away a little."""
    return np.where(values[:, 0] > 0.5, 0.20, -0.04)


def made(n=8000, seed=1, *, treated=0.7, wished=False, repeats=1):
    """A trial of `n` treatments: need says whom acting helps, risk_sign who leaves; they have nothing in common."""
    chance = np.random.default_rng(seed)
    values = np.column_stack([chance.random(n), chance.random(n), chance.integers(0, 2, n)])
    values[chance.random(n) < 0.05, 1] = np.nan
    arm = chance.random(n) < treated
    risk = 0.25 + 0.3 * (np.nan_to_num(values[:, 1], nan=0.5) - 0.5)
    happened = chance.random(n) < risk - arm * true_benefit(values)
    if wished:
        happened = ~happened
    accounts = np.array([f"A{k // repeats}" for k in range(n)], object)
    if repeats > 1:
        arm = arm[np.arange(n) // repeats * repeats]
    return Trial(
        action="call",
        outcome="left within 180 days",
        wished=wished,
        accounts=accounts,
        day=np.zeros(n, np.int64),
        treated=arm,
        happened=happened.astype(float),
        values=values,
        columns=COLUMNS,
        group=np.where(values[:, 2] > 0, "DE", "AT").astype(object),
    )
