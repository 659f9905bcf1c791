"""What pages ask of follow-ups, always as somebody."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan, IsNull, LessThan, LessThanOrEqual
from django.http import Http404

from keepwell.accounts.models import Account
from keepwell.accounts.words import beginnings, who_have
from keepwell.followups.models import Batch, Comment, FollowUp, Mention, Playbook, Rhythm, Run
from keepwell.members.models import Member, Role
from keepwell.members.paging import stretch
from keepwell.members.ready import Asked, ready_by_keys
from keepwell.members.rights import Whose, seen_by
from keepwell.reach.models import LastTouch

WHOSE = ("mine", "team", "free")
DUES = ("overdue", "today", "week", "later")
SORTS = {
    "worth": F("worth").desc(nulls_last=True),
    "due": F("due").asc(),
    "account": F("account__name").asc(),
}
WEEK = timedelta(days=7)
LOOKED_THROUGH = 300  # what is to be said is in no index: so many of the newest are read


class Looked(Whose):
    """A day that is looked at while rows are walked in their order, and not sought by."""

    output_field = DateField()


def watchers(account: Account) -> QuerySet[Member]:
    """Those who may see an account."""
    found = Q(role=Role.ADMINISTRATOR) | Q(pk=account.owner_id)
    if account.portfolio_id is not None:
        found |= Q(teams__portfolios=account.portfolio_id)
    return Member.objects.filter(found, is_active=True).distinct()


def follow_ups_of(member: Member, *, few: bool = False) -> QuerySet[FollowUp]:
    """The follow-ups that a member may see; `few` where what is asked besides leaves few."""
    rows = FollowUp.objects.select_related("account", "owner", "contact", "run__playbook")
    return seen_by(rows, member, account="account", few=few)


def follow_up_of(member: Member, pk: int) -> FollowUp:
    """One of them; Http404 where it is not theirs to see."""
    found = _one(member=member, pk=pk).rows()
    if not found:
        raise Http404
    return found[0]


@ready_by_keys
def _one(*, member: Member, pk: int) -> QuerySet[FollowUp]:
    beside = ("account__standing", "alert__account__standing", "made_by", "touch")
    return follow_ups_of(member, few=True).select_related(*beside).filter(pk=pk).order_by()


def comments_of(follow_up: FollowUp) -> list[Comment]:
    """What was said of a follow-up."""
    return _comments(follow_up=follow_up.pk).rows()


@ready_by_keys
def _comments(*, follow_up: int) -> QuerySet[Comment]:
    return Comment.objects.filter(follow_up=follow_up).select_related("member")


def unseen_at(follow_up: FollowUp, member: Member) -> list[int]:
    """Where in what was said of a follow-up a member was called by name and has not looked."""
    return _unseen(follow_up=follow_up.pk, member=member.pk).rows()


@ready_by_keys
def _unseen(*, follow_up: int, member: int) -> QuerySet[Mention, int]:
    rows = Mention.objects.filter(member=member, seen_at=None, comment__follow_up=follow_up)
    return rows.values_list("pk", flat=True)


def listed(
    member: Member,
    *,
    today: date,
    whose: str = "mine",
    state: str = FollowUp.State.OPEN,
    due: str = "",
    sort: str = "worth",
    words: str = "",
) -> Asked[FollowUp]:
    """Follow-ups as a list asks for them: the worthiest first, unless by due day or account."""
    found = _listed(whose, state, sort if sort in SORTS else "worth", member=member)
    if sort == "account":
        found = found.weighed()  # no order of an index
    if due in DUES:
        found = found.then(_on, **_days(due, today))
    if words:
        bounds, said = beginnings(Account, words), saying(member, words)
        found = found.then(_having, len(bounds), **bounds, said=said)
    return found


@ready_by_keys
def _listed(whose: str, state: str, sort: str, /, *, member: Member) -> QuerySet[FollowUp]:
    found = _whose(member, whose)
    if state:
        found = found.filter(state=state)
    return found.order_by(SORTS[sort], *(("due", "pk") if sort != "due" else ("pk",)))


def due_by(member: Member, day: date) -> Asked[FollowUp]:
    """A member's open follow-ups that are due by a day, the first first."""
    return _listed("mine", FollowUp.State.OPEN, "due", member=member).then(_on, due__lte=day)


def _on(found: QuerySet[FollowUp], **days: date) -> QuerySet[FollowUp]:
    return found.filter(**days)


_LISTED = (
    "team", "channel", "due", "what", "worth", "state", "account__name", "owner__name", "contact__name",
    "contact__role", "contact__channel", "contact__opted_out",
)  # fmt: skip


def narrow(found: QuerySet[FollowUp], *also: str) -> QuerySet[FollowUp]:
    """Follow-ups with no more than lists show of them; what else is known of each is wide."""
    return found.select_related(None).select_related("account", "owner", "contact").only(*_LISTED, *also)


def _having(
    found: QuerySet[FollowUp], words: int, *, said: Sequence[int], **bounds: str
) -> QuerySet[FollowUp]:
    """Those at accounts that have the words in their name, and of the newest those that say them."""
    return found.filter(Q(account__in=who_have(Account, words, bounds)) | Q(pk__in=said))


def saying(member: Member, words: str) -> list[int]:
    """Of the newest follow-ups that a member sees, done or not, those that say the words."""
    newest = _newest(LOOKED_THROUGH, member=member).in_order()
    return [pk for pk, what in newest if words.casefold() in what.casefold()]


@ready_by_keys
def _newest(most: int, /, *, member: Member) -> QuerySet[FollowUp, tuple[int, str]]:
    return follow_ups_of(member).order_by("-pk").values_list("pk", "what")[:most]


@ready_by_keys
def of_these(*, member: Member, keys: Sequence[int]) -> QuerySet[FollowUp]:
    """Of some follow-ups those that a member sees, what is due last first."""
    rows = follow_ups_of(member, few=True).select_related(None).select_related("account")
    return rows.filter(pk__in=keys).order_by("-due", "-pk").only("what", "due", "account__name")


def _whose(member: Member, whose: str) -> QuerySet[FollowUp]:
    if whose == "mine":
        return follow_ups_of(member, few=True).filter(owner=member.pk)
    found = follow_ups_of(member)
    return found.filter(owner=None) if whose == "free" else found


def _days(due: str, today: date) -> dict[str, date]:
    """What is asked of the day that something is due, by lookup."""
    ends = today + WEEK
    return {
        "overdue": {"due__lt": today},
        "today": {"due": today},
        "week": {"due__gt": today, "due__lte": ends},
        "later": {"due__gt": ends},
    }[due]


def board(member: Member, *, today: date, whose: str, most: int) -> dict[str, list[FollowUp]]:
    """Open follow-ups by when they are due, the worthiest first, at most so many (and one) in each column."""
    found = _listed(whose, FollowUp.State.OPEN, "worth", member=member).then(narrow)
    return {due: stretch(found.then(_looked, **_days(due, today)), 0, most + 1) for due in DUES}


_LOOKUPS = {"due__lt": LessThan, "due__gt": GreaterThan, "due__lte": LessThanOrEqual}


def _looked(found: QuerySet[FollowUp], **days: date) -> QuerySet[FollowUp]:
    """As `_on`; days are looked at in the order of worth. Only those of one day are few: they are sought by it."""
    if "due" in days:
        return _on(found, **days)
    return found.filter(*(_LOOKUPS[name](Looked("due"), day) for name, day in days.items()))


def open_at(account: Account, most: int, *, playbooks: bool) -> tuple[list[FollowUp], list[Playbook]]:
    """Open follow-ups at an account that a member sees, and the playbooks in use where asked for: read at once."""
    found = _open_at(most, playbooks, account=account.pk)
    follow_ups: list[FollowUp] = []
    known: list[Playbook] = []
    for pk, said, due, team, owner, name in found:
        if due is None:
            known.append(Playbook(pk=pk, name=said))
            continue
        whose = Member(pk=owner, name=name) if owner is not None else None
        follow_ups.append(FollowUp(pk=pk, account=account, what=said, due=due, team=team, owner=whose))
    return sorted(follow_ups, key=lambda one: (one.due, one.pk)), sorted(known, key=lambda one: one.name)


@ready_by_keys
def _open_at(most: int, playbooks: bool, /, *, account: str) -> QuerySet[FollowUp, Any]:
    first = FollowUp.objects.filter(account=account, state=FollowUp.State.OPEN).order_by("due", "pk")
    rows = FollowUp.objects.filter(pk__in=first.values("pk")[:most]).order_by()
    found = rows.values_list("pk", "what", "due", "team", "owner", "owner__name")
    if not playbooks:
        return found
    none = Value(None, DateField()), Value(""), Value(None, BigIntegerField()), Value("")
    active = Playbook.objects.filter(active=True).order_by()
    return found.union(active.values_list("pk", "name", *none), all=True)


def mentions_of(member: Member, most: int) -> list[Mention]:
    """Where a member was called by name and has not looked, and may still see it."""
    return _mentions(most, member=member).rows()


@ready_by_keys
def _mentions(most: int, /, *, member: Member) -> QuerySet[Mention]:
    rows = Mention.objects.filter(member=member.pk, seen_at=None)
    found = seen_by(rows, member, account="comment__follow_up__account", few=True)
    found = found.select_related("comment__member", "comment__follow_up__account").only(
        "comment__text",
        "comment__member__name",
        "comment__follow_up__what",
        "comment__follow_up__account__name",
    )
    return found.order_by("-pk")[:most]


def batch_of(member: Member, pk: int) -> Batch | None:
    """Something a member did to several at once, if it can still be taken back."""
    found = Batch.objects.filter(pk=pk, member=member, undone_at=None).first()
    return found if found is not None and found.before else None


def silent(member: Member, *, today: date, stage: str = "", whose: str = "team") -> Asked[Rhythm]:
    """Accounts nobody has spoken to for longer than their standard, the worthiest first."""
    return _rhythms(whose, member=member, **_of_stage(stage)).then(_silent, today=today)


def reviews(member: Member, *, today: date, stage: str = "", whose: str = "team") -> Asked[Rhythm]:
    """Accounts whose review is due, the worthiest first."""
    return _rhythms(whose, member=member, **_of_stage(stage)).then(_to_review, today=today)


def _of_stage(stage: str) -> dict[str, str]:
    return {"stage": stage} if stage else {}


def _silent(found: QuerySet[Rhythm], *, today: date) -> QuerySet[Rhythm]:
    since = Q(at__gt=OuterRef("spoken_at")) | Q(IsNull(OuterRef("spoken_at"), True))
    spoken_since = LastTouch.objects.filter(since, account=OuterRef("account"))
    return _by_worth(found.filter(~Exists(spoken_since), speak_by__lt=today))


def _to_review(found: QuerySet[Rhythm], *, today: date) -> QuerySet[Rhythm]:
    return _by_worth(found.filter(review_by__lte=today))


@ready_by_keys
def _rhythms(whose: str, /, *, member: Member, stage: str = "") -> QuerySet[Rhythm]:
    rows = Rhythm.objects.select_related("account__standing", "account__owner", "account__last_touch")
    rows = rows.only(
        *("stage", "speak_by", "reviewed_on", "review_by", "account__name", "account__segment"),
        *("account__owner__name", "account__standing__worth", "account__last_touch__at"),
    )
    found = seen_by(rows, member, account="account")
    if whose == "mine":
        found = found.filter(account__owner=member.pk)
    return found.filter(stage=stage) if stage else found


def _by_worth(found: QuerySet[Any]) -> QuerySet[Any]:
    return found.order_by(F("worth").desc(nulls_last=True), "pk")


def playbooks_with_runs() -> QuerySet[Playbook]:
    """All playbooks with their versions, each with how often it was started (`treated`) and held out (`out`)."""
    rows = Playbook.objects.annotate(treated=_runs(Run.Arm.TREATED), out=_runs(Run.Arm.HELD_OUT))
    return rows.prefetch_related("versions")


def _runs(arm: str) -> Coalesce:
    """How many runs of a playbook there are of one arm: counted in an index, each playbook's apart."""
    rows = Run.objects.filter(playbook=OuterRef("pk"), arm=arm).order_by().values("playbook")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
