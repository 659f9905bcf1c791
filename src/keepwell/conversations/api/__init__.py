"""Calls about conversations, a file a subject: each lists its router here."""

from keepwell.conversations.api import clips, conversations, files, rules, searching

ROUTERS = [conversations.router, clips.router, files.router, rules.router, searching.router]
UPLOADS = ["conversations/files"]  # their body is a file, not JSON
