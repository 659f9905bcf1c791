"""What would have been said on days past, quickly: the model in use is learnt anew from what was known by then.

A backtest chooses the kind of model and its settings anew as a company of that day would have; that is what it judges
them by, and dear. Here both are those of the model in use, so a chance knows no account's later fate, but its way of
learning was chosen later. Good enough to see how often a bound would have been passed.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date

import numpy as np

from keepwell.lib.days import from_number, number
from keepwell.risk import enough
from keepwell.risk.judging import Floats
from keepwell.risk.models import Model
from keepwell.risk.observations import Observations
from keepwell.risk.splitting import known_by
from keepwell.risk.trained import Trained

EVERY = 3  # of the days asked, one on which it learns: between them it says what it knew before


def said_of(
    trained: Trained,
    days: Sequence[date],
    newest: int,
    observe: Callable[..., Observations],
) -> tuple[Observations, Floats]:
    """The `newest` of some days, oldest first, and the chances of each; of those before every third is learnt from.

    `observe` gives the observations of days, as `keepwell.risks.Risks.observe` does.
    """
    asked = days[-newest:]
    seen = observe(sorted([*days[:-newest][::-EVERY], *asked]), horizon=trained.horizon)
    chances = said_then(trained, seen, asked)
    rows = np.isin(seen.as_of, [number(day) for day in asked])
    return seen.where(rows), chances[rows]


def said_then(trained: Trained, obs: Observations, days: Collection[date], *, seed: int = 0) -> Floats:
    """(n,) the chance of each observation of those days; NaN of others, and where too little was known by then."""
    found = np.full(len(obs), np.nan)
    kind, settings = type(trained.model), trained.card.get("settings")
    model: Model | None = None
    asked = [day for day in obs.days().tolist() if from_number(day) in days]
    for done, day in enumerate(asked):
        if model is None or done % EVERY == 0:
            learn = obs.where(known_by(obs.as_of, obs.outcomes.matured, obs.outcomes.horizon, day))
            try:
                enough.checked(learn)
            except enough.NotEnough:
                continue
            model = kind.fit(learn, seed=seed, settings=settings)
        rows = obs.as_of == day
        found[rows] = trained.calibration.of(model.chances(obs.where(rows)))
    return found
