"""The site's own parts of the settings."""

from django.utils.translation import gettext_lazy as _

from keepwell.accounts.rooms import Part

PARTS = (
    Part(
        75,
        "health",
        _("Sources"),
        _("What has been loaded, up to which day each source is complete, and what was put aside."),
        anchor="sources",
    ),
    Part(80, "night", _("The night"), _("When the night's work begins, how far it is, and to begin it now.")),
    Part(
        90,
        "health",
        _("Health of the system"),
        _("Sources, loads, quarantine, jobs, disk, versions and slow pages."),
    ),
    Part(
        95, "health", _("Backup"), _("How book and office are kept safe, and brought back."), anchor="backup"
    ),
)
