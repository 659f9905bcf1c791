"""Collections of clips."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.conversations.actions import clipping
from keepwell.conversations.learning import library
from keepwell.conversations.learning.forms import Collecting
from keepwell.conversations.models import Collection
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines

PAGE = 10


@needs(Right.SEE)
@require_safe
def collection(request: HttpRequest, pk: int) -> HttpResponse:
    """The clips of a collection that one may see."""
    assert isinstance(request.user, Member)
    one = library.collection_of(request.user, pk)
    page = Paginator(library.clips_in(request.user, one), PAGE).get_page(request.GET.get("page"))
    owns = may(request.user, Right.ACT) and (one.by_id == request.user.pk or may(request.user, Right.MANAGE))
    context = {"one": one, "page": page, "rows": library.shown_clips(page), "owns": owns}
    return render(request, "conversations/collection.html", context)


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a collection."""
    return _form(request, None)


@needs(Right.ACT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a collection something else, or share it."""
    assert isinstance(request.user, Member)
    return _form(request, library.collection_of(request.user, pk))


def _form(request: HttpRequest, one: Collection | None) -> HttpResponse:
    assert isinstance(request.user, Member)
    form = Collecting(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            made = clipping.collect(
                said=form.cleaned_data, by=request.user, now=timezone.now(), collection=one
            )
        except KeepwellError as wrong:
            form.add_error(None, in_lines(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("conversations:collection", made.pk)
    return render(request, "conversations/collection_form.html", {"form": form, "one": one})


@needs(Right.ACT)
@require_POST
def put(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a clip into a collection."""
    assert isinstance(request.user, Member)
    number = request.POST.get("collection", "")
    clip = library.clip_of(request.user, pk)
    one = library.collection_of(request.user, int(number) if number.isdecimal() and len(number) < 10 else 0)
    return _done(request, clip.pk, clipping.put_into, clip=clip, collection=one)


@needs(Right.ACT)
@require_POST
def take(request: HttpRequest, pk: int, collection_pk: int) -> HttpResponse:
    """Take a clip out of a collection."""
    assert isinstance(request.user, Member)
    clip = library.clip_of(request.user, pk)
    one = library.collection_of(request.user, collection_pk)
    return _done(request, clip.pk, clipping.take_from, clip=clip, collection=one)


def _done(request: HttpRequest, pk: int, act: Any, **said: Any) -> HttpResponse:
    try:
        act(by=request.user, **said)
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
    else:
        messages.success(request, _("Saved."))
    return redirect("conversations:clip", pk)


@needs(Right.ACT)
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a collection out; its clips stay."""
    assert isinstance(request.user, Member)
    one = library.collection_of(request.user, pk)
    try:
        clipping.drop(collection=one, by=request.user, now=timezone.now())
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
        return redirect("conversations:collection", one.pk)
    return redirect(f"{reverse('conversations:clips')}?dropped={one.pk}")


@needs(Right.ACT)
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back a collection that was taken out."""
    assert isinstance(request.user, Member)
    one = library.collection_of(request.user, pk, removed=True)
    clipping.restore(collection=one, by=request.user)
    messages.success(request, _("It is back."))
    return redirect("conversations:collection", one.pk)
