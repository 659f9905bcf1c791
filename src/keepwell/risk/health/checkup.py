"""A check-up: steps of the customer's way, their signals, and the thresholds that people set, read from a file.

[limits]
healthy = 75      # from this score on an account is healthy
concerning = 50   # from this one concerning, below it poor
known = 60        # so much of the weight must be known, or nothing is said

[[signals]]
step = "use"
feature = "use_trend"
weight = 10       # the weights of all signals add up to 100
worse = "below"   # which side of the threshold is the bad one
threshold = 0.5   # past it the signal counts against the account in full
near = 0.8        # past this one, half
only = "contract" # asked of accounts of this kind only; or "irregular"; left out: of all

[signals.segments."Enterprise"]
threshold = 0.7
near = 0.9
"""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near as near_names
from keepwell.risk.features import N_

# The steps of a customer's way with us, in their order, and how they are called; `gettext` when shown.
STEPS = {
    "onboarding": N_("Onboarding"),
    "use": N_("Use"),
    "support": N_("Support"),
    "objections": N_("Objections"),
    "complaints": N_("Complaints and claims"),
    "results": N_("Results against goals"),
    "relationship": N_("Relationship"),
    "payment": N_("Payment"),
    "renewal": N_("Renewal"),
}

Side = Literal["above", "below"]
KINDS = ("contract", "irregular")


@dataclass(frozen=True)
class Bounds:
    """Where a signal begins to count against an account: `near` comes first, `threshold` is worse."""

    threshold: float
    near: float


@dataclass(frozen=True)
class Signal:
    """A feature, which side of its threshold is worse, and how much it weighs; segments may have their own bounds.

    only: "contract" or "irregular" where accounts of that kind alone are asked; "" for all.
    """

    step: str
    feature: str
    weight: float
    worse: Side
    bounds: Bounds
    segments: Mapping[str, Bounds] = field(default_factory=dict)
    only: str = ""

    def bounds_of(self, segment: str) -> Bounds:
        """The bounds that hold for a segment."""
        return self.segments.get(segment, self.bounds)


@dataclass(frozen=True)
class Limits:
    """Scores from which an account is healthy or concerning, and the share of the weight that must be known."""

    healthy: float = 75
    concerning: float = 50
    known: float = 60


@dataclass(frozen=True)
class CheckUp:
    """All signals of a check-up, whose weights add up to 100."""

    signals: tuple[Signal, ...]
    limits: Limits = Limits()

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that have signals, in the order of the customer's way."""
        used = {signal.step for signal in self.signals}
        return tuple(step for step in STEPS if step in used)


def default_text() -> str:
    """The check-up that Keepwell ships: a start to be changed, with every signal explained."""
    return (files("keepwell.risk.health") / "default.toml").read_text("utf-8")


def read(text: str, features: Iterable[str]) -> CheckUp:
    """The check-up that a file says. `features` are the names there are.

    Raises BadInput, with what was seen and the ways out, for anything that makes no check-up.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            _("This is no check-up: it cannot be read as TOML."),
            seen=str(error),
            ways=[_("Start from the one that ships: keepwell health default > checkup.toml")],
        ) from error
    _only(said, {"limits", "signals"}, _("the check-up"))
    listed = said.get("signals", [])
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise BadInput(_("The check-up has no signals."), ways=[_("Write each under a line [[signals]].")])
    known = list(features)
    signals = tuple(_signal(one, known) for one in listed)
    _refuse_twice(signals)
    total = math.fsum(signal.weight for signal in signals)
    if not math.isclose(total, 100, abs_tol=1e-6):
        raise BadInput(
            _("The weights of all signals must add up to 100."),
            seen=_("they add up to {total:g}").format(total=total),
            ways=[_("Change weights by {gap:+g} in all.").format(gap=100 - total)],
        )
    return CheckUp(signals, _limits(said.get("limits", {})))


def _signal(said: Mapping[str, Any], features: list[str]) -> Signal:
    feature = said.get("feature")
    where = _("the signal “{feature}”").format(feature=feature)
    _only(said, {"step", "feature", "weight", "worse", "threshold", "near", "segments", "only"}, where)
    if feature not in features:
        raise _unknown(_("The check-up asks for a feature that there is not."), feature, features)
    step = said.get("step")
    if step not in STEPS:
        raise _unknown(
            _("There is no such step of the customer's way, at {where}.").format(where=where), step, STEPS
        )
    worse = said.get("worse")
    if worse not in ("above", "below"):
        raise BadInput(
            _("At {where}, `worse` must say which side is the bad one: above or below.").format(where=where),
            seen=str(worse),
        )
    only = said.get("only", "")
    if only not in ("", *KINDS):
        raise _unknown(_("At {where}, `only` must name a kind of account.").format(where=where), only, KINDS)
    weight = _number(said, "weight", where)
    if weight <= 0:
        raise BadInput(_("At {where}, the weight must be above 0.").format(where=where), seen=f"{weight:g}")
    by_segment = said.get("segments", {})
    if not isinstance(by_segment, dict) or not all(isinstance(one, dict) for one in by_segment.values()):
        raise BadInput(
            _('At {where}, bounds of segments are written under [signals.segments."NAME"].').format(
                where=where
            )
        )
    segments = {
        name: _bounds(own, worse, _("{where}, segment “{name}”").format(where=where, name=name))
        for name, own in by_segment.items()
    }
    return Signal(step, feature, weight, worse, _bounds(said, worse, where), segments, only)


def _bounds(said: Mapping[str, Any], worse: str, where: str) -> Bounds:
    bounds = Bounds(_number(said, "threshold", where), _number(said, "near", where))
    in_order = bounds.near <= bounds.threshold if worse == "above" else bounds.near >= bounds.threshold
    if not in_order:
        raise BadInput(
            _("At {where}, `near` must come before the threshold on the way to worse.").format(where=where),
            seen=f"near = {bounds.near:g}, threshold = {bounds.threshold:g}, worse = {worse}",
        )
    return bounds


def _limits(said: Any) -> Limits:
    where = _("the limits")
    if not isinstance(said, dict):
        raise BadInput(_("Limits are written under a line [limits]."), seen=str(said))
    _only(said, {"healthy", "concerning", "known"}, where)
    limits = Limits(**{name: _number(said, name, where) for name in said})
    if not 0 < limits.concerning <= limits.healthy <= 100 or not 0 < limits.known <= 100:
        raise BadInput(
            _("Limits must hold 0 < concerning <= healthy <= 100, and 0 < known <= 100."),
            seen=f"concerning = {limits.concerning:g}, healthy = {limits.healthy:g}, known = {limits.known:g}",
        )
    return limits


def _number(said: Mapping[str, Any], name: str, where: str) -> float:
    value = said.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadInput(
            _("At {where}, `{name}` must be a number.").format(where=where, name=name), seen=str(value)
        )
    return float(value)


def _only(said: Mapping[str, Any], names: set[str], where: str) -> None:
    for name in said:
        if name not in names:
            raise _unknown(_("There is no such word in {where}.").format(where=where), name, names)


def _unknown(wrong: str, seen: object, names: Iterable[str]) -> BadInput:
    close = near_names(str(seen), names)
    ways = [_("Did you mean {names}?").format(names=", ".join(close))] if close else []
    return BadInput(
        wrong, seen=str(seen), ways=[*ways, _("There are: {names}.").format(names=", ".join(sorted(names)))]
    )


def _refuse_twice(signals: tuple[Signal, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for signal in signals:
        asked = {(signal.feature, kind) for kind in ((signal.only,) if signal.only else KINDS)}
        if asked & seen:
            raise BadInput(
                _("A feature is asked twice in one check-up."),
                seen=signal.feature,
                ways=[
                    _("Keep one signal of it; a segment's own bounds go under [signals.segments]."),
                    _('Or keep one for each kind of account: only = "contract", only = "irregular".'),
                ],
            )
        seen |= asked
