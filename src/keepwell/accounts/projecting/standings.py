"""How each account stands on the night's day: what was said of it, its check-up, and what acting is worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from keepwell.accounts.models import Account, Standing
from keepwell.accounts.projecting import Source, made, upsert
from keepwell.risk.reasons import to_code

if TYPE_CHECKING:
    from keepwell.risk.health.results import Health
    from keepwell.risk.said import Scores
    from keepwell.risk.worth.worth import Worth

PAST = 60  # nights that a standing remembers
_FIELDS = (
    "day", "kept_by", "mrr", "customer_since", "risk", "low", "high", "coverage", "model", "reasons", "health",
    "score", "known", "steps", "worth", "cost", "loses_money", "signals", "past", "change_7", "change_30",
    "cut",
)  # fmt: skip


@dataclass(frozen=True)
class Night:
    """What one night found. Without a model there are no scores and so no worth."""

    day: date
    health: "Health"
    scores: "Scores | None" = None
    model: int | None = None
    worth: "Worth | None" = None


def project_standings(source: Source, night: Night) -> int:
    """A standing for every account that pays on the night's day; the others have none. Returns how many."""
    rows = _by_account(night)
    before = dict(Standing.objects.values_list("pk", "past"))
    known = set(Account.objects.values_list("pk", flat=True))

    def standings() -> Iterator[Standing]:
        for account, row in rows.items():
            if account not in known:
                continue
            past = [one for one in before.get(account, []) if one[0] < night.day.isoformat()]
            yield Standing(
                account_id=account,
                cut=source.cut,
                past=[*past, [night.day.isoformat(), row["risk"]]][-PAST:]
                if row["risk"] is not None
                else past,
                change_7=_change(past, night.day, 7, row["risk"]),
                change_30=_change(past, night.day, 30, row["risk"]),
                **row,
            )

    written = upsert(standings(), key="account", fields=_FIELDS)
    Standing.objects.exclude(cut=source.cut).delete()
    made(
        "standings",
        source,
        day=night.day.isoformat(),
        accounts=written,
        model=night.model,
        currency=source.moment.settings.reporting_currency,
    )
    return written


def _by_account(night: Night) -> dict[str, dict[str, Any]]:
    """What the night says of each account, by the field of its standing."""
    seen, table = night.health.observations, night.health.to_arrow()
    features, tenure = _signals(night), seen.column("tenure")
    steps = list(night.health.checkup.steps)
    found: dict[str, dict[str, Any]] = {}
    for place, row in enumerate(table.to_pylist()):
        found[row["account_id"]] = {
            "day": night.day,
            "kept_by": str(seen.kind[place]),
            "mrr": int(seen.mrr[place]),
            "customer_since": _days_before(night.day, tenure[place]),
            "health": row["standing"],
            "score": row["score"],
            "known": row["known"] / 100,
            "steps": {step: row[step] for step in steps},
            "signals": features[place],
            **dict.fromkeys(("risk", "low", "high", "coverage", "model", "worth", "cost")),
            "reasons": [],
            "loses_money": False,
        }
    if night.scores is not None:
        _add_risk(found, night.scores, night.model)
    if night.worth is not None:
        _add_worth(found, night.worth)
    return found


def _add_risk(found: Mapping[str, dict[str, Any]], said: "Scores", model: int | None) -> None:
    import json

    for place, account in enumerate(said.obs.accounts):
        if row := found.get(str(account)):
            row |= {
                "risk": float(said.chances[place]),
                "low": _number(said.low[place]),
                "high": _number(said.high[place]),
                "coverage": _number(said.coverage[place]),
                "reasons": json.loads(to_code(said.reasons[place])),
                "model": model,
            }


def _add_worth(found: Mapping[str, dict[str, Any]], worth: "Worth") -> None:
    p = worth.profits
    for place, account in enumerate(worth.standing.accounts):
        if row := found.get(str(account)):
            row |= {
                "worth": int(p.profit[place]),
                "cost": int(p.cost[place]),
                "loses_money": bool(p.losing[place]),
            }


def _signals(night: Night) -> list[dict[str, float | str]]:
    """Each account's features that are known; a category by its word."""
    seen = night.health.observations
    found: list[dict[str, float | str]] = []
    for row in seen.values:
        known = np.flatnonzero(np.isfinite(row))
        found.append(
            {
                seen.features[at].name: round(float(row[at]), 4) if words is None else words[int(row[at])]
                for at in known.tolist()
                for words in (seen.features[at].categories,)
            }
        )
    return found


def _change(past: Sequence[Sequence[Any]], day: date, days: int, risk: float | None) -> float | None:
    """How much the risk has risen since the last night at least so many days ago; None where there was none."""
    limit = (day - timedelta(days=days)).isoformat()
    earlier = [one for one in past if one[0] <= limit]
    return None if risk is None or not earlier else risk - float(earlier[-1][1])


def _days_before(day: date, days: float) -> date | None:
    return None if np.isnan(days) else day - timedelta(days=int(days))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
