"""`keepwell effect`: what an action did, judged by the accounts that were held out from it."""

import csv
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.risking import Horizon, between, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risks import EFFECT_HORIZON


class _Asked(TyperGroup):
    """Commands about effects; a first word that is none of them is the action asked about."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["of", *args]
        return super().parse_args(ctx, args)


def add_to(app: typer.Typer) -> None:
    """Add `keepwell effect` and its commands."""
    group = typer.Typer(
        cls=_Asked, help=_("What an action did, beside accounts held out from it, and on whom it works.")
    )
    group.callback(invoke_without_command=True)(recorded)
    group.command(
        "of",
        help=_("What an action did; the word “of” may be left out."),
        epilog=examples(
            "keepwell effect of training",
            "keepwell effect discount --by kind",
            "keepwell effect training --horizon 90",
            "keepwell --format json effect training",
        ),
    )(effect)
    group.command(
        "hold-out",
        help=_("Draw who is held out from an action for ever, and record it."),
        epilog=examples(
            "keepwell effect hold-out training --share 0.2",
            "keepwell effect hold-out training --among list.csv",
        ),
    )(hold_out)
    group.command(
        "held-out",
        help=_("Who is held out, from which action and since when."),
        epilog=examples("keepwell effect held-out", "keepwell --format csv effect held-out training"),
    )(held_out)
    app.add_typer(group, name="effect")


def recorded(context: typer.Context) -> None:
    """List the actions that the book knows of."""
    if context.invoked_subcommand is not None:
        return
    from keepwell.risk.effects.gathering import nothing_recorded
    from keepwell.risk.effects.trial import LEAST

    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.actions()
    if not found:
        raise nothing_recorded()
    columns = [
        Column("action", _("Action")),
        Column("treated", _("Treated"), number=True),
        Column("held_out", _("Held out"), number=True),
        Column("first", _("From")),
        Column("last", _("To")),
    ]
    rows = [[one.action, one.treated, one.held_out, one.first, one.last] for one in found]
    notes = [
        _("Of one of them: keepwell effect {action}").format(action=found[0].action),
        _("An effect takes {least} accounts in each arm of which it is known what became of them.").format(
            least=LEAST
        ),
    ]
    sheet = Sheet(columns, rows, title=_("Actions, by accounts in each arm"), notes=notes)
    session.show(Answer([asdict(one) for one in found], [sheet]))


def hold_out(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="KIND", help=_("The kind of treatment."))],
    *,
    share_: Annotated[
        float | None,
        typer.Option(
            "--share", metavar="SHARE", help=_("The share held out; default: as last time, or 0.2.")
        ),
    ] = None,
    among: Annotated[
        str,
        typer.Option(
            "--among", metavar="FILE", help=_("Only among these: CSV with a column account_id; default: all.")
        ),
    ] = "",
) -> None:
    """Draw, record and say who."""
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.hold_out(
            action, now=datetime.now(UTC), share=share_, among=_accounts_in(among) if among else None
        )
    data = {
        "action": found.action,
        "share": found.share,
        "accounts": found.accounts,
        "new": len(found.new),
        "held_out": [{"account_id": one, "new": one in found.new} for one in found.held_out],
    }
    columns = [Column("account_id", _("Held out")), Column("new", _("Since"))]
    rows = [[one, _("now") if one in found.new else _("before")] for one in found.held_out]
    title = _("{held} of {accounts} accounts are held out from {action}, {new} of them from now on").format(
        held=len(rows), accounts=found.accounts, action=action, new=len(found.new)
    )
    notes = [
        _("They stay held out for ever. Never act on them with it: keepwell worth leaves them out."),
        _("Act on the others as you meant to, and record whom: keepwell import treatments FILE."),
    ]
    session.show(Answer(data, [Sheet(columns, rows, title=title, notes=notes)]))


def _accounts_in(file: str) -> list[str]:
    """The column account_id of a CSV file."""
    ways = [_("Write one with: keepwell --format csv worth > list.csv")]
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as opened:
            found = csv.DictReader(opened)
            if "account_id" not in (found.fieldnames or ()):
                raise BadInput(
                    _("{file} has no column account_id.").format(file=file),
                    seen=", ".join(found.fieldnames or ()),
                    ways=ways,
                )
            return [row["account_id"] or "" for row in found]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(_("{file} cannot be read.").format(file=file), seen=str(error), ways=ways) from error


def held_out(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="KIND", help=_("The kind of treatment."))] = "",
) -> None:
    """List them."""
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.held_out(action)
    columns = [Column("action", _("Action")), Column("account_id", _("Account")), Column("since", _("Since"))]
    rows = [[one["action"], one["account_id"], one["since"]] for one in found]
    notes = [] if found else [_("Nobody is: keepwell effect hold-out KIND")]
    session.show(Answer(found, [Sheet(columns, rows, title=_("Held out for ever"), notes=notes)]))


def effect(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="KIND", help=_("The kind of treatment, as imported."))],
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="WHAT", help=_("Apart by segment or by kind of account."))
    ] = "segment",
    horizon: Horizon = EFFECT_HORIZON,
) -> None:
    """Lay the treated beside the held out."""
    if by not in ("segment", "kind"):
        raise KeepwellError(_("An effect is told by segment or by kind."), seen=by)
    groups: Literal["segment", "kind"] = "kind" if by == "kind" else "segment"
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.effect(action, by=groups, horizon=horizon)
    data = {**found.to_json(), "groups": found.rows()}
    rows = [
        [
            row["group"],
            row["treated"],
            share(row["treated_share"]),
            row["held_out"],
            share(row["held_out_share"]),
            share(row["benefit"]),
            between(row["low"], row["high"]),
            _("small") if row["small"] else "",
        ]
        for row in data["groups"]
    ]
    first = Sheet(
        [
            Column("group", _("Accounts")),
            Column("treated", _("Treated"), number=True),
            Column("treated_share", _("of them"), number=True, tied=True),
            Column("held_out", _("Held out"), number=True),
            Column("held_out_share", _("of them"), number=True, tied=True),
            Column("benefit", _("Benefit"), number=True),
            Column("interval", _("95%"), number=True, tied=True),
            Column("small", _("Base")),
        ],
        rows,
        title=_("{action}: {outcome}").format(action=data["action"], outcome=data["outcome"]),
        notes=data["notes"],
    )
    session.show(
        Answer(data, [first, _orders(data)], csv=Sheet(_PLAIN, [list(r.values()) for r in data["groups"]]))
    )


_PLAIN = [
    Column(name)
    for name in (
        "group", "treated", "held_out", "treated_share", "held_out_share", "benefit", "low", "high", "small",
    )
]  # fmt: skip


def _orders(data: dict[str, Any]) -> Sheet:
    names = {"response": _("those at risk first"), "random": _("by lot")}
    rows = [
        [
            names.get(one["name"], one["name"]) + (" *" if one["name"] == data["best"] else ""),
            "" if one["qini"]["value"] is None else f"{one['qini']['value']:.4f}",
            "" if one["qini"]["low"] is None else f"{one['qini']['low']:.4f} – {one['qini']['high']:.4f}",
            *[share(top["value"]) for top in one["benefit"].values()],
        ]
        for one in data["rankings"]
    ]
    tops = list(data["rankings"][0]["benefit"]) if data["rankings"] else []
    return Sheet(
        [
            Column("name", _("Whom to act on")),
            Column("qini", _("Qini"), number=True),
            Column("interval", _("95%"), number=True, tied=True),
            *[Column(top, _("Benefit, first {top}").format(top=top), number=True) for top in tops],
        ],
        rows,
        title=_("Orders in which accounts could be acted on, judged on accounts they were not learnt from"),
        notes=[_("* the best of those that were learnt")],
    )
