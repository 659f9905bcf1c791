"""Calls about conversations, a file a subject: each lists its router here."""

from keepwell.conversations.api import (
    briefs,
    bringing,
    clips,
    collections,
    conversations,
    correcting,
    files,
    learning,
    placing,
    policies,
    rules,
    searching,
    sounds,
    sources,
    trying,
    wording,
)

ROUTERS = [
    one.router
    for one in (
        conversations,
        correcting,
        clips,
        collections,
        files,
        bringing,
        trying,
        rules,
        wording,
        sounds,
        searching,
        learning,
        placing,
        sources,
        policies,
        briefs,
    )
]
UPLOADS = ["conversations/files", "rules/import"]  # their body is a file, not JSON
