"""Settings: mailboxes and folders that are read, and what may be recorded and kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.conversations.actions import policies as keeping
from keepwell.conversations.actions import sources as setting
from keepwell.conversations.actions.transcribing import missing, model_folder
from keepwell.conversations.arriving.forms import Box, Keeping, Place
from keepwell.conversations.models import Folder, Mailbox, Policy
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs


@needs(Right.ADMINISTER)
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Where conversations come from, and how each was when it was looked into last."""
    folder = model_folder()
    parts = {
        "mailboxes": Mailbox.objects.all(),
        "folders": Folder.objects.all(),
        "missing": missing(),
        "model": folder.name if folder else "",
    }
    return render(request, "conversations/sources.html", parts)


@needs(Right.ADMINISTER)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look into all of them now."""
    setting.look_now()
    messages.success(request, _("They are being looked into."))
    return redirect("conversations:sources")


@needs(Right.ADMINISTER)
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def mailbox(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set a mailbox; it is looked into before it is kept, so that a wrong password is seen at once."""
    assert isinstance(request.user, Member)
    kept = get_object_or_404(Mailbox, pk=pk) if pk else Mailbox()
    form = Box(request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        made, secret = form.save(commit=False), form.cleaned_data["secret"]
        try:
            waiting = setting.try_mailbox(mailbox=made, secret=secret) if made.on else 0
        except KeepwellError as wrong:
            form.add_error(None, " ".join(part for part in (wrong.wrong, wrong.seen) if part))
        else:
            setting.set_mailbox(mailbox=made, secret=secret, by=request.user)
            told = ngettext("Saved. {n} mail waits in it.", "Saved. {n} mails wait in it.", waiting)
            messages.success(request, told.format(n=waiting))
            return redirect("conversations:sources")
    return render(request, "conversations/source.html", {"form": form, "one": kept, "what": "mailbox"})


@needs(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def folder(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set a folder."""
    assert isinstance(request.user, Member)
    kept = get_object_or_404(Folder, pk=pk) if pk else Folder()
    initial = {"language": kept.said.get("language", ""), "channel": kept.said.get("ours", "")}
    form = Place(request.POST or None, instance=kept, initial=initial)
    if request.method == "POST" and form.is_valid():
        setting.set_folder(folder=form.folder(), by=request.user)
        messages.success(request, _("Saved. What lies in it is being taken in."))
        return redirect("conversations:sources")
    return render(request, "conversations/source.html", {"form": form, "one": kept, "what": "folder"})


@needs(Right.ADMINISTER)
@require_POST
def drop_mailbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it no more."""
    assert isinstance(request.user, Member)
    setting.drop_mailbox(mailbox=get_object_or_404(Mailbox, pk=pk), by=request.user)
    messages.success(request, _("Taken away. What came from it stays."))
    return redirect("conversations:sources")


@needs(Right.ADMINISTER)
@require_POST
def drop_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """Look into it no more."""
    assert isinstance(request.user, Member)
    setting.drop_folder(folder=get_object_or_404(Folder, pk=pk), by=request.user)
    messages.success(request, _("Taken away. What came from it stays."))
    return redirect("conversations:sources")


@needs(Right.ADMINISTER)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """What may be recorded and kept, and on what consent that rests."""
    rows = Policy.objects.select_related("account").order_by("account", "country")
    return render(request, "conversations/policies.html", {"rows": rows})


@needs(Right.ADMINISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Set a policy. Where it deletes what is kept, how much is said first, and has to be confirmed."""
    assert isinstance(request.user, Member)
    kept = get_object_or_404(Policy, pk=pk) if pk else Policy()
    form, deleting = Keeping(request.POST or None, instance=kept, member=request.user), 0
    if request.method == "POST" and form.is_valid():
        made = form.save(commit=False)
        deleting = keeping.would_delete(made, now=timezone.now())
        if not deleting or form.cleaned_data["sure"]:
            keeping.set_policy(policy=made, by=request.user, now=timezone.now())
            messages.success(request, _("Saved. It holds for what is kept already too."))
            return redirect("conversations:policies")
    parts: dict[str, Any] = {"form": form, "one": kept, "deleting": deleting}
    return render(request, "conversations/policy.html", parts)


@needs(Right.ADMINISTER)
@require_POST
def drop_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it away: the next wider one holds."""
    assert isinstance(request.user, Member)
    one = get_object_or_404(Policy, pk=pk)
    keeping.drop_policy(policy=one, by=request.user, now=timezone.now())
    messages.success(request, _("Taken away."))
    return redirect("conversations:policies")
