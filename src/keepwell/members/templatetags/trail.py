"""The trail in templates."""

from collections.abc import Mapping

from django import template

from keepwell.members import deeds
from keepwell.members.models import Change

register = template.Library()
register.filter("deed", deeds.deed_said)
register.filter("kind", deeds.kind_said)


@register.simple_tag
def told(change: Change, side: str, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """What a change's fields held `before` or `after` it; `names` are those of members."""
    return list(deeds.fields_said(change.kind, getattr(change, side), names))
