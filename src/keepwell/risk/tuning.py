"""Settings of a model, chosen on the newest of what it may learn from and never on what it is judged on.

What it costs is bounded by rows, not by the clock, so that the same data choose the same settings everywhere.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from keepwell.risk.judging import log_loss
from keepwell.risk.models import Model, Settings, apart, boosted, logistic
from keepwell.risk.observations import Observations
from keepwell.risk.splitting import Fold, by_account, later_slice, some_accounts

MOST_ROWS = 60_000  # settings are compared on so many rows at most, of accounts drawn at random
MOST_FOR_TREES = 150_000  # trees cost less a row, and on fewer rows too few and too small ones seem enough
_LEAST_LEAVERS = 20  # leaving rows on the later slice, below which the usual settings are taken


def tuned(kind: type[Model], obs: Observations, *, seed: int = 0) -> Settings:
    """The settings that do best on a later slice of matured observations; with too little the usual ones."""
    if kind.name == apart.Apart.name:
        return _each_kind(obs, seed)
    if kind.name not in (logistic.Logistic.name, boosted.Boosted.name):
        return {}
    fold = _slice(obs, seed)
    if fold is None:
        return usual(kind)
    most = MOST_ROWS if kind.name == logistic.Logistic.name else MOST_FOR_TREES
    some = some_accounts(obs.accounts, most, seed=seed)
    learn, later = obs.where(fold.learn & some), obs.where(fold.judged & some)
    if not (_speaks(learn) and _speaks(later)):
        return usual(kind)
    if kind.name == logistic.Logistic.name:
        return _best_of(kind, logistic.GRID, learn, later)
    settings, trees = _best_trees(learn, later, seed)
    return {**settings, "trees": trees}


def _each_kind(obs: Observations, seed: int) -> Settings:
    """The settings of boosted trees for each kind of account by itself."""
    found: dict[str, float] = {}
    for kind in apart.kinds_of(obs):
        found |= apart.of_kind(tuned(boosted.Boosted, obs.where(obs.kind == kind), seed=seed), kind)
    return found


def usual(kind: type[Model]) -> Settings:
    """The settings taken where none can be compared."""
    return {logistic.Logistic.name: logistic.SETTINGS, boosted.Boosted.name: boosted.SETTINGS}.get(
        kind.name, {}
    )


def _slice(obs: Observations, seed: int) -> Fold | None:
    if len(obs.days()) > 1:
        return later_slice(obs.as_of, obs.outcomes.matured, obs.outcomes.horizon)
    return by_account(obs.accounts, obs.outcomes.matured, folds=4, seed=seed)[0]


def _speaks(obs: Observations) -> bool:
    left = obs.outcomes.left
    return bool(_LEAST_LEAVERS <= left.sum() <= len(left) - _LEAST_LEAVERS)


def _best_trees(learn: Observations, later: Observations, seed: int) -> tuple[Settings, int]:
    """How many leaves and trees; then whether it is better not to hold them to the directions features say."""
    said = any(feature.direction for feature in learn.features)
    grid: list[Settings] = [{"leaves": leaves, "monotone": int(said)} for leaves in boosted.LEAVES]
    tried = [boosted.trees_needed(learn, later, seed=seed, settings=one) for one in grid]
    best = int(np.argmin([loss for _trees, loss in tried]))
    (trees, lowest), settings = tried[best], grid[best]
    if said:
        free = {**settings, "monotone": 0}
        more, loss = boosted.trees_needed(learn, later, seed=seed, settings=free)
        if loss < lowest:
            return free, more
    return settings, trees


def _best_of(
    kind: type[Model], grid: Sequence[Settings], learn: Observations, later: Observations
) -> Mapping[str, float]:
    """Of settings ordered from the most cautious, the first with the lowest log-loss."""
    found = [log_loss(later.outcomes.left, kind.fit(learn, settings=one).chances(later)) for one in grid]
    return grid[int(np.argmin([np.inf if loss is None else loss for loss in found]))]
