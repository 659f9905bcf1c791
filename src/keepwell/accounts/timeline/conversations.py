"""Calls, meetings, mails and chats that were kept."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.models import Channel
from keepwell.accounts.timeline import Kind

KIND = Kind(
    name="conversation",
    label=gettext_lazy("Conversation"),
    table="conversations",
    keeps=("channel", "language", "conversation_id"),
    headline=lambda d: _("Conversation: {channel}").format(channel=Channel.said(d.get("channel"))),
)
