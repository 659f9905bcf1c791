"""The maximum profit measure of a ranking, for campaigns that cost the same for every account.

Those above a threshold are contacted at `contact` each. Of those who would leave a share `accepts` takes an incentive
that costs `incentive` and stays, worth `value`; those who would have stayed take it too. Amounts are in any one unit
of money; the answer is in the same, per account.
Source: Verbeke, Dejaeger, Martens, Hur, Baesens, European Journal of Operational Research 218 (2012); expected over
a share that is only known as a Beta distribution: Verbraken, Verbeke, Baesens, IEEE TKDE 25 (2013).
"""

from dataclasses import dataclass

import numpy as np

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import Floats


@dataclass(frozen=True)
class MaximumProfit:
    """The profit per account at the best threshold, and the share of accounts contacted there."""

    profit: float
    share: float


def maximum_profit(
    left: Floats,
    scores: Floats,
    *,
    accepts: float = 0.3,
    value: float = 200.0,
    incentive: float = 10.0,
    contact: float = 1.0,
) -> MaximumProfit:
    """MPC: the most that a threshold on `scores` brings, if exactly the share `accepts` accepts.

    With f0 the share of all accounts that leave and are contacted, f1 of those that stay and are:
    accepts (value - incentive) f0 - contact f0 - (incentive + contact) f1. Raises KeepwellError unless both happened.
    """
    leavers, stayers = _hull(left, scores)
    earned = (accepts * (value - incentive) - contact) * leavers - (incentive + contact) * stayers
    best = int(np.argmax(earned))
    return MaximumProfit(float(earned[best]), float(leavers[best] + stayers[best]))


def expected_maximum_profit(
    left: Floats,
    scores: Floats,
    *,
    alpha: float = 6.0,
    beta: float = 14.0,
    value: float = 200.0,
    incentive: float = 10.0,
    contact: float = 1.0,
) -> MaximumProfit:
    """EMPC: the same, expected over shares that accept which are Beta(alpha, beta), the threshold the best for each.

    Each point of the ranking's convex hull earns a line in the share that accepts; each line is the highest on one
    stretch of shares, over which its expectation is known in closed form.
    """
    from scipy.special import betainc

    leavers, stayers = _hull(left, scores)
    slope = (value - incentive) * leavers
    fixed = contact * leavers + (incentive + contact) * stayers
    turns = np.diff(fixed) / np.maximum(np.diff(slope), 1e-300)
    ends = np.concatenate([[0.0], np.maximum.accumulate(np.clip(turns, 0.0, 1.0)), [1.0]])
    chance = np.diff(betainc(alpha, beta, ends))
    mean = np.diff(betainc(alpha + 1, beta, ends)) * alpha / (alpha + beta)
    profit = float(slope @ mean - fixed @ chance)
    return MaximumProfit(profit, float((leavers + stayers) @ chance))


def _hull(left: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Thresholds worth considering: shares of all accounts contacted that leave, and that stay, from none to all.

    They are the corners of the convex hull of the ROC curve: no other is best at any price.
    """
    gone = np.asarray(left) > 0
    if gone.all() or not gone.any():
        raise KeepwellError(
            _("The profit of a ranking needs accounts that left and accounts that stayed."),
            seen=_("{left} left, {stayed} stayed").format(left=int(gone.sum()), stayed=int((~gone).sum())),
        )
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(scores[order]) != 0, True])
    leavers = np.r_[0, np.cumsum(gone[order])[last]]
    stayers = np.r_[0, np.cumsum(~gone[order])[last]]
    corners: list[int] = []
    for at in range(len(leavers)):
        while len(corners) > 1 and _below(leavers, stayers, corners[-2], corners[-1], at):
            corners.pop()
        corners.append(at)
    n = len(gone)
    return leavers[corners] / n, stayers[corners] / n


def _below(up: Floats, along: Floats, first: int, middle: int, last: int) -> bool:
    """Whether the middle point lies on or below the line from the first to the last."""
    rise = (up[middle] - up[first]) * (along[last] - along[first])
    return bool(rise <= (up[last] - up[first]) * (along[middle] - along[first]))
