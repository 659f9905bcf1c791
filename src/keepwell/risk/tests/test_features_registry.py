"""What every feature says of itself."""

import pytest

from keepwell.book.tables import all_tables
from keepwell.lib.errors import KeepwellError
from keepwell.risk.features import all_features, feature_named
from keepwell.risk.features.sources import all_sources


def test_every_feature_says_what_it_means_in_one_sentence():
    for feature in all_features().values():
        assert feature.label, feature.name
        assert feature.meaning.endswith("."), feature.name
        assert feature.direction in (-1, 0, 1), feature.name
        assert feature.table in {"ledger", *all_tables()}, feature.name
        assert (feature.value is None) != (feature.in_numpy is None), feature.name


def test_no_two_features_have_one_label():
    labels = [feature.label for feature in all_features().values()]
    assert sorted(labels) == sorted(set(labels))


def test_every_part_comes_from_a_source_there_is():
    for feature in all_features().values():
        assert {part.source for part in feature.parts.values()} <= all_sources().keys(), feature.name


def test_a_feature_that_is_not_there_is_answered_with_near_names():
    with pytest.raises(KeepwellError, match="use_30"):
        feature_named("use_31")
