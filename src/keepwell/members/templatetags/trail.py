"""The trail in templates."""

from typing import Any

from django import template

from keepwell.members import deeds
from keepwell.members.models import Change, Member

register = template.Library()
register.filter("deed", deeds.deed_said)
register.filter("kind", deeds.kind_said)


@register.simple_tag
def told(change: Change, side: str, members: Any) -> list[tuple[str, str]]:
    """What a change's fields held `before` or `after` it, with the names of members."""
    names = {one.pk: one.name for one in members if isinstance(one, Member)}
    return list(deeds.fields_said(change.kind, getattr(change, side), names))
