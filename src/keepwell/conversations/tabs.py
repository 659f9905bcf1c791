"""The parts of the room that a page leads to, for whoever may see them."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.members.models import Member
from keepwell.members.rights import Right, may


@dataclass(frozen=True)
class Tab:
    """A part of the room: what pages call it, its address by name, what it is called, who sees it."""

    name: str
    address: str
    label: str | Promise
    right: Right = Right.SEE

    @property
    def url(self) -> str:
        """Its address; "" as long as there is none."""
        try:
            return reverse(self.address)
        except NoReverseMatch:
            return ""


TABS = (
    Tab("conversations", "conversations:conversations", _("Conversations")),
    Tab("search", "conversations:search", pgettext_lazy("a page", "Search")),
    Tab("rules", "conversations:rules", _("Rules")),
    Tab("hits", "conversations:hits", pgettext_lazy("of rules", "Hits")),
    Tab("clips", "conversations:clips", _("Clips")),
    Tab("topics", "conversations:topics", _("Topics")),
    Tab("coaching", "conversations:coaching", _("Coaching")),
    Tab("queue", "conversations:queue", _("Queue"), Right.ACT),
)


def tabs_for(member: Member) -> list[Tab]:
    """The parts that are there, for a member."""
    return [one for one in TABS if may(member, one.right) and one.url]
