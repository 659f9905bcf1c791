"""What would have been said on each past day by a model that knew only what was known by then, and what happened.

On every day each baseline is learnt from the outcomes known by that day, and so is the champion. That is chosen and
tuned anew, by folds that lie before the day, once half as many leavers again are known, and at least once a year.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk import enough
from keepwell.risk.calibration import Calibration
from keepwell.risk.judging import (
    Estimate,
    Floats,
    Judged,
    Warned,
    as_read,
    auc,
    brier,
    calibration_error,
    calibration_table,
    differences,
    judge,
    length_of,
    listed,
    log_loss,
    top_name,
    warned,
)
from keepwell.risk.models import Model, Settings, learners
from keepwell.risk.observations import Observations
from keepwell.risk.splitting import Bools, known_by
from keepwell.risk.training import set_right, try_all
from keepwell.risk.tuning import tuned

MODEL = "model"  # what would have been said: the champion of the day
BASELINES = ("base_rate", "silence", "logistic")
TOPS = (10, 0.05, 0.10)
CHOOSE_EVERY = 365  # days after which the champion is chosen and tuned again,
MORE = 1.5  # and so it is once so many times as many leaving rows are known
_FOLDS = 2
_LIST = 20

Profit = Callable[[Observations, Floats], float]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Choice:
    """A champion with its settings and calibration, as chosen on a day."""

    day: int
    leavers: int  # leaving rows known then
    kind: type[Model]
    settings: Settings
    calibration: Calibration
    logistic: Settings

    def outdated(self, day: int, learn: Observations) -> bool:
        """Whether it is time to choose again."""
        return day - self.day >= CHOOSE_EVERY or learn.outcomes.left.sum() >= MORE * self.leavers


@dataclass(frozen=True)
class Silent:
    """A day on which nothing would have been said, and why."""

    day: int
    why: str


@dataclass(frozen=True)
class Backtest:
    """Chances that would have been said, beside what happened.

    obs: the matured observations. chances: by model, "model" being the champion of the day; NaN on days on which
    nothing would have been said. profit: what `profit` gave for a day and model.
    """

    obs: Observations
    chances: dict[str, Floats]
    choices: tuple[Choice, ...]
    silent: tuple[Silent, ...]
    tops: tuple[float, ...]
    profit: dict[tuple[int, str], float]
    seed: int

    @property
    def said(self) -> Bools:
        """Rows of which something would have been said."""
        return ~np.isnan(self.chances[MODEL])

    def days(self) -> list[int]:
        """The days on which something would have been said."""
        found: list[int] = np.unique(self.obs.as_of[self.said]).tolist()
        return found

    def rows(self) -> list[dict[str, Any]]:
        """One row a day and model: how many accounts and leavers, the measures, precision at the top, profit."""
        found = []
        for day in self.days():
            part = self.said & (self.obs.as_of == day)
            left = self.obs.outcomes.left[part]
            for name, every in self.chances.items():
                chances = every[part]
                row: dict[str, Any] = {
                    "day": from_number(day).isoformat(),
                    "model": name,
                    "champion": self.choice(day).kind.name if name == MODEL else name,
                    "accounts": len(left),
                    "left": int(left.sum()),
                    "base_rate": float(left.mean()),
                    "auc": auc(left, chances),
                    "log_loss": log_loss(left, chances),
                    "brier": brier(left, chances),
                    "calibration": calibration_error(left, chances),
                }
                for most in self.tops:
                    on = listed(chances, np.zeros(len(left), np.int64), most)
                    row[f"listed_{top_name(most)}"] = length_of(most, len(left))
                    row[f"precision_{top_name(most)}"] = float(on @ left / on.sum())
                row["profit"] = self.profit.get((day, name))
                found.append(row)
        return found

    def judged(self, *, draws: int = 200) -> dict[str, Judged]:
        """Each model over all days, with intervals from drawing accounts."""
        part = self.obs.where(self.said)
        return {
            name: judge(
                part.outcomes.left,
                chances[self.said],
                accounts=part.accounts,
                days=part.as_of,
                tops=self.tops,
                draws=draws,
                seed=self.seed,
            )
            for name, chances in self.chances.items()
        }

    def against(self) -> dict[str, tuple[Estimate, Estimate]]:
        """Log-loss and AUC of what would have been said less those of each baseline."""
        part = self.obs.where(self.said)
        ours = self.chances[MODEL][self.said]
        return {
            name: differences(
                part.outcomes.left, ours, every[self.said], accounts=part.accounts, seed=self.seed
            )
            for name, every in self.chances.items()
            if name != MODEL
        }

    def warnings(self) -> dict[str, dict[str, Warned]]:
        """By model and length of list: leavers named in time and days of warning; ties at a list's end by lot."""
        part = self.obs.where(self.said)
        return {
            name: {
                top_name(most): warned(
                    part.accounts,
                    part.as_of,
                    part.outcomes.left_in,
                    as_read(every[self.said], part.as_of, most, seed=self.seed),
                )
                for most in self.tops
            }
            for name, every in self.chances.items()
        }

    def top(self, day: int, most: int = _LIST, *, kind: str | None = None) -> list[dict[str, Any]]:
        """The list of a day, or of one kind of account on it, highest chance first, with what became of each."""
        rows = self.said & (self.obs.as_of == day)
        places = np.flatnonzero(rows if kind is None else rows & (self.obs.kind == kind))
        chances = self.chances[MODEL]
        first = places[np.argsort(-chances[places], kind="stable")[:most]]
        left_in = self.obs.outcomes.left_in
        return [
            {
                "account": str(self.obs.accounts[place]),
                "segment": str(self.obs.segment[place]),
                "mrr": int(self.obs.mrr[place]),
                "chance": float(chances[place]),
                "left": bool(self.obs.outcomes.left[place]),
                "left_in": None if np.isnan(left_in[place]) else int(left_in[place]),
                "leaving_kind": str(self.obs.outcomes.leaving_kind[place]),
            }
            for place in first
        ]

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        part = self.said
        return {
            "horizon": self.obs.outcomes.horizon,
            "judged": {name: found.to_json() for name, found in self.judged().items()},
            "against": {
                name: {"log_loss": vars(loss), "auc": vars(rank)}
                for name, (loss, rank) in self.against().items()
            },
            "warnings": {
                name: {most: {**vars(one), "missed": one.missed} for most, one in by.items()}
                for name, by in self.warnings().items()
            },
            "calibration": calibration_table(self.obs.outcomes.left[part], self.chances[MODEL][part]),
            "choices": [
                {
                    "day": from_number(choice.day).isoformat(),
                    "model": choice.kind.name,
                    "settings": dict(choice.settings),
                    "calibration": choice.calibration.kind,
                }
                for choice in self.choices
            ],
            "silent": [{"day": from_number(one.day).isoformat(), "why": one.why} for one in self.silent],
            "days": self.rows(),
            "lists": {from_number(day).isoformat(): self.top(day) for day in self.days()},
        }

    def choice(self, day: int) -> Choice:
        """The champion of a day on which something would have been said."""
        return [choice for choice in self.choices if choice.day <= day][-1]


def backtest(
    obs: Observations,
    *,
    seed: int = 0,
    tops: Sequence[float] = TOPS,
    profit: Profit | None = None,
    only: Collection[date] = (),
    progress: Progress | None = None,
) -> Backtest:
    """Say of every matured day what would have been said of it, and set it beside what happened.

    `profit` is handed the observations of a day with their outcomes, and chances; it gives what acting on those
    chances would have earned. With `only`, nothing is said of other days than those. Raises
    `keepwell.risk.enough.NotEnough` where there never was enough to go on.
    """
    known = obs.where(enough.checked(obs))
    chances: dict[str, Floats] = {}
    choices: list[Choice] = []
    silent: list[Silent] = []
    profits: dict[tuple[int, str], float] = {}
    days = [day for day in known.days().tolist() if not only or from_number(day) in only]
    why_not: enough.NotEnough | None = None
    for done, day in enumerate(days):
        if progress is not None:
            progress(done, len(days), _("saying {day}").format(day=from_number(day)))
        learn = known.where(known_by(known.as_of, known.outcomes.matured, known.outcomes.horizon, day))
        try:
            enough.checked(learn)
        except enough.NotEnough as why:
            silent.append(Silent(day, why.seen))
            why_not = why
            continue
        if not choices or choices[-1].outdated(day, learn):
            choices.append(_choose(learn, day, seed))
        rows = known.as_of == day
        part = known.where(rows)
        for name, said in _said(learn, part, choices[-1], seed).items():
            chances.setdefault(name, np.full(len(known), np.nan))[rows] = said
            if profit is not None:
                profits[day, name] = profit(part, said)
    if why_not is not None and not choices:
        raise why_not
    return Backtest(known, chances, tuple(choices), tuple(silent), tuple(tops), profits, seed)


def _choose(learn: Observations, day: int, seed: int) -> Choice:
    trials = try_all(learn, seed=seed, most=_FOLDS)
    kinds = learners()
    kind = kinds[trials.champion]
    calibration, _how = set_right(learn, trials)
    usual = tuned(kinds["logistic"], learn, seed=seed)
    settings = usual if kind.name == "logistic" else tuned(kind, learn, seed=seed)
    return Choice(day, int(learn.outcomes.left.sum()), kind, settings, calibration, usual)


def _said(learn: Observations, part: Observations, choice: Choice, seed: int) -> dict[str, Floats]:
    """Chances of a day by the champion and by each baseline; a baseline that cannot be learnt says the base rate."""
    found: dict[str, Floats] = {}
    for name, kind in learners().items():
        if name not in (*BASELINES, choice.kind.name):
            continue
        settings = choice.logistic if name == "logistic" else choice.settings
        try:
            found[name] = kind.fit(learn, seed=seed, settings=settings).chances(part)
        except KeepwellError:  # no feature tells of silence
            found[name] = found["base_rate"]
    said = choice.calibration.of(found[choice.kind.name])
    return {MODEL: said, **{name: found[name] for name in BASELINES}}
