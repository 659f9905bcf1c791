"""What the company can do for an account, and what that truly does, for each kind of account."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from keepwell.demo.clock import Flags, Floats
from keepwell.demo.forces import State

HELD_OUT = 0.30  # share of accounts that never get an action of a kind: each kind has its own, for ever
CHOSEN = 0.035  # share of the eligible that a month's campaign picks, whatever their risk


@dataclass(frozen=True)
class Kinds:
    """What an action's effect depends on beside the hidden state, one flag an account."""

    low_touch: Flags
    small: Flags
    large: Flags
    public: Flags


@dataclass(frozen=True)
class Action:
    """A playbook: its cost in EUR and its effect on resolve (negative: less likely to leave)."""

    kind: str
    cost: float
    channel: str
    effect: Callable[[State, Kinds], Floats]


def _check_in_call(s: State, k: Kinds) -> Floats:
    """Helps where the relationship is broken; wakes up content accounts that wanted to be left alone."""
    content = k.low_touch & (s.resolve < 0) & (s.bond >= -0.3)
    return np.where(s.bond < -0.3, -0.60, np.where(content, 0.45, 0.0))


def _training(s: State, k: Kinds) -> Floats:
    """Helps smaller accounts that get too little out of it; large ones have trainers of their own."""
    return np.where((s.value < -0.1) & k.small, -0.50, 0.0)


def _discount(s: State, k: Kinds) -> Floats:
    """Helps under price pressure, outside the public sector; makes content large accounts doubt the price."""
    pressed = (s.squeeze > 0.35) & ~k.public
    return np.where(pressed, -0.60, np.where(k.large & (s.resolve < 0), 0.30, 0.0))


ACTIONS = (
    Action("check_in_call", 60.0, "call", _check_in_call),
    Action("training", 240.0, "meeting", _training),
    Action("discount", 400.0, "mail", _discount),
)
