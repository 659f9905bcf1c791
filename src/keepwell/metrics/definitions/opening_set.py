"""Keepwell."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("Keepwell"), source=_("metrics: the locked opening set"))
def opening_set(a: Activity) -> Share:
    """Of the accounts paying at the opening, the share not paying at the closing; joiners are in neither."""
    return Share(of=a.churned, over=a.opening)
