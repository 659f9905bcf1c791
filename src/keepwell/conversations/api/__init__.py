"""Calls about conversations, a file a subject: each lists its router here."""

from keepwell.conversations.api import (
    clips,
    collections,
    conversations,
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
