"""Net change."""

from keepwell.lib.text import gettext as _
from keepwell.metrics.definitions import Activity, Share, definition


@definition(label=_("Net change"), source=_("often computed from two counts"))
def net_change(a: Activity) -> Share:
    """By how much the number of paying accounts fell, over the opening: hides who left behind who joined."""
    return Share(of=a.opening - a.closing, over=a.opening)
