"""Boosted trees for each kind of account by itself: what foretells the end of a contract says little of a buyer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from keepwell.risk.judging import Floats
from keepwell.risk.models import Model, Settings
from keepwell.risk.models.boosted import Boosted
from keepwell.risk.observations import Observations


@dataclass(frozen=True)
class Apart(Model):
    """Trees by kind of account; a kind never seen is told by the trees of the kind with most rows."""

    name: ClassVar[str] = "apart"
    by_kind: Mapping[str, Boosted]

    @classmethod
    def fit(cls, obs: Observations, *, seed: int = 0, settings: Settings | None = None) -> Self:
        """Trees of each kind's rows. Settings bear the kind before their name, as `of_kind` writes them."""
        return cls(
            {
                kind: Boosted.fit(obs.where(obs.kind == kind), seed=seed, settings=chosen(settings, kind))
                for kind in kinds_of(obs)
            }
        )

    def chances(self, obs: Observations) -> Floats:
        """By the trees of each row's kind."""
        found = np.zeros(len(obs))
        for kind, rows in self._rows(obs):
            found[rows] = self.by_kind[kind].chances(obs.where(rows))
        return found

    def contributions(self, obs: Observations) -> Floats:
        """By the trees of each row's kind, beside the average of that kind."""
        found = np.zeros(obs.values.shape)
        for kind, rows in self._rows(obs):
            found[rows] = self.by_kind[kind].contributions(obs.where(rows))
        return found

    def _rows(self, obs: Observations) -> list[tuple[str, Any]]:
        """The rows that each kind's trees tell."""
        names = list(self.by_kind)
        known = np.isin(obs.kind.astype(str), names)
        found = [(kind, (obs.kind == kind) | (~known if kind == names[0] else False)) for kind in names]
        return [(kind, rows) for kind, rows in found if rows.any()]

    def body(self) -> dict[str, Any]:
        """The trees of each kind."""
        return {"by_kind": {kind: trees.body() for kind, trees in self.by_kind.items()}}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Of the trees of each kind."""
        return cls({kind: Boosted.from_body(trees) for kind, trees in body["by_kind"].items()})


def kinds_of(obs: Observations) -> list[str]:
    """The kinds of account there are, the one with most rows first."""
    kinds, rows = np.unique(obs.kind.astype(str), return_counts=True)
    found: list[str] = kinds[np.argsort(-rows, kind="stable")].tolist()
    return found


def of_kind(settings: Settings, kind: str) -> Settings:
    """A kind's settings under names that tell them from another kind's."""
    return {f"{kind} {name}": value for name, value in settings.items()}


def chosen(settings: Settings | None, kind: str) -> Settings:
    """Of settings of several kinds those of one, by their own names."""
    start = f"{kind} "
    return {
        name.removeprefix(start): value for name, value in (settings or {}).items() if name.startswith(start)
    }
