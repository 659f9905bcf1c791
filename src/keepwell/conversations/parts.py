"""Conversations' parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part

PARTS = (
    Part(
        60,
        "conversations:sources",
        _("Where conversations come from"),
        _("Mailboxes and folders that are read, and whether recordings can be transcribed."),
    ),
    Part(
        61,
        "conversations:policies",
        _("What may be recorded and kept"),
        _("By country and account: recordings, words, for how long, on what consent."),
    ),
)
