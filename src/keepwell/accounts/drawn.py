"""How an account stood, as its page draws it: risk, check-up and worth over the same days, and in words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from keepwell.accounts.models import Standing
from keepwell.accounts.showing import Shown, mark_of, money, per_cent, step_said
from keepwell.accounts.stood import Stood, read
from keepwell.lib.money import to_decimal
from keepwell.members.labels import day_said, labels

HIGH = 24  # of a chart, which is 100 wide; its last night stands a little beyond
_TALL = {"poor": 8, "concerning": 16, "healthy": 24, "unknown": 2}
_LAST = 2

Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Drawn:
    """The nights of one account, oldest first; worth is drawn in the currency that it is shown in today."""

    one: Shown
    nights: Sequence[Stood]

    @classmethod
    def of(cls, one: Shown) -> "Drawn":
        """What an account's standing remembers."""
        return cls(one, read(one.standing.history, one.standing.past) if one.standing else ())

    def __bool__(self) -> bool:
        """Whether there is a movement to be seen: two nights at least."""
        return len(self.nights) > 1

    @property
    def first(self) -> date:
        """The first day of all charts."""
        return date.fromisoformat(self.nights[0].day)

    @property
    def last(self) -> date:
        """The last."""
        return date.fromisoformat(self.nights[-1].day)

    @property
    def looked_back(self) -> str:
        """Up to which day it is what would have been said; "" where all was said at the time."""
        days = [one.day for one in self.nights if one.looked_back]
        return _day(days[-1]) if days else ""

    @cached_property
    def _across(self) -> list[float]:
        days = [date.fromisoformat(one.day).toordinal() for one in self.nights]
        wide = 100 / (days[-1] - days[0])
        return [wide * (day - days[0]) for day in days]

    @cached_property
    def risk(self) -> dict[str, Any] | None:
        """Chances from nothing at the bottom to certainty at the top."""
        return self._line([one.risk for one in self.nights], (0, 1), per_cent)

    @cached_property
    def worth(self) -> dict[str, Any] | None:
        """Amounts, and where nothing is; None where no night has one in this currency."""
        amounts = [one.worth if one.currency == self.one.currency else None for one in self.nights]
        known = [one for one in amounts if one is not None]
        ends = (min(0, *known), max(0, *known)) if known else (0, 0)
        found = self._line(amounts, ends, lambda amount: money(amount, self.one.currency))
        return found and {**found, "nothing": f"{_up(0, ends):.1f}"}

    @cached_property
    def health(self) -> dict[str, Any] | None:
        """A block for each stretch of nights on which the check-up said the same, the taller the better."""
        at = [(x, one) for x, one in zip(self._across, self.nights, strict=True) if one.health is not None]
        if len(at) < 2:
            return None
        blocks: list[dict[str, Any]] = []
        for (x, one), until in zip(at, [*(x for x, _one in at[1:]), 100 + _LAST], strict=True):
            if blocks and (blocks[-1]["of"], blocks[-1]["back"]) == (one.health, one.looked_back):
                blocks[-1]["until"] = until
            else:
                blocks.append({"of": one.health, "back": one.looked_back, "x": x, "until": until})
        said = _since([(one.day, str(one.health)) for _x, one in at])
        return {"blocks": [_block(**block) for block in blocks], "said": said}

    @property
    def steps(self) -> list[dict[str, str]]:
        """The check-up step by step, and of those that turned since when they stand as they do."""
        return [{**step, "since": self._since(step["name"])} for step in self.one.steps]

    def _since(self, step: str) -> str:
        seen = [(one.day, one.steps[step]) for one in self.nights if step in one.steps]
        return _since(seen) if len({how for _day, how in seen}) > 1 else ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All of it as a table, the last night first."""
        stands = labels(Standing.Health)
        found = []
        for before, one in pairwise([None, *self.nights]):
            assert one is not None
            found.append(
                {
                    "day": _day(one.day),
                    "iso": one.day,
                    "risk": per_cent(one.risk),
                    "health": stands[one.health] if one.health else "",
                    "mark": mark_of(one.health or ""),
                    "score": "" if one.score is None else f"{one.score:.0f}",
                    "worth": money(one.worth, one.currency),
                    "turned": _turned(before, one) if before is not None else [],
                    "looked_back": one.looked_back,
                }
            )
        return found[::-1]

    @property
    def head(self) -> list[str]:
        """What stands above `lines`."""
        return [
            _("Day"), _("looked back"), _("Risk, 90 days"), _("Check-up"), _("Points"), _("Share known"),
            _("Worth saving"), _("Currency"), *(step["label"] for step in self.one.steps),
        ]  # fmt: skip

    @property
    def lines(self) -> Iterator[list[Any]]:
        """The same as numbers that a spreadsheet reckons with."""
        stands, steps = labels(Standing.Health), [step["name"] for step in self.one.steps]
        for one in reversed(self.nights):
            worth = None if one.worth is None else to_decimal(one.worth, one.currency)
            said = stands[one.health] if one.health else ""
            how = [stands[one.steps[step]] if step in one.steps else "" for step in steps]
            back = _("yes") if one.looked_back else ""
            yield [one.day, back, one.risk, said, one.score, one.known, worth, one.currency, *how]

    def _line(
        self, values: Sequence[Any], ends: tuple[float, float], write: Callable[[Any], str]
    ) -> dict[str, Any] | None:
        """Lines from night to night, broken where one says nothing; None before two say something."""
        told = [(one.day, value) for one, value in zip(self.nights, values, strict=True) if value is not None]
        if len(told) < 2:
            return None
        lines: list[dict[str, Any]] = []
        line: dict[str, Any] | None = None
        for x, one, value in zip(self._across, self.nights, values, strict=True):
            if value is None:
                line = None
                continue
            at = (x, _up(value, ends))
            if line is not None:
                line["at"].append(at)
            if line is None or line["back"] != one.looked_back:
                line = {"back": one.looked_back, "at": [at]}
                lines.append(line)
        (day, first), (_last, now) = told[0], told[-1]
        text = (
            _("{before} on {day}, {now} now")
            if values[-1] is not None
            else _("{before} on {day}, not known now")
        )
        said = text.format(before=write(first), day=_day(day), now=write(now))
        return {
            "lines": [{**one, "dot": len(one["at"]) == 1, "points": _points(one["at"])} for one in lines],
            "said": said,
        }


def _up(value: float, ends: tuple[float, float]) -> float:
    low, high = ends
    return HIGH - HIGH * (value - low) / ((high - low) or 1)


def _points(at: Line) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in (at if len(at) > 1 else at * 2))  # of one night, a dot


def _block(of: str, back: bool, x: float, until: float) -> dict[str, Any]:
    tall = _TALL.get(of, 2)
    sizes = {"x": x, "y": HIGH - tall, "wide": until - x, "tall": tall}
    return {"mark": mark_of(of), "back": back} | {name: f"{one:.1f}" for name, one in sizes.items()}


def _since(seen: Sequence[tuple[str, str]]) -> str:
    """How something stands, since when, and how it stood before that."""
    stands = labels(Standing.Health)
    now = seen[-1][1]
    turned = next((at for at in range(len(seen) - 1, 0, -1) if seen[at - 1][1] != now), 0)
    if not turned:
        return _("{now} since {day}, as far as known").format(now=stands[now], day=_day(seen[0][0]))
    day, (eve, before) = seen[turned][0], seen[turned - 1]
    said = _("{now} since {day}, {before} on {eve}")
    return said.format(now=stands[now], day=_day(day), before=stands[before], eve=_day(eve))


def _turned(before: Stood, now: Stood) -> list[str]:
    """Which steps stand otherwise than the night before."""
    stands = labels(Standing.Health)
    both = [step for step in now.steps if step in before.steps and now.steps[step] != before.steps[step]]
    return [
        _("{step}: {before} → {now}").format(
            step=step_said(step), before=stands[before.steps[step]], now=stands[now.steps[step]]
        )
        for step in both
    ]


def _day(day: str) -> str:
    return day_said(date.fromisoformat(day))
