"""What would have been said on days past, quickly: the model in use is learnt anew from what was known by each day.

A backtest chooses the kind of model and its settings anew as a company of that day would have; that is what it judges
them by, and dear. Here both are those of the model in use, so a chance knows no account's later fate, but its way of
learning was chosen later. Good enough to see how often a bound would have been passed.
"""

from collections.abc import Callable, Collection
from datetime import date

import numpy as np

from keepwell.lib.days import from_number
from keepwell.lib.text import gettext as _
from keepwell.risk import enough
from keepwell.risk.judging import Floats
from keepwell.risk.observations import Observations
from keepwell.risk.splitting import known_by
from keepwell.risk.trained import Trained

Progress = Callable[[int, int, str], None]


def said_then(
    trained: Trained,
    obs: Observations,
    days: Collection[date],
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> Floats:
    """(n,) the chance of each observation of those days; NaN of others, and where too little was known by then."""
    found = np.full(len(obs), np.nan)
    kind, settings = type(trained.model), trained.card.get("settings")
    asked = [day for day in obs.days().tolist() if from_number(day) in days]
    for done, day in enumerate(asked):
        if progress is not None:
            progress(done, len(asked), _("saying {day}").format(day=from_number(day)))
        learn = obs.where(known_by(obs.as_of, obs.outcomes.matured, obs.outcomes.horizon, day))
        try:
            enough.checked(learn)
        except enough.NotEnough:
            continue
        rows = obs.as_of == day
        model = kind.fit(learn, seed=seed, settings=settings)
        found[rows] = trained.calibration.of(model.chances(obs.where(rows)))
    return found
