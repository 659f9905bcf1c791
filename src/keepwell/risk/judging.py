"""How good chances of leaving were: ranking, calibration, the top of the list, days of warning.

All is computed on matured observations, with one entry a row. Intervals come from drawing accounts with all their
rows: an account seen on forty days is one piece of evidence, not forty. A row that weighs 2 counts twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.metrics.intervals import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Measure = Callable[[Floats], float | None]

BINS = 10
DRAWS = 200
CONFIDENCE = 0.95
_SMALLEST = 1e-15  # chances are held this far from 0 and 1, as scikit-learn does, so that no loss is infinite
_CERTAIN = 1 - 1e-9


@dataclass(frozen=True)
class Estimate:
    """A measure with its 95% interval; None where it has no value, such as an AUC where nobody left."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def above_zero(self) -> bool:
        """Whether all of the interval lies above zero."""
        return self.low is not None and self.low > 0

    @property
    def below_zero(self) -> bool:
        """Whether all of the interval lies below zero."""
        return self.high is not None and self.high < 0


@dataclass(frozen=True)
class Warned:
    """How long before leaving the list named those who left."""

    leavers: int
    caught: int  # leavers named on at least one list at most a horizon before they left
    days: float | None  # from the first such list to leaving, on average over those caught

    @property
    def missed(self) -> int:
        """Leavers that no list named in time."""
        return self.leavers - self.caught


@dataclass(frozen=True)
class Judged:
    """Chances beside what happened."""

    rows: int
    accounts: int
    leavers: int  # accounts that left
    base_rate: float  # share of rows that left
    measures: dict[str, Estimate]

    def __getitem__(self, name: str) -> Estimate:
        return self.measures[name]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


# What is judged, of rows that each have left (1 or 0) and a chance. Each gives a function of the rows' weights, so
# that what is costly, the sorting, is done once for all draws.


def auc_of(left: Floats, chances: Floats) -> Measure:
    """The chance that a row that left was given more than one that did not; a tie counts half.

    By ranks: sum over groups of equal chances of leavers x (stayers below + half the stayers of the group).
    Source: Hanley and McNeil, Radiology 143 (1982).
    """
    order = np.argsort(chances, kind="stable")
    ranked, gone = chances[order], left[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]]) if len(ranked) else np.zeros(0, int)

    def measure(weights: Floats) -> float | None:
        if not len(starts):
            return None
        drawn = weights[order]
        leavers = np.add.reduceat(drawn * gone, starts)
        stayers = np.add.reduceat(drawn * (1 - gone), starts)
        pairs = leavers.sum() * stayers.sum()
        if not pairs:
            return None
        below = np.cumsum(stayers) - stayers
        return float((leavers * (below + stayers / 2)).sum() / pairs)

    return measure


def losses(left: Floats, chances: Floats) -> Floats:
    """Each row's log-loss: minus the logarithm of the chance given to what happened."""
    held = np.clip(chances, _SMALLEST, 1 - _SMALLEST)
    return -np.where(left > 0, np.log(held), np.log1p(-held))


@dataclass(frozen=True)
class Summed:
    """A measure made of sums over rows: `combine` is handed the weighted sums of `columns`, each (n,)."""

    columns: tuple[Floats, ...]
    combine: Callable[[Floats], float | None]

    def __call__(self, weights: Floats) -> float | None:
        """The measure of weighted rows."""
        return self.combine(np.array([weights @ column for column in self.columns]))


def _mean_of(amounts: Floats, over: Floats | None = None) -> Summed:
    """Weighted sum of amounts over the weighted sum of `over`, by default the rows themselves."""
    return Summed((amounts, np.ones(len(amounts)) if over is None else over), _ratio)


def _ratio(sums: Floats) -> float | None:
    return float(sums[0] / sums[1]) if sums[1] > 0 else None


def calibration_of(left: Floats, chances: Floats, bins: int = BINS) -> Summed:
    """Expected calibration error: over bins of about equally many rows, the mean of |mean chance - share that left|.

    Bins end at the quantiles of the chances, so equal chances are never torn apart; each weighs what its rows weigh.
    """
    bin_of = _bins(chances, bins)
    off = [np.where(bin_of == place, chances - left, 0.0) for place in range(bins)]

    def combine(sums: Floats) -> float | None:
        return float(np.abs(sums[:-1]).sum() / sums[-1]) if sums[-1] > 0 else None

    return Summed((*off, np.ones(len(left))), combine)


def _bins(chances: Floats, bins: int) -> Ints:
    if not len(chances):
        return np.zeros(0, np.int64)
    edges = np.quantile(chances, np.linspace(0, 1, bins + 1))[1:-1]
    return np.searchsorted(edges, chances).astype(np.int64)


def auc(left: Floats, chances: Floats) -> float | None:
    """As `auc_of`, each row counted once; None where only one of the two happened."""
    return auc_of(left, chances)(np.ones(len(left)))


def log_loss(left: Floats, chances: Floats) -> float | None:
    """The mean of `losses`."""
    return _mean_of(losses(left, chances))(np.ones(len(left)))


def brier(left: Floats, chances: Floats) -> float | None:
    """The mean square of chance - what happened."""
    return _mean_of((chances - left) ** 2)(np.ones(len(left)))


def calibration_error(left: Floats, chances: Floats, bins: int = BINS) -> float | None:
    """As `calibration_of`, each row counted once."""
    return calibration_of(left, chances, bins)(np.ones(len(left)))


def calibration_table(
    left: Floats,
    chances: Floats,
    bins: int = BINS,
    *,
    edges: Sequence[float] = (),
    accounts: NDArray[Any] | None = None,
    seed: int = 0,
) -> list[dict[str, float | None]]:
    """For each bin of `calibration_of` that has rows: rows, mean chance said, share that left.

    With `edges` the bins are the chances between them instead, an edge belonging to the bin above it. With each row's
    account, there are also the low and the high end of the share's interval, from drawing accounts.
    """
    bin_of = np.searchsorted(edges, chances, side="right") if edges else _bins(chances, bins)
    bins = len(edges) + 1 if edges else bins
    places = [place for place in range(bins) if (bin_of == place).any()]
    shares: dict[str, Measure] = {
        str(place): _mean_of(np.where(bin_of == place, left, 0.0), (bin_of == place).astype(np.float64))
        for place in places
    }
    around = {} if accounts is None else estimates(shares, numbered(accounts), seed=seed)
    found: list[dict[str, float | None]] = []
    for place in places:
        rows = bin_of == place
        said, share = float(chances[rows].mean()), float(left[rows].mean())
        found.append({"rows": int(rows.sum()), "said": said, "left": share})
        if accounts is not None:
            held = unanimous(around[str(place)], accounts[rows])
            found[-1] |= {"low": held.low, "high": held.high}
    return found


def unanimous(share: Estimate, accounts: NDArray[Any]) -> Estimate:
    """A share of rows of these accounts with an interval that is wide where it is 0 or 1: Wilson's, by account."""
    if share.value not in (0.0, 1.0):
        return share
    n = len(np.unique(numbered(accounts)))
    around = wilson(n if share.value else 0, n)
    return share if around is None else Estimate(share.value, *around)


def listed(chances: Floats, days: Ints, most: float) -> Floats:
    """How much of each row is on the list of its day: 1 on it, 0 not, and a part where chances tie at its end.

    `most` is the length of each day's list, in accounts from 1 and as a share of that day's rows below 1. Those
    tied at the end share the places that are left, as if drawn by lot.
    """
    on = np.zeros(len(chances))
    order = np.lexsort((-chances, days))
    _, starts, sizes = np.unique(days[order], return_index=True, return_counts=True)
    for start, size in zip(starts, sizes, strict=True):
        places = length_of(most, int(size))
        rows = order[start : start + size]
        last = chances[rows[places - 1]]
        above, tied = chances[rows] > last, chances[rows] == last
        on[rows[above]] = 1.0
        on[rows[tied]] = (places - above.sum()) / tied.sum()
    return on


def as_read(chances: Floats, days: Ints, most: float, *, seed: int = 0) -> Floats:
    """The lists of `listed` as somebody would have read them: 1 on the list, 0 not; ties at the end by lot."""
    lot = np.random.default_rng(seed).permutation(len(chances))
    ranks = np.empty(len(chances))
    ranks[np.lexsort((lot, chances))] = np.arange(len(chances))
    return listed(ranks, days, most)


def length_of(most: float, rows: int) -> int:
    """How many accounts a list of `most` (a number from 1, a share below) names of so many."""
    return min(rows, max(1, round(most * rows) if most < 1 else int(most)))


def warned(accounts: NDArray[Any], as_of: Ints, left_in: Floats, on_list: Floats) -> Warned:
    """Leavers, those named in time, and their days of warning on average, as `days_of_warning` counts them."""
    days = days_of_warning(accounts, as_of, left_in, on_list)
    caught = days[~np.isnan(days)]
    return Warned(len(days), len(caught), float(caught.mean()) if len(caught) else None)


def days_of_warning(accounts: NDArray[Any], as_of: Ints, left_in: Floats, on_list: Floats) -> Floats:
    """Of each leaver the days from the first list that named it, at most a horizon before it left, to its leaving.

    NaN where no list did. `left_in` is in days from `as_of`, NaN where the account did not leave within the horizon;
    `on_list` as `listed` gives it, where a row only partly on the list does not count as named. An account that
    leaves twice is two leavers.
    """
    rows = np.flatnonzero(~np.isnan(left_in))
    if not len(rows):
        return np.zeros(0)
    gone_on = as_of[rows] + left_in[rows].astype(np.int64)
    leaver = np.unique(np.stack([numbered(accounts[rows]), gone_on]), axis=1, return_inverse=True)[1].ravel()
    days = np.full(leaver.max() + 1, np.nan)
    named = on_list[rows] >= _CERTAIN
    np.fmax.at(days, leaver[named], left_in[rows][named])
    return days


def judge(
    left: Floats,
    chances: Floats,
    *,
    accounts: NDArray[Any],
    days: Ints,
    tops: tuple[float, ...] = (),
    draws: int = DRAWS,
    seed: int = 0,
) -> Judged:
    """Judge chances by what happened: auc, log_loss, brier, calibration and, for each of `tops`, what its lists held.

    Those are `precision_10`, `recall_10` and `lift_10` (for a share of .05, `precision_5%`), over the lists of all
    days as they were. `draws` accounts are drawn for the intervals; 0 draws none.
    """
    measures: dict[str, Measure] = {
        "auc": auc_of(left, chances),
        "log_loss": _mean_of(losses(left, chances)),
        "brier": _mean_of((chances - left) ** 2),
        "calibration": calibration_of(left, chances),
    }
    for most in tops:
        on, name = listed(chances, days, most), top_name(most)
        measures[f"precision_{name}"] = _mean_of(on * left, on)
        measures[f"recall_{name}"] = _mean_of(on * left, left)
        measures[f"lift_{name}"] = Summed((on * left, on, left, np.ones(len(left))), _lift)
    entries = numbered(accounts)
    return Judged(
        rows=len(left),
        accounts=len(np.unique(entries)),
        leavers=len(np.unique(entries[left > 0])),
        base_rate=float(left.mean()) if len(left) else float("nan"),
        measures=estimates(measures, entries, draws=draws, seed=seed),
    )


def top_name(most: float) -> str:
    """How a list of `most` is called: 10, or 5%."""
    return f"{most:.0%}" if most < 1 else str(int(most))


def _lift(sums: Floats) -> float | None:
    """Precision of the list over the base rate."""
    named, on, left, rows = sums
    return float((named / on) / (left / rows)) if on > 0 and left > 0 else None


def estimates(
    measures: Mapping[str, Measure], entries: Ints, *, draws: int = DRAWS, seed: int = 0
) -> dict[str, Estimate]:
    """Measures with percentile intervals from drawing accounts, each a Poisson(1) number of times with all its rows.

    `entries` numbers each row's account from 0. All measures see the same draws, so differences may be taken.
    """
    values = {name: measure(np.ones(len(entries))) for name, measure in measures.items()}
    chance = np.random.default_rng(seed)
    size = int(entries.max()) + 1 if len(entries) else 0
    drawn: dict[str, list[float]] = {name: [] for name in measures}
    if size < 2:
        draws = 0
    each = {
        name: _by_account(m, entries, size) for name, m in measures.items() if isinstance(m, Summed) and draws
    }
    for _ in range(draws):
        times = chance.poisson(1.0, size).astype(np.float64)
        weights = None
        for name, measure in measures.items():
            if isinstance(measure, Summed):
                found = measure.combine(times @ each[name])
            else:
                weights = times[entries] if weights is None else weights
                found = measure(weights)
            if found is not None:
                drawn[name].append(found)
    return {name: _estimate(value, drawn[name]) for name, value in values.items()}


def mean(amounts: Floats, accounts: NDArray[Any], *, draws: int = DRAWS, seed: int = 0) -> Estimate:
    """The mean over rows, with its interval from drawing accounts."""
    return estimates({"mean": _mean_of(amounts)}, numbered(accounts), draws=draws, seed=seed)["mean"]


def _by_account(measure: Summed, entries: Ints, size: int) -> Floats:
    """(accounts, columns) the measure's sums over each account's rows."""
    return np.stack([np.bincount(entries, column, size) for column in measure.columns], axis=1)


def _estimate(value: float | None, drawn: list[float]) -> Estimate:
    if value is None or len(drawn) < 2:
        return Estimate(value)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(value, float(low), float(high))


def differences(
    left: Floats,
    chances: Floats,
    others: Floats,
    *,
    accounts: NDArray[Any],
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Estimate, Estimate]:
    """Log-loss and AUC of `chances` less those of `others`, on the same rows and the same draws of accounts."""
    ours, theirs = auc_of(left, chances), auc_of(left, others)

    def gap(weights: Floats) -> float | None:
        here, there = ours(weights), theirs(weights)
        return here - there if here is not None and there is not None else None

    measures: dict[str, Measure] = {
        "log_loss": _mean_of(losses(left, chances) - losses(left, others)),
        "auc": gap,
    }
    found = estimates(measures, numbered(accounts), draws=draws, seed=seed)
    return found["log_loss"], found["auc"]


def numbered(accounts: NDArray[Any]) -> Ints:
    """Each row's account as a number from 0, in order of appearance."""
    if accounts.dtype.kind in "iu":
        return np.unique(accounts, return_inverse=True)[1].astype(np.int64)
    codes = pa.array(accounts, pa.string()).dictionary_encode().indices
    found: Ints = codes.to_numpy(zero_copy_only=False).astype(np.int64)
    return found
