"""Contacts of ours with them, and theirs with us."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.models import Channel
from keepwell.accounts.readable import topic_said
from keepwell.accounts.timeline import Kind

KIND = Kind(
    name="touch",
    label=gettext_lazy("Contact"),
    table="touches",
    keeps=("channel", "direction", "team"),
    personal=("topic",),
    headline=lambda d: (
        _("They reached out: {channel}") if d.get("direction") == "in" else _("We reached out: {channel}")
    ).format(channel=Channel.said(d.get("channel"))),
    detail=lambda d: topic_said(d.get("topic")),
)
