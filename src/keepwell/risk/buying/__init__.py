"""Irregular accounts: how often they buy, whether they still do, and for how much.

    held = held_back(engine, purchases, cut, until)     # an earlier day, and what came after it
    table = holdout(held)                               # every model beside the plain rate
    model = fit_best(summarise(engine, purchases, as_of), held)
    if isinstance(model, Refused): ...                  # say so, and use the plain rate and the silence
    model.alive(summaries), model.expected(summaries, 90), model.value(summaries, 365)

All arrays have one entry an account, in the order of `summaries.accounts` (sorted). What a model says is a feature of
observations too: `keepwell.risk.features.sources.buying` learns one for each day, of what was known by then.
"""

from keepwell.risk.buying.choosing import fit_best, holdout, learn
from keepwell.risk.buying.gamma_gamma import GammaGamma
from keepwell.risk.buying.judged import Judged
from keepwell.risk.buying.model import BuyingModel
from keepwell.risk.buying.refused import Refused
from keepwell.risk.buying.summaries import Held, Summaries, days_bought, held_back, summarise, summarise_days

__all__ = [
    "BuyingModel",
    "GammaGamma",
    "Held",
    "Judged",
    "Refused",
    "Summaries",
    "days_bought",
    "fit_best",
    "held_back",
    "holdout",
    "learn",
    "summarise",
    "summarise_days",
]
