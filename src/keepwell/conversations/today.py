"""What the room adds to Today: rules of a member that fell silent or are right less often."""

from typing import Any

from django.db.models import QuerySet

from keepwell.accounts.rooms import Aside
from keepwell.conversations.models import Rule
from keepwell.conversations.rules.showing import notices_of
from keepwell.members.models import Member
from keepwell.members.ready import ready_by_keys

_MOST = 5


def rules_aside(member: Member) -> dict[str, Any] | None:
    """What a member's own rules say of themselves; nothing where they say nothing."""
    rows = _noticed(_MOST + 1, owner=member.pk).rows()
    if not rows:
        return None
    return {
        "rules": [{"rule": one, "said": notices_of(one)} for one in rows[:_MOST]],
        "more": len(rows) > _MOST,
    }


@ready_by_keys
def _noticed(most: int, /, *, owner: int) -> QuerySet[Rule]:
    rows = Rule.objects.filter(owner=owner, on=True).exclude(notice="").order_by("name")
    return rows[:most]


TODAY = [Aside("rules", 40, "conversations/rules_aside.html", rules_aside)]
