"""Alerts' parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part
from keepwell.members.rights import Right

PARTS = (
    Part(
        50,
        "alerts:thresholds",
        _("What raises an alert"),
        _("Thresholds for the company, teams, segments, members and accounts."),
        Right.SEE,
    ),
    Part(
        2,
        "alerts:telling",
        _("How I am told"),
        _("By mail at once or once a day, quiet hours, and other places."),
        Right.SEE,
    ),
)
