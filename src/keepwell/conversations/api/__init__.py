"""Calls about conversations, a file a subject: each lists its router here."""

from keepwell.conversations.api import clips, conversations

ROUTERS = [conversations.router, clips.router]
