"""The brief before the next call: as a page, on paper, and by mail to oneself."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keepwell.accounts.queries import account_of
from keepwell.conversations.brief import Audience, Brief, audience_of, brief_of
from keepwell.conversations.brief.mailing import mailed
from keepwell.conversations.brief.paper import left_out, pdf_of, title_of
from keepwell.lib.errors import KeepwellError
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs


@needs(Right.SEE)
@require_safe
def page(request: HttpRequest, account_id: str) -> HttpResponse:
    """The brief of an account, for whom the address says."""
    brief = _brief(request, account_id, now=timezone.now())
    context = {
        "brief": brief,
        "title": title_of(brief),
        "left_out": left_out(brief),
        "audiences": Audience.choices,
        "asked": f"?{request.GET.urlencode()}" if request.GET else "",
    }
    return render(request, "conversations/brief.html", context)


@needs(Right.SEE)
@require_safe
def paper(request: HttpRequest, account_id: str) -> HttpResponse:
    """The brief as a PDF; where that cannot be made, the page says what is missing."""
    brief = _brief(request, account_id, now=timezone.now())
    try:
        made = pdf_of(brief)
    except KeepwellError as wrong:
        messages.error(request, f"{wrong.wrong} {' '.join(wrong.ways)}")
        return _back(request, account_id)
    day = timezone.localtime(brief.now).date()
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="brief-{day:%Y-%m-%d}.pdf"'
    record("make brief", by=_member(request), of=brief.account)
    return answer


@needs(Right.SEE)
@require_POST
def mail(request: HttpRequest, account_id: str) -> HttpResponse:
    """Send the brief to whoever asks, and to nobody else, with the PDF where one can be made."""
    member = _member(request)
    brief = _brief(request, account_id, now=timezone.now())
    sent, without = mailed(brief, member)
    if without is not None:
        messages.warning(request, f"{without.wrong} {' '.join(without.ways)}")
    if sent:
        messages.success(request, _("Sent to {address}.").format(address=member.email))
    else:
        messages.error(request, _("The mail server did not take it. Nothing was sent."))
    return _back(request, account_id)


def _brief(request: HttpRequest, account_id: str, *, now: datetime) -> Brief:
    member = _member(request)
    account = account_of(member, account_id)
    said = request.GET.get("contact", "")
    contact = next((one for one in account.people if one.pk == said), None) if said else None
    audience = audience_of(contact, request.GET.get("for", ""))
    return brief_of(member, account, audience=audience, contact=contact, now=now)


def _back(request: HttpRequest, account_id: str) -> HttpResponse:
    asked = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("conversations:brief", args=[account_id]) + asked)


def _member(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user
