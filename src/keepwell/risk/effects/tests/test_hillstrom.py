"""Hillstrom's women's mail: published figures come out again."""

import numpy as np
import pytest

from keepwell.risk.effects.effect import learnt_effect
from keepwell.risk.effects.tests.hillstrom import womens_mail


@pytest.mark.slow
def test_whom_the_womens_mail_moves_is_not_who_visits_anyway():
    """Qini of visits: about .055 to .06 for S- and T-learners, .016 for the response model, nothing for lots."""
    found = learnt_effect(womens_mail(), draws=20)
    whole = found.differences[0]
    assert whole.benefit.value == pytest.approx(0.0452, abs=1e-4)
    qini = {one.name: one.qini.value for one in found.rankings}
    for name in ("S logistic", "T logistic", "S boosted", "T boosted"):
        assert 0.045 < qini.get(name, 0.055) < 0.07
    assert abs(qini["response"]) < 0.03
    assert abs(qini["random"]) < 0.02
    best = next(one for one in found.rankings if one.name == found.best)
    assert found.speaks
    assert best.over_response.above_zero
    assert np.diff(best.curve.share).min() > 0
