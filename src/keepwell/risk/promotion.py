"""Retraining: a new model takes over only where it wins on the newest observations that neither has learnt from."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.lib.days import from_number
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.risk import enough
from keepwell.risk.judging import Estimate, Judged, differences, judge
from keepwell.risk.keeping import KeptModel, in_use, keep, stored_model
from keepwell.risk.observations import Observations
from keepwell.risk.splitting import known_by
from keepwell.risk.trained import Trained
from keepwell.risk.training import train


@dataclass(frozen=True)
class Contest:
    """The model in use against a challenger, on the newest matured slice. None where they could not be compared."""

    won: bool
    why: str
    in_use: Judged | None = None
    challenger: Judged | None = None
    difference: Estimate | None = None  # log-loss of the challenger less that of the model in use


@dataclass(frozen=True)
class Retrained:
    """What retraining did: the model it made, kept in any case, and whether it took over."""

    kept: KeptModel
    contest: Contest


def retrain(
    book: Book, engine: Engine, obs: Observations, *, moment: Moment, now: datetime, seed: int = 0
) -> Retrained:
    """Train on observations made from `moment`, keep the model, and put it to use if it wins, or is the first."""
    known = obs.where(obs.outcomes.matured)
    current = in_use(moment, obs.outcomes.horizon)
    if current is None:
        contest = Contest(True, _("It is the first model."))
    else:
        try:
            contest = contest_of(stored_model(moment, current.number), known, seed=seed)
        except BadInput as wrong:
            contest = Contest(
                True, _("The model in use cannot be used any more: {why}").format(why=wrong.wrong)
            )
    trained = train(obs, seed=seed)
    why = contest.why if contest.won else None
    return Retrained(keep(book, engine, trained, moment=moment, now=now, why=why), contest)


def contest_of(current: Trained, known: Observations, *, seed: int = 0) -> Contest:
    """Judge a model beside one trained as of the newest slice of days that it has not learnt from.

    The slice has as few of the newest days as hold enough leavers; the challenger learns from what was known by its
    first day, so the slice is new to both. The challenger wins where its log-loss is lower beyond chance: the whole
    95% interval of the difference, from drawing accounts, lies below zero. Raises BadInput where the model cannot be
    used with these observations.
    """
    current.chances(
        known.where(np.arange(min(1, len(known))))
    )  # raises BadInput where it can be used no more
    first = _first_of_slice(current, known)
    if first is None:
        why = _("Too few accounts have matured since the model in use was learnt; it stays.")
        return Contest(False, why)
    part = known.where(known.as_of >= first)
    learnt = known.where(known_by(known.as_of, known.outcomes.matured, known.outcomes.horizon, first))
    challenger = train(learnt, seed=seed, draws=0)
    left = part.outcomes.left
    ours, theirs = challenger.chances(part), current.chances(part)
    loss, _auc = differences(left, ours, theirs, accounts=part.accounts, seed=seed)
    assert loss.value is not None
    won = loss.below_zero
    if won:
        text = _("On the days from {day} on the new model's log-loss is lower {by}; it takes over.")
    elif loss.value < 0:
        text = _(
            "On the days from {day} on the new model's log-loss is lower {by}, but that may be chance;"
            " the one in use stays."
        )
    else:
        text = _(
            "On the days from {day} on the new model's log-loss is not lower {by}; the one in use stays."
        )
    apart = f"({loss.value:+.4f}; {loss.low or 0.0:+.4f} – {loss.high or 0.0:+.4f})"
    return Contest(
        won,
        text.format(day=from_number(first), by=apart),
        in_use=judge(left, theirs, accounts=part.accounts, days=part.as_of, seed=seed),
        challenger=judge(left, ours, accounts=part.accounts, days=part.as_of, seed=seed),
        difference=loss,
    )


def _first_of_slice(current: Trained, known: Observations) -> int | None:
    """The first day of the newest days, all new to the model, that hold enough leavers and enough who stayed."""
    days = known.days()
    for day in days[::-1]:
        if day < current.learnt_until:
            return None
        if enough.both(known.outcomes.left[known.as_of >= day]):
            by_then = known_by(known.as_of, known.outcomes.matured, known.outcomes.horizon, int(day))
            gone = known.accounts[by_then & (np.nan_to_num(known.outcomes.left) > 0)]
            return int(day) if len(np.unique(gone.astype(str))) >= enough.LEAST_LEAVERS else None
    return None
