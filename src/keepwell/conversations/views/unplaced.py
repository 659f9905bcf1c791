"""Corrections that found no place in a new transcript: placed, dropped, or taken back by a person."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keepwell.conversations import queries
from keepwell.conversations.actions import unplaced
from keepwell.conversations.models import Unplaced
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs
from keepwell.members.wrongs import in_lines


@needs(Right.ACT)
@require_POST
def place(request: HttpRequest, pk: int, waits: int) -> HttpResponse:
    """Put what was corrected in place of the words of a turn."""
    member, found = _member(request), _found(request, pk, waits)
    said = request.POST.get("turn", "")
    no = int(said) if said.isdecimal() and len(said) < 8 else 0
    before, now = request.POST.get("before"), timezone.now()
    done = _done(request, lambda: unplaced.place(unplaced=found, no=no, by=member, now=now, before=before))
    if done:
        messages.success(request, _("Corrected."))
    return redirect(f"{reverse('conversations:conversation', args=[pk])}?turn={no}" if done else _back(pk))


@needs(Right.ACT)
@require_POST
def drop(request: HttpRequest, pk: int, waits: int) -> HttpResponse:
    """Leave the new transcript's words as they are."""
    member, found = _member(request), _found(request, pk, waits)
    if _done(request, lambda: unplaced.drop(unplaced=found, by=member, now=timezone.now())):
        messages.success(request, _("Dropped. It stands below what waits, and can be undone."))
    return redirect(_back(pk))


@needs(Right.ACT)
@require_POST
def put_back(request: HttpRequest, pk: int, waits: int) -> HttpResponse:
    """Let what was dropped wait again."""
    member, found = _member(request), _found(request, pk, waits)
    unplaced.put_back(unplaced=found, by=member)
    return redirect(_back(pk))


def _member(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user


def _found(request: HttpRequest, pk: int, waits: int) -> Unplaced:
    one = queries.conversation_of(_member(request), pk)
    found = one.unplaced.filter(pk=waits).first()
    if found is None:
        raise Http404
    return found


def _done(request: HttpRequest, act: Callable[[], None]) -> bool:
    try:
        act()
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
        return False
    return True


def _back(pk: int) -> str:
    return f"{reverse('conversations:conversation', args=[pk])}#unplaced"
