"""Textbook."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("Textbook"), source=_("1 - (end - new) / start"))
def textbook(a: Activity) -> Share:
    """1 - (closing - accounts that arrived inside) / opening: too high where some of those left again."""
    return Share(of=a.opening - a.closing + a.arrived, over=a.opening)
