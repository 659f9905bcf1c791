"""One conversation: its words, and its sound."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keepwell.conversations import queries
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs


@needs(Right.SEE)
@require_safe
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """A conversation's turns in order."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk)
    return render(request, "conversations/conversation.html", {"one": one, "turns": queries.turns_of(one)})
