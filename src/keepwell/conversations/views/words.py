"""The words that say the same: the shipped lists, and what the company adds to them or takes out."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keepwell.conversations.actions import ruling
from keepwell.conversations.models import Words
from keepwell.conversations.rules import themes
from keepwell.conversations.rules.writing import language_codes
from keepwell.lib.errors import KeepwellError
from keepwell.listening.languages.lists import THEMES, shipped
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines

_LONGEST, _MOST = 2_000, 600


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
            "lists": _lists(language, own),
            "row": row,
            "wrong": wrong,
            "manages": may(request.user, Right.MANAGE),
        },
    )


def _said(request: HttpRequest) -> dict[str, dict[str, str]]:
    """The company's words as the form says them: a field for each idea, and a new idea for each theme."""
    found: dict[str, dict[str, str]] = {}
    for name, value in list(request.POST.items())[:_MOST]:
        kind, _colon, rest = name.partition(":")
        theme, _colon, idea = rest.partition(":")
        said = " ".join(str(value).split())[:_LONGEST]
        if kind != "own" or theme not in THEMES or not said:
            continue
        if not idea:
            idea = " ".join(str(request.POST.get(f"idea:{theme}", "")).lower().split())[:60]
        if idea:
            found.setdefault(theme, {})[idea] = said
    return found


def _lists(language: str, own: dict[str, dict[str, str]]) -> list[dict[str, object]]:
    listed = shipped(language)
    found: list[dict[str, object]] = []
    for theme, label in themes.choices():
        ideas = [
            {"idea": idea, "shipped": ", ".join(said), "own": own.get(theme, {}).get(idea, "")}
            for idea, said in listed.words.items()
            if listed.themes.get(idea) == theme
        ]
        known = {one["idea"] for one in ideas}
        ideas += [
            {"idea": idea, "shipped": "", "own": said}
            for idea, said in own.get(theme, {}).items()
            if idea not in known
        ]
        found.append({"theme": theme, "label": label, "ideas": ideas})
    return found
