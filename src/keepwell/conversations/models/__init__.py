"""What the room keeps, a file a subject; Django finds the models of an application here."""

from keepwell.conversations.models.clips import Clip, Collected, Collection
from keepwell.conversations.models.finding import Index, Indexed, Meaning, Meanings, ToMean
from keepwell.conversations.models.kept import (
    Conversation,
    Correction,
    Dialled,
    Folder,
    Incoming,
    InFolder,
    Known,
    Mailbox,
    Participant,
    Policy,
    Turn,
    Unplaced,
)
from keepwell.conversations.models.moods import Felt, MoodModel, MoodSaid
from keepwell.conversations.models.rules import Hit, Past, Rule, RuleVersion, Ruling, Words

__all__ = [
    "Clip",
    "Collected",
    "Collection",
    "Conversation",
    "Correction",
    "Dialled",
    "Felt",
    "Folder",
    "Hit",
    "InFolder",
    "Incoming",
    "Index",
    "Indexed",
    "Known",
    "Mailbox",
    "Meaning",
    "Meanings",
    "MoodModel",
    "MoodSaid",
    "Participant",
    "Past",
    "Policy",
    "Rule",
    "RuleVersion",
    "Ruling",
    "ToMean",
    "Turn",
    "Unplaced",
    "Words",
]
