"""Training: every kind of model judged forward in time, the champion chosen, set right and learnt from all there is.

The champion is the simplest model that no other beats beyond chance. Kinds of model stand from the simplest to the
richest; a richer one takes over where its log-loss over the forward folds is lower and the whole 95% interval of the
difference, from drawing accounts, lies below zero (or that of its AUC above zero at no higher log-loss).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk import enough
from keepwell.risk.calibration import Calibration, calibrated, kinds_for
from keepwell.risk.doubt import drawn_again
from keepwell.risk.judging import Floats, Judged, differences, judge, log_loss
from keepwell.risk.leaks import suspects
from keepwell.risk.models import Model, Settings, learners
from keepwell.risk.models.base_rate import BaseRate
from keepwell.risk.observations import Observations
from keepwell.risk.profile import Profile
from keepwell.risk.splitting import FOLDS, Bools, Fold, by_account, forward
from keepwell.risk.trained import Trained
from keepwell.risk.tuning import MOST_ROWS, tuned

TOPS = (10, 0.05)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trial:
    """One kind of model on the folds: the chance it gave each row judged, NaN for rows no fold judged."""

    name: str
    chances: Floats
    settings: tuple[Settings, ...]
    judged: Judged


@dataclass(frozen=True)
class Trials:
    """All kinds of model on the same folds, and which of them won."""

    folds: tuple[Fold, ...]
    of: dict[str, Trial]
    champion: str
    why: str
    limits: tuple[str, ...] = field(default=())

    @property
    def rows(self) -> Bools:
        """The rows that a fold judged."""
        found: Bools = np.logical_or.reduce([fold.judged for fold in self.folds])
        return found


def train(obs: Observations, *, seed: int = 0, draws: int = 20, progress: Progress | None = None) -> Trained:
    """Judge every kind of model forward in time and learn the champion from all matured observations.

    `draws` models are learnt for the intervals of chances. Raises `keepwell.risk.enough.NotEnough`, a KeepwellError,
    where there is too little to go on, with what there is and the ways out.
    """
    tell = progress or (lambda _said: None)
    known = obs.where(enough.checked(obs))
    trials = try_all(known, seed=seed, progress=tell)
    kind = learners()[trials.champion]
    calibration, how = set_right(known, trials)
    tell(_("learning the champion from all that has matured"))
    settings = tuned(kind, known, seed=seed)
    model = kind.fit(known, seed=seed, settings=settings)
    tell(_("learning it again from other accounts that might have been ours"))
    doubts, scale = drawn_again(kind, known, settings=settings, draws=draws, seed=seed)
    return Trained(
        model=model,
        calibration=calibration,
        doubts=tuple(doubts),
        doubt_scale=scale,
        profile=Profile.of(known),
        horizon=known.outcomes.horizon,
        learnt_until=int(known.as_of.max()) + known.outcomes.horizon,
        card=_card(known, trials, settings=dict(settings), calibration=how, seed=seed),
    )


def try_all(
    known: Observations, *, seed: int = 0, most: int = FOLDS, progress: Progress | None = None
) -> Trials:
    """Every kind of model that so much data can carry, on up to `most` folds forward in time."""
    folds, limits = folds_of(known, seed=seed, most=most)
    kinds, left_out = enough.kinds_for(known)
    rows = np.logical_or.reduce([fold.judged for fold in folds])
    judged = known.where(rows)
    trials = {}
    for kind in kinds:
        if progress is not None:
            progress(_("trying {model}").format(model=kind.name))
        try:
            chances, settings = _forward(kind, known, folds, seed)
        except KeepwellError as why:  # silence, where no feature tells of it
            left_out.append(f"{kind.name}: {why.wrong}")
            continue
        found = judge(
            judged.outcomes.left,
            chances[rows],
            accounts=judged.accounts,
            days=judged.as_of,
            tops=TOPS,
            seed=seed,
        )
        trials[kind.name] = Trial(kind.name, chances, settings, found)
    champion, why_it = _champion(judged, rows, trials, seed)
    return Trials(tuple(folds), trials, champion, why_it, (*limits, *left_out))


def folds_of(known: Observations, *, seed: int = 0, most: int = FOLDS) -> tuple[list[Fold], list[str]]:
    """The folds to judge on and what has to be said of them."""
    left, horizon = known.outcomes.left, known.outcomes.horizon
    folds = [
        fold
        for fold in forward(known.as_of, known.outcomes.matured, horizon, most=most)
        if enough.both(left[fold.learn]) and enough.both(left[fold.judged], least=1)
    ]
    if folds:
        return folds, []
    if len(known.days()) > 1:
        said = _(
            "The history is too short to judge forward in time; accounts were shared out at random instead."
        )
    else:
        said = _(
            "There is only one day, so nothing could be judged forward in time: accounts were shared out at random."
        )
    said += " " + _("That cannot show whether a feature looks ahead, and such figures come out too good.")
    return by_account(known.accounts, known.outcomes.matured, seed=seed), [said]


def _forward(
    kind: type[Model], known: Observations, folds: Sequence[Fold], seed: int
) -> tuple[Floats, tuple[Settings, ...]]:
    chances = np.full(len(known), np.nan)
    chosen: list[Settings] = []
    for fold in folds:
        learn = known.where(fold.learn)
        # Of much data the oldest fold's settings serve the later ones: known by then, and tuning is dear.
        settings = chosen[0] if chosen and len(learn) > MOST_ROWS else tuned(kind, learn, seed=seed)
        model = kind.fit(learn, seed=seed, settings=settings)
        chances[fold.judged] = model.chances(known.where(fold.judged))
        chosen.append(settings)
    return chances, tuple(chosen)


def _champion(judged: Observations, rows: Bools, trials: dict[str, Trial], seed: int) -> tuple[str, str]:
    """The simplest that no other beats beyond chance, and why it is the one."""
    names = list(trials)
    champion, why = names[0], _("No other model was better than the base rate beyond chance.")
    for name in names[1:]:
        loss, auc = differences(
            judged.outcomes.left,
            trials[name].chances[rows],
            trials[champion].chances[rows],
            accounts=judged.accounts,
            seed=seed,
        )
        assert loss.value is not None
        if loss.below_zero or (auc.above_zero and loss.value <= 0):
            text = _("{model} is better than {other}: log-loss lower by {by:.4f} ({low:.4f} to {high:.4f}).")
            why = text.format(
                model=name, other=champion, by=-loss.value, low=-(loss.high or 0.0), high=-(loss.low or 0.0)
            )
            champion = name
        elif champion != names[0]:
            text = _("{model} is not better than {other} beyond chance, and the simpler one stays.")
            why += " " + text.format(model=name, other=champion)
    return champion, why


def set_right(known: Observations, trials: Trials) -> tuple[Calibration, str]:
    """The calibration of the champion, and what is to be said of it.

    It is learnt on the chances given forward in time that had matured by the newest fold's moment, and taken only
    if it lowers the log-loss on that fold and keeps the order of accounts; then it is learnt from all of them. The
    base rate is never set right: its chances differ from month to month alone, and a line through a few months, drawn
    out to the next, says anything.
    """
    if trials.champion == BaseRate.name:
        return Calibration(), _("The base rate is what it is: there is nothing to set right.")
    last, chances = trials.folds[-1], trials.of[trials.champion].chances
    left, horizon = known.outcomes.left, known.outcomes.horizon
    if last.moment is None:
        return Calibration(), _(
            "The chances are as the model gave them: there is no later slice to set them right on."
        )
    earlier = ~np.isnan(chances) & (known.as_of + horizon <= last.moment)
    if not enough.both(left[earlier], least=enough.FOR_CALIBRATION):
        return Calibration(), _(
            "The chances are as the model gave them: too few have matured to set them right on."
        )
    plain = log_loss(left[last.judged], chances[last.judged])
    assert plain is not None
    best, lowest = "none", plain
    for kind in kinds_for(left[earlier]):
        tried = calibrated(kind, left[earlier], chances[earlier])
        loss = log_loss(left[last.judged], tried.of(chances[last.judged]))
        if loss is not None and loss < lowest and tried.keeps_order:
            best, lowest = kind, loss
    not_helped = _("The chances are as the model gave them: setting them right did not help later on.")
    if best == "none":
        return Calibration(), not_helped
    all_of = ~np.isnan(chances)
    right = calibrated(best, left[all_of], chances[all_of])
    if not right.keeps_order:
        return Calibration(), not_helped
    text = _(
        "The chances were set right ({kind}): log-loss on the newest slice {after:.4f} instead of {before:.4f}."
    )
    said = text.format(kind=best, after=lowest, before=plain)
    return right, said


def _suspicions(known: Observations) -> list[str]:
    """A sentence for each feature that alone tells leavers too well to be honest."""
    text = _("{feature} alone tells who leaves (AUC {auc:.2f}): it may know what came later.")
    return [text.format(feature=found.feature, auc=found.auc) for found in suspects(known)]


def _card(known: Observations, trials: Trials, **said: Any) -> dict[str, Any]:
    """What the model is, learnt when and on what, judged how, with which limits."""
    left = known.outcomes.left
    days = known.days()
    return {
        "model": trials.champion,
        "why": trials.why,
        "horizon": known.outcomes.horizon,
        "first_day": from_number(int(days[0])).isoformat(),
        "last_day": from_number(int(days[-1])).isoformat(),
        "days": len(days),
        "rows": len(known),
        "accounts": len(np.unique(known.accounts.astype(str))),
        "leavers": len(np.unique(known.accounts[left > 0].astype(str))),
        "base_rate": float(left.mean()),
        "features": [feature.name for feature in known.features],
        "never_known": [
            feature.name
            for place, feature in enumerate(known.features)
            if np.isnan(known.values[:, place]).all()
        ],
        "folds": [
            {
                "moment": None if fold.moment is None else from_number(fold.moment).isoformat(),
                "learnt_rows": int(fold.learn.sum()),
                "judged_rows": int(fold.judged.sum()),
            }
            for fold in trials.folds
        ],
        "judged": {name: trial.judged.to_json() for name, trial in trials.of.items()},
        "limits": [*trials.limits, *_suspicions(known)],
        **said,
    }
