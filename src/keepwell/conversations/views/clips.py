"""The library of clips: kept, listened to, put together, taken out and put back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.conversations import queries
from keepwell.conversations.actions import clipping
from keepwell.conversations.learning import library
from keepwell.conversations.learning.forms import Clipping
from keepwell.conversations.learning.library import Asked, shown_clips
from keepwell.conversations.models import Clip
from keepwell.conversations.rules import themes
from keepwell.conversations.transcript import sounding
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines

PAGE = 10


@needs(Right.SEE)
@require_safe
def clips(request: HttpRequest) -> HttpResponse:
    """The library, as it is asked for."""
    assert isinstance(request.user, Member)
    asked = Asked.read(request.GET)
    page = Pages(library.listed(request.user, asked), PAGE).get_page(request.GET.get("page"))
    context = {"asked": asked, "page": page, "rows": shown_clips(page)} | _choices(request.user)
    context["collections"] = _collections(request.user)
    return render(request, "conversations/clips.html", context)


def _choices(member: Member) -> dict[str, Any]:
    return {
        "kinds": Clip.Kind.choices,
        "themes": themes.choices(),
        "audiences": Clip.Audience.choices,
        "acts": may(member, Right.ACT),
    }


def _collections(member: Member) -> list[dict[str, Any]]:
    some = list(library.collections_seen(member)[:50])
    counts = library.counted(member, some)
    return [{"one": one, "n": counts.get(one.pk, 0)} for one in some]


@needs(Right.SEE)
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """How one speaks well, by theme and by whom one speaks to."""
    assert isinstance(request.user, Member)
    said = {**request.GET.dict(), "template": "1"}
    asked = Asked.read(said)
    found = shown_clips(library.listed(request.user, asked).order_by("theme", "audience", "-at", "-pk")[:60])
    groups: dict[str, list[library.ShownClip]] = {}
    for one in found:
        groups.setdefault(_group(one), []).append(one)
    context = {"asked": asked, "groups": groups, "moments": library.moments(request.user, theme=asked.theme)}
    return render(request, "conversations/templates.html", context | _choices(request.user))


def _group(one: library.ShownClip) -> str:
    said = [one.theme or _("Any theme")]
    if one.clip.audience:
        said.append(one.clip.get_audience_display())
    return " · ".join(said)


@needs(Right.SEE)
@require_safe
def clip(request: HttpRequest, pk: int) -> HttpResponse:
    """One clip: its sound, its words, why it is kept, and where it is put."""
    assert isinstance(request.user, Member)
    one = library.clip_of(request.user, pk)
    inside = library.collections_seen(request.user).filter(clips=one)
    context = {
        "one": shown_clips([one])[0],
        "inside": inside,
        "others": library.collections_seen(request.user).exclude(pk__in=inside.values("pk")),
        "changes": _changes(one, request.user),
        "acts": may(request.user, Right.ACT),
    }
    return render(request, "conversations/clip.html", context)


@needs(Right.SEE)
@require_safe
def sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sound of a clip, and nothing else of its conversation's."""
    assert isinstance(request.user, Member)
    one = library.clip_of(request.user, pk)
    return sounding.stretch(request, one.conversation, one.start, one.end)


def _changes(one: Clip, member: Member) -> bool:
    return may(member, Right.ACT) and (one.by_id == member.pk or may(member, Right.MANAGE))


@needs(Right.ACT)
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a stretch of a conversation."""
    assert isinstance(request.user, Member)
    one = queries.conversation_of(request.user, pk)
    form = Clipping(request.POST, conversation=one)
    if not form.is_valid():
        return render(request, "conversations/clip_form.html", {"form": form, "one": one}, status=422)
    made = clipping.keep(conversation=one, said=form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, _("Kept."))
    return redirect("conversations:clip", made.pk)


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something else of a clip."""
    assert isinstance(request.user, Member)
    one = library.clip_of(request.user, pk)
    form = Clipping(request.POST or None, conversation=one.conversation, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            clipping.change(clip=one, said=form.cleaned_data, by=request.user)
        except KeepwellError as wrong:
            form.add_error(None, in_lines(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("conversations:clip", one.pk)
    return render(
        request, "conversations/clip_form.html", {"form": form, "one": one.conversation, "clip": one}
    )


@needs(Right.ACT)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a clip out; the page it leads to offers to put it back."""
    assert isinstance(request.user, Member)
    one = library.clip_of(request.user, pk)
    try:
        clipping.remove(clip=one, by=request.user, now=timezone.now())
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
        return redirect("conversations:clip", one.pk)
    return redirect(f"{reverse('conversations:clips')}?removed={one.pk}")


@needs(Right.ACT)
@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back a clip that was taken out."""
    assert isinstance(request.user, Member)
    one = library.clip_of(request.user, pk, removed=True)
    try:
        clipping.put_back(clip=one, by=request.user)
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
        return redirect("conversations:clips")
    messages.success(request, _("It is back."))
    return redirect("conversations:clip", one.pk)
