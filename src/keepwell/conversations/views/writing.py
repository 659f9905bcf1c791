"""Writing a rule by typing a phrase: what it will hear is shown at once; it may be run over the past first."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.models import Account
from keepwell.conversations.actions import ruling
from keepwell.conversations.actions.looking_back import ask_past
from keepwell.conversations.models import Hit, Past, Rule, Turn
from keepwell.conversations.queries import seen
from keepwell.conversations.rules.forms import USUAL, Writing, filled
from keepwell.conversations.rules.showing import ShownHit, day_of
from keepwell.conversations.rules.writing import heard_by, proposed, theme_of
from keepwell.conversations.views.rules import rule_of
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs, seen_by
from keepwell.members.wrongs import in_lines

_LONGEST = 200


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new rule. `?phrase=…&language=…` begins with that phrase."""
    phrase, language = request.GET.get("phrase", "").strip()[:_LONGEST], request.GET.get("language", "en")
    initial = USUAL | {"phrase": phrase, "language": language, "name": phrase[:120], "owner": request.user.pk}
    if phrase:
        initial["theme"] = theme_of(phrase, language)
    return _write(request, None, initial)


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule that is there, changed into a new version."""
    row = rule_of(pk)
    return _write(request, row, filled(row))


def _write(request: HttpRequest, row: Rule | None, initial: dict[str, Any]) -> HttpResponse:
    assert isinstance(request.user, Member)
    form = Writing(request.POST or None, member=request.user, row=row, initial=initial)
    if request.method == "POST" and form.is_valid() and form.made is not None:
        if "past" in request.POST:
            return redirect("conversations:past", ask_past(rule=form.made, by=request.user, of=row).pk)
        if "show" not in request.POST:
            try:
                return _kept(request, form, row)
            except KeepwellError as wrong:
                form.add_error(None, in_lines(wrong))
    phrase, language = _typed(request, initial)
    context = {"form": form, "parts": form.parts(), "row": row, **_shown(form, phrase, language, request)}
    return render(request, "conversations/rule_write.html", context)


def _kept(request: HttpRequest, form: Writing, row: Rule | None) -> HttpResponse:
    assert isinstance(request.user, Member)
    assert form.made is not None
    said, now = form.cleaned_data, timezone.now()
    known = {"by": request.user, "now": now, "owner": said["owner"], "template": said["template"]}
    if row is None:
        kept = ruling.make_rule(rule=form.made, **known)
        messages.success(request, _("Kept. It listens from now on, and to what was said before in a moment."))
    else:
        kept = ruling.change_rule(rule=row, to=form.made, read=said["version"], **known)
        messages.success(request, _("Kept as version {n}.").format(n=kept.version))
    return redirect("conversations:rule", kept.pk)


def _typed(request: HttpRequest, initial: dict[str, Any]) -> tuple[str, str]:
    said = request.POST if request.method == "POST" else {}
    return str(said.get("phrase", initial.get("phrase", ""))).strip()[:_LONGEST], str(
        said.get("language", initial.get("language", "en"))
    )


def _shown(form: Writing, phrase: str, language: str, request: HttpRequest) -> dict[str, Any]:
    """What the rule, as it is filled in so far, will hear; and what could be added."""
    made = form.made
    if made is None and not form.is_bound:
        made = _so_far(form, phrase, language)
    first = phrase
    if not first and made is not None:
        first = next(iter(made.phrases.get(language, ())), "")
    ticked = request.POST.getlist("propose") if request.method == "POST" else []
    have = {f"{code}:{text}" for code, texts in (made.phrases if made else {}).items() for text in texts}
    proposals = [
        one
        for one in (proposed(first, language, ticked) if first else [])
        if one.ticked or one.value not in have
    ]
    return {"spoken": heard_by(made) if made else [], "proposals": proposals, "phrase": phrase}


def _so_far(form: Writing, phrase: str, language: str) -> listening.Rule | None:
    try:
        if form.row is not None:
            return listening.rule_of({**form.row.data, "name": form.row.name})
        return listening.Rule(name="x", phrases={language: (phrase,)}) if phrase else None
    except KeepwellError:
        return None


@needs(Right.MANAGE)
@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """The part of the page that shows what a rule will hear, while it is typed."""
    assert isinstance(request.user, Member)
    said = request.POST.copy()
    said["name"] = said.get("name") or "x"
    form = Writing(said, member=request.user)
    form.is_valid()
    phrase, language = _typed(request, {})
    context = _shown(form, phrase, language, request)
    wrong = form.non_field_errors() if phrase and form.made is None else []
    return render(request, "conversations/rule_heard.html", {**context, "wrong": wrong})


@needs(Right.MANAGE)
@require_safe
def past(request: HttpRequest, pk: int) -> HttpResponse:
    """What a rule would have heard, or how far the working out is. Whoever asked sees it."""
    assert isinstance(request.user, Member)
    one = Past.objects.filter(pk=pk, asked_by=request.user).first()
    if one is None:
        raise Http404
    context = {"one": one, "name": one.data.get("name", ""), **_told(one, request.user)}
    page = "conversations/past_part.html" if request.headers.get("HX-Request") else "conversations/past.html"
    return render(request, page, context)


def _told(one: Past, member: Member) -> dict[str, Any]:
    """What was found, with the words read where they lie by what the reader may see now."""
    found = one.found
    if not found:
        return {}
    names = dict(
        seen_by(Account.objects.filter(pk__in=[row[0] for row in found["where"]]), member).values_list(
            "pk", "name"
        )
    )
    where = [
        {
            "account": account,
            "name": names[account] or account,
            "n": n,
            "last": day_of(last),
            "left": day_of(left),
        }
        for account, n, last, left in found["where"]
        if account in names
    ]
    hits = [
        Hit(turn_id=turn, conversation_id=talk, verdict=verdict, spans=spans, cue=cue)
        for talk, turn, verdict, spans, cue in found["examples"]
    ]
    talks = {
        talk.pk: talk
        for talk in seen(member)
        .filter(pk__in={hit.conversation_id for hit in hits})
        .select_related("account")
    }
    turns = Turn.objects.select_related("contact").in_bulk([hit.turn_id for hit in hits])
    shown = []
    for hit in hits:
        if hit.conversation_id in talks and hit.turn_id in turns:
            hit.conversation, hit.turn = talks[hit.conversation_id], turns[hit.turn_id]
            hit.at = hit.turn.at or hit.conversation.at
            shown.append(ShownHit(hit))
    most = max([n for _month, n in found["months"]], default=0)
    return {
        "found": found,
        "where": where,
        "examples": shown,
        "months": [{"month": day_of(f"{month}-01"), "n": n} for month, n in reversed(found["months"])],
        "most": most,
        "edit": one.data.get("of"),
        "fields": _fields(one),
    }


def _fields(one: Past) -> list[tuple[str, Any]]:
    """The form's fields as they were when it was asked, so that it can be kept or gone on with."""
    row = Rule(name=one.data["name"], data={k: v for k, v in one.data.items() if k not in ("name", "of")})
    there = Rule.objects.filter(pk=one.data.get("of") or 0).first()
    said = filled(row) | {
        "owner": (there.owner_id if there else one.asked_by_id),
        "version": there.version if there else "",
    }
    fields: list[tuple[str, Any]] = []
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        fields += [(name, "" if item is None else item) for item in values if item is not False]
    return fields
