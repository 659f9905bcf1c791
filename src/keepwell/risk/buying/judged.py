"""How far expected purchases were from those that came, beside the plain rate so far.

Four figures are read together. The mean absolute error alone rewards who expects nothing of anybody.
"""

from dataclasses import dataclass

import numpy as np

from keepwell.lib.text import gettext as _
from keepwell.risk.buying.summaries import Floats, Ints

_SURE = 1.96  # standard errors


@dataclass(frozen=True)
class Judged:
    """One model on later data. Errors are in purchases an account, but the total error, a share of all that came."""

    name: str
    total_error: float | None  # all expected / all that came - 1; None where none came
    mae: float
    rmse: float
    spearman: float | None  # of expected and real purchases; None where either is the same for all
    refused: str = ""  # why it is not used; empty where it may be


def judged(name: str, expected: Floats, bought: Ints, refused: str = "") -> Judged:
    """The four figures of what was expected of each account (n,), and what each bought (n,)."""
    off = expected - bought
    came = int(bought.sum())
    return Judged(
        name,
        float(expected.sum() / came - 1) if came else None,
        float(np.abs(off).mean()),
        float(np.sqrt((off**2).mean())),
        _spearman(expected, bought),
        refused,
    )


def _spearman(one: Floats, other: Ints) -> float | None:
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])


def _ranks(values: Floats | Ints) -> Floats:
    """The rank of each value from the lowest, 1, up; equal ones share the mean of theirs."""
    _values, which, times = np.unique(values, return_inverse=True, return_counts=True)
    found: Floats = (np.cumsum(times) - (times - 1) / 2)[which]
    return found


def why_no_better(expected: Floats, rate: Floats, bought: Ints) -> str:
    """Why a model does not beat the plain rate on later data; empty where it does.

    It must be closer in more of the three errors (total, absolute, squared) than it is further off in, each beyond
    what chance does: 1.96 standard errors over accounts. The absolute error alone would refuse good models of
    accounts that buy seldom: it wants the median of each, which for them is nothing.
    """
    leads = (
        _total_lead(expected, rate, bought),
        _lead(np.abs(rate - bought) - np.abs(expected - bought)),
        _lead((rate - bought) ** 2 - (expected - bought) ** 2),
    )
    closer, further = sum(lead > _SURE for lead in leads), sum(lead < -_SURE for lead in leads)
    if closer > further:
        return ""
    return _(
        "on later purchases it was no better than the plain rate so far: closer in {closer} of three errors, further"
        " off in {further}."
    ).format(closer=closer, further=further)


def _total_lead(expected: Floats, rate: Floats, bought: Ints) -> float:
    """How many standard errors the purchases that came lie on the model's side of the middle of the two totals."""
    middle, came = float(expected.sum() + rate.sum()) / 2, float(bought.sum())
    error = float((bought - (expected + rate) / 2).std() * np.sqrt(len(bought)))
    side = np.sign(float(expected.sum() - rate.sum()))
    return float(side * (came - middle) / error) if error else 0.0


def _lead(saved: Floats) -> float:
    """How many standard errors the mean is above 0."""
    error = float(saved.std() / np.sqrt(len(saved)))
    return float(saved.mean()) / error if error else 0.0
