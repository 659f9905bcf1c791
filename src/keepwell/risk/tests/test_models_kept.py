"""Models: what they learn, how they are kept as text, and what they refuse."""

import json
from dataclasses import replace

import numpy as np
import pytest

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.risk.judging import auc
from keepwell.risk.models import FORMAT, from_text, learners, sealed
from keepwell.risk.models.apart import Apart
from keepwell.risk.models.base_rate import BaseRate
from keepwell.risk.models.boosted import Boosted, trees_needed
from keepwell.risk.models.logistic import Logistic
from keepwell.risk.models.silence import Silence
from keepwell.risk.tests import model_kit as kit
from keepwell.risk.trained import Trained

KINDS = list(learners().values())


@pytest.fixture(scope="module")
def known():
    made = kit.company(400, 16)
    return made.where(made.outcomes.matured)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_model_kept_as_text_says_the_same(kind, known):
    model = kind.fit(known)
    again = from_text(model.to_text())
    assert np.array_equal(again.chances(known), model.chances(known))
    assert np.array_equal(again.contributions(known), model.contributions(known))
    assert again.to_text() == model.to_text()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_same_observations_give_the_same_model(kind, known):
    assert kind.fit(known, seed=3).to_text() == kind.fit(known, seed=3).to_text()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_chances_lie_between_nought_and_one_and_meet_the_base_rate(kind, known):
    chances = kind.fit(known).chances(known)
    assert chances.shape == (len(known),)
    assert ((chances > 0) & (chances < 1)).all()
    assert chances.mean() == pytest.approx(known.outcomes.left.mean(), rel=0.05)


@pytest.mark.parametrize("kind", [Logistic, Boosted], ids=lambda kind: kind.name)
def test_contributions_and_the_average_add_up_to_the_log_odds(kind, known):
    model = kind.fit(known)
    chances = model.chances(known)
    rest = np.log(chances / (1 - chances)) - model.contributions(known).sum(axis=1)
    assert np.ptp(rest) < 1e-6


def test_a_text_that_was_changed_is_refused(known):
    text = Logistic.fit(known).to_text()
    with pytest.raises(BadInput, match="was changed since it was kept"):
        from_text(text.replace('"intercept": -', '"intercept": -1'))


def test_a_text_of_another_format_is_refused(known):
    text = json.dumps({**json.loads(BaseRate.fit(known).to_text()), "format": FORMAT + 1})
    with pytest.raises(BadInput, match="another version of Keepwell") as refused:
        from_text(text)
    assert f"format {FORMAT + 1}" in refused.value.seen


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[1]", "\x80\x04pickle", '{"format": "x", "model": 1, "body": 2}',
        '{"format": Infinity, "model": "m", "body": {}, "sha256": ""}',
        '{"format": 1, "model": "m", "body": {"weight": NaN}, "sha256": ""}',
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused(text):
    with pytest.raises(BadInput, match="not a kept model"):
        from_text(text)


@pytest.mark.parametrize("body", [{}, {"model": "logistic", "body": {}}, {"model": "logistic", "body": 3}])
def test_a_seal_over_something_else_is_refused(body):
    with pytest.raises(BadInput, match="not a kept model"):
        Trained.from_text(sealed("trained", body))


def test_a_kind_of_model_nobody_knows_is_refused():
    with pytest.raises(BadInput, match="no model of the kind “oracle”"):
        from_text(sealed("oracle", {}))


def test_trees_that_lightgbm_cannot_read_are_refused(known):
    body = {**Boosted.fit(known).body(), "text": "tree\nnonsense"}
    with pytest.raises(BadInput, match="LightGBM cannot read"):
        from_text(sealed("boosted", body))


@pytest.mark.parametrize("kind", [Logistic, Boosted, Silence], ids=lambda kind: kind.name)
def test_a_feature_that_is_gone_or_was_renamed_is_refused_with_the_near_name(kind, known):
    model = kind.fit(known)
    renamed = tuple(
        replace(f, name="day_since_use") if f.name == "days_since_use" else f for f in known.features
    )
    with pytest.raises(BadInput, match="needs features that these observations do not have") as refused:
        model.chances(replace(known, features=renamed))
    assert refused.value.seen == "days_since_use"
    assert "Was days_since_use renamed to day_since_use?" in refused.value.ways


def test_a_feature_that_means_something_else_now_is_refused(known):
    model = Logistic.fit(known)
    changed = tuple(replace(f, version=2) if f.name == "use_30" else f for f in known.features)
    with pytest.raises(BadInput, match="meant something else"):
        model.chances(replace(known, features=changed))


@pytest.mark.parametrize("kind", [Logistic, Boosted], ids=lambda kind: kind.name)
def test_features_may_come_in_another_order_and_beside_others(kind, known):
    model = kind.fit(known)
    order = [3, 1, 0, 6, 5, 4, 2]
    values = np.column_stack([known.values[:, order], np.ones(len(known))])
    features = (*(known.features[place] for place in order), kit.feature("new"))
    other = replace(known, values=values, features=features)
    assert np.array_equal(model.chances(other), model.chances(known))
    assert np.array_equal(model.contributions(other)[:, :7], model.contributions(known)[:, order])
    assert not model.contributions(other)[:, 7].any()


@pytest.mark.parametrize("kind", [Logistic, Boosted], ids=lambda kind: kind.name)
def test_categories_are_known_by_their_words_whatever_their_codes(kind, known):
    model = kind.fit(known)
    place = 5
    features = list(known.features)
    features[place] = replace(features[place], categories=("Zoe", "Cy", "Bo", "Ann"))
    values = known.values.copy()
    values[:, place] = 3 - values[:, place]
    assert np.array_equal(
        model.chances(replace(known, features=tuple(features), values=values)), model.chances(known)
    )
    values[:, place] = 0  # nobody had heard of Zoe
    assert np.isfinite(model.chances(replace(known, features=tuple(features), values=values))).all()


@pytest.mark.parametrize("kind", [Logistic, Boosted], ids=lambda kind: kind.name)
def test_that_something_is_not_known_is_a_sign_of_its_own(kind):
    chance = np.random.default_rng(1)
    asked = chance.random(2000) < 0.5
    left = chance.random(2000) < np.where(asked, 0.1, 0.5)
    values = np.where(asked, chance.normal(size=2000), np.nan)[:, None]
    obs = kit.observations([kit.feature("score")], values, left)
    assert auc(obs.outcomes.left, kind.fit(obs).chances(obs)) > 0.7


@pytest.mark.parametrize("kind", [Logistic, Boosted], ids=lambda kind: kind.name)
def test_columns_without_end_or_without_anything_do_no_harm(kind):
    chance = np.random.default_rng(1)
    values = np.column_stack(
        [np.full(300, np.nan), np.ones(300), np.full(300, np.inf), chance.lognormal(10, 4, 300)]
    )
    features = [kit.feature(name) for name in ("nothing", "same", "endless", "money")]
    obs = kit.observations(features, values, chance.random(300) < 0.3)
    model = kind.fit(obs)
    assert np.isfinite(model.chances(obs)).all()
    wild = replace(obs, values=np.full((300, 4), 1e300))
    assert np.isfinite(model.chances(wild)).all()


def test_the_base_rate_is_told_apart_by_kind_of_account():
    left = np.array([1.0] * 30 + [0] * 70 + [1] * 5 + [0] * 95)
    kind = np.array(["contract"] * 100 + ["irregular"] * 100, object)
    obs = kit.observations([kit.feature("x")], np.zeros((200, 1)), left, kind=kind)
    chances = BaseRate.fit(obs).chances(obs)
    assert chances[0] == pytest.approx(0.3, abs=0.02)
    assert chances[-1] == pytest.approx(0.05, abs=0.02)


def test_a_kind_of_account_in_which_nobody_left_yet_is_not_called_safe():
    left = np.array([1.0] * 30 + [0] * 70 + [0] * 10)
    kind = np.array(["contract"] * 100 + ["irregular"] * 10, object)
    obs = kit.observations([kit.feature("x")], np.zeros((110, 1)), left, kind=kind)
    assert 0.05 < BaseRate.fit(obs).chances(obs)[-1] < 0.3


def test_a_longer_silence_never_means_less_risk(known):
    model = Silence.fit(known)
    longer = known.where(np.zeros(60, int))
    values = longer.values.copy()
    values[:, 3] = np.arange(60)
    chances = model.chances(replace(longer, values=values))
    assert (np.diff(chances) >= 0).all()
    assert chances[-1] > chances[0]


def test_silence_of_a_buyer_counts_in_its_own_cycles():
    chance = np.random.default_rng(1)
    gap, days = chance.exponential(1, 1000), chance.exponential(20, 1000)
    features = [kit.feature("days_since_use"), kit.feature("purchase_gap")]
    left = chance.random(1000) < np.clip(gap / 4, 0, 1)
    obs = kit.observations(features, np.column_stack([days, gap]), left, kind="irregular")
    assert auc(obs.outcomes.left, Silence.fit(obs).chances(obs)) > 0.7


def test_trees_by_kind_tell_each_kind_of_account_by_what_foretells_it():
    found, fresh = Apart.fit(kit.two_kinds()), kit.two_kinds(seed=2)
    assert auc(fresh.outcomes.left, found.chances(fresh)) > 0.8
    assert (
        auc(fresh.outcomes.left, Boosted.fit(kit.two_kinds()).chances(fresh)) < 0.7
    )  # it is not told the kind
    again = from_text(found.to_text())
    assert np.array_equal(again.chances(fresh), found.chances(fresh))
    assert np.array_equal(again.contributions(fresh), found.contributions(fresh))
    x = fresh.column("x")
    told = found.contributions(fresh)[:, 0] * np.where(fresh.kind == "contract", 1, -1)
    assert told[x > 1].min() > 0 > told[x < -1].max()


def test_a_kind_of_account_never_seen_is_told_by_the_trees_of_the_commonest():
    known = kit.two_kinds()
    one = replace(known, kind=np.full(len(known), "lease", object))
    other = replace(known, kind=np.full(len(known), "contract", object))
    model = Apart.fit(known)
    assert np.array_equal(model.chances(one), model.chances(other))


def test_settings_of_trees_by_kind_bear_the_kind():
    model = Apart.fit(kit.two_kinds(), settings={"contract trees": 3.0, "irregular trees": 5.0})
    assert [model.by_kind[kind].booster.num_trees() for kind in ("contract", "irregular")] == [3, 5]


def test_silence_needs_a_feature_that_tells_of_it():
    obs = kit.observations([kit.feature("x")], np.zeros((10, 1)), np.ones(10))
    with pytest.raises(KeepwellError, match="last gave a sign of life"):
        Silence.fit(obs)


def test_trees_may_be_held_to_the_direction_a_feature_says(known):
    model = Boosted.fit(known, settings={"monotone": 1, "leaves": 8, "trees": 60})
    one = known.where(np.zeros(40, int))
    values = one.values.copy()
    values[:, 0] = np.arange(40)  # use_30 says that more means less risk
    assert (np.diff(model.chances(replace(one, values=values))) <= 1e-12).all()


def test_trees_stop_where_a_later_slice_gains_no_more(known):
    half = known.as_of < np.median(known.as_of)
    few, loss = trees_needed(
        known.where(half), known.where(~half), seed=1, settings={"leaves": 8, "monotone": 0}
    )
    assert 1 <= few < 600
    assert 0 < loss < 1


def test_without_libgomp_the_boosted_model_is_left_out(monkeypatch):
    from keepwell.risk.models import boosted

    monkeypatch.setattr(boosted, "_lightgbm", lambda: None)
    boosted.runs.cache_clear()
    try:
        assert list(learners()) == ["base_rate", "silence", "logistic"]
        with pytest.raises(KeepwellError, match="libgomp"):
            boosted.Boosted.of_text(None, "")
    finally:
        boosted.runs.cache_clear()
