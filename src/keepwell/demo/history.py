"""What is kept of a simulated life: every step of every account, and each month's start in full."""

from dataclasses import dataclass, field

import numpy as np

from keepwell.demo.clock import Flags, Floats, Ints
from keepwell.demo.contracts import NONE, Rows
from keepwell.demo.forces import State

CAUSES = ("none", "fit", "value", "service", "relationship", "price", "failed_payment", "merged")


@dataclass
class Snapshot:
    """Everything about all accounts at the start of a month, before anything of that day happens."""

    step: int
    state: State
    overload: Floats
    rival: Floats
    paying: Flags  # a running contract, or an irregular buyer that has ever bought
    noticed: Ints
    ends: Ints
    term_end: Ints
    failing: Ints
    merging: Ints
    increase: Floats
    last: Ints
    gone: Flags
    seats: Ints
    mrr_euros: Floats


@dataclass
class History:
    """What is kept of every step, as arrays of steps by accounts, and the rows written on the way."""

    live: Flags
    strain: Floats
    resolve: Floats
    value: Floats
    burden: Floats
    bond: Floats
    squeeze: Floats
    champion: Ints  # 0 none, else which of the account's champions, from 1
    seats: Floats
    failing: Flags
    merging: Flags
    age: Ints  # steps since joining, -1 before
    near_renewal: Flags
    chance: Floats  # of deciding to leave in the step
    buys: Floats  # chance of a purchase in the step
    snapshots: list[Snapshot] = field(default_factory=list)
    departures: Rows = field(default_factory=Rows)
    treatments: Rows = field(default_factory=Rows)
    effects: list[Floats] = field(default_factory=list)
    merged_into: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    merged_on: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def blank(steps: int, n: int) -> History:
    """Nothing yet: numbers in half the usual width, because there are many."""

    def numbers() -> Floats:
        return np.zeros((steps, n), dtype=np.float32)

    def flags() -> Flags:
        return np.zeros((steps, n), dtype=np.bool_)

    return History(
        live=flags(), strain=numbers(), resolve=numbers(), value=numbers(), burden=numbers(), bond=numbers(),
        squeeze=numbers(), champion=np.zeros((steps, n), dtype=np.int64), seats=numbers(), failing=flags(),
        merging=flags(), age=np.zeros((steps, n), dtype=np.int64), near_renewal=flags(), chance=numbers(),
        buys=numbers(), merged_into=np.full(n, NONE), merged_on=np.full(n, NONE),
    )  # fmt: skip
