"""Which accounts a playbook is for: conditions as people type them, answered by the office's own tables."""

from typing import Any

from django.db.models import Q, QuerySet

from keepwell.accounts.models import Account, Standing
from keepwell.followups.models import Version
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.metrics.cuts import NO_VALUE, Condition, parse_where

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


def checked(text: str) -> tuple[Condition, ...]:
    """Conditions out of a text. Raises KeepwellError, with near names, where it asks what is not known."""
    if not text.strip():
        return ()
    found = parse_where(text)
    for one in found:
        if one.column not in COLUMNS:
            close = near(one.column, COLUMNS)
            raise KeepwellError(
                _("Nothing called “{name}” is known of accounts here.").format(name=one.column),
                ways=[
                    *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                    _("There are: {names}.").format(names=", ".join(COLUMNS)),
                ],
            )
    return found


def eligible(accounts: QuerySet[Account], version: Version) -> QuerySet[Account]:
    """Of some accounts the paying ones that a version of a playbook is for."""
    found = accounts.filter(standing__isnull=False)
    for one in checked(version.condition):
        met = _met(one)
        found = found.exclude(met) if one.negated else found.filter(met)
    if version.stage:
        found = found.filter(rhythm__stage=version.stage)
    if version.least_risk is not None:
        found = found.filter(standing__risk__gte=version.least_risk)
    return found


def _met(one: Condition) -> Q:
    name = COLUMNS[one.column]
    values: list[Any] = ["" if value == NO_VALUE else value for value in one.values]
    if one.column == "health":
        values = [value.lower() for value in values if value.lower() in Standing.Health.values]
    return Q(**{f"{name}__in": values})
