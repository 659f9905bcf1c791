"""The words that say the same: the shipped lists, and what the company adds to them or takes out."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keepwell.conversations.actions import ruling
from keepwell.conversations.models import Words
from keepwell.conversations.rules.wording import MOST, Own, lists_of, own_words
from keepwell.conversations.rules.writing import language_codes
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines


@needs(Right.SEE)
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, language: str) -> HttpResponse:
    """The words of a language by theme and idea; whoever manages adds to them, or takes one out with a minus."""
    assert isinstance(request.user, Member)
    labels = dict(language_codes())
    if language not in labels:
        raise Http404
    row = Words.objects.select_related("by").filter(pk=language).first()
    own = row.data if row else {}
    wrong = ""
    if request.method == "POST":
        if not may(request.user, Right.MANAGE):
            return HttpResponse(status=403)
        own = _said(request)
        try:
            ruling.set_words(language=language, data=own, by=request.user, now=timezone.now())
        except KeepwellError as error:
            wrong = in_lines(error)
        else:
            messages.success(request, _("Kept. What was said before is heard anew with these words."))
            return redirect("conversations:words", language)
    return render(
        request,
        "conversations/words.html",
        {
            "language": language,
            "label": labels[language],
            "languages": language_codes(),
            "lists": lists_of(language, own),
            "row": row,
            "wrong": wrong,
            "manages": may(request.user, Right.MANAGE),
        },
    )


def _said(request: HttpRequest) -> Own:
    """The company's words as the form says them: a field for each idea, and a new idea for each theme."""
    said = []
    for name, value in list(request.POST.items())[:MOST]:
        kind, _colon, rest = name.partition(":")
        theme, _colon, idea = rest.partition(":")
        if kind == "own":
            said.append((theme, idea or str(request.POST.get(f"idea:{theme}", "")), str(value)))
    return own_words(said)
