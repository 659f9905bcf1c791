"""How each account stands on the night's day: what was said of it, its check-up, and what acting is worth."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from keepwell.accounts.glance import glance
from keepwell.accounts.models import Account, Projection, Standing
from keepwell.accounts.projecting import BATCH, Source, made, upsert
from keepwell.accounts.projecting.earlier import Earlier
from keepwell.accounts.stood import NIGHTS, Rows, Stood, read, together, written
from keepwell.risk.reasons import to_code

if TYPE_CHECKING:
    from keepwell.risk.health.results import Health
    from keepwell.risk.said import Scores
    from keepwell.risk.worth.worth import Worth

_FIELDS = (
    "day", "kept_by", "mrr", "customer_since", "risk", "low", "high", "coverage", "model", "reasons", "health",
    "score", "known", "steps", "worth", "cost", "loses_money", "signals", "past", "glance", "history",
    "change_7", "change_30", "cut",
)  # fmt: skip


@dataclass(frozen=True)
class Night:
    """What one night found. Without a model there are no scores and so no worth.

    earlier: gives what the office did not see itself; asked once, for it takes long.
    """

    day: date
    health: "Health"
    scores: "Scores | None" = None
    model: int | None = None
    worth: "Worth | None" = None
    earlier: Callable[[], Earlier] | None = None


def project_standings(source: Source, night: Night) -> int:
    """A standing for every account that pays on the night's day; the others have none. Returns how many."""
    rows, currency = _by_account(night), night.health.currency
    known = set(Account.objects.values_list("pk", flat=True))
    earlier, looked_back = _earlier(night)

    def standings() -> Iterator[Standing]:
        for some in _in_batches([account for account in rows if account in known]):
            before = {pk: rest for pk, *rest in _remembered(some)}
            for account in some:
                past, history = before.get(account, ((), ()))
                past = [*earlier.past(account), *past]
                nights = together(read(history, past), earlier.stood(account))
                said = _remembering(rows[account], past, nights, currency)
                yield Standing(account_id=account, cut=source.cut, **rows[account], **said)

    many = upsert(standings(), key="account", fields=_FIELDS)
    Standing.objects.exclude(cut=source.cut).delete()
    made(
        "standings",
        source,
        day=night.day.isoformat(),
        accounts=many,
        model=night.model,
        currency=currency,
        looked_back=looked_back,
    )
    return many


def _remembered(accounts: Sequence[str]) -> Iterable[tuple[str, Rows, Rows]]:
    return Standing.objects.filter(pk__in=accounts).values_list("pk", "past", "history")


def _in_batches(accounts: Sequence[str]) -> Iterator[Sequence[str]]:
    """What is remembered of all accounts at once would be more than fits in memory."""
    return (accounts[at : at + BATCH] for at in range(0, len(accounts), BATCH))


def _earlier(night: Night) -> tuple[Earlier, str]:
    """What the office did not see itself, sought once, and again when there is a risk; and what has been sought."""
    last = Projection.objects.filter(name="standings").first()
    before = last.said.get("looked_back", "") if last else ""
    wanted = "risk" if night.scores is not None else "check-up"
    if night.earlier is None or before in (wanted, "risk"):
        return Earlier(), before
    found = night.earlier()
    return found, wanted if found.days else before


def _remembering(
    row: Mapping[str, Any], past: Rows, nights: Sequence[Stood], currency: str
) -> dict[str, Any]:
    """What a standing remembers with this night, which replaces what an earlier run said of the same day."""
    day, risk, worth = row["day"], row["risk"], row["worth"]
    today = day.isoformat()
    said = {one[0]: one[1] for one in past if one[0] < today}
    before = [[one, said[one]] for one in sorted(said)]
    tonight = Stood(
        today, _rounded(risk, 4), row["health"], _rounded(row["score"], 1), round(row["known"], 2),
        worth, "" if worth is None else currency, steps=row["steps"],
    )  # fmt: skip
    remembered = [*before, *([] if risk is None else [[today, risk]])][-NIGHTS:]
    return {
        "past": remembered,
        "glance": glance(remembered, row["signals"]),
        "history": written([*(one for one in nights if one.day < today), tonight]),
        "change_7": _change(before, day, 7, risk),
        "change_30": _change(before, day, 30, risk),
    }


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


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
