"""How often drift is told where nothing changed, and where something did: python -m bench.drifting HOME.

HOME is a book, such as one of `keepwell demo`. Each month-end from the twelfth on is held against a model of three
months before, as it is, and with one thing changed in it: use halved, or a feature that nobody knows any more.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace

import numpy as np

from keepwell.risk.drift import CHANGED, drift
from keepwell.risk.observations import Observations, month_ends
from keepwell.risk.profile import Profile
from keepwell.risks import MONTHS, risks

FIRST, APART = 9, 3  # months of training at least, and months from its newest to the one looked at
USE = ("use_7", "use_30", "use_90")
GONE = "tickets_90"


def main() -> None:
    """Print how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home")
    with risks(parser.parse_args().home) as asked:
        seen = asked.observe(month_ends(asked.ledger, 10**6))
    days, looks = seen.days(), 0
    past, changed, calm, halved, gone = Counter[str](), Counter[str](), 0, 0, 0
    for at in range(FIRST - 1, len(days) - APART):
        profile = Profile.of(seen.where(np.isin(seen.as_of, days[max(0, at + 1 - MONTHS) : at + 1])))
        now = seen.where(seen.as_of == days[at + APART])
        shifts = drift(profile, now).shifts
        past.update(shift.feature for shift in shifts if shift.index >= CHANGED)
        moved = [shift.feature for shift in shifts if shift.changed]
        changed.update(moved)
        looks += 1
        calm += not moved
        halved += bool(_moved(profile, _with(now, USE, 0.5)) & set(USE))
        gone += GONE in _moved(profile, _with(now, (GONE,), np.nan))
    lines = [
        f"{looks} month-ends, the newest of {int((seen.as_of == days[-1]).sum())} accounts",
        f"index of {CHANGED} or more: {past.total()} features {past.most_common(4)}",
        f"changed: {changed.total()} features {changed.most_common(4)}; none on {calm} month-ends",
        f"use halved: told on {halved} month-ends; {GONE} not known any more: told on {gone}",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _moved(profile: Profile, now: Observations) -> set[str]:
    return {shift.feature for shift in drift(profile, now).shifts if shift.changed}


def _with(now: Observations, features: tuple[str, ...], times: float) -> Observations:
    """The same with features multiplied."""
    values = now.values.copy()
    values[:, [feature.name in features for feature in now.features]] *= times
    return replace(now, values=values)


if __name__ == "__main__":
    main()
