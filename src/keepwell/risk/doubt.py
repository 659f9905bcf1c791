"""How sure a chance is: the model learnt again and again from other accounts that might have been ours.

Accounts are drawn with replacement, with all their rows, and the champion's kind of model is learnt from each draw
with the champion's settings. Of very many accounts each draw takes a part, m of n; its spread is then that of m
accounts and is narrowed by sqrt(m / n). The interval is said on log-odds: log-odds ± 1.96 standard deviations over
the draws. It tells what chance the accounts seen lend to the model, not what a different year would do.
"""

from collections.abc import Sequence

import numpy as np

from keepwell.metrics.intervals import normal_quantile
from keepwell.risk.calibration import chance, log_odds
from keepwell.risk.judging import CONFIDENCE, Floats, numbered
from keepwell.risk.models import Model, Settings
from keepwell.risk.observations import Observations

DRAWS = 20
MOST_ROWS = 40_000


def drawn_again(
    kind: type[Model], obs: Observations, *, settings: Settings, draws: int = DRAWS, seed: int = 0
) -> tuple[list[Model], float]:
    """Models of that many draws of accounts, and what their spread is to be multiplied with."""
    entry = numbered(obs.accounts)
    accounts = int(entry.max()) + 1
    part = accounts if len(obs) <= MOST_ROWS else max(2, round(accounts * MOST_ROWS / len(obs)))
    order = np.argsort(entry, kind="stable")
    ends = np.searchsorted(entry[order], np.arange(accounts + 1))
    random = np.random.default_rng(seed)
    models: list[Model] = []
    for place in range(draws):
        drawn = random.integers(0, accounts, part)
        rows = np.concatenate([order[ends[one] : ends[one + 1]] for one in drawn])
        again = obs.where(np.sort(rows))
        if 0 < again.outcomes.left.sum() < len(again):
            models.append(kind.fit(again, seed=seed + place, settings=settings))
    return models, float(np.sqrt(part / accounts))


def spread(models: Sequence[Model], scale: float, obs: Observations) -> Floats:
    """(n,) standard deviation of the log-odds; NaN where fewer than two models are there to tell."""
    if len(models) < 2:
        return np.full(len(obs), np.nan)
    odds = np.stack([log_odds(model.chances(obs)) for model in models])
    found: Floats = odds.std(axis=0, ddof=1) * scale
    return found


def around(chances: Floats, deviation: Floats) -> tuple[Floats, Floats]:
    """The 95% interval of chances whose log-odds have that standard deviation."""
    odds, reach = log_odds(chances), normal_quantile(CONFIDENCE) * deviation
    return chance(odds - reach), chance(odds + reach)
