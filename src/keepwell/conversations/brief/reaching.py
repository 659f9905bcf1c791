"""Who else of ours talks to them this week: what is reserved, what was logged, what was said."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.models import Channel
from keepwell.accounts.readable import topic_said
from keepwell.conversations.brief import Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, day_of
from keepwell.reach.models import Reservation, Touch

WEEK = timedelta(days=7)
MOST = 5


def _write(r: Reading) -> Iterator[Sentence]:
    ahead = Reservation.objects.filter(
        account=r.account, state=Reservation.State.OPEN, day__gte=r.today, day__lte=r.today + WEEK
    )
    for one in ahead.exclude(member=r.member).select_related("member", "contact").order_by("day")[:MOST]:
        text = _("{who} has reserved {day} ({channel}): {topic}").format(
            who=one.member or _("Somebody of ours"),
            day=day_of(one.day),
            channel=Channel.said(one.channel),
            topic=one.about or "–",
        )
        yield Sentence(text, Source(reverse("reach:budget"), _("contact budget")))
    lately = Touch.objects.filter(account=r.account, day__gte=r.today - WEEK).exclude(member=r.member)
    for touch in lately.select_related("member", "contact").order_by("-at")[:MOST]:
        who, whom = touch.member or _("Somebody of ours"), touch.contact or r.account
        text = _("{who} was in contact with {whom} on {day} ({channel}).").format(
            who=who, whom=whom, day=day_of(touch.day), channel=Channel.said(touch.channel)
        )
        yield Sentence(text, Source(f"{r.page}?kind=touch", _("contacts")), topic_said(touch.topic))


PART = Part(
    "reaching",
    110,
    gettext_lazy("Who else of ours talks to them this week"),
    gettext_lazy("reservations or contacts of this week"),
    lambda r: list(_write(r)),
)
