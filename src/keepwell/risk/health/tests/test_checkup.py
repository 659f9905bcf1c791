"""The customer's check-up: what a file may say, and where accounts then stand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.lib.errors import BadInput
from keepwell.risk.features import Feature
from keepwell.risk.health.checkup import Bounds, Signal, default_text, read
from keepwell.risk.health.judged import judge
from keepwell.risk.health.moving import advise
from keepwell.risk.health.results import Health
from keepwell.risk.health.standing import CONCERNING, HEALTHY, POOR, UNKNOWN, points, standing
from keepwell.risk.observations import Observations
from keepwell.risk.outcomes import Outcomes

FEATURES = ("use_trend", "open_tickets", "silence")
TEXT = """
[[signals]]
step = "use"
feature = "use_trend"
weight = 40
worse = "below"
threshold = 0.5
near = 0.8

[[signals]]
step = "support"
feature = "open_tickets"
weight = 35
worse = "above"
threshold = 3
near = 1
[signals.segments."Enterprise"]
threshold = 10
near = 5

[[signals]]
step = "relationship"
feature = "silence"
weight = 25
worse = "above"
threshold = 60
near = 30
"""


def observed(
    values,
    *,
    segment=None,
    accounts=None,
    as_of=None,
    left_in=None,
    horizon=90,
    matured=None,
    kind="contract",
    only="",
):
    n = len(values)
    left_in = np.full(n, np.nan) if left_in is None else np.array(left_in, float)
    matured = np.ones(n, bool) if matured is None else np.array(matured)
    blank = np.full(n, "", dtype=object)
    none = np.full(n, np.nan)
    return Observations(
        accounts=np.array(accounts if accounts is not None else [f"A{i}" for i in range(n)], dtype=object),
        as_of=np.array(as_of if as_of is not None else [20_000] * n),
        values=np.array(values, float),
        features=tuple(
            Feature(name, name, name, "", 0, "ledger", only=only if name == "use_trend" else "")
            for name in FEATURES
        ),
        kind=np.full(n, kind, dtype=object) if isinstance(kind, str) else kind,
        mrr=np.full(n, 10_000),
        segment=np.array(segment if segment is not None else [""] * n, dtype=object),
        outcomes=Outcomes(
            horizon, matured, np.where(matured, ~np.isnan(left_in), np.nan), left_in, blank, none, none
        ),
    )


def test_an_account_past_no_threshold_is_healthy_and_past_all_of_them_poor():
    found = standing(read(TEXT, FEATURES), observed([[1.0, 0, 10], [0.1, 9, 90]]))
    assert found.score.tolist() == [100, 0]
    assert found.standing.tolist() == [HEALTHY, POOR]


def test_near_a_threshold_counts_half():
    found = standing(read(TEXT, FEATURES), observed([[0.6, 2, 40]]))
    assert found.score.tolist() == [50]
    assert found.standing.tolist() == [CONCERNING]


def test_what_is_not_known_counts_neither_way():
    found = standing(read(TEXT, FEATURES), observed([[1.0, np.nan, 90]]))
    assert found.known.tolist() == [65]
    assert found.score.round(6).tolist() == [round(100 * 40 / 65, 6)]


def test_an_account_of_which_less_than_60_percent_is_known_is_never_healthy():
    found = standing(read(TEXT, FEATURES), observed([[np.nan, 0, np.nan], [1.0, np.nan, np.nan]]))
    assert found.standing.tolist() == [UNKNOWN, UNKNOWN]
    assert np.isnan(found.score).all()


def test_what_cannot_be_asked_of_an_account_of_its_kind_is_not_missing():
    values = [[np.nan, 0, 10]]
    cannot = standing(read(TEXT, FEATURES), observed(values, kind="irregular", only="contract"))
    assert cannot.known.tolist() == [100]
    assert cannot.standing.tolist() == [HEALTHY]
    assert cannot.steps["use"].standing.tolist() == [UNKNOWN]
    missing = standing(read(TEXT, FEATURES), observed(values, kind="contract", only="contract"))
    assert missing.known.tolist() == [60]


def test_of_what_can_be_asked_60_percent_must_be_known():
    found = standing(read(TEXT, FEATURES), observed([[np.nan, 0, np.nan]], kind="irregular", only="contract"))
    assert found.known.round(3).tolist() == [58.333]
    assert found.standing.tolist() == [UNKNOWN]


def test_the_signals_of_an_account_are_those_that_can_be_asked_of_it():
    seen = observed([[np.nan, 0, 10]], kind="irregular", only="contract")
    one = Health.of(seen, read(TEXT, FEATURES), date(2026, 1, 1), "EUR").of_account("A0")
    assert {step["step"]: len(step["signals"]) for step in one["steps"]} == {
        "use": 0,
        "support": 1,
        "relationship": 1,
    }
    assert sum(signal["weight"] for step in one["steps"] for signal in step["signals"]) == pytest.approx(100)


def test_a_kind_of_account_has_signals_of_its_own():
    own = TEXT.replace('feature = "open_tickets"', 'feature = "silence"\nonly = "contract"').replace(
        "weight = 25", 'weight = 25\nonly = "irregular"'
    )
    asked = read(own, FEATURES)
    contract = standing(asked, observed([[1.0, 0, 40]], kind="contract"))
    assert contract.asked.tolist() == [[True, True, False]]
    assert (contract.known.tolist(), contract.score.round(2).tolist()) == ([100], [53.33])
    irregular = standing(asked, observed([[1.0, 0, 40]], kind="irregular"))
    assert (irregular.known.tolist(), irregular.score.round(2).tolist()) == ([100], [80.77])


def test_a_step_has_a_standing_of_its_own():
    found = standing(read(TEXT, FEATURES), observed([[1.0, 9, np.nan]]))
    assert found.steps["use"].standing.tolist() == [HEALTHY]
    assert found.steps["support"].standing.tolist() == [POOR]
    assert found.steps["relationship"].standing.tolist() == [UNKNOWN]


def test_a_segment_has_thresholds_of_its_own():
    found = standing(read(TEXT, FEATURES), observed([[1, 4, 10]] * 2, segment=["Enterprise", "Trade"]))
    assert found.signals[:, 1].tolist() == [1.0, 0.0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(-100, 100), st.floats(0, 50))
def test_a_signal_never_gets_better_on_the_way_to_worse(values, threshold, gap):
    signal = Signal("use", "x", 100, "above", Bounds(threshold + gap, threshold))
    ordered = np.sort(np.array(values))
    assert (np.diff(points(signal, ordered, [""] * len(ordered))) <= 0).all()
    mirrored = replace(signal, worse="below", bounds=Bounds(-threshold - gap, -threshold))
    assert np.array_equal(
        points(mirrored, -ordered, [""] * len(ordered)), points(signal, ordered, [""] * len(ordered))
    )


def test_the_check_up_that_ships_can_be_read():
    from keepwell.risk.features import all_features

    checkup = read(default_text(), all_features())
    assert len(checkup.steps) == 9


@pytest.mark.parametrize("kind", ["contract", "irregular"])
def test_the_check_up_that_ships_can_know_enough_of_accounts_of_both_kinds(kind):
    from keepwell.risk.features import all_features

    features = tuple(all_features().values())
    known = [[np.nan if f.only not in ("", kind) else 1.0 for f in features]]
    seen = replace(observed([[1, 1, 1]], kind=kind), features=features, values=np.array(known))
    assert standing(read(default_text(), all_features()), seen).known.tolist() == [100]


def test_silence_against_its_own_rhythm_and_no_use_make_an_account_without_a_contract_poor():
    from keepwell.risk.features import all_features

    features = tuple(all_features().values())
    fine = {"use_trend": 1, "contacts_active_30": 1, "csat_180": 5, "survey_score": 1, "touches_out_90": 5}
    bad = {"purchase_gap": 2.5, "days_since_use": 60, "spend_trend": 1}
    values = [[{**fine, **bad}.get(f.name, np.nan if f.only == "contract" else 0.0) for f in features]]
    seen = replace(observed([[1, 1, 1]], kind="irregular"), features=features, values=np.array(values))
    assert standing(read(default_text(), all_features()), seen).standing.tolist() == [POOR]


@pytest.mark.parametrize(
    ("before", "after", "wrong", "way"),
    [
        ("weight = 25", "weight = 20", "add up to 100", "+5"),
        ('feature = "silence"', 'feature = "silense"', "feature that there is not", "silence"),
        ('step = "use"', 'step = "usage"', "no such step", "use"),
        ('worse = "below"', 'worse = "less"', "above or below", ""),
        ("near = 0.8", "near = 0.2", "must come before", ""),
        ("near = 0.8", "near = nan", "must be a number", ""),
        ("weight = 40", 'weight = "40"', "must be a number", ""),
        ("weight = 40", "wieght = 40", "no such word", "weight"),
        ('feature = "silence"', 'feature = "use_trend"', "asked twice", "segment's own bounds"),
        ('feature = "silence"', 'feature = "use_trend"\nonly = "contract"', "asked twice", "each kind"),
        ("weight = 40", 'weight = 40\nonly = "contracts"', "must name a kind", "contract"),
        ("[[signals]]", "[[signals", "cannot be read as TOML", "keepwell health default"),
    ],
)
def test_a_check_up_that_makes_no_sense_is_refused_with_the_way_out(before, after, wrong, way):
    with pytest.raises(BadInput) as refused:
        read(TEXT.replace(before, after), FEATURES)
    assert wrong in refused.value.wrong
    assert way in " ".join(refused.value.ways)


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(BadInput, match="concerning <= healthy"):
        read("[limits]\nhealthy = 40\nconcerning = 50\n" + TEXT, FEATURES)


def test_precision_recall_and_days_of_warning_are_counted_by_hand():
    seen = observed(
        [[0.1, 9, 90], [0.1, 9, 90], [1, 0, 0], [0.1, 9, 90], [1, 0, 0]],
        accounts=["A", "A", "B", "C", "D"],
        as_of=[100, 130, 130, 130, 130],
        left_in=[80, 50, 20, np.nan, np.nan],
    )
    ours = judge(seen, standing(read(TEXT, FEATURES), seen), {})[0]
    assert (ours.warnings, ours.right, ours.departures, ours.caught) == (3, 2, 2, 1)
    assert ours.days_of_warning == 80
    assert ours.missed == (("B", 150, False),)


def test_an_outcome_that_is_not_known_yet_is_judged_neither_way():
    values, days = [[0.1, 9, 90]] * 2, {"left_in": [10, np.nan], "matured": [True, False]}
    seen = observed(values, **days)
    ours = judge(seen, standing(read(TEXT, FEATURES), seen), {})[0]
    assert (ours.observations, ours.warnings) == (1, 1)


def test_every_other_way_warns_of_as_many_accounts_on_the_same_day():
    chance = np.random.default_rng(1)
    values = np.column_stack([chance.random(300), chance.integers(0, 6, 300), chance.integers(0, 90, 300)])
    seen = observed(
        values, as_of=np.repeat([100, 130, 160], 100), left_in=np.where(chance.random(300) < 0.2, 5, np.nan)
    )
    ours, silence = judge(seen, standing(read(TEXT, FEATURES), seen), {"silence": seen.column("silence")})
    assert ours.warnings == silence.warnings > 0


def test_a_threshold_that_told_leavers_apart_badly_is_moved_to_where_it_does():
    chance = np.random.default_rng(2)
    n = 6000
    silence = chance.integers(0, 200, n)
    leaves = chance.random(n) < np.where(silence > 120, 0.5, 0.03)
    values = np.column_stack([np.ones(n), np.zeros(n), silence])
    seen = observed(
        values, as_of=np.repeat(np.arange(100, 700, 30), n // 20), left_in=np.where(leaves, 5, np.nan)
    )
    advice = {one.feature: one for one in advise(read(TEXT, FEATURES), seen)}
    assert advice["silence"].to == pytest.approx(120, abs=6)
    assert advice["silence"].gain_interval[0] > 0
    assert advice["use_trend"].to is None
    assert advice["use_trend"].tells is None  # nobody was past it


def _with_silence(silence, leaves):
    """Observations of 20 months of which the signal silence alone differs."""
    n = len(silence)
    values = np.column_stack([np.ones(n), np.zeros(n), silence])
    days = np.repeat(np.arange(100, 700, 30), n // 20)
    return observed(values, as_of=days, left_in=np.where(leaves, 5, np.nan))


def _advice_on_silence(seen):
    return next(one for one in advise(read(TEXT, FEATURES), seen) if one.feature == "silence")


def test_a_signal_past_which_as_many_leave_as_before_it_tells_little():
    chance = np.random.default_rng(4)
    advice = _advice_on_silence(_with_silence(chance.integers(0, 120, 6000), chance.random(6000) < 0.1))
    assert advice.tells is False


def test_of_a_signal_that_hardly_anybody_was_past_it_is_not_said_that_it_tells_nothing():
    chance = np.random.default_rng(4)
    silence = chance.integers(0, 60, 6000)
    silence[::1000] = 90
    advice = _advice_on_silence(_with_silence(silence, chance.random(6000) < 0.02))
    assert (advice.tells, advice.to) == (None, None)


def test_a_threshold_is_never_moved_to_where_fewer_leave_past_it():
    chance = np.random.default_rng(5)
    silence = chance.integers(0, 120, 6000)
    advice = _advice_on_silence(
        _with_silence(silence, chance.random(6000) < np.where(silence > 20, 0.02, 0.3))
    )
    assert advice.to is None
    assert advice.tells is False
    assert advice.beyond < advice.within


def test_the_threshold_of_a_kinds_signal_is_judged_on_that_kind_alone():
    n = 600
    kinds = np.array(["contract", "irregular"] * (n // 2), dtype=object)
    seen = observed(
        [[1.0, 0, 90]] * n,
        as_of=np.repeat(np.arange(100, 1100, 100), n // 10),
        left_in=np.where(kinds == "irregular", 5, np.nan),
        kind=kinds,
    )
    own = read(TEXT.replace("weight = 25", 'weight = 25\nonly = "irregular"'), FEATURES)
    assert "silence" not in {one.feature for one in advise(own, seen)}  # too few of that kind
    twice = seen.where(np.repeat(np.arange(n), 3))
    (advice,) = [one for one in advise(own, twice) if one.feature == "silence"]
    assert (advice.only, advice.beyond) == ("irregular", 1.0)


def test_a_threshold_that_is_right_stays():
    chance = np.random.default_rng(3)
    n = 4000
    silence = chance.integers(0, 120, n)
    leaves = chance.random(n) < np.where(silence > 60, 0.4, 0.05)
    values = np.column_stack([np.ones(n), np.zeros(n), silence])
    seen = observed(
        values, as_of=np.repeat(np.arange(100, 700, 30), n // 20), left_in=np.where(leaves, 5, np.nan)
    )
    advice = {one.feature: one for one in advise(read(TEXT, FEATURES), seen)}
    assert advice["silence"].to is None
    assert advice["silence"].tells


def test_what_accounts_pay_is_told_in_whole_units_of_the_currency():
    seen = observed([[1.0, 0, 10]])
    (row,) = Health.of(seen, read(TEXT, FEATURES), date(2026, 1, 1), "EUR").to_arrow().to_pylist()
    assert row["mrr"] == Decimal(int(seen.mrr[0])) / 100
