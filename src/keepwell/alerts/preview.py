"""What a setting would have done in the last year: the accounts as they were at each month-end, and who left after.

A month-end knows only what was known then. The night looks every day, so it would have raised a little more, sooner.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from keepwell.alerts.bounds import Bounds, Verdict, enough, may_raise, verdict
from keepwell.alerts.cases import LOOKED_BACK, Happenings, happenings
from keepwell.alerts.triggers import Case, Trigger
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import days_of_warning
from keepwell.risk.leaks import coverage

if TYPE_CHECKING:
    from keepwell.risk.health.checkup import CheckUp
    from keepwell.risk.observations import Observations
    from keepwell.risks import Risks

MONTHS = 12
Progress = Callable[[int, int], object]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Accounts at month-ends: what became of them, and the chances that would have been said of them (NaN: none)."""

    obs: "Observations"
    chances: Floats
    checkup: "CheckUp | None" = None
    # The model whose way of learning gave the chances: number, kind, day it was learnt.
    model: dict[str, Any] | None = None


def previewed(
    trigger: Trigger,
    bounds: Bounds,
    past: Past,
    *,
    among: set[str],
    told: dict[str, Happenings] | None = None,
) -> dict[str, Any]:
    """What the setting would have raised, and how many of those accounts left, with how many days of warning."""
    obs = past.obs
    ours = np.array([str(one) in among for one in obs.accounts], dtype=bool)
    raised, on = np.zeros(len(obs)), np.zeros(len(obs))
    open_: dict[str, set[str]] = defaultdict(set)
    events: set[tuple[str, str]] = set()
    values: list[float] = []
    thin = 0
    for row, case in _cases(trigger, bounds, past, np.flatnonzero(ours), told or {}):
        if enough(trigger, bounds, case):
            values += [one.value for one in trigger.reads(case) if not one.calm]
        else:
            thin += 1
        new = _held(trigger, bounds, case, open_[case.account], events)
        raised[row], on[row] = float(new), float(bool(open_[case.account]))
    known = ours & obs.outcomes.matured
    accounts = {str(one) for one in obs.accounts[on > 0]}
    left = {str(one) for one in obs.accounts[(on > 0) & (obs.outcomes.left == 1)]}
    days = days_of_warning(obs.accounts[known], obs.as_of[known], obs.outcomes.left_in[known], on[known])
    caught = days[~np.isnan(days)]
    ends = obs.days().tolist()
    return {
        "alerts": int(raised.sum()),
        "accounts": len(accounts),
        "left": len(left),
        "leavers": len(days),
        "caught": len(caught),
        "warning": float(np.median(caught)) if len(caught) else None,
        "looked_at": int(ours.sum()),
        "months": len(ends),
        "first": from_number(ends[0]).isoformat() if ends else None,
        "last": from_number(ends[-1]).isoformat() if ends else None,
        "horizon": obs.outcomes.horizon,
        "model": past.model,
        "readings": _readings(trigger, values) | {"thin": thin},
        "by_month": [[from_number(day).isoformat(), int(raised[obs.as_of == day].sum())] for day in ends],
    }


def _readings(trigger: Trigger, values: list[float]) -> dict[str, Any]:
    """How what was read lay: by it one chooses a threshold. The worst one in 20 and in 100, and the middle."""
    if not values:
        return {"n": 0}
    worst = (0.95, 0.99) if trigger.worse == "above" else (0.05, 0.01)
    usual, twentieth, hundredth = (float(one) for one in np.quantile(values, (0.5, *worst)))
    return {"n": len(values), "usual": usual, "twentieth": twentieth, "hundredth": hundredth}


def _held(
    trigger: Trigger, bounds: Bounds, case: Case, open_: set[str], events: set[tuple[str, str]]
) -> bool:
    """Hold a case's readings as the night would; whether an alert is raised."""
    new = False
    for reading in trigger.reads(case):
        said = verdict(trigger, bounds, reading)
        if reading.mark in open_:
            if said == Verdict.CALM:
                open_.discard(reading.mark)
        elif said in (Verdict.OVER, Verdict.NEAR) and may_raise(trigger, bounds, case, reading):
            event = (case.account, reading.event)
            if reading.event and event in events:
                continue
            events.add(event)
            open_.add(reading.mark)
            new = True
    return new


def _cases(
    trigger: Trigger, bounds: Bounds, past: Past, rows: NDArray[Any], told: dict[str, Happenings]
) -> Iterator[tuple[int, Case]]:
    """A case for each row, in order of days, with the signals that the trigger and its conditions ask."""
    obs = past.obs
    asked = {*trigger.asks, trigger.sample, bounds.also} - {"", "risk", "coverage"}
    columns = {one.name: at for at, one in enumerate(obs.features) if one.name in asked}
    steps = _steps(past)
    known = coverage(obs)
    before: dict[str, tuple[int, float, dict[str, str]]] = {}
    nothing = Happenings()
    for row in rows.tolist():
        account, as_of = str(obs.accounts[row]), int(obs.as_of[row])
        risk = None if np.isnan(past.chances[row]) else float(past.chances[row])
        last = before.get(account)
        stands = steps[row] if steps is not None else {}
        day = from_number(as_of)
        signals = {
            name: float(obs.values[row, at])
            for name, at in columns.items()
            if np.isfinite(obs.values[row, at])
        }
        rose = last is not None and risk is not None and not np.isnan(last[1]) and as_of - last[0] <= 31
        yield (
            row,
            Case(
                account=account,
                day=day,
                segment=str(obs.segment[row]),
                kept_by=str(obs.kind[row]),
                risk=risk,
                coverage=float(known[row]),
                change_30=risk - last[1] if rose and last is not None and risk is not None else None,
                steps=stands,
                steps_before=last[2] if last is not None else None,
                signals=signals,
                **told.get(account, nothing).by(day),
            ),
        )
        before[account] = (as_of, float("nan") if risk is None else risk, stands)


def _steps(past: Past) -> list[dict[str, str]] | None:
    """How each row's steps stood, by the check-up as it is now; None where they are not asked."""
    from keepwell.risk.health.standing import STANDINGS, standing

    if past.checkup is None:
        return None
    found = standing(past.checkup, past.obs).steps
    rows = range(len(past.obs))
    return [{step: STANDINGS[int(one.standing[row])] for step, one in found.items()} for row in rows]


def past_of(risks: "Risks", trigger: Trigger, bounds: Bounds, *, kept: Path | None = None) -> Past:
    """The last year's month-ends; with chances where they are asked, which takes longer the first time.

    `kept`: a file that chances are kept in. Raises KeepwellError where the past carries nothing.
    """
    asks_risk = trigger.past in ("risk", "changes") or bounds.also == "risk"
    if not asks_risk:
        obs = risks.past(months=MONTHS)
        return Past(obs, np.full(len(obs), np.nan), risks.checkup() if trigger.past == "steps" else None)
    obs, chances = _said(risks, kept)
    before = 1 if trigger.past == "changes" else 0  # the first month-end is there to have risen from
    days = obs.days()[-MONTHS - before :]
    newest = np.isin(obs.as_of, days)
    if not newest.any() or np.isnan(chances[newest]).all():
        raise KeepwellError(_("On no day of the last year was enough known to say a risk."))
    checkup = risks.checkup() if trigger.past == "steps" else None
    return Past(obs.where(newest), chances[newest], checkup, _model(risks, obs.outcomes.horizon))


def _model(risks: "Risks", horizon: int) -> dict[str, Any]:
    used = next(one for one in risks.models() if one.in_use and one.horizon == horizon)
    return {"number": used.number, "kind": used.model, "learnt": used.at.date().isoformat()}


def _said(risks: "Risks", kept: Path | None) -> "tuple[Observations, Floats]":
    if kept is not None and kept.exists():
        obs = risks.past(months=MONTHS + 1)
        with np.load(kept, allow_pickle=False) as stored:
            said = dict(
                zip(zip(stored["accounts"], stored["as_of"], strict=True), stored["chances"], strict=True)
            )
        rows = zip(obs.accounts.astype(str), obs.as_of, strict=True)
        return obs, np.array([said.get((str(one), day), np.nan) for one, day in rows], dtype=np.float64)
    obs, chances = risks.said_then(months=MONTHS + 1)
    if kept is not None:
        aside = kept.with_suffix(".part.npz")
        np.savez(aside, accounts=obs.accounts.astype(str), as_of=obs.as_of, chances=chances)
        aside.replace(kept)
    return obs, chances


def told_of(obs: "Observations", accounts: Sequence[str]) -> dict[str, Happenings]:
    """What happened at these accounts over all the days observed."""
    since: date = from_number(int(obs.as_of.min())) - LOOKED_BACK - timedelta(days=1)
    found: dict[str, Happenings] = {}
    for begin in range(0, len(accounts), 1000):
        found |= happenings(accounts[begin : begin + 1000], since=since)
    return found
