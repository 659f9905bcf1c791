"""Goals agreed with accounts, and how far they had come: what return on investment looks like."""

import numpy as np
import pyarrow as pa

from keepwell.demo.clock import STEPS_A_YEAR
from keepwell.demo.columns import days, keys
from keepwell.demo.life import Life
from keepwell.demo.streams import Random
from keepwell.demo.truth import account_ids
from keepwell.demo.versions import known_at

# Name, unit, where it stands at the beginning, where it is to get.
KINDS = (
    ("Hours of manual work saved", "hours a month", 0.0, 120.0),
    ("Downtime", "hours a month", 40.0, 22.0),
    ("Orders handled without a question", "percent", 55.0, 85.0),
    ("Time to close the month", "days", 9.0, 5.0),
    ("People who work with it weekly", "people", 3.0, 25.0),
    ("Scrap", "percent", 6.0, 3.5),
)


def table(life: Life, r: Random) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """The columns of goals, and of their readings every two months."""
    a, history, clock = life.a, life.history, life.clock
    wants = np.where(a.irregular, 0.0, np.where(a.high_touch, 0.95, 0.45))
    goals: list[tuple[int, int, int]] = []  # account, step, kind
    for year in range(clock.months // 12):
        for second in (1.0, 0.4):
            u, kind = r.random(len(a)), r.integers(0, len(KINDS), len(a))
            starts = history.live & (history.age == 3 + STEPS_A_YEAR * year)
            step, account = np.nonzero(starts & (u < wants * second))
            goals += list(zip(account.tolist(), step.tolist(), kind[account].tolist(), strict=True))
    noise = r.normal(size=(len(goals), 7))
    account, step, kind = (np.array([g[k] for g in goals], dtype=np.int64) for k in range(3))
    ids = keys("G", np.arange(1, len(goals) + 1), 6)
    names, units, low, high = zip(*KINDS, strict=True)
    baseline, target = np.array(low)[kind], np.array(high)[kind]
    columns = {
        "goal_id": ids, "account_id": account_ids(len(a)).take(pa.array(account)),
        "name": pa.array(names).take(pa.array(kind)), "unit": pa.array(units).take(pa.array(kind)),
        "baseline": pa.array(baseline), "target": pa.array(target), "due_on": days(clock.starts[step] + 365),
        "known_at": known_at(clock.starts[step]),
    }  # fmt: skip
    chosen, when, values = [], [], []
    for k in range(1, 7):
        at = step + 8 * k
        inside = at < clock.steps
        at = np.minimum(at, clock.steps - 1)
        here = np.flatnonzero(inside & history.live[at, account])
        worth = history.value[at[here], account[here]]
        reached = k / 6 * np.clip(0.85 + 0.60 * worth, -0.2, 1.8) + 0.05 * noise[here, k]
        chosen.append(here)
        when.append(clock.starts[at[here]])
        values.append(np.round(baseline[here] + (target - baseline)[here] * reached, 1))
    which, day = np.concatenate(chosen), np.concatenate(when)
    order = np.lexsort((which, day))
    return columns, {
        "goal_id": ids.take(pa.array(which[order])),
        "read_on": days(day[order]),
        "value": pa.array(np.concatenate(values)[order]),
    }
