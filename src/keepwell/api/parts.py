"""The API's parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part
from keepwell.members.rights import Right

PARTS = (
    Part(
        4,
        "api:tokens",
        _("Tokens for programs"),
        _("What lets a program read and do what you may."),
        Right.SEE,
    ),
    Part(
        70,
        "api:reference",
        _("The API"),
        _("Every call that a program can make."),
        Right.SEE,
    ),
)
