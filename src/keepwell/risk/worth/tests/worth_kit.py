"""A few accounts with lives and costs that can be reckoned by hand."""

import numpy as np

from keepwell.risk.worth.ahead import Life
from keepwell.risk.worth.assumptions import assumptions
from keepwell.risk.worth.profit import Standing

FOREVER_LOYAL = Life(np.ones(2000), 0.0)  # nobody ever leaves
PLAIN = {
    "gross_margin": 1.0,
    "cost_to_serve": 0.0,
    "months_ahead": 10,
    "discount": 0.0,
    "saved_life": 1.0,
    "works": 0.5,
    "cost": 20,
}


def said(strategic=None, **changes):
    return assumptions({"assumptions": {**PLAIN, **changes}, "strategic": strategic or {}})


def standing(risk, mrr, *, serving=None, effect=None, age=100, group=""):
    n = len(risk)
    return Standing(
        accounts=np.array([f"A{k}" for k in range(n)], object),
        risk=np.array(risk, float),
        mrr=np.array(mrr, np.int64),
        age=np.full(n, age, np.int64),
        serving=np.full(n, np.nan) if serving is None else np.array(serving, float),
        group=np.full(n, group, object),
        effect=None if effect is None else np.array(effect, float),
    )
