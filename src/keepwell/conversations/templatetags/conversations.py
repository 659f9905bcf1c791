"""The room's tabs, and what a conversation is called."""

from typing import Any

from django import template

from keepwell.conversations import naming
from keepwell.conversations.tabs import tabs_for

register = template.Library()
register.filter("heading", naming.heading)


@register.inclusion_tag("conversations/tab_links.html", takes_context=True)
def room_tabs(context: dict[str, Any], tab: str = "") -> dict[str, Any]:
    """The parts of the room that the reader sees; `tab` is where they are."""
    return {"room_tabs": tabs_for(context["request"].user), "tab": tab}
