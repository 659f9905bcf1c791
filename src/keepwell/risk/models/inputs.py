"""What a model takes in: features found again by name, categories by the words they stand for.

Codes of categories are given anew whenever observations are made, so a model keeps the words.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.risk.features import Feature
from keepwell.risk.judging import Floats, Ints
from keepwell.risk.observations import Observations

_RARE_SHARE, _RARE_ROWS = 0.005, 20


def definition(feature: Feature) -> str:
    """A short hash of what a feature says its numbers are.

    Not of `Feature.definition`: that changes too when the dataframe library spells an expression otherwise.
    """
    kind = "number" if feature.categories is None else "category"
    said = [feature.name, feature.version, feature.unit, feature.table, feature.window, kind]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Inputs:
    """Features by name with their definitions' hash, and of category features the words that are kept apart."""

    definitions: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, obs: Observations) -> Self:
        """The features of observations. Words on under 0.5% of the rows, or under 20, count as one."""
        words = {}
        for place, feature in enumerate(obs.features):
            if feature.categories is not None:
                words[feature.name] = _common(obs.values[:, place], feature.categories)
        return cls({feature.name: definition(feature) for feature in obs.features}, words)

    @property
    def names(self) -> tuple[str, ...]:
        """The features in order."""
        return tuple(self.definitions)

    def levels(self) -> dict[int, int]:
        """Of each category, by its place, how many codes there are."""
        return {
            place: len(self.words[name]) + 1 for place, name in enumerate(self.names) if name in self.words
        }

    def matrix(self, obs: Observations) -> Floats:
        """(n, features) values; a category is a code into its words, one past them for others; NaN is not known."""
        places = self.places(obs)
        found = np.empty((len(obs), len(places)))
        for at, (name, place) in enumerate(zip(self.definitions, places, strict=True)):
            column = obs.values[:, place]
            if name in self.words:
                column = _recoded(column, obs.features[place].categories or (), self.words[name])
            found[:, at] = column
        found[~np.isfinite(found)] = np.nan
        return found

    def places(self, obs: Observations) -> Ints:
        """Where each feature lies among those of `obs`. Raises BadInput where one is missing or means otherwise."""
        there = {feature.name: place for place, feature in enumerate(obs.features)}
        missing = [name for name in self.definitions if name not in there]
        if missing:
            raise unknown_features(missing, list(there))
        places = np.array([there[name] for name in self.definitions], np.int64)
        changed = [
            name
            for (name, known), place in zip(self.definitions.items(), places, strict=True)
            if definition(obs.features[place]) != known
        ]
        if changed:
            raise BadInput(
                _("This model was learnt when some features meant something else."),
                seen=", ".join(changed),
                ways=[_("Train a model anew: keepwell risk train.")],
            )
        return places

    def spread(self, obs: Observations, contributions: Floats) -> Floats:
        """Contributions put where their features lie in `obs`."""
        found = np.zeros(obs.values.shape)
        found[:, self.places(obs)] = contributions
        return found

    def body(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "definitions": dict(self.definitions),
            "words": {name: list(words) for name, words in self.words.items()},
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Of plain values."""
        return cls(dict(body["definitions"]), {name: tuple(words) for name, words in body["words"].items()})


def _common(codes: Floats, words: tuple[str, ...]) -> tuple[str, ...]:
    known = codes[~np.isnan(codes)].astype(np.int64)
    often = max(_RARE_ROWS, _RARE_SHARE * len(codes))
    counts = Counter(dict(enumerate(np.bincount(known, minlength=len(words)).tolist())))
    return tuple(words[code] for code in range(len(words)) if counts[code] >= often)


def _recoded(codes: Floats, words: tuple[str, ...], kept: tuple[str, ...]) -> Floats:
    code_of = {word: code for code, word in enumerate(kept)}
    new = np.array([*(code_of.get(word, len(kept)) for word in words), np.nan])
    return new[np.where(np.isnan(codes), len(words), codes).astype(np.int64)]


def unknown_features(missing: list[str], there: list[str]) -> BadInput:
    """What to say where features that a model was learnt with are not among those that are there."""
    ways = [_("Train a model anew: keepwell risk train.")]
    close = near(missing[0], there)
    if close:
        said = _("Was {name} renamed to {names}?")
        ways.insert(0, said.format(name=missing[0], names=", ".join(close)))
    return BadInput(
        _("This model needs features that these observations do not have."),
        seen=", ".join(missing),
        ways=ways,
    )
