"""`keepwell health`: the customer's check-up, and how well it has told who leaves."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.periods import day_asked
from keepwell.cli.risking import MODEL_NAMES, AsOf, Horizon, Months, between, plain, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.risks import HORIZON, MONTHS

if TYPE_CHECKING:
    from keepwell.risk.health.results import Health

CheckUpFile = Annotated[
    str,
    typer.Option("--checkup", metavar="FILE", help=_("By this check-up; default: the book's own.")),
]

STATES = {"over": _("over"), "near": _("near"), "fine": _("fine"), "unknown": _("not known")}
KINDS = {"contract": _("contract"), "irregular": _("irregular")}
WAYS = {"health": _("the check-up"), **MODEL_NAMES}


def add_to(app: typer.Typer) -> None:
    """Add `keepwell health` and its commands."""
    group = typer.Typer(help=_("The customer's check-up: where each account stands, step by step."))
    for name, text, lines, command in (
        (
            "show",
            _("Show how accounts stand, or one of them signal by signal."),
            ("keepwell health show", "keepwell health show A000012", "keepwell --format csv health show"),
            show,
        ),
        (
            "test",
            _("Judge the check-up by what happened, and say which thresholds to move."),
            ("keepwell health test", "keepwell health test --checkup checkup.toml --months 24"),
            judged,
        ),
        (
            "default",
            _("Print the check-up that ships, as a file to change."),
            ("keepwell health default > checkup.toml",),
            default,
        ),
        (
            "use",
            _("Make a file the book's check-up from now on."),
            ("keepwell health use checkup.toml",),
            use,
        ),
    ):
        group.command(name, help=text, epilog=examples(*lines))(command)
    app.add_typer(group, name="health", no_args_is_help=True)


def show(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help=_("One account; none shows all."))] = "",
    *,
    as_of: AsOf = "",
    checkup: CheckUpFile = "",
) -> None:
    """Hold accounts against the check-up and show how they stand."""
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.health(day_asked(as_of), checkup=risks.checkup(_read(checkup)) if checkup else None)
    session.show(_account(found.of_account(account)) if account else _all(found))


def judged(
    context: typer.Context,
    *,
    months: Months = MONTHS,
    horizon: Horizon = HORIZON,
    checkup: CheckUpFile = "",
) -> None:
    """Judge the check-up on the past."""
    from keepwell.risk.features import all_features

    session = session_of(context)
    with risks_of(session) as risks:
        asked = risks.checkup(_read(checkup)) if checkup else None
        ways_judged, advice = risks.judge_health(months=months, horizon=horizon, checkup=asked)
    ways = [one.to_dict() for one in ways_judged]
    moves = [one.to_dict() for one in advice]
    missed = [
        {"account_id": account, "left_on": day, "not_known": unknown}
        for account, day, unknown in ways_judged[0].missed
    ]
    features = all_features()
    first = Sheet(
        [
            Column("name", _("Warned by")),
            Column("warnings", _("Warnings"), number=True),
            Column("precision", _("Right"), number=True),
            Column("precision_interval", _("95%"), number=True, tied=True),
            Column("departures", _("Departures"), number=True),
            Column("recall", _("Caught"), number=True),
            Column("recall_interval", _("95%"), number=True, tied=True),
            Column("days_of_warning", _("Days of warning"), number=True),
            Column("missed", _("Missed"), number=True),
        ],
        [
            [
                WAYS.get(way["name"], way["name"]),
                way["warnings"],
                share(way["precision"]),
                between(*(way["precision_interval"] or (None, None))),
                way["departures"],
                share(way["recall"]),
                between(*(way["recall_interval"] or (None, None))),
                way["days_of_warning"],
                way["missed"],
            ]
            for way in ways
        ],
        title=_("Warnings of the last {months} month-ends, by what happened within {days} days").format(
            months=months, days=horizon
        ),
        notes=[
            _("A warning is an account that stands poor at a month's end; the others warn of as many."),
            _(
                "Each month's model knew only what was known then; months before there was one are left out for all."
            ),
            _("Intervals are 95%. Days of warning: the median, from the first warning to leaving."),
            *_warned_of_nobody(ways[0]),
        ],
    )
    data = {"judged": ways, "advice": moves, "missed": missed}
    each = plain([_ends_apart(way) for way in ways])
    session.show(Answer(data, [first, _moves(moves, features)], csv=each))


def _warned_of_nobody(health: dict[str, Any]) -> list[str]:
    """Why a check-up that warned of nobody did not."""
    if health["warnings"]:
        return []
    return [
        _(
            "It warned of nobody. Of {unknown} of the {missed} departures it missed, too little was known."
        ).format(unknown=health["missed_not_known"], missed=health["missed"])
    ]


def _ends_apart(way: dict[str, Any]) -> dict[str, Any]:
    """A way judged, with both ends of its intervals in columns of their own."""
    found: dict[str, Any] = {}
    for name, value in way.items():
        if name.endswith("_interval"):
            low, high = value or (None, None)
            found |= {name.replace("_interval", "_low"): low, name.replace("_interval", "_high"): high}
        else:
            found[name] = value
    return found


def _moves(moves: list[dict[str, Any]], features: Any) -> Sheet:
    rows = []
    for move in moves:
        if move["to"] is not None:
            said = _("move to {to:g}: {beyond} past it left, {within} before it").format(
                to=move["to"], beyond=share(move["beyond_there"]), within=share(move["within_there"])
            )
        elif move["tells"] is None:
            said = _("not known yet: too few were past it")
        elif not move["tells"]:
            said = _("tells little here: its weight would do more elsewhere")
        else:
            said = _("may stay")
        rows.append(
            [
                _of_kind(_(features[move["feature"]].label), move["only"]),
                _past(move["worse"], f"{move['now']:g}"),
                share(move["beyond"]),
                share(move["within"]),
                said,
            ]
        )
    return Sheet(
        [
            Column("feature", _("Signal")),
            Column("now", _("Over when")),
            Column("beyond", _("Left past it"), number=True),
            Column("within", _("Left before it"), number=True),
            Column("advice", _("Advice")),
        ],
        rows,
        title=_("Thresholds, judged on the later half of the days"),
        notes=[
            _("A threshold is found on the earlier half and advised only if it does better on the later.")
        ],
    )


def _of_kind(label: str, only: str) -> str:
    return _("{signal}, {kind}").format(signal=label, kind=KINDS[only]) if only else label


def _past(worse: str, bounds: str) -> str:
    return (_("above {bounds}") if worse == "above" else _("below {bounds}")).format(bounds=bounds)


def default(_context: typer.Context) -> None:
    """Print the check-up that ships."""
    from keepwell.risk.health.checkup import default_text

    typer.echo(default_text(), nl=False)


def use(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help=_("A check-up in TOML."))],
) -> None:
    """Make it the book's check-up."""
    session = session_of(context)
    with risks_of(session) as risks:
        checkup = risks.use_checkup(_read(file))
    said = _("The book's check-up now has {signals} signals in {steps} steps.").format(
        signals=len(checkup.signals), steps=len(checkup.steps)
    )
    data = {"signals": [signal.feature for signal in checkup.signals], "steps": list(checkup.steps)}
    session.show(Answer(data, notes=[said]))


def _read(file: str) -> str:
    try:
        return Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            _("The check-up cannot be read."),
            seen=f"{file}: {error.strerror if isinstance(error, OSError) else error}",
            ways=[_("Print one to start from: keepwell health default > checkup.toml")],
        ) from error


def _all(found: "Health") -> Answer:
    from keepwell.risk.health.checkup import STEPS
    from keepwell.risk.health.standing import LABELS

    rows = found.to_arrow().to_pylist()
    for row in rows:
        row["score"] = None if row["score"] is None else round(row["score"])
        row["known"] = round(row["known"])
    steps = list(found.checkup.steps)
    columns = [
        Column("account_id", _("Account")),
        Column("segment", _("Segment")),
        Column("standing", _("Standing")),
        Column("score", _("Score"), number=True),
        Column("known", _("Known, %"), number=True),
        *[Column(step, _(STEPS[step])) for step in steps],
    ]
    words = {"standing", *steps}
    shown = [[_(LABELS[row[c.name]]) if c.name in words else row[c.name] for c in columns] for row in rows]
    plain = [[row[c.name] for c in columns] for row in rows]
    counts = found.counts()
    said = ", ".join(f"{_(LABELS[name])} {count}" for name, count in reversed(counts.items()))
    return Answer(
        {"day": found.day, "counts": counts, "accounts": rows},
        [
            Sheet(
                columns,
                shown,
                title=_("How accounts stand before {day}").format(day=found.day),
                notes=[said, *_little_known(counts)],
            )
        ],
        csv=Sheet(columns, plain),
    )


def _little_known(counts: Mapping[str, int]) -> list[str]:
    """What to do where the check-up can say nothing of most accounts."""
    if counts.get("unknown", 0) <= sum(counts.values()) / 2:
        return []
    return [
        _(
            "Of most accounts too little is known for this check-up. Load more tables (keepwell import --help), or"
            " write one that asks what you know: keepwell health default > checkup.toml"
        )
    ]


def _account(one: dict[str, Any]) -> Answer:
    from keepwell.risk.features import all_features
    from keepwell.risk.health.checkup import STEPS
    from keepwell.risk.health.standing import LABELS

    features = all_features()
    rows = [
        [
            _(STEPS[step["step"]]) if place == 0 else "",
            _(LABELS[step["standing"]]) if place == 0 else "",
            _(features[signal["feature"]].label),
            "" if signal["value"] is None else f"{signal['value']:g}",
            STATES[signal["is"]],
            _past(signal["worse"], f"{signal['near']:g} / {signal['threshold']:g}"),
            f"{signal['weight']:.0f}",
        ]
        for step in one["steps"]
        for place, signal in enumerate(step["signals"])
    ]
    columns = [
        Column("step", _("Step")),
        Column("standing", _("Standing")),
        Column("signal", _("Signal")),
        Column("value", _("Value"), number=True),
        Column("is", _("Is")),
        Column("bounds", _("Near / over when")),
        Column("weight", _("Weight"), number=True),
    ]
    score = _("not known") if one["score"] is None else f"{one['score']:.0f}"
    title = _("{account} before {day}: {standing}, score {score}, {known:.0f}% known").format(
        account=one["account_id"],
        day=one["day"],
        standing=_(LABELS[one["standing"]]),
        score=score,
        known=one["known"],
    )
    return Answer(one, [Sheet(columns, rows, title=title)])
