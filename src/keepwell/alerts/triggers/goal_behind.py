"""They do not get what they came for."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Seen, Trigger, of_signal, whole


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("Goals that are behind: {n}").format(n=whole(seen))


TRIGGER = Trigger(
    name="goal_behind",
    place=80,
    label=gettext_lazy("Goal behind"),
    meaning=gettext_lazy("How many goals have come less far by their newest reading than they should have."),
    reads=of_signal("goals_behind"),
    told=told,
    threshold=2,
    near=1,
    asks=("goals_behind",),
)
