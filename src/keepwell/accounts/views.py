"""The list of accounts, and an account's page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keepwell.accounts import actions, queries
from keepwell.accounts.conditions import saved
from keepwell.accounts.csv import as_csv
from keepwell.accounts.drawn import Drawn
from keepwell.accounts.models import LATELY, Account, Standing
from keepwell.accounts.rooms import added
from keepwell.accounts.showing import Shown, reporting, shown, told_to
from keepwell.accounts.timeline import all_kinds
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import to_decimal
from keepwell.members.asking import number_of
from keepwell.members.models import Member
from keepwell.members.paging import Pages
from keepwell.members.rights import Right, may, may_be_handed, needs

PAGE, TIMELINE = 25, LATELY - 1
AT_ONCE = 2_000  # rows of a file that are read together
LISTED = (  # all that a list shows; what else is known of an account is wide
    "name", "segment", "owner__name", "standing__mrr", "standing__risk", "standing__low", "standing__high",
    "standing__coverage", "standing__health", "standing__worth", "standing__glance", "standing__change_7",
    "standing__change_30",
)  # fmt: skip


@needs(Right.SEE)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Paying accounts, filtered and sorted by what the address says."""
    assert isinstance(request.user, Member)
    asked = {
        name: request.GET.get(name, "") for name in ("whose", "sort", "segment", "health", "saved", "words")
    }
    try:
        found = queries.listed(request.user, **{name: said for name, said in asked.items() if said})
    except KeepwellError as wrong:  # a segment that has gone, or asks what is no longer known
        messages.error(request, str(wrong))
        found = queries.nothing()
    if request.GET.get("as") == "csv":
        rows = _lines(found.plain().only(*LISTED, "country"))
        return as_csv("accounts", _head(), rows, by=request.user, what="accounts", **asked)
    page = Pages(found.then(_narrow), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "accounts/list.html",
        {
            "page": page,
            "rows": shown(page),
            "made": queries.made(),
            "day": queries.night(),
            "unplaced": not page.object_list and queries.sees_none(request.user),
            "asked": asked,
            "segments": queries.segments_of(request.user),
            "saved": sorted(saved()),
            "healths": Standing.Health.choices,
            "sorts": queries.SORTS,
            "mates": may_be_handed(request.user).only("name") if may(request.user, Right.MANAGE) else [],
            "gave": len(request.session.get("gave accounts", {}).get("before", {})),
        },
    )


def _head() -> list[str]:
    return [
        _("Id"), _("Account"), _("Segment"), _("Country"), _("Owner"), _("Currency"), _("Pays a month"),
        _("Check-up"), _("Risk, 90 days"), _("Lowest"), _("Highest"), _("Change in 7 days"), _("in 30 days"),
        _("Worth saving"),
    ]  # fmt: skip


def _lines(found: QuerySet[Account]) -> Iterator[list[Any]]:
    """What the list shows, as numbers that a spreadsheet reckons with."""
    currency = reporting()
    for one in found.iterator(AT_ONCE):
        said, stands = Shown(one, one.standing, currency), one.standing
        money = [None if of is None else to_decimal(of, currency) for of in (stands.mrr, stands.worth)]
        risks = (stands.risk, stands.low, stands.high, stands.change_7, stands.change_30)
        shares = [None if of is None else round(of, 4) for of in risks]
        who = [one.pk, one.name, one.segment, one.country, one.owner or ""]
        yield [*who, currency, money[0], said.health, *shares, money[1]]


def _narrow(found: QuerySet[Account]) -> QuerySet[Account]:
    return found.only(*LISTED)


@needs(Right.MANAGE)
@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """Give the ticked accounts to a team-mate, or to nobody."""
    assert isinstance(request.user, Member)
    chosen, to = queries.accounts_of(request.user).filter(pk__in=request.POST.getlist("account")), None
    said = request.POST.get("to", "")
    if pk := number_of(said):
        to = may_be_handed(request.user).filter(pk=pk).first()
    if to is None and said != "nobody":
        messages.error(request, _("Say to whom."))
        return _to_list(request)
    given = actions.give(accounts=chosen, by=request.user, owner=to)
    n = len(given["before"])
    if n:
        request.session["gave accounts"] = given  # the list offers to take it back
        messages.success(request, ngettext("{n} account given.", "{n} accounts given.", n).format(n=n))
    else:
        messages.info(request, _("No account was ticked whose owner changes."))
    return _to_list(request)


@needs(Right.MANAGE)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was given a moment ago."""
    assert isinstance(request.user, Member)
    given = request.session.pop("gave accounts", None)
    n = actions.take_back(given=given, by=request.user) if given else 0
    messages.success(request, ngettext("{n} went back.", "{n} went back.", n).format(n=n))
    return _to_list(request)


def _to_list(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('accounts:list')}?{request.POST.get('back', '')}")


@needs(Right.SEE)
@require_safe
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """Everything about one account."""
    assert isinstance(request.user, Member)
    found = queries.account_of(request.user, account_id)
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    if kind or before:
        asked = queries.timeline_of(found, kinds=_alike(kind), before=_cursor(before))
        entries = asked.first(LATELY).rows()
    else:
        entries = found.lately
    more = entries[TIMELINE - 1] if len(entries) > TIMELINE else None
    one = shown([found])[0]
    return render(
        request,
        "accounts/account.html",
        {
            "one": one,
            "stood": Drawn.of(one),
            "entries": told_to(request.user, entries[:TIMELINE]),
            "more": f"{more.at.isoformat()}|{more.pk}" if more else "",
            "kinds": {str(one.label): one for one in all_kinds().values()}.values(),
            "kind": kind,
            "panels": _panels(request.user, found),
            "may_manage": may(request.user, Right.MANAGE),
            "contacts": found.people,
        },
    )


@needs(Right.SEE)
@require_safe
def nights(request: HttpRequest, account_id: str) -> HttpResponse:
    """How one account stood, night by night."""
    assert isinstance(request.user, Member)
    one = shown([queries.account_of(request.user, account_id)])[0]
    stood = Drawn.of(one)
    if request.GET.get("as") == "csv":
        what = {"what": "nights", "account": one.account.pk}
        return as_csv(f"nights-{one.account.pk}", stood.head, stood.lines, by=request.user, **what)
    return render(request, "accounts/nights.html", {"one": one, "stood": stood})


def _alike(kind: str) -> list[str]:
    """The kinds of entries that are called as this one is: the book's conversations and those that came in here."""
    kinds = all_kinds()
    if kind not in kinds:
        return [kind] if kind else []
    return [one.name for one in kinds.values() if one.label == kinds[kind].label]


def _panels(member: Member, account: Account) -> list[dict[str, Any]]:
    """What other rooms show of an account."""
    found = [(panel.template, panel.context(member, account)) for panel in added("panels", "PANELS")]
    return [{"template": template, "with": context} for template, context in found if context is not None]


def _cursor(said: str) -> tuple[datetime, int] | None:
    at, _, pk = said.partition("|")
    try:
        return datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
