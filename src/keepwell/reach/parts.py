"""Reach's parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part
from keepwell.members.rights import Right

PARTS = (
    Part(
        30,
        "reach:rules",
        _("Rules of the contact budget"),
        _("How often anyone of ours may reach one contact or account."),
        Right.MANAGE,
    ),
)
