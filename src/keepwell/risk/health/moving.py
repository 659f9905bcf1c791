"""Which thresholds to move: where another one would have told leavers from stayers better, also later on.

A threshold is looked for on the earlier half of the days and believed only if it does better on the later half,
beyond what chance would do (an interval over accounts), with nobody of the gap between the halves counted twice. On
both halves more must leave past it than before it: where fewer do, it is no threshold but chance.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from keepwell.risk.health.checkup import CheckUp, Signal
from keepwell.risk.health.standing import of_kind
from keepwell.risk.judging import mean, unanimous

if TYPE_CHECKING:
    from keepwell.risk.observations import Observations

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CANDIDATES = np.linspace(0.02, 0.98, 49)  # quantiles of the values seen, tried as thresholds
_DRAWS = 500
_MUCH = 2.0  # so many times the share of all is a difference worth a weight
FEWEST = 200  # observations of a signal below which nothing is advised


@dataclass(frozen=True)
class Advice:
    """What a signal's threshold does, and what another would do, on the later days.

    only: the kind of account the signal is asked of, "" for all. beyond and within: shares that left, past the
    present threshold and before it; None without observations.
    to: the threshold advised, None where the present one may stay. beyond_there, within_there: the shares there.
    gain: how much better leavers are told apart there, in thousandths of log-loss an observation, with its interval.
    tells: True where more leave past the present threshold beyond chance; False where even at the upper end of the
    interval less than twice as many leave there as of all; None where too few were past it to say.
    """

    feature: str
    only: str
    worse: str
    now: float
    beyond: float | None
    within: float | None
    tells: bool | None
    to: float | None = None
    beyond_there: float | None = None
    within_there: float | None = None
    gain: float | None = None
    gain_interval: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As scripts read it."""
        return dict(vars(self))


def advise(checkup: CheckUp, observations: "Observations", *, seed: int = 0) -> list[Advice]:
    """Advice on each signal that enough is known of, by the bounds that hold for all segments."""
    matured = observations.outcomes.matured
    days = np.unique(observations.as_of[matured])
    if len(days) < 2:
        return []
    middle = days[len(days) // 2]
    earlier = matured & (observations.as_of + observations.outcomes.horizon <= middle)
    later = matured & (observations.as_of >= middle)
    found = []
    for signal in checkup.signals:
        values = observations.column(signal.feature)
        known = ~np.isnan(values) & of_kind(signal, observations)
        plain = ~np.isin(observations.segment.astype(str), list(signal.segments))
        first, second = earlier & known & plain, later & known & plain
        if min(first.sum(), second.sum()) >= FEWEST:
            found.append(_advice(signal, observations, values, (first, second), seed))
    return found


def _advice(
    signal: Signal, observations: "Observations", values: Floats, halves: tuple[Flags, Flags], seed: int
) -> Advice:
    earlier, later = halves
    left, side = observations.outcomes.left, 1.0 if signal.worse == "above" else -1.0
    v, y = side * values[earlier], left[earlier]
    now = side * signal.bounds.threshold
    tried = np.unique(np.quantile(v, _CANDIDATES, method="nearest"))
    worse = [t for t in tried.tolist() if _more_leave(v > t, y)]
    best = min([now, *worse], key=lambda t: _loss(v > t, y).mean())
    beyond = values[later] * side > now
    shares = _shares(beyond, left[later])
    tells = _tells(beyond, left[later], observations.accounts[later], seed)
    present = Advice(signal.feature, signal.only, signal.worse, signal.bounds.threshold, *shares, tells)
    there = values[later] * side > best
    if best == now or not _more_leave(there, left[later]):
        return present
    rates_now, rates_there = _rates(v > now, y), _rates(v > best, y)
    gains = _loss_at(beyond, left[later], rates_now) - _loss_at(there, left[later], rates_there)
    gain = mean(gains, observations.accounts[later], draws=_DRAWS, seed=seed)
    if gain.value is None or gain.low is None or gain.high is None or gain.low <= 0:
        return present
    return Advice(
        signal.feature, signal.only, signal.worse, signal.bounds.threshold, *shares, tells,
        float(side * best), *_shares(there, left[later]), 1000 * gain.value, (1000 * gain.low, 1000 * gain.high),
    )  # fmt: skip


def _rates(beyond: Flags, left: Floats) -> tuple[float, float]:
    """The shares leaving past and before a threshold, drawn a little towards the share of all."""
    overall = (left.sum() + 0.5) / (len(left) + 1)
    past, before = ((left[flags].sum() + 5 * overall) / (flags.sum() + 5) for flags in (beyond, ~beyond))
    return float(past), float(before)


def _loss_at(beyond: Flags, left: Floats, rates: tuple[float, float]) -> Floats:
    chance = np.where(beyond, *rates)
    loss: Floats = -np.where(left == 1, np.log(chance), np.log1p(-chance))
    return loss


def _loss(beyond: Flags, left: Floats) -> Floats:
    return _loss_at(beyond, left, _rates(beyond, left))


def _shares(beyond: Flags, left: Floats) -> tuple[float | None, float | None]:
    past, before = (float(left[f].mean()) if f.any() else None for f in (beyond, ~beyond))
    return past, before


def _difference(beyond: Flags, left: Floats) -> Floats:
    """What each observation adds to the covariance of being past the threshold and leaving."""
    added: Floats = (beyond - beyond.mean()) * (left - left.mean())
    return added


def _more_leave(beyond: Flags, left: Floats) -> bool:
    past, before = _shares(beyond, left)
    return past is not None and before is not None and past > before


def _tells(beyond: Flags, left: Floats, accounts: NDArray[np.object_], seed: int) -> bool | None:
    """`Advice.tells`."""
    if mean(_difference(beyond, left), accounts, draws=_DRAWS, seed=seed).above_zero:
        return True
    if not beyond.any():
        return None
    past = unanimous(mean(left[beyond], accounts[beyond], draws=_DRAWS, seed=seed), accounts[beyond])
    return False if past.high is not None and past.high < _MUCH * left.mean() else None
