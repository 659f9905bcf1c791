"""How accounts stood before the office knew them: what the book froze, and what would have been said of days past."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from keepwell.accounts.stood import NIGHTS, Stood
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.risk.health.standing import STANDINGS

if TYPE_CHECKING:
    import pyarrow as pa

    from keepwell.risks import LookedBack, Risks

BACK = 12  # month-ends looked back at


@dataclass(frozen=True)
class Day:
    """One day past, in columns: an office holds a year of them for all its accounts."""

    day: str
    place: dict[str, int]
    health: NDArray[np.int8]
    steps: dict[str, NDArray[np.int8]]
    score: NDArray[np.float64]
    known: NDArray[np.float64]
    risk: NDArray[np.float64] | None
    worth: NDArray[np.int64] | None
    currency: str

    @classmethod
    def of(cls, one: "LookedBack", currency: str) -> "Day":
        """Without what was observed, which is wide."""
        health, accounts = one.health, one.observations.accounts
        return cls(
            one.day.isoformat(),
            {str(account): place for place, account in enumerate(accounts)},
            health.standing.astype(np.int8),
            {step: found.standing.astype(np.int8) for step, found in health.steps.items()},
            health.score,
            health.known,
            one.chances,
            None if one.profits is None else one.profits.profit,
            currency,
        )

    def stood(self, account: str) -> Stood | None:
        """How the account stood; None where it was not there."""
        at = self.place.get(account)
        if at is None:
            return None
        return Stood(
            self.day,
            None if self.risk is None else round(float(self.risk[at]), 4),
            STANDINGS[self.health[at]],
            None if np.isnan(self.score[at]) else round(float(self.score[at]), 1),
            round(float(self.known[at]) / 100, 2),
            None if self.worth is None else int(self.worth[at]),
            "" if self.worth is None else self.currency,
            True,
            {step: STANDINGS[found[at]] for step, found in self.steps.items()},
        )


@dataclass(frozen=True)
class Said:
    """What the book froze of nights past, in columns: the rows of an account lie together, oldest first."""

    where: dict[str, tuple[int, int]]
    as_of: NDArray[np.int64]
    chance: NDArray[np.float64]

    @classmethod
    def of(cls, found: "pa.Table") -> "Said":
        """Of rows by account and night."""
        accounts, begins = np.unique(
            found["account_id"].to_numpy(zero_copy_only=False).astype(str), return_index=True
        )
        ends = [*begins[1:].tolist(), found.num_rows]
        where = dict(zip(accounts.tolist(), zip(begins.tolist(), ends, strict=False), strict=False))
        return cls(where, found["as_of"].to_numpy(), found["chance"].to_numpy())

    def past(self, account: str) -> list[list[Any]]:
        """[day, risk] of the account's nights."""
        begin, end = self.where.get(account, (0, 0))
        days = [from_number(day).isoformat() for day in self.as_of[begin:end].tolist()]
        return [list(one) for one in zip(days, self.chance[begin:end].tolist(), strict=True)]


@dataclass(frozen=True)
class Earlier:
    """What the office did not see itself."""

    days: Sequence[Day] = ()
    said: Said | None = None

    @classmethod
    def of(cls, risks: "Risks") -> "Earlier":
        """A year of month-ends, where the book can tell of them, and the nights that an office remembers."""
        currency = risks.ledger.reporting
        said = Said.of(risks.said_since(risks.covered - timedelta(days=NIGHTS)))
        try:
            return cls([Day.of(one, currency) for one in risks.looked_back(BACK)], said)
        except KeepwellError:  # nobody was there, or nothing was known of them by then
            return cls(said=said)

    def past(self, account: str) -> list[list[Any]]:
        """[day, risk] of the nights that the book froze."""
        return [] if self.said is None else self.said.past(account)

    def stood(self, account: str) -> list[Stood]:
        """How the account would have stood on days past, oldest first."""
        return [stood for day in self.days if (stood := day.stood(account)) is not None]
