"""Calls about conversations, a file a subject: each lists its router here."""

from keepwell.conversations.api import (
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
    sources,
)

ROUTERS = [
    one.router
    for one in (
        conversations,
        correcting,
        clips,
        collections,
        files,
        rules,
        searching,
        learning,
        placing,
        sources,
        policies,
    )
]
UPLOADS = ["conversations/files"]  # their body is a file, not JSON
