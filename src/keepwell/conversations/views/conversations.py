"""The list of conversations."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from keepwell.accounts.csv import as_csv
from keepwell.accounts.queries import segments_of
from keepwell.conversations import listing, naming
from keepwell.conversations.listing import Asked
from keepwell.conversations.models import Conversation
from keepwell.conversations.rules import themes
from keepwell.conversations.transcript.showing import LANGUAGES, clock
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, needs, team_mates

PAGE = 25
AT_ONCE = 500
SORTS = {
    "new": gettext_lazy("newest first"),
    "old": gettext_lazy("oldest first"),
    "long": gettext_lazy("longest first"),
    "account": gettext_lazy("by account"),
}


@needs(Right.SEE)
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """What was said and written, as it is asked for."""
    assert isinstance(request.user, Member)
    asked = Asked.read(request.GET)
    found = listing.listed(request.user, asked)
    if request.GET.get("format") == "csv":
        said = {
            name: value for name, value in request.GET.items() if name not in ("format", "page") and value
        }
        return as_csv("conversations", _head(), _lines(found), by=request.user, what="conversations", **said)
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    heard = listing.themes_in(page)
    naming.meet(page)
    rows = [
        {
            "one": one,
            "themes": [themes.label(theme) for theme in heard.get(one.pk, ())],
            "long": clock(one.seconds),
        }
        for one in page
    ]
    return render(
        request, "conversations/conversations.html", {"page": page, "rows": rows} | _choices(request, asked)
    )


def _choices(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    assert isinstance(request.user, Member)
    return {
        "asked": asked,
        "kinds": Conversation.Kind.choices,
        "states": Conversation.State.choices,
        "languages": LANGUAGES.items(),
        "themes": themes.choices(),
        "mates": team_mates(request.user).only("name").order_by("name"),
        "segments": segments_of(request.user),
        "sorts": SORTS.items(),
    }


def _head() -> list[str]:
    return [
        _("When"),
        _("Account"),
        _("Name"),
        _("Contact"),
        _("Kind"),
        _("Title"),
        _("Language"),
        _("Seconds"),
        _("State"),
        _("Heard"),
        _("Ours"),
    ]


def _lines(found: QuerySet[Conversation]) -> Iterator[list[Any]]:
    rows: list[Conversation] = []
    for one in found.iterator(AT_ONCE):
        rows.append(one)
        if len(rows) == AT_ONCE:
            yield from _told(rows)
            rows = []
    yield from _told(rows)


def _told(rows: list[Conversation]) -> Iterator[list[Any]]:
    heard = listing.themes_in(rows)
    naming.meet(rows)
    for one in rows:
        yield [
            timezone.localtime(one.at).strftime("%Y-%m-%d %H:%M"),
            one.account_id or "",
            one.account or "",
            one.contact or "",
            one.get_kind_display(),
            naming.heading(one),
            one.language,
            "" if one.seconds is None else round(one.seconds),
            one.get_state_display(),
            ", ".join(themes.label(theme) for theme in heard.get(one.pk, ())),
            one.member or "",
        ]
