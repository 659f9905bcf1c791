"""How an account stood, night by night, as its standing remembers it: written by the night, read by its page.

A night is kept as a list in the order of `Stood`, without what is empty at its end: so `[day, risk]`, which is all
that was kept at first, is read as any other. Of the steps only those are kept that stand otherwise than before.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

NIGHTS = 60  # the last ones, each of which is remembered
MONTHS = 24  # before those, of which the first night known is

Rows = Sequence[Sequence[Any]]
_NOTHING: Mapping[str, str] = {}


class Stood(NamedTuple):
    """One night; None is what it did not say.

    day: as text. risk: a chance from 0 to 1. health: one of `Standing.Health`. score: 0 to 100. known: the share of
    the check-up's weight. worth: minor units of `currency`. looked_back: worked out later, of what was known by then,
    for a day before the first night. steps: by name, how each stood.
    """

    day: str
    risk: float | None = None
    health: str | None = None
    score: float | None = None
    known: float | None = None
    worth: int | None = None
    currency: str = ""
    looked_back: bool = False
    steps: Mapping[str, str] = _NOTHING


def read(history: Rows, past: Rows = ()) -> list[Stood]:
    """What is remembered, oldest first; `past` are nights of which only the risk was kept, [day, risk]."""
    kept = {row[0]: row for row in (*past, *history)}
    steps: Mapping[str, str] = _NOTHING
    found = []
    for day in sorted(kept):
        one = Stood(*kept[day])
        if one.steps:  # none of a step that is asked no more
            steps = {step: how for step, how in {**steps, **one.steps}.items() if how is not None}
        found.append(one._replace(steps=steps if one.health is not None else _NOTHING))
    return found


def written(nights: Iterable[Stood]) -> list[list[Any]]:
    """Nights, oldest first, as they are kept: the last ones, and the first of each month before."""
    steps: Mapping[str, str] = _NOTHING
    rows = []
    for one in _remembered(list(nights)):
        turned: Mapping[str, str | None] = _NOTHING
        if one.health is not None and one.steps != steps:
            turned = {step: how for step, how in one.steps.items() if steps.get(step) != how}
            turned |= dict.fromkeys(steps.keys() - one.steps.keys())
            steps = one.steps
        row: list[Any] = [*one[:-1], turned]
        while row[-1] is None or row[-1] is False or row[-1] in ("", {}):  # 0 says something
            row.pop()
        rows.append(row)
    return rows


def _remembered(nights: list[Stood]) -> list[Stood]:
    # Of a month the earliest is the last to be put down.
    of_month = {one.day[:7]: one for one in reversed(nights[:-NIGHTS])}
    return [*list(of_month.values())[::-1][-MONTHS:], *nights[-NIGHTS:]]


def together(nights: Iterable[Stood], looked_back: Iterable[Stood]) -> list[Stood]:
    """Nights and days looked back at, oldest first; of a day that was said at the time, what was said then."""
    new = {one.day: one for one in looked_back}
    old = {one.day: one for one in nights if not (one.looked_back and one.day in new)}
    return sorted((new | old).values())
