"""Irregular accounts: how often they buy, whether they still do, and for how much.

    held = held_back(engine, purchases, cut, until)     # an earlier day, and what came after it
    table = holdout(held)                               # every model beside the plain rate
    model = fit_best(summarise(engine, purchases, as_of), held)
    if isinstance(model, Refused): ...                  # say so, and use the plain rate and the silence
    model.alive(summaries), model.expected(summaries, 90), model.value(summaries, 365)

All arrays have one entry an account, in the order of `summaries.accounts` (sorted). For features of observations:
learn once, `learn(engine, purchases, first_day)`, with purchases as known before the first day observed, and give for
each day `model.features(frequency, recency, age)` of columns counted as of that day, in any order. Accounts without a
purchase by then, and all of them where the model was refused, have NaN there: not known.
"""

from keepwell.risk.buying.choosing import fit_best, holdout, learn
from keepwell.risk.buying.gamma_gamma import GammaGamma
from keepwell.risk.buying.judged import Judged
from keepwell.risk.buying.model import BuyingModel
from keepwell.risk.buying.refused import Refused
from keepwell.risk.buying.summaries import Held, Summaries, held_back, summarise

__all__ = [
    "BuyingModel",
    "GammaGamma",
    "Held",
    "Judged",
    "Refused",
    "Summaries",
    "fit_best",
    "held_back",
    "holdout",
    "learn",
    "summarise",
]
