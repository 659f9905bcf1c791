"""Follow-ups found by what is to be said."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from keepwell.accounts.rooms import Found, Search
from keepwell.followups import queries
from keepwell.members.models import Member


def _find(member: Member, words: str, most: int) -> list[Found]:
    found = queries.follow_ups_of(member).filter(what__icontains=words).order_by("-due", "-pk")[:most]
    return [
        Found(one.what, f"{one.account} · {one.due:%Y-%m-%d}", reverse("followups:one", args=[one.pk]))
        for one in found
    ]


SEARCHES = (Search("follow-ups", gettext_lazy("Follow-ups"), _find),)
