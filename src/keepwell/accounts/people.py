"""Search from anywhere, and a contact's page: what is known of them, taken out or erased."""

import json

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from keepwell.accounts.erasing import export
from keepwell.accounts.jobs import ask_to_erase
from keepwell.accounts.models import Contact, Erasing
from keepwell.accounts.search import look_for
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs, seen_by

MOST, AS_TYPED = 50, 6


@needs(Right.SEE)
@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the words find: a page, or as one types the part of it below the box."""
    assert isinstance(request.user, Member)
    words = request.GET.get("words", "")
    typed = request.headers.get("HX-Request") == "true"
    heaps = look_for(request.user, words, most=AS_TYPED if typed else MOST)
    template = "accounts/found.html" if typed else "accounts/search.html"
    return render(request, template, {"heaps": heaps, "words": words})


@needs(Right.MANAGE)
@never_cache
@require_safe
def contact(request: HttpRequest, contact_id: str) -> HttpResponse:
    """What can be done with a person's data; how far their erasing is, once that was asked for."""
    assert isinstance(request.user, Member)
    seen = seen_by(Erasing.objects.select_related("account"), request.user, account="account")
    if erasing := seen.filter(pk=contact_id).first():
        return render(request, "accounts/erasing.html", {"erasing": erasing})
    return render(request, "accounts/contact.html", {"contact": _theirs(request, contact_id)})


@needs(Right.MANAGE)
@never_cache
@require_safe
def contact_export(request: HttpRequest, contact_id: str) -> HttpResponse:
    """Everything known of a person, as a file."""
    assert isinstance(request.user, Member)
    found = _theirs(request, contact_id)
    engine = engine_named("duckdb")
    try:
        said = export(contact=found, book=Book.open(settings.HOME), engine=engine, by=request.user)
    except KeepwellError as wrong:
        messages.error(request, str(wrong))
        return redirect("accounts:contact", contact_id)
    finally:
        engine.close()
    answer = HttpResponse(json.dumps(said, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="contact.json"'
    return answer


@needs(Right.MANAGE)
@require_POST
def contact_erase(request: HttpRequest, contact_id: str) -> HttpResponse:
    """Let a person be erased everywhere; asked for by ticking that it is meant. The page then tells how far it is."""
    assert isinstance(request.user, Member)
    found = _theirs(request, contact_id)
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Tick that you mean it: what is erased does not come back."))
        return redirect("accounts:contact", contact_id)
    ask_to_erase(contact=found, by=request.user, now=timezone.now())
    return redirect("accounts:contact", contact_id)


def _theirs(request: HttpRequest, contact_id: str) -> Contact:
    assert isinstance(request.user, Member)
    seen = seen_by(Contact.objects.select_related("account"), request.user, account="account")
    return get_object_or_404(seen, pk=contact_id)
