"""One conversation: its words beside its sound, what was heard in it, and how it was shared."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.showing import per_cent
from keepwell.conversations import naming, queries
from keepwell.conversations.actions import correcting, siding
from keepwell.conversations.arriving.incoming import sound_of
from keepwell.conversations.learning.forms import Clipping, Correcting
from keepwell.conversations.models import Conversation, Correction, Hit
from keepwell.conversations.mood.showing import moods_of, summary_of
from keepwell.conversations.rules import queries as rules_queries
from keepwell.conversations.rules import themes
from keepwell.conversations.transcript import sounding, unplaced
from keepwell.conversations.transcript.showing import (
    LANGUAGES,
    channels_of,
    clock,
    length,
    measures_of,
    shown_turns,
)
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import told_of
from keepwell.listening.said import State, sentence_of
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines

NOTHING: Mapping[str, Any] = {}
PART = 200  # turns on one page: a talk of hours goes on over the page


@needs(Right.SEE)
@require_safe
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """A conversation's turns in order; `turn` leads to one of them."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk, unsettled=unplaced.any_in(), came_as=naming.came_as())
    people = list(one.participants.select_related("contact", "member"))
    naming.meet_one(one, people)
    chosen = _number(request.GET.get("turn"))
    turns = queries.turns_of(one)
    count = turns.count()
    part = _part(chosen, _number(request.GET.get("part")), one, count)
    some = list(turns[part * PART : (part + 1) * PART])
    hits = list(hits_of(one))
    clips = list(queries.clips_of(one))
    file, moods = sound_of(one), moods_of(one)
    context: dict[str, Any] = {
        "one": one,
        "sound": file is not None,
        "turns": shown_turns(some, hits, clips, timed=file is not None, chosen=chosen),
        "parts": range(-(-count // PART)) if count > PART else (),
        "part": part,
        "hits": hits,
        "heard": _themes(hits),
        "tags": rules_queries.tags_of(hits),
        "clips": clips,
        "participants": people,
        "measures": measures_of(one),
        "channels": channels_of(one, some),
        "moods": moods,
        "summary": summary_of(one, moods) if count and one.deleted_at is None else None,
        "length": length(one, count),
        "language": LANGUAGES.get(one.language, one.language),
        "sure": per_cent(one.confidence),
        "state": "" if one.state == State.READY else sentence_of(State(one.state)),
        "acts": may(request.user, Right.ACT) and count > 0,
        "corrects": may(request.user, Right.ACT) and one.kind in queries.SPOKEN,
        "aside": [_piece(*piece) for piece in one.aside],
        "matches": may(request.user, Right.ACT) and _waits(one),
        "deletes": may(request.user, Right.MANAGE) and one.deleted_at is None,
    }
    if getattr(one, "unsettled", False):
        context |= unplaced.shown_in(one)
    if context["acts"]:
        context["form"] = Clipping(conversation=one, initial={"first": chosen or 1, "last": chosen or 1})
    return render(request, "conversations/conversation.html", context)


def _piece(file: str, line: int, why: str, text: str, kept: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
    """What could not be read, and why in the reader's language; of old ones as it was written."""
    return {"file": file, "line": line, "why": told_of(kept, why), "text": text}


def _waits(one: Conversation) -> bool:
    """Whether somebody may say whose it is: the book says so of its own."""
    return one.account_id is None and one.source != Conversation.Source.BOOK and one.deleted_at is None


def _themes(hits: list[Hit]) -> list[str]:
    said = [hit.theme for hit in hits if hit.theme and hit.verdict == Hit.Verdict.HIT]
    return [themes.label(theme) for theme in dict.fromkeys(said)]


def hits_of(one: Conversation) -> Any:
    """The hits of a conversation that stand, in order of its words."""
    rows = Hit.objects.filter(conversation=one, void_at=None).exclude(judged=Hit.Judged.WRONG)
    return rows.select_related("rule", "turn").order_by("turn__no", "pk")


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isdecimal() and len(said) < 8 else None


def _part(chosen: int | None, part: int | None, one: Conversation, count: int) -> int:
    if chosen is not None:
        return one.turns.filter(no__lt=chosen).count() // PART if count else 0
    return min(part or 0, max(count - 1, 0) // PART)


@needs(Right.SEE)
@require_safe
def sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound, or the stretch of it that a player asks for."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk)
    file = sound_of(one)
    if file is None:
        raise Http404
    return sounding.sound(request, file, one.sound_type)


@needs(Right.ACT)
@require_POST
def say_ours(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which channel of a recording is ours."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk)
    said = request.POST.get("ours", "")
    try:
        before = siding.say_ours(conversation=one, ours=said, by=request.user, now=timezone.now())
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
    else:
        messages.success(request, _("Nothing was changed.") if before == said else _("Saved."))
    return redirect("conversations:conversation", pk)


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int, no: int) -> HttpResponse:
    """Put the words of a turn right by hand."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk)
    turn = one.turns.filter(no=no).first()
    if turn is None or one.kind not in queries.SPOKEN:  # what somebody wrote is as they wrote it
        raise Http404
    naming.meet([one])
    form = Correcting(request.POST or None, initial={"text": turn.text})
    if request.method == "POST" and form.is_valid():
        before = request.POST.get("before")
        try:
            done = correcting.correct(
                turn=turn, text=form.cleaned_data["text"], by=request.user, now=timezone.now(), before=before
            )
        except KeepwellError as wrong:
            form.add_error("text", in_lines(wrong))
        else:
            messages.success(request, _("Corrected.") if done else _("Nothing was changed."))
            return redirect(f"{reverse('conversations:conversation', args=[pk])}?turn={no}")
    return render(
        request,
        "conversations/correct.html",
        {
            "one": one,
            "turn": turn,
            "form": form,
            "before": turn.text,
            "clock": clock(turn.start),
            "sound": turn.start is not None and sound_of(one) is not None,
            "corrections": Correction.objects.filter(Q(turn=turn) | Q(unplaced__turn=turn)).select_related(
                "by"
            ),
        },
    )
