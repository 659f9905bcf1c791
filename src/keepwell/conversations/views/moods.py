"""What members say of the mood of turns: one key each, or a button."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from keepwell.conversations import queries
from keepwell.conversations.actions.mooding import say_mood
from keepwell.conversations.mood.showing import moods_of, summary_of
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs
from keepwell.members.wrongs import in_lines


@needs(Right.ACT)
@require_POST
def say(request: HttpRequest, pk: int, no: int) -> HttpResponse:
    """Say the mood of a customer's turn, or take back what was said of it."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk)
    turn = one.turns.filter(no=no).first()
    if turn is None:
        raise Http404
    try:
        before = say_mood(turn=turn, mood=request.POST.get("mood", ""), by=request.user, now=timezone.now())
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
        return redirect(f"{reverse('conversations:conversation', args=[pk])}?turn={no}")
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('conversations:conversation', args=[pk])}?turn={no}#turn-{no}")
    moods = moods_of(one)
    context = {
        "one": one,
        "turn": turn,
        "mood": moods.of(turn),
        "says": True,
        "before": before,
        "summary": summary_of(one, moods),
        "anew": True,
    }
    return render(request, "conversations/mood_said.html", context)
