"""Whom nobody has spoken to for too long, whose review is due, and the standards that say so."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.accounts.csv import as_csv
from keepwell.accounts.showing import money, reporting
from keepwell.followups import queries
from keepwell.followups.actions import arranging
from keepwell.followups.forms import Setting
from keepwell.followups.models import Rhythm, Stage, Standard
from keepwell.lib.money import to_decimal
from keepwell.members.labels import labels
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, needs

PAGE, EXPORT = 25, 10_000


@needs(Right.SEE)
@require_safe
def cadence(request: HttpRequest) -> HttpResponse:
    """Accounts nobody has spoken to for longer than their standard, or whose review is due."""
    assert isinstance(request.user, Member)
    today, stage = timezone.localdate(), request.GET.get("stage", "")
    stage = stage if stage in Stage.values else ""
    show = "reviews" if request.GET.get("show") == "reviews" else "silent"
    whose = "mine" if request.GET.get("whose") == "mine" else "team"
    ask = queries.reviews if show == "reviews" else queries.silent
    found = ask(request.user, today=today, stage=stage, whose=whose)
    if request.GET.get("as") == "csv":
        return _exported(request.user, found.plain()[:EXPORT], show)
    page = Pages(found, PAGE).get_page(request.GET.get("page"))
    currency = reporting()
    rows = [_row(one, show, currency) for one in page]
    return render(
        request,
        "followups/cadence.html",
        {
            "page": page,
            "rows": rows,
            "stages": Stage.choices,
            "asked": {"stage": stage, "show": show, "whose": whose},
            "none": not Standard.objects.exists(),
            "acts": may(request.user, Right.ACT),
            "manages": may(request.user, Right.MANAGE),
        },
    )


@needs(Right.MANAGE)
@require_http_methods(["GET", "POST"])
def standards(request: HttpRequest) -> HttpResponse:
    """How often accounts are to be spoken to, and a form for one more."""
    assert isinstance(request.user, Member)
    form = Setting(request.POST or None)
    if request.method == "POST" and form.is_valid():
        arranging.set_standard(by=request.user, values=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("followups:standards")
    return render(request, "followups/standards.html", {"form": form, "rows": Standard.objects.all()})


@needs(Right.MANAGE)
@require_POST
def drop_standard(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a standard out."""
    assert isinstance(request.user, Member)
    arranging.drop_standard(by=request.user, standard=get_object_or_404(Standard, pk=pk))
    return redirect("followups:standards")


def _exported(member: Member, found: QuerySet[Rhythm], show: str) -> HttpResponse:
    currency = reporting()
    last = _("Last review") if show == "reviews" else _("Last contact")
    head = [
        *(_("Account"), _("Segment"), _("Stage"), last, _("Was due"), _("Owner")),
        *(_("Currency"), _("Worth saving")),
    ]
    return as_csv(
        f"cadence-{show}",
        head,
        (
            [
                *(str(one.account), one.account.segment, row["stage"], row["last"], row["by"]),
                *(str(one.account.owner or ""), currency, _worth(one, currency)),
            ]
            for one in found
            for row in [_row(one, show, currency)]
        ),
        by=member,
        what="cadence",
        show=show,
    )


def _worth(one: Rhythm, currency: str) -> Decimal | None:
    standing = getattr(one.account, "standing", None)
    return None if standing is None or standing.worth is None else to_decimal(standing.worth, currency)


def _row(one: Rhythm, show: str, currency: str) -> dict[str, Any]:
    standing = getattr(one.account, "standing", None)
    last = getattr(one.account, "last_touch", None)
    return {
        "account": one.account,
        "stage": labels(Stage).get(one.stage, one.stage),
        "last": (one.reviewed_on if show == "reviews" else last.at if last else None),
        "by": one.review_by if show == "reviews" else one.speak_by,
        "worth": money(standing.worth if standing else None, currency),
        "what": _("Review") if show == "reviews" else _("Nobody has spoken to them for too long"),
    }
