"""What a person assumes about acting: a default, a low and a high each, kept in a TOML file, said beside figures.

[assumptions]
works = 0.3
cost = { value = 60, low = 40, high = 90, because = "an hour of Anna's time" }

[actions.training]          # for one action, before what is said above
cost = 240

[strategic]                 # accounts that are kept whatever they bring, and why
A000123 = "our reference in Hungary"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

_SECTIONS = ("assumptions", "actions", "strategic")
_SAID = ("value", "low", "high", "because")


@dataclass(frozen=True)
class Assumption:
    """A number nobody has measured: what is taken, and how low and how high it may truly be.

    `source` is "default", "stated" (then `because` may say why) or "learnt".
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    meaning: str
    least: float
    most: float
    default: float
    source: str = "default"
    because: str = ""

    def end(self, which: str) -> float:
        """Its "low" or its "high"."""
        return self.low if which == "low" else self.high

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def _usual(name: str, values: tuple[float, float, float], unit: str, meaning: str, most: float) -> Assumption:
    low, value, high = values
    least = 1.0 if name == "months_ahead" else 0.0
    return Assumption(name, value, low, high, unit, meaning, least, most, value)


_ANY = 1e12
# low, default, high
_USUAL = (
    _usual("gross_margin", (0.60, 0.75, 0.90), _("share of MRR"),
           _("What is left of a month's MRR before the cost to serve the account."), 1),
    _usual("cost_to_serve", (0.05, 0.15, 0.30), _("share of MRR"),
           _("What it costs to serve an account whose costs the book does not know."), 10),
    _usual("months_ahead", (12, 24, 36), _("months"),
           _("How far ahead what an account will pay is counted."), 120),
    _usual("discount", (0.05, 0.10, 0.15), _("a year"),
           _("How much less money is worth that comes a year later."), 10),
    _usual("saved_life", (0.50, 0.75, 1.00), _("share"),
           _("How much of the life that others of its age have ahead a saved account has."), 1),
    _usual("risk", (0.80, 1.00, 1.25), _("times"),
           _("By how much all chances of leaving may be off."), 10),
    _usual("works", (0.10, 0.20, 0.30), _("chance"),
           _("That acting keeps an account that would otherwise leave."), 1),
    _usual("drives_away", (0.00, 0.00, 0.01), _("chance"),
           _("That acting makes an account leave that would otherwise stay."), 1),
    _usual("learnt", (0.50, 1.00, 1.50), _("times"),
           _("By how much learnt effects of acting may be off."), 10),
    _usual("cost", (50, 100, 200), _("reporting currency"),
           _("What acting on one account costs."), _ANY),
    _usual("offer", (0, 0, 1), _("months of MRR"),
           _("What is given away with the action to each account that then stays."), 120),
)  # fmt: skip
DEFAULTS: Mapping[str, Assumption] = {one.name: one for one in _USUAL}


@dataclass(frozen=True)
class Assumptions:
    """All assumptions by name, and the accounts marked as strategic with the reason."""

    each: Mapping[str, Assumption]
    strategic: Mapping[str, str]
    action: str = ""

    def __getitem__(self, name: str) -> float:
        return self.each[name].value

    def at(self, name: str, end: str) -> "Assumptions":
        """The same with one of them at its "low" or its "high"."""
        one = self.each[name]
        return replace(self, each={**self.each, name: replace(one, value=one.end(end))})

    def learnt(self, low: float, high: float, because: str) -> "Assumptions":
        """The same, where effects are learnt: by how much (times) they may be off."""
        known = self.each["learnt"]
        low, high = max(known.least, min(1.0, low)), min(known.most, max(1.0, high))
        new = replace(known, low=low, high=high, source="learnt", because=because)
        return replace(self, each={**self.each, "learnt": new})

    def rows(self) -> list[dict[str, Any]]:
        """One row an assumption, for the table printed beside every figure."""
        return [one.to_json() for one in self.each.values()]


def assumptions(
    said: Mapping[str, Any] | None = None, *, action: str = "", where: str = "these assumptions"
) -> Assumptions:
    """The defaults, changed by what a person said in the form of the file. `action` chooses a part of
    [actions], where it has one of that name.

    Raises BadInput for unknown names (with near ones), for what is no number, and for numbers that cannot be.
    """
    said = dict(said or {})
    _known(said, _SECTIONS, where)
    actions = _section(said, "actions", where)
    stated = {name: _section(actions, name, where) for name in actions}
    each = dict(DEFAULTS)
    for part in (_section(said, "assumptions", where), stated.get(action, {})):
        _known(part, tuple(DEFAULTS), where)
        each |= {name: _stated(DEFAULTS[name], value, where) for name, value in part.items()}
    strategic = _section(said, "strategic", where)
    for account, reason in strategic.items():
        if not isinstance(reason, str) or not reason.strip():
            raise BadInput(
                _("A strategic account needs a reason: {account}.").format(account=account),
                seen=repr(reason),
                ways=[_('Write {account} = "why it is kept whatever it brings".').format(account=account)],
            )
    return Assumptions(each, strategic, action)


def read(path: Path | str, *, action: str = "") -> Assumptions:
    """The assumptions of a TOML file. Raises BadInput where it cannot be read, and as `assumptions` does."""
    path = Path(path)
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            _("The assumptions {path} cannot be read.").format(path=path), seen=str(error.strerror)
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(_("The assumptions {path} are no TOML.").format(path=path), seen=str(error)) from None
    return assumptions(said, action=action, where=path.name)


def _section(said: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    found = said.get(name, {})
    if not isinstance(found, Mapping):
        raise BadInput(
            _("In {where} “{name}” must be a section.").format(where=where, name=name),
            seen=repr(found),
            ways=[_("Begin it with [{name}] on a line of its own.").format(name=name)],
        )
    return dict(found)


def _known(said: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in said:
        if name not in names:
            raise _unknown(name, list(names), where)


def _unknown(name: str, names: list[str], where: str) -> BadInput:
    close = near(name, names)
    ways = [_("Did you mean {names}?").format(names=", ".join(close))] if close else []
    return BadInput(
        _("In {where} nothing is called “{name}”.").format(where=where, name=name),
        ways=[*ways, _("There are: {names}.").format(names=", ".join(names))],
    )


def _stated(default: Assumption, said: Any, where: str) -> Assumption:
    """What was said of one assumption. What is left out of low and high is as far off as in the default."""
    parts = dict(said) if isinstance(said, Mapping) else {"value": said}
    _known(parts, _SAID, f"{where}, {default.name}")
    because = str(parts.pop("because", ""))
    numbers = {name: _number(default, part, where) for name, part in parts.items()}
    value = numbers.get("value", default.value)
    low, high = default.low, default.high
    if default.value and "value" in numbers:
        low, high = (value * end / default.value for end in (low, high))
    low = numbers.get("low", max(default.least, min(low, value)))
    high = numbers.get("high", min(default.most, max(high, value)))
    if not low <= value <= high:
        raise BadInput(
            _("In {where} the low of “{name}” must not be above its value, nor its high below.").format(
                where=where, name=default.name
            ),
            seen=_("low {low:g}, value {value:g}, high {high:g}").format(low=low, value=value, high=high),
        )
    return replace(default, value=value, low=low, high=high, source="stated", because=because)


def _number(default: Assumption, said: Any, where: str) -> float:
    good = isinstance(said, int | float) and not isinstance(said, bool)
    if not good or not default.least <= said <= default.most:
        most = "∞" if default.most == _ANY else f"{default.most:g}"
        raise BadInput(
            _("In {where} “{name}” cannot be {said!r}.").format(where=where, name=default.name, said=said),
            seen=default.meaning,
            ways=[
                _("Give a number from {least:g} to {most} ({unit}).").format(
                    least=default.least, most=most, unit=default.unit
                )
            ],
        )
    return float(said)
