"""The trail: what was done is written in the same transaction as the doing."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from keepwell.members.models import Change, Member

NIGHT = "night"


def record(
    what: str,
    *,
    by: Member | None,
    of: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Change:
    """Write that `by` (None: the night) did `what`, and which fields it changed from what to what."""
    old, new = dict(before or {}), dict(after or {})
    same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
    return Change.objects.create(
        member=by,
        by=by.name if by else NIGHT,
        what=what,
        kind=of._meta.label_lower if of is not None else "",
        key=str(of.pk) if of is not None else "",
        before={name: value for name, value in old.items() if name not in same},
        after={name: value for name, value in new.items() if name not in same},
    )
