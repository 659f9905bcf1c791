"""The list of conversations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keepwell.conversations import queries
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, needs

PAGE = 25


@needs(Right.SEE)
@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """What was said and written, newest first."""
    assert isinstance(request.user, Member)
    found = queries.seen(request.user).select_related("account", "contact").order_by("-at", "-pk")
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "conversations/conversations.html", {"page": page})
