"""How accounts stand in a check-up on a day, as answers: a row an account, and one account signal by signal."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.tabular import Tabular, in_money
from keepwell.risk.health.standing import NEAR, OVER, STANDINGS, Standing, standing

if TYPE_CHECKING:
    from keepwell.risk.health.checkup import CheckUp
    from keepwell.risk.observations import Observations


@dataclass(frozen=True)
class Health(Tabular):
    """Every account observed on one day, the lowest score first and those not known last.

    currency: the one that the company reports in, and that MRR is told in.
    """

    day: date
    checkup: "CheckUp"
    observations: "Observations"
    standing: Standing
    currency: str

    @classmethod
    def of(cls, observations: "Observations", checkup: "CheckUp", day: date, currency: str) -> "Health":
        """Of observations of one day."""
        first = standing(checkup, observations)
        order = np.lexsort((observations.accounts.astype(str), -observations.mrr, first.score))
        ordered = observations.where(order)
        return cls(day, checkup, ordered, standing(checkup, ordered), currency)

    def counts(self) -> dict[str, int]:
        """How many accounts stand how."""
        return {name: int((self.standing.standing == place).sum()) for place, name in enumerate(STANDINGS)}

    def to_arrow(self) -> pa.Table:
        """A row an account: its standing, score, share of the weight known, and each step's standing."""
        names = np.array(STANDINGS, dtype=object)
        steps = {name: names[step.standing] for name, step in self.standing.steps.items()}
        table = pa.table(
            {
                "account_id": pa.array(self.observations.accounts, pa.string()),
                "segment": pa.array(self.observations.segment, pa.string()),
                "mrr": pa.array(self.observations.mrr, pa.int64()),
                "standing": pa.array(names[self.standing.standing], pa.string()),
                "score": pa.array(self.standing.score, pa.float64(), from_pandas=True),
                "known": pa.array(self.standing.known, pa.float64()),
                **{name: pa.array(said, pa.string()) for name, said in steps.items()},
            }
        )
        return in_money(table, ["mrr"], self.currency)

    def of_account(self, account: str) -> dict[str, Any]:
        """One account, step by step and signal by signal, those that count against it first in each step.

        Signals that cannot be asked of an account of its kind are left out, and the weights of the others are laid
        on 100: what each can take off the score where all are known.

        Raises KeepwellError with near names where it was not observed on the day.
        """
        rows = np.flatnonzero(self.observations.accounts == account)
        if not len(rows):
            close = near(account, [str(name) for name in self.observations.accounts])
            raise KeepwellError(
                _("“{account}” was not a paying account on {day}, or had already given notice.").format(
                    account=account, day=self.day
                ),
                ways=[_("Did you mean {names}?").format(names=", ".join(close))] if close else [],
            )
        row = int(rows[0])
        whole = self.to_arrow().slice(row, 1).to_pylist()[0]
        steps = [
            {
                "step": step,
                "standing": whole[step],
                "score": _number(self.standing.steps[step].score[row]),
                "signals": self._signals(step, row),
            }
            for step in self.checkup.steps
        ]
        kept = ("account_id", "segment", "mrr", "standing", "score", "known")
        return {"day": self.day, **{name: whole[name] for name in kept}, "steps": steps}

    def _signals(self, step: str, row: int) -> list[dict[str, Any]]:
        found = []
        weights = self.standing.asked[row] * np.array([signal.weight for signal in self.checkup.signals])
        for place, signal in enumerate(self.checkup.signals):
            if signal.step == step and self.standing.asked[row, place]:
                bounds = signal.bounds_of(str(self.observations.segment[row]))
                found.append(
                    {
                        "feature": signal.feature,
                        "value": _number(self.observations.column(signal.feature)[row]),
                        "is": _state(self.standing.signals[row, place]),
                        "worse": signal.worse,
                        "near": bounds.near,
                        "threshold": bounds.threshold,
                        "weight": float(100 * weights[place] / weights.sum()),
                    }
                )
        return sorted(found, key=lambda one: ("over", "near", "fine", "unknown").index(one["is"]))


def _state(earned: float) -> str:
    if np.isnan(earned):
        return "unknown"
    return "over" if earned == OVER else "near" if earned == NEAR else "fine"


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
