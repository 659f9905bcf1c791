"""`keepwell risk`: learn who leaves, say it, explain it, and show from the past how far to trust it."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.risk_past import backtest, drift, models, said
from keepwell.cli.risk_saying import explain, score
from keepwell.cli.risking import MEASURES, MODEL_NAMES, Horizon, Months, estimates, risks_of
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON, MONTHS


def add_to(app: typer.Typer) -> None:
    """Add `keepwell risk` and its commands."""
    group = typer.Typer(help=_("Who may leave, why, how sure that is, and how far to trust it."))
    for name, text, lines, command in (
        (
            "train",
            _(
                "Learn a model from the past; it is put to use if it is the first or better than the one in use."
            ),
            ("keepwell risk train", "keepwell risk train --horizon 180 --months 48"),
            train,
        ),
        (
            "score",
            _("Say of every account how likely it is to leave, and keep what was said."),
            (
                "keepwell risk score",
                "keepwell risk score --kind contract",
                "keepwell --format csv risk score > tonight.csv",
                "keepwell risk score --as-of 2026-07-01 --dry",
            ),
            score,
        ),
        (
            "explain",
            _("Say of one account why its risk is what it is, and all that was said of it before."),
            ("keepwell risk explain A000012",),
            explain,
        ),
        (
            "backtest",
            _("Show what would have been said each past month, beside what happened and simpler ways."),
            ("keepwell risk backtest", "keepwell risk backtest --html backtest.html"),
            backtest,
        ),
        (
            "models",
            _("List every model that was learnt; --use N goes back to one."),
            ("keepwell risk models", "keepwell risk models --use 1 --why 'the new one misses renewals'"),
            models,
        ),
        (
            "drift",
            _("Show what has changed since the model was learnt, and whether to learn again."),
            ("keepwell risk drift",),
            drift,
        ),
        (
            "said",
            _("Judge what was really said, night by night, by what happened."),
            ("keepwell risk said",),
            said,
        ),
        (
            "features",
            _("List what is asked of every account, and what each feature means."),
            ("keepwell risk features",),
            features,
        ),
    ):
        group.command(name, help=text, epilog=examples(*lines))(command)
    app.add_typer(group, name="risk", no_args_is_help=True)


def train(context: typer.Context, *, months: Months = MONTHS, horizon: Horizon = HORIZON) -> None:
    """Learn, keep, and say how it was judged."""
    session = session_of(context)
    with risks_of(session) as risks:
        made = risks.train(now=datetime.now(UTC), months=months, horizon=horizon)
    card = made.kept.card
    data = {**made.kept.to_json(), "taken_over": made.contest.won, "why": made.contest.why}
    rows = [
        [
            MODEL_NAMES.get(name, name),
            *estimates(one["measures"]),
            _("in use") if name == made.kept.model else "",
        ]
        for name, one in card["judged"].items()
    ]
    sheet = Sheet(
        [Column("model", _("Model")), *MEASURES, Column("chosen", _("Which"))],
        rows,
        title=_("Model {number}: {name}, leaving within {days} days").format(
            number=made.kept.number, name=MODEL_NAMES.get(made.kept.model, made.kept.model), days=horizon
        ),
        notes=[
            _(
                "Judged forward in time on {accounts} accounts, {leavers} of which left; intervals are 95%."
            ).format(accounts=card["accounts"], leavers=card["leavers"]),
            *card["limits"],
        ],
    )
    session.show(Answer(data, [sheet], notes=[made.contest.why]))


def features(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("Only this one; default: all."))] = "",
) -> None:
    """List every feature."""
    from keepwell.risk.features import all_features, feature_named

    more = {1: _("more risk"), -1: _("less risk"), 0: ""}
    data: list[dict[str, Any]] = [
        {
            "name": one.name,
            "label": _(one.label),
            "meaning": _(one.meaning),
            "unit": _(one.unit) if one.unit else "",
            "direction": one.direction,
            "table": one.table,
        }
        for one in ([feature_named(name)] if name else all_features().values())
    ]
    columns = [
        Column("name", _("Name")),
        Column("meaning", _("Means")),
        Column("unit", _("In")),
        Column("direction", _("More of it")),
        Column("table", _("Needs")),
    ]
    rows = [[one["name"], one["meaning"], one["unit"], more[one["direction"]], one["table"]] for one in data]
    session_of(context).show(Answer(data, [Sheet(columns, rows, title=_("Features"))]))
