"""The trail: what was done is written in the same transaction as the doing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from keepwell.members.models import Change, Member

NIGHT = "night"
NOBODY = "nobody"  # somebody who has not signed in


def record(
    what: str,
    *,
    by: Member | None,
    of: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    otherwise: str = NIGHT,
) -> Change:
    """Write that `by` did `what`, and which fields it changed from what to what.

    Without a member it was the night, or who is named in `otherwise`.
    """
    old, new = dict(before or {}), dict(after or {})
    same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    return Change.objects.create(
        member=by,
        by=by.name if by else otherwise,
        what=what,
        kind=of._meta.label_lower if of is not None else "",
        key=str(of.pk) if of is not None else "",
        before={name: value for name, value in old.items() if name not in same},
        after={name: value for name, value in new.items() if name not in same},
    )
