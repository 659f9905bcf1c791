"""The queue of conversations that are nobody's yet: choose whose they are, set them aside, and undo it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.models import Account
from keepwell.accounts.queries import accounts_of
from keepwell.conversations import naming
from keepwell.conversations.actions import deleting, matching
from keepwell.conversations.arriving.forms import Matching
from keepwell.conversations.models import Conversation
from keepwell.conversations.queries import QUEUES, queued, seen, to_place, with_unplaced
from keepwell.lib.text import told_of
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, needs

PAGE = 25
NEAR = 6  # accounts that are offered
STRAY = 10  # conversations whose corrections wait for a place that are shown at once
Match = Conversation.Match


@needs(Right.ACT)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Those that wait, the latest first; or those that were set aside or chosen, to undo it."""
    assert isinstance(request.user, Member)
    asked = request.GET.get("show", "waiting")
    asked = asked if asked in QUEUES else "waiting"
    page = Pages(_ordered(queued(request.user, asked)), PAGE).get_page(request.GET.get("page"))
    rows = [_row(one) for one in page]
    _named(request.user, rows)
    naming.meet(row["one"] for row in rows)
    shows = [
        ("waiting", _("Waiting")),
        ("aside", pgettext("a conversation", "Nobody's")),
        ("chosen", _("Chosen by a person")),
    ]
    stray = list(with_unplaced(request.user)[:STRAY]) if asked == "waiting" else []
    naming.meet(stray)
    context = {"page": page, "rows": rows, "asked": asked, "shows": shows, "stray": stray}
    return render(request, "conversations/queue.html", context)


def _ordered(found: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return found.prefetch_related("participants").order_by("-arrived_at", "-pk")


def _row(one: Conversation) -> dict[str, Any]:
    people = [who for who in one.participants.all() if who.side != "us"]
    why = one.why.get("said", "")
    return {
        "one": one,
        "people": people[:3],
        "others": max(len(people) - 3, 0),
        "why": told_of(one.why.get("reason", {}), _(why) if why else ""),  # a worker wrote it down
    }


def _named(member: Member, rows: Sequence[dict[str, Any]]) -> None:
    """Say of those that several accounts fit which these are, by name; of an account the reader may not see, "…"."""
    equal = {row["one"].pk: row["one"].why.get("candidates", []) for row in rows if _several(row["one"])}
    asked = {key for keys in equal.values() for key in keys}
    names = dict(accounts_of(member).filter(pk__in=asked).values_list("pk", "name")) if asked else {}
    alike = Counter(names.values())
    for row in rows:
        if keys := equal.get(row["one"].pk):
            called = [
                f"{names[key]} ({key})" if alike[names[key]] > 1 else names[key]
                for key in keys
                if key in names
            ]
            known = ", ".join(sorted(called) + ["…"] * (len(called) < len(keys)))
            row["why"] = _("{count} accounts fit equally: {names}.").format(count=len(keys), names=known)


def _several(one: Conversation) -> bool:
    return one.match == Match.AMBIGUOUS


@needs(Right.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whose a conversation is; accounts that fit are offered."""
    assert isinstance(request.user, Member)
    one = to_place(request.user, pk)
    naming.meet([one])
    initial = {"account": one.account_id or "", "contact": one.contact.name if one.contact else ""}
    form = Matching(request.POST or None, member=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        matching.choose(
            one=one, account=said["account"], contact=said["contact"], by=request.user, now=timezone.now()
        )
        messages.success(request, _("It is {account}'s now.").format(account=said["account"]))
        return redirect("conversations:queue")
    row = _row(one)
    _named(request.user, [row])
    parts = row | {
        "form": form,
        "near": _near(request.user, one),
        "turns": one.turns.order_by("no")[:3],
    }
    return render(request, "conversations/match.html", parts)


def _near(member: Member, one: Conversation) -> list[Account]:
    """Accounts that could be meant, of those the reader may see."""
    keys = list(one.why.get("candidates", []))[:NEAR]
    return list(accounts_of(member).filter(pk__in=keys, gone=False).order_by("name"))


@needs(Right.ACT)
@require_POST
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is with no customer."""
    assert isinstance(request.user, Member)
    matching.set_aside(one=to_place(request.user, pk), by=request.user, now=timezone.now())
    messages.success(request, _("It is nobody's, and waits no more."))
    return redirect("conversations:queue")


@needs(Right.ACT)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it be as it was before anybody said whose it is."""
    assert isinstance(request.user, Member)
    matching.undo(one=to_place(request.user, pk), by=request.user, now=timezone.now())
    messages.success(request, _("It is as it was."))
    return redirect("conversations:queue")


@needs(Right.MANAGE)
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete the words and sound of a conversation for good."""
    assert isinstance(request.user, Member)
    one = seen(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    deleting.delete_now(one=one, by=request.user, now=timezone.now())
    messages.success(request, _("Its words and its sound are deleted."))
    return redirect("conversations:conversation", pk)
