"""The published figures of the CDNOW sample: 2,357 accounts, 39 weeks to fit and 39 to test."""

import csv
from datetime import date

import numpy as np
import pytest

from keepwell.risk.buying import fit_best, held_back, holdout, summarise
from keepwell.risk.buying.choosing import regularity
from keepwell.risk.buying.fitting import fit
from keepwell.risk.buying.gamma_gamma import fit_spend
from keepwell.risk.buying.model import BG_NBD, MBG_NBD, PARETO_NBD
from keepwell.risk.buying.summaries import Groups
from keepwell.risk.buying.tests.buyers import SHARED, cdnow

CUT, UNTIL = date(1997, 10, 1), date(1998, 7, 1)

# Fader, Hardie and Lee (2005); Batislam, Denizel and Filiztekin (2007) for MBG/NBD. Times in weeks.
PUBLISHED = [
    (BG_NBD, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.43),
    (MBG_NBD, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, None),
    (PARETO_NBD, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.98),
]


@pytest.fixture(scope="module")
def held(duckdb):
    return held_back(duckdb, duckdb.frame(cdnow()), CUT, UNTIL)


def test_the_engine_counts_purchases_as_the_published_summary_does(held):
    with (SHARED / "cdnow" / "cdnow_customers_summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    known = held.summaries
    assert [int(name) for name in known.accounts] == [int(row["ID"]) for row in rows]
    assert known.frequency.tolist() == [int(row["frequency"]) for row in rows]
    np.testing.assert_allclose(known.recency / 7, [float(row["recency"]) for row in rows], atol=0.006)
    np.testing.assert_allclose(known.age / 7, [float(row["T"]) for row in rows], atol=0.006)
    assert (held.bought.sum(), held.days) == (1882, 273)


@pytest.mark.parametrize(
    ("family", "parameters", "log_likelihood"), PUBLISHED, ids=lambda p: getattr(p, "name", "")
)
def test_parameters_are_the_published_ones(held, family, parameters, log_likelihood):
    found = fit(family, Groups.of(held.summaries))
    assert found.arrived
    assert found.starts_agree
    assert not found.running
    weeks = [7.0 if name in ("alpha", "beta") else 1.0 for name in family.parameters]
    named = dict(zip(family.parameters, (found.parameters / weeks).round(3), strict=True))
    assert named == parameters
    if log_likelihood is not None:  # of times in weeks: the density of each purchase is seven times as high
        in_weeks = found.log_likelihood + held.summaries.frequency.sum() * np.log(7)
        assert round(in_weeks, 2) == log_likelihood


def test_the_test_period_is_foreseen_as_measured(held):
    table = {
        row.name: tuple(
            None if value is None else round(value, places)
            for value, places in ((row.total_error, 3), (row.mae, 4), (row.rmse, 3), (row.spearman, 3))
        )
        for row in holdout(held)
    }
    assert table == {
        "pareto_nbd": (-0.115, 0.7545, 1.603, 0.460),
        "bg_nbd": (-0.121, 0.7855, 1.608, 0.449),
        "mbg_nbd": (-0.162, 0.7648, 1.607, 0.450),
        "plain_rate": (0.557, 1.0237, 2.212, 0.490),
        "nothing": (-1.0, 0.7985, 2.206, None),
    }


def test_no_regularity_is_found_in_it(held):
    assert regularity(Groups.of(held.summaries)) == 1


def test_a_model_of_it_is_used(duckdb, held):
    whole = summarise(duckdb, duckdb.frame(cdnow()), UNTIL)
    model = fit_best(whole, held)
    assert model.family.name in ("bg_nbd", "mbg_nbd", "pareto_nbd")
    assert not any(row.refused for row in model.judged)


def test_spend_is_the_published_one(held):
    # Fader and Hardie (2013): p 6.25, q 3.74, v 15.45 dollars, from 946 accounts
    found = fit_spend(held.summaries)
    assert found.accounts == 946
    assert found.p == pytest.approx(6.25, abs=0.05)
    assert found.q == pytest.approx(3.74, abs=0.02)
    assert found.v == pytest.approx(1545, abs=20)
