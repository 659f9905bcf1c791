"""Bringing files in, and how far those that came in are."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.conversations import naming
from keepwell.conversations.actions.receiving import receive, try_again
from keepwell.conversations.actions.transcribing import TO_HEAR, missing
from keepwell.conversations.arriving.forms import Adding
from keepwell.conversations.models import Conversation, Incoming
from keepwell.conversations.queries import files_of, seen
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, needs

PAGE = 25
State = Incoming.State
GOING = (State.WAITING, State.WORKING, State.FAILED)


@needs(Right.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Bring in files; each is read on its own, and says on the next page what became of it."""
    assert isinstance(request.user, Member)
    form = Adding(
        request.POST or None,
        request.FILES or None,
        member=request.user,
        initial={"account": request.GET.get("account", "")},
    )
    if request.method == "POST" and form.is_valid():
        now, said = timezone.now(), form.said()
        for file in form.cleaned_data["given"]:
            receive(
                chunks=file.chunks(),
                name=file.name or "file",
                source=Conversation.Source.UPLOAD,
                said=said,
                by=request.user,
                now=now,
            )
        n = len(form.cleaned_data["given"])
        messages.success(request, ngettext("{n} file is here.", "{n} files are here.", n).format(n=n))
        return redirect("conversations:incoming")
    return render(request, "conversations/add.html", {"form": form, "missing": missing()})


@needs(Right.ACT)
@require_safe
def incoming(request: HttpRequest) -> HttpResponse:
    """The files that came in, the latest first, and how far each is; one's own, for an administrator all."""
    assert isinstance(request.user, Member)
    found = files_of(request.user).select_related("by")
    state = request.GET.get("state", "")
    if state in State.values:
        found = found.filter(state=state)
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    parts: dict[str, Any] = {
        "page": page,
        "rows": _shown(request.user, list(page)),
        "going": any(one.state in GOING for one in page),
        "asked": {"state": state},
        "states": State.choices,
        "missing": missing() if any(one.doing == TO_HEAR and one.state in GOING for one in page) else "",
    }
    if request.headers.get("HX-Request"):
        return render(request, "conversations/incoming_rows.html", parts)
    counts = dict(files_of(request.user).order_by().values_list("state").annotate(n=Count("pk")))
    parts["counts"] = [(label, counts[value]) for value, label in State.choices if counts.get(value)]
    return render(request, "conversations/incoming.html", parts)


@needs(Right.ACT)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a file that was given up be read once more."""
    assert isinstance(request.user, Member)
    one = get_object_or_404(files_of(request.user), pk=pk)
    if try_again(one=one, now=timezone.now()):
        messages.success(request, _("It will be tried again."))
    else:
        messages.error(request, _("The file is not kept any more: bring it in again."))
    return redirect("conversations:incoming")


def _shown(member: Member, rows: list[Incoming]) -> list[dict[str, Any]]:
    """Each file with its conversation, where that is the reader's to see."""
    known = seen(member).filter(pk__in=[one.conversation_id for one in rows if one.conversation_id])
    theirs = {one.pk: one for one in known.select_related("account", "contact")}
    naming.meet(theirs.values())
    marks = {State.DONE: "well", State.REFUSED: "poor", State.FAILED: "near", State.WORKING: "near"}
    return [
        {
            "one": one,
            "conversation": theirs.get(one.conversation_id or 0),
            "hidden": one.conversation_id is not None and one.conversation_id not in theirs,
            "mark": marks.get(State(one.state), "held"),
            "more": int(one.said.get("found", 1)) - 1,
            "again": one.state == State.REFUSED and bool(one.file),
        }
        for one in rows
    ]
