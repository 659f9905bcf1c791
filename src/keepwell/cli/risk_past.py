"""`keepwell risk backtest`, `said`, `drift` and `models`: how far to trust what is said."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.options import Html
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.risking import MEASURES, MODEL_NAMES, Horizon, Months, estimates, plain, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON, MONTHS

if TYPE_CHECKING:
    from keepwell.risk.backtest import Backtest
    from keepwell.risk.drift import Drift

_TOP = 20


def backtest(
    context: typer.Context,
    *,
    months: Months = MONTHS,
    month: Annotated[
        str, typer.Option("--month", metavar="YYYY-MM", help=_("Only what would have been said at its end."))
    ] = "",
    horizon: Horizon = HORIZON,
    html: Html = "",
) -> None:
    """Judge the past month by month."""
    from keepwell.risk.page.writer import placed, write

    session, asked = session_of(context), _in_month(month)
    if html:
        placed(html)
    with risks_of(session) as risks:
        found = risks.backtest(months=months, horizon=horizon, month=asked)
        data = found.to_json()
        if html:
            write(found, html, ledger=risks.ledger)
    rows = [
        [MODEL_NAMES.get(name, name), *estimates(one["measures"])] for name, one in data["judged"].items()
    ]
    notes = []
    for name, gap in data["against"].items():
        loss = gap["log_loss"]
        if loss["value"] is not None and loss["high"] is not None:
            better = (
                _("better, beyond chance")
                if loss["high"] < 0
                else _("worse, beyond chance")
                if loss["low"] > 0
                else _("not better beyond chance")
            )
            notes.append(
                _("Against {name}: log-loss {by:+.4f}, {better}.").format(
                    name=MODEL_NAMES.get(name, name), by=loss["value"], better=better
                )
            )
    warned = data["warnings"]["model"]["10"]
    if warned["days"] is not None:
        notes.append(
            _(
                "Of {leavers} leavers, {caught} were among a month's top 10, {days:.0f} days ahead on average."
            ).format(leavers=warned["leavers"], caught=warned["caught"], days=warned["days"])
        )
    notes += [_("{day}: nothing would have been said ({why}).").format(**one) for one in data["silent"][:3]]
    sheet = Sheet(
        [Column("model", _("Said by")), *MEASURES],
        rows,
        title=_("What would have been said on {count} month-ends, leaving within {days} days").format(
            count=len(found.days()), days=horizon
        ),
        notes=notes,
    )
    if html:
        notes.append(_("Written: {file}").format(file=html))
    session.show(Answer(data, [sheet, *([_named(found)] if month else [])], csv=plain(data["days"])))


def _in_month(text: str) -> date | None:
    """A day of a month said as 2026-03; None where nothing was said."""
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise KeepwellError(
            _("A month is written as 2026-03."), seen=text, ways=[_("Write it like: --month 2026-03")]
        ) from None


def _named(found: "Backtest") -> Sheet:
    """The list of the one day looked back at."""
    day = found.days()[0]
    rows = [
        [
            one["account"],
            one["segment"],
            share(one["chance"]),
            _("left after {days} days").format(days=one["left_in"]) if one["left"] else _("stayed"),
        ]
        for one in found.top(day, _TOP)
    ]
    columns = [
        Column("account_id", _("Account")),
        Column("segment", _("Segment")),
        Column("chance", _("Said"), number=True),
        Column("became", _("What became of it")),
    ]
    title = _("Who would have been named first before {day}").format(day=from_number(day))
    return Sheet(columns, rows, title=title)


def models(
    context: typer.Context,
    *,
    use: Annotated[int, typer.Option("--use", metavar="N", help=_("Score with this model from now on."))] = 0,
    why: Annotated[str, typer.Option("--why", help=_("Why, to be kept with the choice."))] = "",
) -> None:
    """List models; change which is in use."""
    session = session_of(context)
    with risks_of(session) as risks:
        if use:
            risks.use_model(use, now=datetime.now(UTC), why=why or _("chosen by hand"))
        found = [one.to_json() for one in risks.models()]
    rows = [
        [
            one["number"],
            MODEL_NAMES.get(one["model"], one["model"]),
            one["at"][:16].replace("T", " "),
            one["horizon"],
            one["learnt_until"],
            one["card"]["leavers"],
            _auc(one),
            _("in use") if one["in_use"] else "",
        ]
        for one in found
    ]
    columns = [
        Column("number", _("Model"), number=True),
        Column("model", _("Kind")),
        Column("at", _("Learnt at (UTC)")),
        Column("horizon", _("Days ahead"), number=True),
        Column("learnt_until", _("Knew up to")),
        Column("leavers", _("Leavers"), number=True),
        Column("auc", _("AUC"), number=True),
        Column("in_use", _("Which")),
    ]
    notes = [] if found else [_("There is none yet: keepwell risk train.")]
    session.show(Answer(found, [Sheet(columns, rows, title=_("Models"), notes=notes)]))


def _auc(one: dict[str, Any]) -> str:
    judged = one["card"]["judged"].get(one["model"])
    value = judged["measures"]["auc"]["value"] if judged else None
    return "" if value is None else f"{value:.3f}"


def drift(context: typer.Context, *, horizon: Horizon = HORIZON) -> None:
    """What has changed since training."""
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.drift(horizon=horizon)
    data = found.to_json()
    rows = [
        [
            shift.label,
            f"{shift.index:.3f}",
            "" if shift.usual is None else f"{shift.usual:.3f}",
            share(shift.unknown_then, 0),
            share(shift.unknown_now, 0),
            _("changed") if shift.changed else "",
        ]
        for shift in found.shifts[:_TOP]
    ]
    columns = [
        Column("feature", _("Feature")),
        Column("index", _("Shift (PSI)"), number=True),
        Column("usual", _("Most in training"), number=True),
        Column("unknown_then", _("Not known then"), number=True),
        Column("unknown_now", _("Now"), number=True, tied=True),
        Column("changed", _("Changed")),
    ]
    session.show(
        Answer(
            data,
            [
                Sheet(
                    columns,
                    rows,
                    title=_("What has changed since the model was learnt"),
                    notes=_compared(found),
                )
            ],
            notes=found.advice() or [_("There is no need to learn again.")],
            csv=plain(found.rows()),
        )
    )


def _compared(found: "Drift") -> list[str]:
    """Which days are held against each other, and from where on a feature has changed."""
    if found.then is None:
        days = _("Held against each other are {now} and all that the model learnt from.")
        return [days.format(now=from_number(found.now)), _("From 0.25 on a feature has changed.")]
    days = _("Held against each other are {now} and the newest day the model learnt from, {then}.")
    return [
        days.format(now=from_number(found.now), then=from_number(found.then)),
        _(
            "A feature has changed from 0.25 on, where it is also more than between any two days of training as far"
            " apart."
        ),
    ]


def said(context: typer.Context, *, horizon: Horizon = HORIZON) -> None:
    """Judge what was really said."""
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.judge_said(horizon=horizon)
    data: dict[str, Any] = {
        "nights": found.nights,
        "judged": found.judged.to_json(),
        "warnings": {name: {**vars(one), "missed": one.missed} for name, one in found.warnings.items()},
    }
    sheet = Sheet(
        [Column("name", _("Said")), *MEASURES],
        [[_("what was said"), *estimates(data["judged"]["measures"])]],
        title=_("What was said on {nights} nights, by what happened").format(nights=found.nights),
    )
    session.show(Answer(data, [sheet]))
