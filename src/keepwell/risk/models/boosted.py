"""Boosted trees, by LightGBM: few leaves each, as many trees as a later slice bears.

LightGBM needs the system's libgomp. Where that is absent this model is left out, and the logistic one stands in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Self

import numpy as np

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, Settings
from keepwell.risk.models.inputs import Inputs
from keepwell.risk.observations import Observations

MOST_TREES = 600
PATIENCE = 30  # trees without a gain on the later slice after which no more are added
SETTINGS: Settings = {"leaves": 8, "monotone": 1, "trees": 80}  # where too little is known to compare others
LEAVES = (4, 8, 16)
_ROWS = 100_000  # rows explained at once
_FEW = 20_000  # rows under which a second thread costs more than it brings
_QUIET = {"verbosity": -1}


@cache
def runs() -> bool:
    """Whether LightGBM can be used on this machine."""
    return _lightgbm() is not None


def _lightgbm() -> Any:
    try:
        import lightgbm
    except OSError:  # libgomp.so.1 is not there
        return None
    return lightgbm


@dataclass(frozen=True)
class Boosted(Model):
    """Trees over the inputs; `text` is LightGBM's own model text."""

    name: ClassVar[str] = "boosted"
    inputs: Inputs
    text: str
    booster: Any

    @classmethod
    def fit(cls, obs: Observations, *, seed: int = 0, settings: Settings | None = None) -> Self:
        """As many trees as the settings say."""
        inputs = Inputs.of(obs)
        chosen = {**SETTINGS, **(settings or {})}
        data = _dataset(inputs, obs)
        booster = library().train(_parameters(inputs, obs, chosen, seed), data, int(chosen["trees"]))
        return cls.of_text(inputs, booster.model_to_string())

    @classmethod
    def of_text(cls, inputs: Inputs, text: str) -> Self:
        """The model of LightGBM's own text."""
        lightgbm = library()
        try:
            booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as wrong:
            raise BadInput(
                _("LightGBM cannot read this model."),
                seen=str(wrong),
                ways=[_("Train a model anew: keepwell risk train.")],
            ) from None
        return cls(inputs, text, booster)

    def chances(self, obs: Observations) -> Floats:
        """What LightGBM gives."""
        found: Floats = np.asarray(self.booster.predict(self.inputs.matrix(obs)), np.float64)
        return found

    def contributions(self, obs: Observations) -> Floats:
        """Shapley values on the trees' paths, as LightGBM works them out."""
        matrix = self.inputs.matrix(obs)
        parts = [
            self.booster.predict(matrix[start : start + _ROWS], pred_contrib=True)[:, :-1]
            for start in range(0, len(matrix), _ROWS)
        ]
        found = np.concatenate(parts) if parts else np.zeros(matrix.shape)
        return self.inputs.spread(obs, np.asarray(found, np.float64))

    def body(self) -> dict[str, Any]:
        """Inputs and LightGBM's text."""
        return {"inputs": self.inputs.body(), "text": self.text}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Of inputs and LightGBM's text."""
        return cls.of_text(Inputs.from_body(body["inputs"]), str(body["text"]))


def trees_needed(
    learn: Observations, later: Observations, *, seed: int, settings: Settings
) -> tuple[int, float]:
    """How many trees lower the log-loss on a later slice, and that log-loss."""
    lightgbm = library()
    inputs = Inputs.of(learn)
    data = _dataset(inputs, learn)
    check = data.create_valid(inputs.matrix(later), later.outcomes.left, params=_QUIET)
    booster = lightgbm.train(
        _parameters(inputs, learn, {**SETTINGS, **settings}, seed),
        data,
        MOST_TREES,
        valid_sets=[check],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    loss = float(booster.best_score["valid_0"]["binary_logloss"])
    return max(1, int(booster.best_iteration)), loss


def _dataset(inputs: Inputs, obs: Observations) -> Any:
    return library().Dataset(
        inputs.matrix(obs),
        obs.outcomes.left,
        categorical_feature=sorted(inputs.levels()),
        params=_QUIET,
    )


def _parameters(inputs: Inputs, obs: Observations, settings: Settings, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": 0.05,
        "num_leaves": int(settings["leaves"]),
        "min_data_in_leaf": max(10, min(200, len(obs.values) // 200)),
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 5.0,
        "cat_smooth": 20.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1 if len(obs) < _FEW else 0,
        "verbosity": -1,
    }
    if settings["monotone"]:
        found["monotone_constraints"] = _directions(inputs, obs)
    return found


def _directions(inputs: Inputs, obs: Observations) -> list[int]:
    """The direction each feature says of itself; none for categories."""
    said = [obs.features[place] for place in inputs.places(obs)]
    return [0 if feature.categories is not None else feature.direction for feature in said]


def library() -> Any:
    """LightGBM itself, for whoever learns trees. Raises KeepwellError where it cannot run; see `runs`."""
    found = _lightgbm()
    if found is None:
        raise KeepwellError(
            _("Boosted trees cannot run here: the system's library libgomp is missing."),
            ways=[
                _("Install it: apt-get install libgomp1, or the package of that library of your system."),
                _("Or train without them: the logistic model stands in."),
            ],
        )
    return found
