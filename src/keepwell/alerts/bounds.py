"""Which bounds hold for an account, and what a reading is when held against them."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from keepwell.accounts.conditions import in_saved
from keepwell.accounts.models import Account
from keepwell.alerts.models import Threshold
from keepwell.alerts.triggers import Case, Reading, Trigger
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Team

QUIET_DAYS = 30


class Verdict(StrEnum):
    """What a reading is. Between near and the threshold an open alert stays and none is raised."""

    OVER = "over"
    NEAR = "near"
    BETWEEN = "between"
    CALM = "calm"


@dataclass(frozen=True)
class Bounds:
    """The setting of a trigger, in the units that signals have."""

    threshold: float
    near: float
    on: bool = True
    tell_near: bool = False
    minimum: float | None = None
    also: str = ""
    also_side: str = ""
    also_bound: float | None = None
    quiet_days: int = QUIET_DAYS

    @classmethod
    def usual(cls, trigger: Trigger) -> Self:
        """Those that hold until somebody sets others."""
        also, side, bound = trigger.also or ("", "", None)
        return cls(
            trigger.threshold,
            trigger.near,
            on=trigger.on,
            minimum=trigger.minimum,
            also=also,
            also_side=side,
            also_bound=bound,
        )

    @classmethod
    def of(cls, row: Threshold) -> Self:
        """Those that somebody set."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def verdict(trigger: Trigger, bounds: Bounds, reading: Reading) -> Verdict:
    """Hold a reading against bounds."""
    if reading.calm:
        return Verdict.CALM
    side = 1.0 if trigger.worse == "above" else -1.0
    value, threshold, near = side * reading.value, side * bounds.threshold, side * bounds.near
    # Raised when near, it goes away only as far below near as near is below the threshold: else it would flap.
    calm = near - (threshold - near) if bounds.tell_near else near
    if value >= threshold:
        return Verdict.OVER
    if value < calm:
        return Verdict.CALM
    return Verdict.NEAR if bounds.tell_near and value >= near else Verdict.BETWEEN


def may_raise(trigger: Trigger, bounds: Bounds, case: Case, reading: Reading) -> bool:
    """Whether the setting is on, enough is known, and the second condition holds."""
    if not bounds.on or not reading.news or not enough(trigger, bounds, case):
        return False
    if not bounds.also or bounds.also_bound is None:
        return True
    second = case.number(bounds.also)
    if second is None:
        return bounds.also == "risk"  # no model yet: what the condition asks is not there to be asked
    return second >= bounds.also_bound if bounds.also_side == "above" else second <= bounds.also_bound


def enough(trigger: Trigger, bounds: Bounds, case: Case) -> bool:
    """Whether so much is known of an account that what is read of it says something."""
    if not trigger.sample or bounds.minimum is None:
        return True
    sample = case.number(trigger.sample)
    return sample is not None and sample >= bounds.minimum


class Rules:
    """All settings, read once: the nearest to the account holds.

    In order: its own, its owner's, that of a saved segment it is in, its segment's, that of a team that looks after
    it, the company's, the usual.
    """

    def __init__(
        self,
        rows: Iterable[Threshold],
        teams: Mapping[int, list[int]],
        saved: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._rows = {(row.trigger, row.whom): Bounds.of(row) for row in rows}
        self._teams, self._saved = teams, saved or {}

    @classmethod
    def stored(cls) -> Self:
        """Those of the office."""
        teams: dict[int, list[int]] = {}
        for team, portfolio in Team.objects.order_by("pk").values_list("pk", "portfolios"):
            if portfolio is not None:
                teams.setdefault(portfolio, []).append(team)
        return cls(Threshold.objects.all(), teams, _in_saved())

    def bounds(self, trigger: Trigger, account: Account) -> Bounds:
        """Those that hold for an account."""
        for whom in self._asked(account):
            if found := self._rows.get((trigger.name, whom)):
                return found
        return Bounds.usual(trigger)

    def _asked(self, account: Account) -> Iterable[str]:
        level = Threshold.Level
        yield f"{level.ACCOUNT}:{account.pk}"
        if account.owner_id:
            yield f"{level.MEMBER}:{account.owner_id}"
        for name, accounts in self._saved.items():
            if account.pk in accounts:
                yield f"{level.SAVED}:{name}"
        if account.segment:
            yield f"{level.SEGMENT}:{account.segment}"
        for team in self._teams.get(account.portfolio_id or 0, []):
            yield f"{level.TEAM}:{team}"
        yield f"{level.COMPANY}:"


def _in_saved() -> dict[str, set[str]]:
    """The accounts of every saved segment that somebody set bounds for, by name; of one that has gone nobody."""
    named = Threshold.objects.filter(level=Threshold.Level.SAVED).order_by("segment")
    found: dict[str, set[str]] = {}
    for name in named.values_list("segment", flat=True).distinct():
        with suppress(KeepwellError):
            found[name] = set(in_saved(Account.objects.all(), name).values_list("pk", flat=True))
    return found
