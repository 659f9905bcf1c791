"""A million customers fitted with BG/NBD, beside `lifetimes`, in turns, as ratios. Run: python -m bench.buying."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.measured import ROOT, Clock

CUSTOMERS, ROUNDS = 1_000_000, 3
HABITS = {"r": 0.55, "alpha": 60.0, "a": 0.8, "b": 2.5}  # days
DAYS = 730  # customers begin on any day of two years


def main() -> None:
    """Make the customers, let both fit them in turns, print seconds and ratios of the best round of each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.npy"
        np.save(path, customers(CUSTOMERS, seed=1))
        rounds = [{who: _fitted(who, path) for who in ("keepwell", "lifetimes")} for _round in range(ROUNDS)]
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    say(f"BG/NBD, {CUSTOMERS:,} simulated customers, {ROUNDS} rounds in turns, load {load}")
    for who in ("keepwell", "lifetimes"):
        for row in rounds:
            say(
                f"  {who:10} cpu {row[who]['cpu']:6.2f} s  wall {row[who]['wall']:6.2f} s  {row[who]['answer']}"
            )
    for clock in ("cpu", "wall"):
        ours, theirs = (min(row[who][clock] for row in rounds) for who in ("keepwell", "lifetimes"))
        say(f"  {clock}: {ours / theirs:.4f} of lifetimes' (goal: at most 0.2)")


def say(line: str) -> None:
    """One line on the screen."""
    sys.stdout.write(line + "\n")


def customers(count: int, *, seed: int) -> np.ndarray:
    """Frequency, recency and age in days, (3, count), of buyers as BG/NBD has them."""
    rng = np.random.default_rng(seed)
    age = rng.integers(0, DAYS, count)
    rate, leaving = (
        rng.gamma(HABITS["r"], 1 / HABITS["alpha"], count),
        rng.beta(HABITS["a"], HABITS["b"], count),
    )
    frequency, recency = np.zeros((2, count), np.int64)
    at, here = np.zeros(count), np.arange(count)
    while len(here):
        at[here] += np.maximum(1, np.ceil(rng.exponential(1 / rate[here])))
        here = here[at[here] <= age[here]]
        frequency[here] += 1
        recency[here] = at[here]
        here = here[rng.random(len(here)) > leaving[here]]
    return np.stack([frequency, recency, age])


def _fitted(who: str, path: Path) -> dict[str, Any]:
    """One fit in a process of its own."""
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own module
        [sys.executable, "-m", "bench.buying", who, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def keepwell(clock: Clock, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> dict[str, Any]:
    """Grouping and fitting."""
    from keepwell.risk.buying.fitting import fit
    from keepwell.risk.buying.model import BG_NBD
    from keepwell.risk.buying.summaries import Groups, Summaries

    count = len(frequency)
    summaries = Summaries(np.arange(count), frequency, recency, age, np.zeros(count), np.full(count, np.nan))
    clock.begin()
    groups = Groups.of(summaries)
    clock.part("group")
    found = fit(BG_NBD, groups)
    clock.part("fit")
    named = dict(zip(BG_NBD.parameters, found.parameters.round(4).tolist(), strict=True))
    return {**named, "rows": len(groups.weight)}


def lifetimes(clock: Clock, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> dict[str, Any]:
    """Its fit as it comes."""
    from lifetimes import BetaGeoFitter

    clock.begin()
    fitter = BetaGeoFitter().fit(frequency, recency, age)
    clock.part("fit")
    return {name: round(float(value), 4) for name, value in fitter.params_.items()}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        task = {"keepwell": keepwell, "lifetimes": lifetimes}[sys.argv[1]]
        timed = Clock()
        answer = task(timed, *np.load(sys.argv[2]))
        say(json.dumps(timed.report(answer)))
