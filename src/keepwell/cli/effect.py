"""`keepwell effect`: what an action did, judged by the accounts that were held out from it."""

from typing import Annotated, Any, Literal

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.risking import between, risks_of, share
from keepwell.cli.session import session_of
from keepwell.lib.text import gettext as _


def add_to(app: typer.Typer) -> None:
    """Add `keepwell effect`."""
    app.command(
        "effect",
        help=_("What an action did, beside accounts held out from it, and on whom it works."),
        epilog=examples(
            "keepwell effect training",
            "keepwell effect discount --by kind",
            "keepwell --format json effect training",
        ),
    )(effect)


def effect(
    context: typer.Context,
    action: Annotated[str, typer.Argument(metavar="KIND", help=_("The kind of treatment, as imported."))],
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="WHAT", help=_("Apart by segment or by kind of account."))
    ] = "segment",
) -> None:
    """Lay the treated beside the held out."""
    from keepwell.lib.errors import KeepwellError

    if by not in ("segment", "kind"):
        raise KeepwellError(_("An effect is told by segment or by kind."), seen=by)
    groups: Literal["segment", "kind"] = "kind" if by == "kind" else "segment"
    session = session_of(context)
    with risks_of(session) as risks:
        found = risks.effect(action, by=groups)
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
