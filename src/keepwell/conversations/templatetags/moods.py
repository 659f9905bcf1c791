"""The mood beside a turn."""

from typing import Any

from django import template

from keepwell.conversations.models import Turn
from keepwell.conversations.mood.showing import Moods
from keepwell.listening.said import Side

register = template.Library()


@register.inclusion_tag("conversations/mood_turn.html", takes_context=True)
def turn_mood(context: dict[str, Any], turn: Turn, moods: Moods) -> dict[str, Any]:
    """A turn's mood, and for whoever may act the ways to say another one. Our own turns have none."""
    theirs = turn.side == Side.THEM and bool(turn.text)
    return {
        "one": context["one"],
        "turn": turn if theirs else None,
        "mood": moods.of(turn),
        "says": bool(context.get("acts")) and theirs,
        "csrf_token": context.get("csrf_token"),
    }
