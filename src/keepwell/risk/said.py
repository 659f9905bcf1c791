"""What was said on each night, stored and frozen, so that it can be judged by what happened afterwards.

A night is said once for a horizon: saying it again changes nothing, whatever has been learnt since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import from_number, number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.judging import Floats, Judged, Warned, as_read, judge, top_name, warned
from keepwell.risk.leaks import coverage
from keepwell.risk.observations import Observations
from keepwell.risk.outcomes import outcomes
from keepwell.risk.reasons import Reason, reasons_of, to_code
from keepwell.risk.trained import Trained

SAID, NIGHTS = "said", "said_nights"

_SAID = pa.schema(
    [
        ("account_id", pa.string()),
        ("as_of", pa.int64()),
        ("horizon", pa.int64()),
        ("model", pa.int64()),  # its number in risk_models
        ("chance", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("coverage", pa.float64()),  # share of what it should know that it knew
        ("reasons", pa.string()),  # as `keepwell.risk.reasons.to_code` writes them
        ("load", pa.int64()),
    ]
)
_NIGHTS = pa.schema(
    [
        ("as_of", pa.int64()),
        ("horizon", pa.int64()),
        ("model", pa.int64()),
        ("accounts", pa.int64()),
        ("load", pa.int64()),
        ("at", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True)
class Scores:
    """What is said of accounts on one day; entries in the order of the observations."""

    obs: Observations
    chances: Floats
    low: Floats
    high: Floats
    coverage: Floats
    reasons: list[list[Reason]]


@dataclass(frozen=True)
class Night:
    """A night that was said; `new` where it was said just now and not before."""

    as_of: int
    horizon: int
    model: int
    accounts: int
    new: bool


@dataclass(frozen=True)
class SaidJudged:
    """What was really said, beside what happened."""

    nights: int
    judged: Judged
    warnings: dict[str, Warned]  # by the length of the list


def scores(trained: Trained, obs: Observations) -> Scores:
    """Chances with their intervals, reasons and coverage.

    Raises KeepwellError where the observations are for another horizon than the model.
    """
    if obs.outcomes.horizon != trained.horizon:
        raise KeepwellError(
            _("The model tells who leaves within {days} days.").format(days=trained.horizon),
            seen=_("observations for {days} days").format(days=obs.outcomes.horizon),
            ways=[_("Observe with the model's horizon, or train a model for the other one.")],
        )
    chances = trained.chances(obs)
    low, high = trained.interval(obs, chances)
    reasons = reasons_of(trained.contributions(obs), obs, profile=trained.profile)
    return Scores(obs, chances, low, high, coverage(obs), reasons)


def say(book: Book, engine: Engine, said: Scores, *, model: int, now: datetime) -> Night:
    """Freeze what is said of one day by the model of that number; a day already said stays as it was said.

    Raises KeepwellError where the observations are of several days.
    """
    days = said.obs.days()
    if len(days) != 1:
        raise KeepwellError(
            _("Only one day can be said at a time."),
            seen=_("{count} days").format(count=len(days)),
            ways=[_("Score each day by itself.")],
        )
    day, horizon = int(days[0]), said.obs.outcomes.horizon
    with book.writer() as writer:
        moment = book.moment(engine)
        for night in nights(moment):
            if (night.as_of, night.horizon) == (day, horizon):
                return night
        writer.append(SAID, _rows(said, model, horizon, moment.last_load))
        row = {
            "as_of": day,
            "horizon": horizon,
            "model": model,
            "accounts": len(said.obs),
            "load": moment.last_load,
            "at": now if now.tzinfo is None else now.astimezone(UTC).replace(tzinfo=None),
        }
        writer.append(NIGHTS, pa.Table.from_pylist([row], schema=_NIGHTS))
        writer.commit()
    return Night(day, horizon, model, len(said.obs), new=True)


def _rows(said: Scores, model: int, horizon: int, load: int) -> pa.Table:
    n = len(said.obs)
    columns: dict[str, Any] = {
        "account_id": pa.array(said.obs.accounts, pa.string()),
        "as_of": said.obs.as_of,
        "horizon": np.full(n, horizon),
        "model": np.full(n, model),
        "chance": said.chances,
        "low": pa.array(said.low, from_pandas=True),
        "high": pa.array(said.high, from_pandas=True),
        "coverage": said.coverage,
        "reasons": [to_code(reasons) for reasons in said.reasons],
        "load": np.full(n, load),
    }
    return pa.table(columns, schema=_SAID)


def nights(moment: Moment) -> list[Night]:
    """Every night that was said, oldest first."""
    if not moment.has(NIGHTS):
        return []
    rows = moment.engine.collect(moment.frame(NIGHTS)).to_pylist()
    return [
        Night(row["as_of"], row["horizon"], row["model"], row["accounts"], new=False)
        for row in sorted(rows, key=lambda row: row["as_of"])
    ]


def said_of(moment: Moment, account: str, horizon: int) -> list[dict[str, Any]]:
    """All that was ever said of an account, oldest night first."""
    if not moment.has(SAID):
        return []
    rows = moment.frame(SAID).filter(nw.col("account_id") == account, nw.col("horizon") == horizon)
    found: list[dict[str, Any]] = moment.engine.collect(rows).to_pylist()
    return sorted(found, key=lambda row: row["as_of"])


def said_since(moment: Moment, since: date, horizon: int) -> pa.Table:
    """What was said on a day and since: account_id, as_of, chance, by account and oldest first."""
    wanted = [field for field in _SAID if field.name in ("account_id", "as_of", "chance")]
    if not moment.has(SAID):
        return pa.schema(wanted).empty_table()
    rows = moment.frame(SAID).filter(nw.col("as_of") >= number(since), nw.col("horizon") == horizon)
    found = moment.engine.collect(rows.select(*(field.name for field in wanted)))
    return found.sort_by([("account_id", "ascending"), ("as_of", "ascending")])


def judge_said(
    moment: Moment, ledger: Ledger, horizon: int, *, tops: Sequence[float] = (10, 0.05), seed: int = 0
) -> SaidJudged:
    """Judge what was really said by what the ledger knows became of it; only nights that have matured count.

    The day an account left is the ledger's of today. Raises KeepwellError where no night has matured yet.
    """
    ripe = [night.as_of for night in nights(moment) if night.horizon == horizon]
    if not ripe:
        raise KeepwellError(
            _("Nothing has been said yet for a horizon of {days} days.").format(days=horizon),
            ways=[_("Score a night: keepwell risk score.")],
        )
    rows = moment.frame(SAID).filter(nw.col("horizon") == horizon).select("account_id", "as_of", "chance")
    found = moment.engine.collect(rows)
    accounts = found["account_id"].to_numpy(zero_copy_only=False)
    as_of, chances = found["as_of"].to_numpy(), found["chance"].to_numpy()
    became = outcomes(ledger, accounts, as_of, horizon)
    known = became.matured
    if not known.any():
        raise KeepwellError(
            _("Of nothing that was said it is known yet what became of it."),
            seen=_("the first night is of {day}, and is known {days} days later").format(
                day=from_number(ripe[0]), days=horizon
            ),
            ways=[_("Wait, or look at what would have been said: keepwell risk backtest.")],
        )
    accounts, as_of, chances = accounts[known], as_of[known], chances[known]
    left, left_in = became.left[known], became.left_in[known]
    judged = judge(left, chances, accounts=accounts, days=as_of, tops=tuple(tops), seed=seed)
    warnings = {
        top_name(most): warned(accounts, as_of, left_in, as_read(chances, as_of, most, seed=seed))
        for most in tops
    }
    return SaidJudged(len(np.unique(as_of)), judged, warnings)
