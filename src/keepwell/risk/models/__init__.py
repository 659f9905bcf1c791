"""Models of leaving, one file each, and how they are kept as text.

A model learns from matured observations and gives a chance to any. It is kept as JSON with a checksum over it and
never as a pickle, so that reading one runs nothing.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import Floats
from keepwell.risk.observations import Observations

FORMAT = 1

Settings = Mapping[str, float]


class Model(ABC):
    """Chances of leaving within a horizon, learnt from observations."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def fit(cls, obs: Observations, *, seed: int = 0, settings: Settings | None = None) -> Self:
        """Learn from observations, all of them matured, as they come.

        The same observations, seed and settings give the same model. Raises KeepwellError where they cannot be
        learnt from.
        """

    @abstractmethod
    def chances(self, obs: Observations) -> Floats:
        """(n,) chances. Raises BadInput where a feature it was learnt with is missing or means something else."""

    def contributions(self, obs: Observations) -> Floats:
        """(n, f) what each feature of `obs` adds to the log-odds, beside the average; zeros where it has none."""
        return np.zeros(obs.values.shape)

    @abstractmethod
    def body(self) -> dict[str, Any]:
        """All that is needed to make the model again, as plain values."""

    @classmethod
    @abstractmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """The model of a `body`."""

    def to_text(self) -> str:
        """The model as text, for `from_text`."""
        return sealed(self.name, self.body())


def from_text(text: str) -> Model:
    """The model that a text keeps. Raises BadInput where it is not one, of another format, or was changed."""
    return from_named(*unsealed(text))


def from_named(name: str, body: Mapping[str, Any]) -> Model:
    """The model of that name with this body. Raises BadInput where there is none of that name."""
    kinds = learners()
    if name not in kinds:
        raise BadInput(
            _("There is no model of the kind “{name}”.").format(name=name),
            seen=_("known are {names}").format(names=", ".join(kinds)),
            ways=[_("Train a model anew: keepwell risk train.")],
        )
    return kinds[name].from_body(body)


def learners() -> dict[str, type[Model]]:
    """Every kind of model by its name, the simplest first. Boosted ones are left out where they cannot run."""
    from keepwell.risk.models import boosted
    from keepwell.risk.models.apart import Apart
    from keepwell.risk.models.base_rate import BaseRate
    from keepwell.risk.models.logistic import Logistic
    from keepwell.risk.models.silence import Silence

    kinds: list[type[Model]] = [BaseRate, Silence, Logistic]
    if boosted.runs():
        kinds += [boosted.Boosted, Apart]
    return {kind.name: kind for kind in kinds}


def sealed(name: str, body: Mapping[str, Any]) -> str:
    """A body as text, with the format's number and a SHA-256 over all of it."""
    inside = {"format": FORMAT, "model": name, "body": body}
    return json.dumps({**inside, "sha256": _sum(inside)}, ensure_ascii=False, allow_nan=False)


def unsealed(text: str) -> tuple[str, dict[str, Any]]:
    """The name and body that a text seals. Raises BadInput where it is not one, of another format, or was changed."""
    try:
        found = json.loads(text)
        inside = {"format": int(found["format"]), "model": str(found["model"]), "body": dict(found["body"])}
        said, ours = str(found["sha256"]), _sum(inside)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise no_model(text) from None
    if inside["format"] != FORMAT:
        raise BadInput(
            _("This model was kept by another version of Keepwell."),
            seen=_("format {seen}; this version reads format {ours}").format(
                seen=inside["format"], ours=FORMAT
            ),
            ways=[*_other_ways(), _("Or use the version of Keepwell that made it.")],
        )
    if said != ours:
        raise BadInput(
            _("This model was changed since it was kept, and is not used."),
            seen=_("its checksum does not fit what it holds"),
            ways=_other_ways(),
        )
    return str(inside["model"]), dict(found["body"])


def no_model(text: str) -> BadInput:
    """What to say of a text that does not hold what a model is made of."""
    return BadInput(_("This text is not a kept model."), seen=text[:60], ways=_other_ways())


def _other_ways() -> list[str]:
    return [
        _("Train a model anew: keepwell risk train."),
        _("Or go back to an earlier one: keepwell risk models."),
    ]


def _sum(inside: Mapping[str, Any]) -> str:
    plain = json.dumps(inside, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(plain.encode()).hexdigest()
