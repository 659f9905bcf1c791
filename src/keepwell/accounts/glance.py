"""What a list shows of a standing at a glance, made by the night so that no page reads its nights and signals."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

_SIGNALS = {"days_to_renewal": "renews", "cycle": "orders"}


def glance(past: Sequence[Sequence[Any]], signals: Mapping[str, Any]) -> dict[str, Any]:
    """As `Standing.glance` keeps it, of `Standing.past` and `Standing.signals`.

    line: the risk of the nights so far as the points of a line, 100 wide and 24 high, and since, was, now: the day
    and the risk of its first night, and the risk of its last; none of them before there are two nights. renews: days
    until the contract ends; orders: days between purchases; each where known.
    """
    found: dict[str, Any] = {
        name: round(days) for signal, name in _SIGNALS.items() if (days := signals.get(signal)) is not None
    }
    nights = [(day, risk) for day, risk in past if risk is not None]
    if len(nights) > 1:
        days, risks = zip(*nights, strict=True)
        found |= {"line": _line(days, risks), "since": days[0], "was": risks[0], "now": risks[-1]}
    return found


def _line(days: tuple[str, ...], risks: Sequence[float]) -> str:
    return " ".join([f"{x},{24 - 24 * risk:.1f}" for x, risk in zip(_across(days), risks, strict=True)])


@lru_cache(100)  # the nights of one account are those of nearly all
def _across(days: tuple[str, ...]) -> tuple[str, ...]:
    """Where each night stands on a line 100 wide."""
    numbers = [date.fromisoformat(day).toordinal() for day in days]
    wide = 100 / (numbers[-1] - numbers[0])
    return tuple(f"{wide * (number - numbers[0]):.1f}" for number in numbers)
