"""A model as it is used: the champion, set right, with what is needed to doubt it, to watch it and to tell of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.risk.calibration import Calibration
from keepwell.risk.doubt import around, spread
from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, from_named, no_model, sealed, unsealed
from keepwell.risk.observations import Observations
from keepwell.risk.profile import Profile

SEALED_AS = "trained"


@dataclass(frozen=True)
class Trained:
    """What `train` gives.

    horizon: in days. learnt_until: the day number up to which outcomes were known to it; whoever judges it takes
    observations of that day and later. card: what it is, learnt when, on what, judged how, with which limits.
    """

    model: Model
    calibration: Calibration
    doubts: tuple[Model, ...]
    doubt_scale: float
    profile: Profile
    horizon: int
    learnt_until: int
    card: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Which kind of model the champion is."""
        return self.model.name

    def chances(self, obs: Observations) -> Floats:
        """(n,) chances of leaving within the horizon."""
        return self.calibration.of(self.model.chances(obs))

    def interval(self, obs: Observations, chances: Floats | None = None) -> tuple[Floats, Floats]:
        """The 95% interval of each chance, as `keepwell.risk.doubt` describes; NaN where none can be told."""
        said = self.chances(obs) if chances is None else chances
        slope = self.calibration.slope if self.calibration.kind == "line" else 1.0
        return around(said, abs(slope) * spread(self.doubts, self.doubt_scale, obs))

    def contributions(self, obs: Observations) -> Floats:
        """(n, f) what each feature adds to the log-odds that are said, beside the average."""
        return self.model.contributions(obs) * self.calibration.slope

    def to_text(self) -> str:
        """All of it as text, for `from_text`."""
        return sealed(
            SEALED_AS,
            {
                "model": self.model.name,
                "body": self.model.body(),
                "calibration": self.calibration.body(),
                "doubts": [model.body() for model in self.doubts],
                "doubt_scale": self.doubt_scale,
                "profile": self.profile.body(),
                "horizon": self.horizon,
                "learnt_until": self.learnt_until,
                "card": dict(self.card),
            },
        )

    @classmethod
    def from_text(cls, text: str) -> "Trained":
        """What a text keeps. Raises BadInput where it is not one, of another format, or was changed."""
        name, body = unsealed(text)
        if name != SEALED_AS:
            raise BadInput(
                _("This text is a bare model, not one that was trained and judged."),
                seen=name,
                ways=[_("Train a model anew: keepwell risk train.")],
            )
        try:
            return cls._of(body)
        except (KeyError, TypeError, ValueError, AttributeError):  # a seal is no proof of what it seals
            raise no_model(text) from None

    @classmethod
    def _of(cls, body: Mapping[str, Any]) -> "Trained":
        return cls(
            model=from_named(body["model"], body["body"]),
            calibration=Calibration.from_body(body["calibration"]),
            doubts=tuple(from_named(body["model"], one) for one in body["doubts"]),
            doubt_scale=float(body["doubt_scale"]),
            profile=Profile.from_body(body["profile"]),
            horizon=int(body["horizon"]),
            learnt_until=int(body["learnt_until"]),
            card=body["card"],
        )
