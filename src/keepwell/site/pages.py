"""What every page knows: the places one can go to, and how many wait there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.queries import made
from keepwell.members.rights import Right, may
from keepwell.site.templatetags.addresses import address


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation: its address by name, what it is called, who sees it.

    holds: the address of pages that belong to it and lie elsewhere.
    """

    address: str
    label: str | Promise
    right: Right = Right.SEE
    holds: str = ""

    @property
    def url(self) -> str | None:
        """Its address; None where there is no such page."""
        return address(self.address, get_script_prefix())


PLACES = (
    Place("today", _("Today")),
    Place("accounts:list", _("Accounts")),
    Place("retention:statement", _("Retention")),
    Place("alerts:inbox", _("Alerts")),
    Place("followups:list", _("Follow-ups"), holds="reach:budget"),
    Place("conversations:conversations", _("Conversations")),
    Place("settings", _("Settings")),
)


def shared(request: HttpRequest) -> Mapping[str, Any]:
    """For all templates: `places`, and the cut that projected pages show."""
    member = getattr(request, "user", None)
    if member is None or not member.is_authenticated:
        return {"places": []}
    here = request.path
    places = []
    for place in PLACES:
        url = place.url
        if url is not None and may(member, place.right):
            held = address(place.holds, get_script_prefix()) if place.holds else None
            within = url != "/" and here.startswith(url)
            at = here == url or within or (held is not None and here.startswith(held))
            places.append({"url": url, "label": place.label, "here": at})
    return {
        "places": places,
        "made": made(),
        "theme": member.theme,
    }
