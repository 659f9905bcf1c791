"""The product is used far less than before."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Seen, Trigger, of_signal, whole


def told(seen: Seen) -> str:
    """In a sentence."""
    return _("Use in the last 30 days is {share}% of what it was in the two months before").format(
        share=whole(seen, times=100)
    )


TRIGGER = Trigger(
    name="use_collapse",
    place=40,
    label=gettext_lazy("Use collapsed"),
    meaning=gettext_lazy("Use in the last 30 days against a usual 30 of the 60 before."),
    reads=of_signal("use_trend"),
    told=told,
    threshold=0.5,  # use has halved: less is hardly ever seen before an account is gone
    near=0.7,
    unit="share",
    worse="below",
    sample="use_90",
    sampled=gettext_lazy("uses in 90 days"),
    minimum=20,
    asks=("use_trend",),
)
