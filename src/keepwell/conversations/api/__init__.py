"""Calls about conversations, a file a subject: each lists its router here."""

from keepwell.conversations.api import (
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
        rules,
        wording,
        sounds,
        searching,
        learning,
        placing,
        sources,
        policies,
    )
]
UPLOADS = ["conversations/files", "rules/import"]  # their body is a file, not JSON
