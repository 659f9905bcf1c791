"""What filling an office is given, and chance to fill it with. The same seed makes the same rows."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

DAY = 86_400
PEOPLE, TEAMS = 200, 20
PAYING = 0.9
SEGMENTS = ("Enterprise", "Mid-market", "Small business", "Public sector")


@dataclass
class Filling:
    """What is filled and with how much: the counts of follow-ups and timeline rows go with the accounts."""

    accounts: int
    today: date
    seed: int = 1
    tell: Callable[[str], object] = print
    rng: np.random.Generator = field(init=False)
    names: list[str] = field(init=False)  # of accounts, as the database knows them
    owners: "np.ndarray[Any, Any]" = field(init=False)
    portfolios: "np.ndarray[Any, Any]" = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.names = [f"B{n:07d}" for n in range(self.accounts)]

    @property
    def day(self) -> int:
        """Today as a number of days."""
        return (self.today - date(1970, 1, 1)).days

    def past(self, many: int, *, most: int, least: int = 0) -> "np.ndarray[Any, Any]":
        """Moments of the last `most` days, in seconds since 1970."""
        return self.day * DAY - self.rng.integers(least * DAY + 1, most * DAY, many)

    def pick(self, of: Sequence[Any], many: int) -> list[Any]:
        """Some of a few things, by chance."""
        return [of[n] for n in self.rng.integers(0, len(of), many).tolist()]


def plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row read through models as it is written past them."""
    return tuple(
        json.dumps(one) if isinstance(one, dict | list) else one.isoformat() if isinstance(one, date) else one
        for one in row
    )
