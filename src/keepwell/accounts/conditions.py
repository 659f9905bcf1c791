"""Which accounts meet conditions as people type them, answered by the office's own tables.

Besides what is known of every account one may ask any column that the company's file has, and saved segments by name:
saved = 'Enterprise in Austria'.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from keepwell.accounts.models import Account, Projection, Standing
from keepwell.accounts.rooms import added
from keepwell.book.tables import table_named
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.cuts import KEPT_BY, NO_VALUE, Condition, parse_where

SAVED = "saved"
COLUMNS = {
    "segment": "segment",
    "industry": "industry",
    "country": "country",
    "language": "language",
    "salesperson": "salesperson",
    "channel": "channel",
    "health": "standing__health",
    "kept_by": "standing__kept_by",
    "stage": "rhythm__stage",
}
TODAY = ("health", "stage")  # of these, what is kept of no other day


def checked(text: str) -> tuple[Condition, ...]:
    """Conditions out of a text. Raises KeepwellError, with near names, where it asks what is not known."""
    if not text.strip():
        return ()
    found, more = parse_where(text), _more()
    for one in found:
        if one.column == SAVED:
            for name in one.values:
                _kept_as(name)
        elif one.column not in COLUMNS and one.column not in more:
            raise _unknown(one, [*COLUMNS, *more, SAVED])
    return found


def to_be_kept(text: str) -> tuple[Condition, ...]:
    """Conditions out of a text that is to be kept under a name, asked of figures and of lists.

    Raises KeepwellError where it asks what neither knows. Before the first night nobody knows the file's columns.
    """
    found, more = _of_no_other(parse_where(text)), _more()
    for one in found:
        known = dict.fromkeys(
            (KEPT_BY, *COLUMNS, *more, *(column.name for column in table_named("accounts").columns))
        )
        if one.column not in known and Projection.objects.filter(name="accounts").exists():
            raise _unknown(one, [name for name in known if name != "account_id"])
    return found


def of_today(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Those of some conditions that ask how accounts stand now, which nobody can ask of other days."""
    asked = tuple(one for one in conditions if one.column in TODAY)
    return tuple(one for one in asked if one.column not in _more()) if asked else ()


def _of_no_other(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The conditions of a segment, which are not those of another: that one could be made of this."""
    for one in conditions:
        if one.column == SAVED:
            raise KeepwellError(
                _("A segment cannot be made of another."),
                seen=str(one),
                ways=[_("Write the other one's conditions here.")],
            )
    return conditions


def _unknown(one: Condition, known: list[str]) -> KeepwellError:
    close = near(one.column, known)
    return KeepwellError(
        _("Nothing called “{name}” is known of accounts here.").format(name=one.column),
        seen=str(one),
        ways=[
            *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
            _("There are: {names}.").format(names=", ".join(known)),
        ],
    )


def meeting(accounts: QuerySet[Account], text: str) -> QuerySet[Account]:
    """Of some accounts those that meet all conditions of a text. Raises KeepwellError as `checked`."""
    return accounts.filter(_all(checked(text)))


def saved() -> dict[str, str]:
    """The conditions that people gave a name, by it."""
    return {name: where for one in added("saved", "SAVED") for name, where in one.conditions().items()}


def in_saved(accounts: QuerySet[Account], name: str) -> QuerySet[Account]:
    """Of some accounts those of a saved segment. Raises KeepwellError where there is none of that name."""
    return accounts.filter(_all(_kept_as(name)))


def _kept_as(name: str) -> tuple[Condition, ...]:
    text = _where(name)
    _of_no_other(parse_where(text))
    return checked(text)


def _where(name: str) -> str:
    found = saved()
    if name not in found:
        raise KeepwellError(
            _("There is no segment “{name}”.").format(name=name), ways=[_("Choose one from the list.")]
        )
    return found[name]


def _more() -> list[str]:
    row = Projection.objects.filter(name="accounts").first()
    return list(row.said.get("columns", [])) if row else []


def _all(conditions: Iterable[Condition]) -> Q:
    found = Q()
    for one in conditions:
        found &= ~_met(one) if one.negated else _met(one)
    return found


def _met(one: Condition) -> Q:
    if one.column == SAVED:
        found = Q()
        for name in one.values:
            found |= _all(_kept_as(name))
        return found
    values: list[Any] = ["" if value == NO_VALUE else value for value in one.values]
    if one.column == "health":
        values = [value.lower() for value in values if value.lower() in Standing.Health.values]
    if one.column in COLUMNS:
        return Q(**{f"{COLUMNS[one.column]}__in": values})
    # Of the rest every account has all columns, empty where nothing is known: a negation leaves nobody out.
    return Q(**{f"attributes__{one.column}__in": values})
