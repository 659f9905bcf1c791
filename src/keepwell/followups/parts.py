"""Follow-ups' parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part
from keepwell.members.rights import Right

PARTS = (
    Part(
        40,
        "followups:standards",
        _("How often to speak"),
        _("Standards by segment and stage: the cadence."),
        Right.MANAGE,
    ),
    Part(
        45,
        "followups:playbooks",
        _("Playbooks"),
        _("Follow-ups that belong together, who is held out, and whether they help."),
        Right.SEE,
    ),
    Part(
        3,
        "followups:calendar",
        _("Your calendar"),
        _("An address that your calendar reads your follow-ups from."),
        Right.SEE,
    ),
)
