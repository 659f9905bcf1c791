"""Why a chance is what it is, as the model saw it: the strongest reasons, few enough to read.

A reason is what the features of one table add to the log-odds together, told by the one of them that says most. So
three features of use are one reason. What the model saw is not what causes an account to leave, and `CAVEAT` says
so.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from keepwell.lib.text import gettext as _
from keepwell.risk.features import Feature
from keepwell.risk.judging import Floats, Ints
from keepwell.risk.observations import Observations
from keepwell.risk.phrases import TELLING, phrase
from keepwell.risk.profile import Profile
from keepwell.risk.splitting import Bools

MOST = 3
_FAINT = 0.05  # log-odds under which nothing is a reason: it moves a chance of 10% by half a point
_NEARLY = 0.5  # a feature may tell a reason if it adds at least so much of what the strongest one adds
_STRONG, _SOME = math.log(2), math.log(1.25)  # log-odds from which a reason is called so
_APART = ("ledger", "subscriptions")  # tables whose features tell of different things


def caveat() -> str:
    """What stands beside reasons wherever they are shown."""
    return _("This is what the model saw, not what causes the account to leave.")


@dataclass(frozen=True)
class Reason:
    """One reason: the feature that tells it, its value, and what its table adds to the log-odds.

    value: a number, a category's word, or None where it is not known.
    """

    feature: str
    value: float | str | None
    weight: float

    @property
    def raises(self) -> bool:
        """Whether it speaks for leaving."""
        return self.weight > 0

    @property
    def times(self) -> float:
        """By how much it multiplies the odds of leaving."""
        return float(np.exp(self.weight))

    @property
    def strength(self) -> str:
        """How much it weighs, in words: a strong reason changes the odds at least twofold."""
        if abs(self.weight) >= _STRONG:
            return _("strong")
        return _("some") if abs(self.weight) >= _SOME else _("slight")

    def sentence(self, features: dict[str, Feature], *, currency: str | None = None) -> str:
        """The reason in words; by its name alone where there is no such feature any more."""
        if self.feature not in features:
            return self.feature
        return phrase(features[self.feature], self.value, currency=currency)


def reasons_of(
    contributions: Floats, obs: Observations, *, most: int = MOST, profile: Profile | None = None
) -> list[list[Reason]]:
    """For each observation its strongest reasons, those for leaving and those against, strongest first.

    `contributions` (n, f) are what each feature adds to the log-odds. With the `profile` of the training rows a
    feature whose value lies on the side that speaks against the reason does not tell it, if another one can. What
    cannot be asked of an account of its kind, as the renewal of one without a contract, is no reason.
    """
    contributions = np.where(asked(obs), contributions, 0.0)
    groups = _groups(obs.features)
    weights = np.stack([contributions[:, group].sum(axis=1) for group in groups], axis=1)
    tellers = np.stack(
        [_teller(contributions, obs, group, weights[:, at], profile) for at, group in enumerate(groups)],
        axis=1,
    )
    order = np.argsort(-np.abs(weights), axis=1, kind="stable")[:, :most]
    rows = np.arange(len(obs))[:, None]
    found: list[list[Reason]] = []
    for which, weight in zip(tellers[rows, order].tolist(), weights[rows, order].tolist(), strict=True):
        at = len(found)
        found.append(
            [
                Reason(obs.features[place].name, _value(obs, at, place), round(w, 4))
                for place, w in zip(which, weight, strict=True)
                if abs(w) >= _FAINT
            ]
        )
    return found


def sentences(
    reasons: Sequence[Reason],
    features: Sequence[Feature],
    *,
    raising: bool = True,
    currency: str | None = None,
) -> str:
    """The reasons for leaving (or those against) as one line: “use fell by half in 30 days; 2 tickets are open”."""
    named = {feature.name: feature for feature in features}
    return "; ".join(one.sentence(named, currency=currency) for one in reasons if one.raises == raising)


def askable(reasons: Sequence[Reason], features: Mapping[str, Feature], kind: str) -> list[Reason]:
    """Without those that cannot be asked of an account of that kind and are not known: kept before that was told."""
    return [
        one
        for one in reasons
        if one.value is not None or one.feature not in features or features[one.feature].only in ("", kind)
    ]


def to_code(reasons: Sequence[Reason]) -> str:
    """Reasons as text that is kept; words are found when they are shown, in the reader's language."""
    return json.dumps([[one.feature, one.value, one.weight] for one in reasons], ensure_ascii=False)


def from_code(code: str) -> list[Reason]:
    """The reasons of a text that `to_code` made."""
    return from_rows(json.loads(code))


def from_rows(rows: Sequence[Sequence[Any]]) -> list[Reason]:
    """The reasons of what such a text holds."""
    return [Reason(str(name), value, float(weight)) for name, value, weight in rows]


def _groups(features: Sequence[Feature]) -> list[Ints]:
    """Places of the features that tell of one thing: those of a table, or one alone."""
    groups: dict[Any, list[int]] = {}
    for place, feature in enumerate(features):
        key = feature.name if feature.table in _APART else (feature.table,)
        groups.setdefault(key, []).append(place)
    return [np.array(places, np.int64) for places in groups.values()]


def asked(obs: Observations) -> Bools:
    """(n, f) whether the feature can be asked of an account of that kind, or is known of it all the same."""
    only = np.array([feature.only for feature in obs.features], object)
    found: Bools = (only == "") | (only == obs.kind[:, None]) | np.isfinite(obs.values)
    return found


def _teller(
    contributions: Floats, obs: Observations, group: Ints, weight: Floats, profile: Profile | None
) -> Ints:
    """Of each row the feature of the group that tells its reason."""
    towards = contributions[:, group] * np.sign(weight)[:, None]
    score = np.where(towards >= _NEARLY * towards.max(axis=1, keepdims=True), towards, towards - 100.0)
    for at, place in enumerate(group):
        feature = obs.features[place]
        if feature.name in TELLING:
            score[:, at] += 10.0
        score[_against(obs, int(place), weight, profile), at] -= 20.0
        score[np.isnan(obs.values[:, place]), at] -= 5.0
    found: Ints = group[score.argmax(axis=1)]
    return found


def _against(obs: Observations, place: int, weight: Floats, profile: Profile | None) -> Bools:
    """Rows whose value of a feature lies on the side that would speak against the reason."""
    feature = obs.features[place]
    middle = profile.middle(feature.name) if profile is not None else None
    if middle is None or not feature.direction:
        return np.zeros(len(obs), np.bool_)
    found: Bools = (obs.values[:, place] - middle) * feature.direction * weight < 0
    return found


def _value(obs: Observations, row: int, place: int) -> float | str | None:
    value, words = float(obs.values[row, place]), obs.features[place].categories
    if not np.isfinite(value):
        return None
    return words[int(value)] if words is not None else round(value, 4)
