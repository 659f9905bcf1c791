"""A trial out of the book: its treatments, what was known of the accounts then, and what became of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.lib.days import from_number, number
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.risk.effects.baseline import Baseline, spot
from keepwell.risk.effects.holdouts import HELD_OUT, TREATED
from keepwell.risk.effects.trial import PART, RISK, Column, Flags, Ints, Trial, refuse_too_few
from keepwell.risk.features import Feature
from keepwell.risk.judging import Floats
from keepwell.risk.observations import Observations, each_day

Progress = Callable[[int, int, str], None]  # steps done, steps in all, what is being done

_Part = tuple[Ints, Observations]  # which treatments, and what was known of their accounts

HORIZON = 180
MOST_ROWS = 200_000  # observations that risk is learnt from; where there are more, those of some accounts


@dataclass(frozen=True)
class Treatments:
    """What the book recorded of an action: (n,) accounts, days and whether they were treated, in order of days.

    Of an account in both arms only what is of its first arm is kept; `contaminated` counts such accounts.
    """

    action: str
    accounts: NDArray[Any]
    day: Ints
    treated: Flags
    contaminated: int


def treatments(moment: Moment, action: str) -> Treatments:
    """The treatments and hold-outs of an action. Raises KeepwellError with near names where there are none."""
    rows = moment.frame("treatments").filter(nw.col("kind") == action, ~nw.col("arm").is_null())
    table = moment.engine.collect(
        rows.select("account_id", "occurred_on", "arm").sort("occurred_on", "account_id", "arm")
    )
    if not table.num_rows:
        raise no_action(moment, action)
    accounts = table["account_id"].to_numpy(zero_copy_only=False)
    day = table["occurred_on"].cast(pa.int64()).to_numpy()
    treated = np.array([arm == TREATED for arm in table["arm"].to_pylist()], np.bool_)
    names, first, entry = np.unique(accounts.astype(str), return_index=True, return_inverse=True)
    same = treated == treated[first][entry]
    contaminated = len(np.unique(names[entry[~same]]))
    return Treatments(action, accounts[same], day[same], treated[same], contaminated)


def settled(moment: Moment, action: str) -> tuple[frozenset[str], frozenset[str]]:
    """The accounts that were ever held out from an action, and those that were treated with it and never held out.

    They are what `keepwell.risk.effects.holdouts.assign` must not deal anew.
    """
    rows = moment.frame("treatments").filter(nw.col("kind") == action).select("account_id", "arm").unique()
    found = moment.engine.collect(rows).to_pylist()
    held_out = frozenset(row["account_id"] for row in found if row["arm"] == HELD_OUT)
    treated = frozenset(row["account_id"] for row in found if row["arm"] == TREATED)
    return held_out, treated - held_out


def no_action(moment: Moment, action: str) -> KeepwellError:
    """What to say of an action that nothing is recorded of, with near names."""
    kinds = moment.engine.collect(moment.frame("treatments").select("kind").unique())["kind"].to_pylist()
    known = sorted(kind for kind in kinds if kind)
    if not known:
        return nothing_recorded()
    close = near(action, known)
    return KeepwellError(
        _("No treatment is called “{action}”.").format(action=action),
        ways=[
            *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
            _("There are: {names}.").format(names=", ".join(known)),
        ],
    )


def nothing_recorded() -> KeepwellError:
    """What to say where the book knows of no action at all."""
    return KeepwellError(
        _("The book has no treatments, so nothing can be said of what acting does."),
        ways=[
            _("Hold accounts out from now on and record them: keepwell effect hold-out."),
            _("Load whom you treated and whom not: keepwell import treatments FILE."),
            _("Or state what you assume, and have it said beside each figure: keepwell worth --assume FILE."),
        ],
    )


def trials_of(
    book: Book,
    engine: Engine,
    actions: Sequence[str],
    *,
    horizon: int = HORIZON,
    by: Literal["segment", "kind"] = "segment",
    features: Sequence[Feature] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Trial]:
    """The trials of actions: leaving, or giving notice of all, within `horizon` days.

    What was known of an account is taken from the first of the month in which it was treated or held out, the newest
    day on which no treatment of that month can have changed it, and its days are counted from there. Accounts that
    were not paying then, or had given notice by the day of the treatment, are left out of both arms and counted. The
    last columns are the risk that a model learnt from all accounts observed in those months, but never from the
    account itself, and what each theme (each table of the book) adds to it.
    """
    moment = book.moment(engine)
    done = {action: treatments(moment, action) for action in actions}
    for action, one in done.items():  # before anything takes its time
        arms = (len(np.unique(one.accounts[one.treated == arm].astype(str))) for arm in (True, False))
        refuse_too_few(action, *arms)
    month_of = {action: _first_of_month(one.day) for action, one in done.items()}
    parts: dict[str, list[_Part]] = {action: [] for action in actions}
    others: list[Observations] = []
    every = np.unique(np.concatenate(list(month_of.values())))
    months = [from_number(int(month)) for month in every]
    found = each_day(book, engine, months, horizon=horizon, features=features, progress=progress)
    for month, seen in zip(every, found, strict=True):
        for action, one in done.items():
            parts[action].append(_matched(seen, one, np.flatnonzero(month_of[action] == month)))
        others.append(_some(seen, MOST_ROWS // len(every)))
    columns = columns_of(others)
    baseline = _baseline(others, columns, seed)
    outcome = _("left or gave notice within {days} days").format(days=horizon)
    return {
        action: _with_risk(_trial(done[action], parts[action], columns, outcome, by), baseline)
        for action in actions
    }


def _first_of_month(days: Ints) -> Ints:
    return np.array([number(from_number(int(day)).replace(day=1)) for day in days], np.int64)


def _matched(seen: Observations, done: Treatments, rows: Ints) -> tuple[Ints, Observations]:
    """Which of some treatments are of accounts that were observed, and those observations, one a treatment."""
    place_of = {account: place for place, account in enumerate(seen.accounts.tolist())}
    places = np.array([place_of.get(account, -1) for account in done.accounts[rows].tolist()], np.int64)
    there = places >= 0
    rows, found = rows[there], seen.where(places[there])
    late = done.day[rows] - found.as_of
    gone = (found.outcomes.left_in < late) | (found.outcomes.notice_in < late)
    return rows[~gone], found.where(~gone)


def _trial(
    done: Treatments, parts: Sequence[_Part], columns: tuple[Column, ...], outcome: str, by: str
) -> Trial:
    rows = np.concatenate([which for which, _seen in parts])

    def joined(get: Callable[[Observations], Any]) -> Any:
        return np.concatenate([get(seen) for _which, seen in parts])

    return Trial(
        action=done.action,
        outcome=outcome,
        wished=False,
        accounts=done.accounts[rows],
        day=done.day[rows],
        treated=done.treated[rows],
        happened=joined(_happened),
        values=joined(lambda o: values_of(o, columns)),
        columns=columns,
        group=joined(lambda o: o.segment if by == "segment" else o.kind),
        contaminated=done.contaminated,
        unobserved=len(done.day) - len(rows),
    )


def _happened(seen: Observations) -> Floats:
    """1 where an account left or gave notice within the horizon, 0 where not, NaN where that is not yet known."""
    left, notice = seen.outcomes.left, seen.outcomes.notice_in
    return np.where(np.isnan(left), np.nan, (left > 0) | ~np.isnan(notice))


def _some(seen: Observations, most: int) -> Observations:
    """Of a month's observations those with a known outcome, of about `most` accounts: always the same accounts."""
    known = seen.where(seen.outcomes.matured)
    if len(known) <= most:
        return known
    share = int(2**64 * most / len(known))
    return known.where(np.array([spot(str(account)) < share for account in known.accounts], np.bool_))


def _baseline(others: Sequence[Observations], columns: tuple[Column, ...], seed: int) -> Baseline | None:
    """Risk learnt from observations; None where nobody or everybody left."""
    values = np.concatenate([values_of(seen, columns) for seen in others])
    happened = np.concatenate([_happened(seen) for seen in others])
    if not 0 < happened.sum() < len(happened):
        return None
    accounts = np.concatenate([seen.accounts for seen in others])
    return Baseline.of(accounts, values, happened, columns, seed)


def _with_risk(trial: Trial, baseline: Baseline | None) -> Trial:
    if baseline is None:
        return trial
    risk = baseline(trial.accounts, trial.values)
    columns = (*trial.columns, Column(RISK), *(Column(PART + theme) for theme in baseline.themes))
    return replace(trial, values=np.hstack([trial.values, risk]), columns=columns, baseline=baseline)


def known_of(seen: Observations, trial: Trial) -> Floats:
    """What a trial's learnt effect asks of other observations, (n, f), the risk among it."""
    if trial.baseline is None:
        return values_of(seen, trial.columns)
    asked = [column for column in trial.columns if column.name != RISK and not column.name.startswith(PART)]
    values = values_of(seen, asked)
    return np.hstack([values, trial.baseline(seen.accounts, values)])


def columns_of(seen: Sequence[Observations]) -> tuple[Column, ...]:
    """What observations of several days know, their categories' words taken together."""
    words: dict[str, set[str]] = {}
    for one in seen:
        for feature in one.features:
            words.setdefault(feature.name, set()).update(feature.categories or ())
    return tuple(
        Column(
            feature.name,
            None if feature.categories is None else tuple(sorted(words[feature.name])),
            feature.table,
        )
        for feature in (seen[0].features if seen else ())
    )


def values_of(seen: Observations, columns: Sequence[Column]) -> Floats:
    """(n, f) values of observations in the order of columns, categories coded by the columns' words.

    A word that the columns do not know is not known. Raises BadInput where a feature is missing.
    """
    places = {feature.name: place for place, feature in enumerate(seen.features)}
    missing = [column.name for column in columns if column.name not in places]
    if missing:
        raise BadInput(
            _("An effect was learnt from features that these observations do not have."),
            seen=", ".join(missing),
            ways=[_("Learn it anew: keepwell effect.")],
        )
    found = np.empty((len(seen), len(columns)))
    for at, column in enumerate(columns):
        place = places[column.name]
        values = seen.values[:, place]
        if column.words is not None:
            code_of = {word: float(code) for code, word in enumerate(column.words)}
            new = np.array(
                [*(code_of.get(word, np.nan) for word in seen.features[place].categories or ()), np.nan]
            )
            values = new[np.where(np.isnan(values), len(new) - 1, values).astype(np.int64)]
        found[:, at] = values
    return found
