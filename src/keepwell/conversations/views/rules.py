"""Rules: the list, one with its numbers and versions, and bringing them in and out as files."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.conversations.actions import ruling
from keepwell.conversations.actions.hearing import waiting
from keepwell.conversations.models import Rule
from keepwell.conversations.rules import themes
from keepwell.conversations.rules.forms import Bringing
from keepwell.conversations.rules.queries import Stats, hits_of, months_of, rules_of, starting, stats_of
from keepwell.conversations.rules.showing import (
    ShownMonth,
    ShownRule,
    listens_for,
    shown_hits,
    shown_versions,
)
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines

PAGE, EXPORT, EXAMPLES = 25, 20_000, 5


@needs(Right.SEE)
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """All rules: how often each is heard and right, and which say something of themselves."""
    assert isinstance(request.user, Member)
    asked = {name: request.GET.get(name, "")[:120] for name in ("theme", "state", "whose", "words", "sort")}
    found = rules_of(
        theme=asked["theme"],
        state=asked["state"],
        owner=request.user.pk if asked["whose"] == "mine" else None,
        words=asked["words"],
        sort=asked["sort"],
    )
    now = timezone.now()
    if request.GET.get("format") == "csv":
        rows = list(found[:EXPORT])
        stats = stats_of(rows, now=now)
        head = [
            _("Rule"), _("Theme"), _("Listens"), _("Owner"), _("Heard"), _("In 90 days"), _("Right"), _("Wrong"),
            _("To be judged"), _("Precision"), _("Last heard"),
        ]  # fmt: skip
        lines = (_line(one, stats.get(one.pk, Stats())) for one in rows)
        return as_csv("rules", head, lines, by=request.user, what="rules", **asked)
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    some = list(page)
    stats = stats_of(some, now=now)
    return render(
        request,
        "conversations/rules.html",
        {
            "page": page,
            "rows": [ShownRule(one, stats.get(one.pk, Stats())) for one in some],
            "asked": asked,
            "themes": themes.choices(),
            "manages": may(request.user, Right.MANAGE),
            "none": not some and not Rule.objects.exists(),
            "starting": _starting(),
            "bringing": Bringing(),
        },
    )


def _line(one: Rule, stats: Stats) -> list[object]:
    return [
        one.name, themes.label(one.theme), _("yes") if one.on else _("no"), str(one.owner or ""), stats.heard,
        stats.lately, stats.right, stats.wrong, stats.waiting,
        "" if stats.precision is None else round(stats.precision, 3), stats.last.isoformat() if stats.last else "",
    ]  # fmt: skip


def _starting() -> list[tuple[str, str, int]]:
    """The themes of the rules that come with Keepwell: name, what it is called, how many."""
    counts = starting()
    return [(name, label, counts[name]) for name, label in themes.choices()]


@needs(Right.SEE)
@require_safe
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: what it listens for, how often it is right and when, its newest hits, who changed what."""
    assert isinstance(request.user, Member)
    found, now = rule_of(pk), timezone.now()
    stats = stats_of([found], now=now).get(found.pk, Stats())
    hits = hits_of(request.user, rule=found.pk, judged="all")[:EXAMPLES]
    left = waiting().count() if found.on else 0
    return render(
        request,
        "conversations/rule.html",
        {
            "one": ShownRule(found, stats),
            "listens": listens_for(found.data),
            "months": [ShownMonth(month) for month in months_of(found, now=now)],
            "hits": shown_hits(hits),
            "versions": shown_versions(found.versions.select_related("by")[:50]),
            "left": left,
            "manages": may(request.user, Right.MANAGE),
        },
    )


def rule_of(pk: int) -> Rule:
    """A rule; Http404 where there is none."""
    found = Rule.objects.select_related("owner", "rested_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@needs(Right.MANAGE)
@require_POST
def turn(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a rule to rest, or let it listen again."""
    assert isinstance(request.user, Member)
    act = ruling.wake if request.POST.get("to") == "on" else ruling.rest
    done = act(rule=rule_of(pk), by=request.user, now=timezone.now())
    said = _("“{name}” listens again.") if done.on else _("“{name}” is at rest. What it has heard stays.")
    messages.success(request, said.format(name=done.name))
    return redirect("conversations:rule", pk)


@needs(Right.MANAGE)
@require_POST
def restore(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Take a rule back to an older version."""
    assert isinstance(request.user, Member)
    try:
        done = ruling.restore(rule=rule_of(pk), version=version, by=request.user, now=timezone.now())
        messages.success(
            request,
            _("It is as in version {old} again; that is version {new}.").format(
                old=version, new=done.version
            ),
        )
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
    return redirect("conversations:rule", pk)


@needs(Right.SEE)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """All rules as YAML, as they can be brought in again."""
    assert isinstance(request.user, Member)
    answer = HttpResponse(ruling.export(by=request.user), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rules.yaml"'
    return answer


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest) -> HttpResponse:
    """Bring rules in from a file: all of it, or nothing where something in it cannot be."""
    assert isinstance(request.user, Member)
    form = Bringing(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = listening.parsed(file.read(), file.name)
            done = ruling.bring(rules=found, by=request.user, now=timezone.now())
        except KeepwellError as wrong:
            form.add_error("file", in_lines(wrong))
        else:
            messages.success(request, _brought(done))
            return redirect("conversations:rules")
    return render(request, "conversations/rules_bring.html", {"form": form})


@needs(Right.MANAGE)
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin with the rules that come with Keepwell, of the themes chosen."""
    assert isinstance(request.user, Member)
    chosen = request.POST.getlist("theme")
    if not chosen:
        messages.error(request, _("Choose at least one theme."))
    else:
        done = ruling.start_with(themes=chosen, by=request.user, now=timezone.now())
        messages.success(request, _brought(done))
    return redirect(reverse("conversations:rules"))


def _brought(done: ruling.Brought) -> str:
    parts = [
        ngettext("{n} rule made", "{n} rules made", len(done.made)).format(n=len(done.made)),
        ngettext("{n} changed", "{n} changed", len(done.changed)).format(n=len(done.changed)),
        ngettext("{n} there already", "{n} there already", len(done.same)).format(n=len(done.same)),
    ]
    return ", ".join(parts) + "."
