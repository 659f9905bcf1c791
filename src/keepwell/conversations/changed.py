"""Who in this room must know when words change; see `actions.changing`."""

from keepwell.conversations.actions.changing import Changed

CHANGED: list[Changed] = []
