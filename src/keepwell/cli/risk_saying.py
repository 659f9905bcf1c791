"""`keepwell risk score` and `keepwell risk explain`: what is said of accounts tonight, and why."""

from datetime import UTC, datetime
from math import isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import day_asked
from keepwell.cli.risking import AsOf, Horizon, between, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.days import from_number
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON

if TYPE_CHECKING:
    from keepwell.risk.said import Scores

_TOP = 20
_KINDS = ("contract", "irregular")


def score(
    context: typer.Context,
    *,
    as_of: AsOf = "",
    horizon: Horizon = HORIZON,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help=_("List accounts of one kind alone: contract or irregular. All are scored and kept."),
        ),
    ] = "",
    dry: Annotated[bool, typer.Option("--dry", help=_("Say it, but keep nothing."))] = False,
) -> None:
    """Score every account and freeze what was said."""
    from keepwell.lib.errors import KeepwellError
    from keepwell.risk.reasons import caveat

    if kind not in ("", *_KINDS):
        raise KeepwellError(
            _("Accounts are of one of two kinds: {kinds}.").format(kinds=", ".join(_KINDS)), seen=kind
        )
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.score(day_asked(as_of), horizon=horizon)
        notes = [] if dry else [_kept(risks.say(found, now=datetime.now(UTC)).new)]
        currency = risks.ledger.reporting
    every = _scored(found, currency)
    rows = [row for row in every if kind in ("", row["kind"])]
    columns = [
        Column("account_id", _("Account")),
        Column("segment", _("Segment")),
        Column("mrr", _("MRR, {currency}").format(currency=currency), number=True),
        Column("chance", _("Risk"), number=True),
        Column("between", _("95%"), number=True, tied=True),
        Column("coverage", _("Known"), number=True),
        Column("reasons", _("Because, as the model saw it")),
    ]
    shown = [
        [r["account_id"], r["segment"], r["mrr"], share(r["chance"]), between(r["low"], r["high"]),
         share(r["coverage"], 0), r["for"]]
        for r in rows
    ]  # fmt: skip
    plain = [Column(name) for name in every[0]] if every else columns
    said = {
        "": _("Leaving within {days} days of {day}: the {top} at highest risk of {count}"),
        "contract": _(
            "Leaving within {days} days of {day}: the {top} at highest risk of {count} with a contract"
        ),
        "irregular": _(
            "Leaving within {days} days of {day}: the {top} at highest risk of {count} without a contract"
        ),
    }[kind]
    title = said.format(
        days=horizon, day=from_number(int(found.obs.as_of[0])), top=min(_TOP, len(rows)), count=len(rows)
    )
    if not kind and len({row["kind"] for row in every}) > 1:
        notes.append(
            _("Accounts with a contract and those without have lists of their own: --kind contract.")
        )
    notes.append(_nothing_tells() if _alike(every) else caveat())
    session.show(
        Answer(
            {
                "as_of": from_number(int(found.obs.as_of[0])),
                "horizon": horizon,
                "kind": kind or None,
                "accounts": rows,
            },
            [Sheet(columns, shown[:_TOP], title=title, notes=notes)],
            csv=Sheet(plain, [list(row.values()) for row in rows]),
        )
    )


def _alike(every: list[dict[str, Any]]) -> bool:
    """Whether all accounts of a kind were given the same chance."""
    return len({(row["kind"], row["chance"]) for row in every}) == len({row["kind"] for row in every})


def _nothing_tells() -> str:
    return _(
        "Every account of a kind has the same chance: nothing that is known of them tells more. Load more tables, or"
        " go by the check-up: keepwell health show."
    )


def _kept(new: bool) -> str:
    return _("Kept as said.") if new else _("This day was said before; what was said then stays.")


def _scored(found: "Scores", currency: str) -> list[dict[str, Any]]:
    """A row an account, the highest risk first."""
    from keepwell.lib.money import to_decimal
    from keepwell.risk.reasons import sentences

    obs, rows = found.obs, []
    for at in (-found.chances).argsort(kind="stable").tolist():
        reasons = found.reasons[at]
        for_, against = (
            sentences(reasons, obs.features, raising=raising, currency=currency) for raising in (True, False)
        )
        rows.append(
            {
                "account_id": str(obs.accounts[at]),
                "segment": str(obs.segment[at]),
                "kind": str(obs.kind[at]),
                "mrr": to_decimal(int(obs.mrr[at]), currency),
                "chance": round(float(found.chances[at]), 6),
                "low": _maybe(found.low[at]),
                "high": _maybe(found.high[at]),
                "coverage": round(float(found.coverage[at]), 4),
                "for": for_,
                "against": against,
            }
        )
    return rows


def _maybe(value: float) -> float | None:
    return None if isnan(value) else round(float(value), 6)


def explain(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help=_("The account's id."))],
    *,
    as_of: AsOf = "",
    horizon: Horizon = HORIZON,
) -> None:
    """Reasons for and against, what is not known, and what was said before."""
    from keepwell.risk.reasons import asked

    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.score(day_asked(as_of), horizon=horizon)
        before = risks.said_of(account, horizon=horizon)
        currency = risks.ledger.reporting
    at = _place(found, account)
    one = next(row for row in _scored(found, currency) if row["account_id"] == account)
    known = {feature.name: feature for feature in found.obs.features}
    asked_of = zip(found.obs.features, found.obs.values[at], asked(found.obs)[at], strict=True)
    missing = [feature.name for feature, value, can_be in asked_of if can_be and isnan(value)]
    data = {
        "as_of": from_number(int(found.obs.as_of[0])),
        "horizon": horizon,
        **one,
        "reasons": [
            {
                "feature": reason.feature,
                "says": reason.sentence(known, currency=currency),
                "speaks": "for" if reason.raises else "against",
                "weight": reason.weight,
                "odds_times": round(reason.times, 3),
                "strength": reason.strength,
            }
            for reason in found.reasons[at]
        ],
        "not_known": missing,
        "said_before": [
            {"as_of": from_number(row["as_of"]), "chance": row["chance"], "model": row["model"]}
            for row in before
        ],
    }
    session.show(_explained(data, [_(known[name].label) for name in missing]))


def _place(found: "Scores", account: str) -> int:
    from keepwell.lib.errors import KeepwellError
    from keepwell.lib.text import near

    names = [str(name) for name in found.obs.accounts]
    if account in names:
        return names.index(account)
    close = near(account, names)
    raise KeepwellError(
        _("“{account}” is not scored: it was not paying on that day, or had already given notice.").format(
            account=account
        ),
        ways=[_("Did you mean {names}?").format(names=", ".join(close))] if close else [],
    )


def _explained(data: dict[str, Any], missing: list[str]) -> Answer:
    from keepwell.risk.reasons import caveat

    columns = [
        Column("speaks", _("Speaks")),
        Column("says", _("What was seen")),
        Column("strength", _("How much")),
        Column("odds_times", _("Odds times"), number=True),
    ]
    sides = {"for": _("for leaving"), "against": _("against")}
    rows = [[sides[r["speaks"]], r["says"], r["strength"], f"{r['odds_times']:.2f}"] for r in data["reasons"]]
    title = _(
        "{account}: {chance} to leave within {days} days of {day} ({between}), {coverage} known"
    ).format(
        account=data["account_id"],
        chance=share(data["chance"]),
        days=data["horizon"],
        day=data["as_of"],
        between=between(data["low"], data["high"]),
        coverage=share(data["coverage"], 0),
    )
    notes = [caveat(), _("Not known: {names}.").format(names=", ".join(missing) or _("nothing"))]
    sheets = [Sheet(columns, rows, title=title, notes=notes)]
    if data["said_before"]:
        nights = [
            Column("as_of", _("Day")),
            Column("chance", _("Risk"), number=True),
            Column("model", _("Model"), number=True),
        ]
        said = [[row["as_of"].isoformat(), share(row["chance"]), row["model"]] for row in data["said_before"]]
        sheets.append(Sheet(nights, said, title=_("What was said before")))
    return Answer(data, sheets)
