"""What acting did on average: the share of the treated less that of the held out, and how sure that is."""

import math
from dataclasses import dataclass

import numpy as np

from keepwell.metrics.intervals import SMALL_BASE, normal_quantile
from keepwell.risk.effects.trial import Flags, Trial
from keepwell.risk.judging import CONFIDENCE, Estimate


@dataclass(frozen=True)
class Arm:
    """Treatments and accounts in an arm, and the share of treatments after which what is counted came about.

    low, high: Wilson's interval of the share, on as many independent accounts as the treatments are worth.
    """

    treatments: int
    accounts: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Of one group ("" all): both arms, and the benefit of acting in chance points.

    The benefit is how much more of what is wished for (how much less leaving) there is among the treated.
    """

    group: str
    treated: Arm
    held_out: Arm
    benefit: Estimate

    @property
    def small(self) -> bool:
        """Whether an arm has too few accounts to be trusted."""
        return min(self.treated.accounts, self.held_out.accounts) < SMALL_BASE


def differences(trial: Trial) -> list[Difference]:
    """The benefit among all accounts of a trial whose outcomes are known, then by kind of account.

    Kinds of account that lack one of the arms are left out.
    """
    found = [_difference(trial, "")]
    groups = np.unique(trial.group.astype(str))
    if len(groups) > 1:
        for group in groups:
            rows = trial.where(trial.group == group)
            if rows.treated.any() and not rows.treated.all():
                found.append(_difference(rows, str(group)))
    return found


def _difference(trial: Trial, group: str) -> Difference:
    """The interval is Newcombe's, of the arms' Wilson intervals (method 10, Statistics in Medicine 17, 1998)."""
    treated, held_out = _arm(trial, trial.treated), _arm(trial, ~trial.treated)
    one, other = (treated, held_out) if trial.wished else (held_out, treated)
    gap = one.share - other.share
    low = gap - math.hypot(one.share - one.low, other.high - other.share)
    high = gap + math.hypot(one.high - one.share, other.share - other.low)
    return Difference(group, treated, held_out, Estimate(gap, low, high))


def _arm(trial: Trial, rows: Flags) -> Arm:
    """An arm's share with Wilson's interval, shortened where one account counts several times.

    Rows of one account resemble each other. The variance of the share between accounts, over what so many independent
    rows would have, says how many rows are worth one (the design effect, at least 1); Wilson's interval is taken on
    the rest.
    """
    happened, entries = trial.happened[rows], trial.entries[rows]
    _unique, place = np.unique(entries, return_inverse=True)
    n, accounts = len(happened), int(place.max()) + 1
    share = float(happened.mean())
    plain = share * (1 - share) / max(1, n - 1)
    spread = np.bincount(place, happened - share)
    between = float(spread @ spread) / n**2 * accounts / max(1, accounts - 1)
    effective = n / max(1.0, between / plain) if plain > 0 else float(accounts)
    low, high = _wilson(share, effective)
    return Arm(n, accounts, share, low, high)


def _wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's interval for a share of `n`, which need be no whole number."""
    z = normal_quantile(CONFIDENCE)
    room = z * z / n
    middle = (share + room / 2) / (1 + room)
    half = z * math.sqrt(share * (1 - share) / n + room / (4 * n)) / (1 + room)
    return max(0.0, middle - half), min(1.0, middle + half)
