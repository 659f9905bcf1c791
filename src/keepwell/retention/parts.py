"""Retention's parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part
from keepwell.members.rights import Right

PARTS = (
    Part(
        60,
        "retention:segments",
        _("Segments"),
        _("Accounts that people speak of together, under one name."),
        Right.SEE,
    ),
)
