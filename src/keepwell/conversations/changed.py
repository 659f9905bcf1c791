"""Who in this room must know when words change; see `actions.changing`."""

from keepwell.conversations import index
from keepwell.conversations.actions import clipping
from keepwell.conversations.actions.changing import Changed
from keepwell.conversations.mood import feeling
from keepwell.conversations.transcript.measuring import measured

CHANGED: list[Changed] = [
    Changed(
        "index",
        lambda conversation, _now: index.put(conversation),
        index.drop,
        place=10,
        many=lambda some, _now: index.put_all(some),
    ),
    Changed("mood", feeling.felt, gone=feeling.let_go, place=15, many=feeling.felt_many),
    Changed("measures", measured, place=20),
    Changed("clips", lambda _conversation, _now: None, gone=clipping.let_go, place=30),
]
