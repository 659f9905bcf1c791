"""The accounts' parts of the settings, and those of the rooms below."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part
from keepwell.members.rights import Right

PARTS = (
    Part(
        1,
        "members:profile",
        _("You"),
        _("Your name, language, time zone and colours, and how you sign in."),
        Right.SEE,
    ),
    Part(
        10,
        "members:people",
        _("Members"),
        _("Who is here, and inviting more."),
        Right.MANAGE,
    ),
    Part(
        11,
        "members:teams",
        _("Teams"),
        _("Who works together, and what they look after."),
        Right.ADMINISTER,
    ),
    Part(
        12,
        "members:portfolios",
        _("Portfolios"),
        _("Which accounts belong together."),
        Right.ADMINISTER,
    ),
    Part(
        85,
        "members:trail",
        _("Trail"),
        _("Who did what, and when."),
        Right.ADMINISTER,
    ),
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
