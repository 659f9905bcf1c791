"""Who in this room must know when words change; see `actions.changing`."""

from keepwell.conversations import index
from keepwell.conversations.actions.changing import Changed

CHANGED: list[Changed] = [
    Changed("index", lambda conversation, _now: index.put(conversation), index.drop, place=10),
]
