"""A conversation's mood as the book's table of talks has it."""

from typing import Any

from keepwell.conversations.models import Felt


def columns_of(felt: Felt | None) -> dict[str, Any]:
    """The columns of a mood; empty where none was told. Shares are of the turns whose mood was told or said."""
    told = 0 if felt is None else felt.good + felt.bad + felt.neutral + felt.unsure
    if felt is None or not told:
        return {"their_mood_turns": None, "their_good": None, "their_bad": None, "mood_model": None}
    return {
        "their_mood_turns": told,
        "their_good": round(felt.good / told, 4),
        "their_bad": round(felt.bad / told, 4),
        "mood_model": felt.model or None,
    }
