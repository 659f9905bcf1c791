"""What an alert can be raised for: one file a trigger, found by its name.

A trigger reads a case (an account on a day, as the night left it or as it was at a month-end past) and gives
readings: a number each, held against bounds that people set. A new trigger is a new file here with a `TRIGGER`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Seen = Mapping[str, Any]  # what was seen, as it is stored: "value", the bounds, and what a trigger adds

UNITS: dict[str, str | Promise] = {
    "share": _("per cent"),
    "days": _("days"),
    "times": _("times"),
    "points": _("points"),
}


@dataclass(frozen=True)
class Answer:
    """A survey's answer: `key` names it for good."""

    key: str
    day: date
    score: float


@dataclass(frozen=True)
class Complaint:
    """A complaint or claim: how grave, opened when, put right when."""

    key: str
    opened: date
    resolved: date | None
    severity: str


@dataclass(frozen=True)
class Gone:
    """A person who left the account."""

    contact: str
    day: date


@dataclass(frozen=True)
class Talk:
    """What rules that call for an alert heard in one conversation. `hits` are keys of those that count.

    `last` is the number of the last turn in which something was heard, `weight` that of the rules together.
    """

    conversation: int
    kind: str
    day: date
    last: int
    weight: float
    rules: tuple[str, ...]
    hits: tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """An account on a day, with all that triggers ask. What is not known is None, or not among the signals."""

    account: str
    day: date
    segment: str = ""
    kept_by: str = ""
    risk: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    change_7: float | None = None
    change_30: float | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    steps_before: Mapping[str, str] | None = None  # None where it was not looked at before
    signals: Mapping[str, Any] = field(default_factory=dict)
    recommends: Answer | None = None  # the newest answer to how likely they are to recommend us
    complaints: tuple[Complaint, ...] = ()
    deciders_gone: tuple[Gone, ...] = ()
    talks: tuple[Talk, ...] = ()

    def number(self, name: str) -> float | None:
        """A signal as a number, the risk or how much was known among them; None where it is not known."""
        found = {"risk": self.risk, "coverage": self.coverage}.get(name, self.signals.get(name))
        return float(found) if isinstance(found, int | float) else None


@dataclass(frozen=True)
class Reading:
    """One number a trigger read. Of several things seen at one account `mark` tells which.

    calm: the thing itself is over, whatever the bounds. news: whether it may be raised, and not only kept open.
    event: names a thing that is told of once and never again, such as an answer to a survey. later: rises when there
    is more of the thing while its alert is open, which is told anew. more: what else was seen, as JSON holds it.
    """

    value: float
    mark: str = ""
    event: str = ""
    calm: bool = False
    news: bool = True
    later: int = 0
    more: Seen = field(default_factory=dict)


@dataclass(frozen=True)
class Trigger:
    """What wants attention.

    reads: readings of a case; none where nothing is known. worse: on which side of the bounds the bad lies.
    threshold, near: the bounds until somebody sets others; raised at the threshold, it goes away by itself only once
    better than near. unit: of UNITS, "" where it goes without saying. sample: the signal that must be at least
    `minimum`, "" where none need be. also: a second condition that must hold. asks: the signals it reads. past: what
    it takes to say what it would have done: "signals", "risk", "changes", "steps" or "happenings". of_anyone: whether
    it speaks of accounts that have no standing too, of which nothing but what happened is known. bounded: whether
    there is a number to set bounds on; else it happens or it does not.
    """

    name: str
    place: int
    label: str | Promise
    meaning: str | Promise
    reads: Callable[[Case], Iterable[Reading]]
    told: Callable[[Seen], str]
    threshold: float
    near: float
    unit: str = ""
    worse: Literal["above", "below"] = "above"
    sample: str = ""
    sampled: str | Promise = ""
    minimum: float | None = None
    also: tuple[str, Literal["above", "below"], float] | None = None
    asks: tuple[str, ...] = ()
    past: str = "signals"
    on: bool = True
    of_anyone: bool = False
    bounded: bool = True

    @property
    def scale(self) -> float:
        """What a value is multiplied by for people."""
        return 100.0 if self.unit in ("share", "points") else 1.0


@cache
def all_triggers() -> dict[str, Trigger]:
    """Every trigger by name, the most pressing first."""
    found: list[Trigger] = [
        import_module(f"{__name__}.{module.name}").TRIGGER for module in iter_modules(__path__)
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.place)}


def of_signal(name: str) -> Callable[[Case], list[Reading]]:
    """A reading of one signal, where it is known."""

    def reads(case: Case) -> list[Reading]:
        value = case.number(name)
        return [] if value is None else [Reading(value)]

    return reads


def whole(seen: Seen, name: str = "value", times: float = 1) -> int:
    """A number that was seen, rounded for a sentence."""
    return round(float(seen.get(name) or 0) * times)
