"""The base rate: every account leaves as often as accounts of its kind have left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, Settings
from keepwell.risk.observations import Observations

_LENT = 10  # rows lent to a kind at the rate of all, so that a kind in which nobody has left yet is not called safe


@dataclass(frozen=True)
class BaseRate(Model):
    """The share of each kind's rows that left, and the share of all rows for a kind never seen."""

    name: ClassVar[str] = "base_rate"
    rate: float
    by_kind: Mapping[str, float]

    @classmethod
    def fit(  # every kind is learnt in the same way, though this one draws nothing and has nothing to set
        cls,
        obs: Observations,
        *,
        seed: int = 0,  # noqa: ARG003 - see above
        settings: Settings | None = None,  # noqa: ARG003 - see above
    ) -> Self:
        """Count."""
        left = obs.outcomes.left
        rate = shrunk(left.sum(), len(left), 0.5)
        by_kind = {}
        for kind in np.unique(obs.kind.astype(str)).tolist():
            rows = obs.kind == kind
            by_kind[kind] = shrunk(left[rows].sum(), int(rows.sum()), rate)
        return cls(rate, by_kind)

    def chances(self, obs: Observations) -> Floats:
        """The rate of the account's kind."""
        found = np.full(len(obs.kind), self.rate)
        for kind, rate in self.by_kind.items():
            found[obs.kind == kind] = rate
        return found

    def body(self) -> dict[str, Any]:
        """The rates."""
        return {"rate": self.rate, "by_kind": dict(self.by_kind)}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Of the rates."""
        return cls(float(body["rate"]), dict(body["by_kind"]))


def shrunk(left: float, rows: int, rate: float) -> float:
    """The share left / rows, as if ten more rows had been seen at `rate`."""
    return float((left + _LENT * rate) / (rows + _LENT))
