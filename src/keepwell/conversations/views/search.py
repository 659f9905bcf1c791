"""Search over everything that was said and written."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from keepwell.accounts.queries import accounts_of, named
from keepwell.conversations import index, naming
from keepwell.conversations.index import meanings
from keepwell.conversations.index.nearest import search_as_asked, why_not
from keepwell.conversations.index.searching import MEANING, WORDS, Asked
from keepwell.conversations.models import Conversation
from keepwell.conversations.rules import themes
from keepwell.conversations.transcript.showing import LANGUAGES, SIDES
from keepwell.members.asking import begin_of, day_of, end_of, one_of
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs

ACCOUNTS = 50  # that a name may mean


@needs(Right.SEE)
@require_safe
def searched(request: HttpRequest) -> HttpResponse:
    """What was said and written, by words the newest, by meaning the nearest first; each leads to the turn."""
    assert isinstance(request.user, Member)
    asked = _asked(request, request.user)
    number = request.GET.get("page", "")
    page = search_as_asked(
        request.user,
        asked,
        now=timezone.now(),
        number=int(number) if number.isdecimal() and len(number) < 6 else 1,
    )
    naming.meet(row.conversation for row in page.rows)
    told = {"page": page, "whole": index.whole(), "why_not": why_not(asked)}
    told["waiting"] = meanings.waiting() if asked.by_meaning and not told["why_not"] else 0
    return render(request, "conversations/search.html", told | _choices(request, asked))


def _asked(request: HttpRequest, member: Member) -> Asked:
    said = request.GET
    return Asked(
        words=said.get("words", "").strip(),
        accounts=_accounts(member, said.get("account", ""), said.get("of", "").strip()),
        kind=one_of(said.get("kind", ""), Conversation.Kind.values),
        side=one_of(said.get("side", ""), SIDES),
        language=one_of(said.get("language", ""), LANGUAGES),
        theme=one_of(said.get("theme", ""), themes.LABELS),
        begin=begin_of(day_of(said.get("since", ""))),
        end=end_of(day_of(said.get("until", ""))),
        by=MEANING if said.get("by") == MEANING else WORDS,
    )


def _accounts(member: Member, key: str, name: str) -> tuple[str, ...] | None:
    """The accounts that an address or a name means; None where neither is said."""
    if not key and not name:
        return None
    rows = accounts_of(member).filter(pk=key) if key else accounts_of(member).filter(named(name))
    return tuple(rows.order_by("name", "pk").values_list("pk", flat=True)[:ACCOUNTS])


def _choices(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    said = request.GET
    return {
        "asked": asked,
        "meant": asked.by_meaning and bool(asked.words) and not why_not(asked),
        "of": said.get("of", ""),
        "account": said.get("account", ""),
        "since": day_of(said.get("since", "")),
        "until": day_of(said.get("until", "")),
        "kinds": Conversation.Kind.choices,
        "sides": SIDES.items(),
        "languages": LANGUAGES.items(),
        "themes": themes.choices(),
    }
