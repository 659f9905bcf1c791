"""Follow-ups found by what is to be said: of the newest that one sees."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from keepwell.accounts.rooms import Found, Search
from keepwell.followups import queries
from keepwell.members.models import Member
from keepwell.members.rights import in_order


def _find(member: Member, words: str, most: int) -> list[Found]:
    rows = queries.follow_ups_of(member)
    with in_order():
        newest = rows.order_by("-pk").values_list("pk", "what")[: queries.LOOKED_THROUGH]
        having = [pk for pk, what in newest if words.casefold() in what.casefold()]
    found = rows.filter(pk__in=having).order_by("-due", "-pk")[:most] if having else []
    return [
        Found(one.what, f"{one.account} · {one.due:%Y-%m-%d}", reverse("followups:one", args=[one.pk]))
        for one in found
    ]


SEARCHES = (Search("follow-ups", gettext_lazy("Follow-ups"), _find),)
