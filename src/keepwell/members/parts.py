"""Members' parts of the settings."""

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
)
