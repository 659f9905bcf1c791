"""Follow-ups found by what is to be said: of the newest that one sees."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from keepwell.accounts.rooms import Found, Search
from keepwell.followups import queries
from keepwell.members.models import Member


def _find(member: Member, words: str, most: int) -> list[Found]:
    rows = queries.follow_ups_of(member, few=True).filter(pk__in=queries.saying(member, words))
    return [
        Found(one.what, f"{one.account} · {one.due:%Y-%m-%d}", reverse("followups:one", args=[one.pk]))
        for one in rows.order_by("-due", "-pk")[:most]
    ]


SEARCHES = (Search("follow-ups", gettext_lazy("Follow-ups"), _find, place=10),)
