"""`keepwell init` and `keepwell settings`: what a company settles once."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.helping import examples
from keepwell.cli.out import Answer, Column, Sheet
from keepwell.cli.session import session_of
from keepwell.lib.days import parse_day
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near

if TYPE_CHECKING:
    from keepwell.book.settings import Settings

# What a person may set, beside the policies of the ledger.
MEANINGS = {
    "reporting_currency": _("the currency in which statements are written, such as EUR"),
    "time_zone": _("by whose clock a day begins, such as Europe/Prague; fixed by the first load"),
    "fiscal_start": _("the month (1 to 12) with which the company's year begins"),
    "data_from": _("figures before this day are not to be trusted"),
}
# What each policy of the ledger settles.
POLICIES = {
    "grace_days": _("so many days the last MRR is held after it fell to 0, in case the account pays again"),
    "churn_dated": _(
        "paid_until: churn is dated at the end of what was paid for; notice: at the day of notice"
    ),
    "past_due_days": _(
        "from so many days after an unpaid invoice was due the account pays nothing; none: it pays"
    ),
    "term_end": _("as_stated: a term ends on its end day; rolls_on: it runs on until a notice or a reason"),
    "purchases_beside_subscriptions": _("whether purchases make MRR of their own while a subscription runs"),
    "first_cycle_days": _("the days between purchases taken until the company's own gaps are known"),
    "first_limit_days": _(
        "the days without a purchase taken for a lapse until the company's own gaps are known"
    ),
    "enough_gaps": _("so many gaps between purchases must be known before a segment's own are used"),
}
NOTHING = ("", "none", "null")


def add_to(app: typer.Typer) -> None:
    """Add `keepwell init` and `keepwell settings`."""
    app.command(
        "init",
        help=_("Make an empty book, with its currency and clock."),
        epilog=examples(
            "keepwell --home ./book init --currency EUR --time-zone Europe/Prague",
            "keepwell init --currency USD --fiscal-start 4",
        ),
    )(init)
    app.command(
        "settings",
        help=_("Show the settings and policies of the book, or change some: NAME=VALUE."),
        epilog=examples(
            "keepwell settings",
            "keepwell settings reporting_currency=EUR fiscal_start=4",
            "keepwell settings grace_days=14 churn_dated=notice",
            "keepwell settings past_due_days=none",
        ),
    )(settings)


def init(
    context: typer.Context,
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help=_("Currency of statements: EUR."))
    ] = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", metavar="ZONE", help=_("Whose clock begins a day."))
    ] = "UTC",
    fiscal_start: Annotated[
        int, typer.Option("--fiscal-start", metavar="MONTH", help=_("First month of the year."))
    ] = 1,
) -> None:
    """Make the book."""
    from keepwell.book.book import Book

    session = session_of(context)
    book = Book.create(session.place, reporting_currency=currency.upper() or None, time_zone=time_zone)
    if fiscal_start != 1:
        book.change_settings(fiscal_start=fiscal_start)
    answer = _shown(session.place, book.settings)
    answer.notes = [
        _("There is a book at {home} now. Load a first file: keepwell import accounts FILE").format(
            home=session.place
        )
    ]
    session.show(answer)


def settings(
    context: typer.Context,
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help=_("What to change; none shows."))
    ] = None,
) -> None:
    """Show the settings, after changing what was asked for."""
    from keepwell.book.book import Book

    session = session_of(context)
    book = Book.open(session.place)
    if changes:
        book.change_settings(**changed(book.settings, changes))
    session.show(_shown(session.place, book.settings))


def changed(now: "Settings", changes: list[str]) -> dict[str, Any]:
    """The settings that NAME=VALUE texts ask for.

    Raises KeepwellError where a name is unknown or a value is none of its kind.
    """
    from keepwell.ledger.policies import Policies

    asked: dict[str, Any] = {}
    policies = Policies(**now.policies).to_dict()
    before = dict(policies)
    for change in changes:
        name, equals, value = change.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise KeepwellError(
                _("“{text}” changes nothing.").format(text=change),
                ways=[_("Write NAME=VALUE: fiscal_start=4.")],
            )
        if name in MEANINGS:
            asked[name] = _setting(name, value.strip())
        elif name in policies:
            policies[name] = _policy(name, value.strip())
        else:
            names = [*MEANINGS, *policies]
            raise KeepwellError(
                _("There is no setting “{name}”.").format(name=name),
                ways=[_("The settings are: {names}.").format(names=", ".join(near(name, names) or names))],
            )
    if policies != before:
        asked["policies"] = Policies(**policies).to_dict()
    return asked


def _setting(name: str, value: str) -> Any:
    if name == "fiscal_start":
        return _whole(name, value)
    if name == "data_from":
        return None if value.lower() in NOTHING else parse_day(value)
    if name == "reporting_currency":
        return None if value.lower() in NOTHING else value.upper()
    return value


def _policy(name: str, value: str) -> Any:
    from keepwell.ledger.policies import Policies

    kind = str({f.name: f.type for f in fields(Policies)}[name])
    if "bool" in kind:
        if value.lower() not in ("yes", "no", "true", "false"):
            raise KeepwellError(_("{name} is yes or no.").format(name=name), seen=value)
        return value.lower() in ("yes", "true")
    if "int" in kind:
        return None if "None" in kind and value.lower() in NOTHING else _whole(name, value)
    return value


def _whole(name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise KeepwellError(_("{name} is a whole number.").format(name=name), seen=value) from None


def _shown(home: str, found: "Settings") -> Answer:
    from keepwell.ledger.policies import Policies

    policies = Policies(**found.policies)
    own: Mapping[str, Any] = {name: getattr(found, name) for name in MEANINGS}
    rows = [(name, _written(value), MEANINGS[name]) for name, value in own.items()]
    rows += [(name, _written(value), POLICIES.get(name, "")) for name, value in policies.to_dict().items()]
    sheet = Sheet(
        [Column("name", _("Setting")), Column("value", _("Value")), Column("meaning", _("Means"))],
        rows,
        title=_("Settings of the book at {home}").format(home=home),
        notes=policies.sentences(),
    )
    return Answer({"home": home, **own, "policies": policies.to_dict()}, [sheet])


def _written(value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
