"""Follow-ups found by what is to be said: of the newest that one sees."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from keepwell.accounts.rooms import Found, Search
from keepwell.followups import queries
from keepwell.members.labels import day_said
from keepwell.members.models import Member


def _find(member: Member, words: str, most: int) -> list[Found]:
    rows = queries.of_these(member=member, keys=queries.saying(member, words)).first(most)
    return [
        Found(one.what, f"{one.account} · {day_said(one.due)}", reverse("followups:one", args=[one.pk]))
        for one in rows
    ]


SEARCHES = (Search("follow-ups", gettext_lazy("Follow-ups"), _find, place=10),)
