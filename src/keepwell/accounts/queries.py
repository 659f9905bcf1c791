"""What pages ask of accounts, always as somebody: what a member may not see is not there for them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from keepwell.accounts.conditions import in_saved
from keepwell.accounts.models import Account, Contact, Entry, Projection, Standing
from keepwell.accounts.remembering import remembered
from keepwell.accounts.words import beginnings, who_have
from keepwell.members.models import Member
from keepwell.members.ordering import by
from keepwell.members.paging import asked_of
from keepwell.members.ready import Asked, ready, ready_by_keys
from keepwell.members.rights import owned_by, seen_by
from keepwell.members.zones import zone_of

SORTS = {
    "worth": "-standing__worth",
    "risk": "-standing__risk",
    "change": "-standing__change_30",
    "mrr": "-standing__mrr",
    "health": "standing__score",
    "name": "name",
}
WHOSE = ("mine", "team", "all")


def accounts_of(member: Member) -> QuerySet[Account]:
    """The accounts that a member may see, each with its standing."""
    return seen_by(Account.objects.select_related("standing", "owner"), member)


def sees_none(member: Member) -> bool:
    """Whether there are accounts and none is theirs to see: they own none, and no team of theirs looks after any."""
    return not accounts_of(member).exists() and Account.objects.exists()


def account_of(member: Member, account_id: str) -> Account:
    """One account; Http404 where there is none, or it is not theirs to see."""
    found = _one(member=member, pk=account_id).rows()
    if not found:
        raise Http404
    return found[0]


@ready_by_keys
def _one(*, member: Member, pk: str) -> QuerySet[Account]:
    return accounts_of(member).filter(pk=pk).order_by()


def standing_of(account: Account) -> Standing | None:
    """How the account stands; None where it does not pay."""
    return getattr(account, "standing", None)


def listed(
    member: Member,
    *,
    whose: str = "all",
    sort: str = "worth",
    segment: str = "",
    health: str = "",
    saved: str = "",
    words: str = "",
) -> Asked[Account]:
    """Paying accounts as a list asks for them. Raises KeepwellError where there is no such `saved` segment."""
    asked = {name: said for name, said in (("segment", segment), ("health", health)) if said}
    sort, whose = sort if sort in SORTS else "worth", "mine" if whose == "mine" else "all"
    found = _listed(whose, sort, saved, member=member, **asked)
    if words:
        found = _named(found, words)
    if saved:
        return asked_of(found.plain())  # at once: whoever asked is told that there is none
    mine = whose == "mine" and not asked and not words
    return found.by_keys() if mine else found  # by their owner, whoever that is


@ready
def _listed(
    whose: str, sort: str, saved: str, /, *, member: Member, segment: str = "", health: str = ""
) -> QuerySet[Account]:
    found = Account.objects.select_related("standing", "owner").filter(standing__isnull=False)
    found = owned_by(found, member) if whose == "mine" else seen_by(found, member)
    if saved:
        found = in_saved(found, saved)
    if segment:
        found = found.filter(segment=segment)
    if health:
        found = found.filter(standing__health=health)
    return found.order_by(by(Account, SORTS[sort]), "pk")


@ready
def nothing() -> QuerySet[Account]:
    """A list of no accounts."""
    return Account.objects.none().order_by("pk")


def named(words: str) -> Q:
    """Accounts that have the words in their name or id, or one of whose contacts has them."""
    ours, theirs = beginnings(Account, words), beginnings(Contact, words)
    return _either(len(ours), ours | theirs)


def _named(found: Asked[Account], words: str) -> Asked[Account]:
    ours, theirs = beginnings(Account, words), beginnings(Contact, words)
    return found.then(_that_have, len(ours), **ours, **theirs)


def _that_have(found: QuerySet[Account], words: int, **bounds: str) -> QuerySet[Account]:
    return found.filter(_either(words, bounds))


def _either(words: int, bounds: Mapping[str, str]) -> Q:
    people = Contact.objects.filter(pk__in=who_have(Contact, words, bounds)).order_by().values("account")
    return Q(pk__in=who_have(Account, words, bounds).union(people))


def night() -> date | None:
    """The day before which everything on the pages is known; None before the first night."""
    said = made().get("day")
    return date.fromisoformat(said) if said else None


@remembered
def _projected() -> dict[str, Projection]:
    return {one.name: one for one in _projections()}


@ready_by_keys
def _projections() -> QuerySet[Projection]:
    return Projection.objects.filter(name__in=("standings", "accounts"))


def made() -> dict[str, Any]:
    """What the night said of the standings it made: day, accounts, currency, `made_at`; nothing before the first."""
    row = _projected().get("standings")
    return {} if row is None else {**row.said, "made_at": row.made_at}


def company_zone() -> str:
    """The company's time zone, as the book has it; "" before the first night."""
    row = _projected().get("accounts")
    return "" if row is None else str(row.said.get("zone") or "")


def company_day(at: datetime) -> date:
    """The day of a moment by the company's clock: what holds for all is counted by it."""
    return at.astimezone(zone_of(company_zone())).date()


def segments_of(member: Member) -> list[str]:
    """The segments one may choose from: those of the last night; before the first, those of accounts one sees."""
    row = _projected().get("accounts")
    if row is not None and "segments" in row.said:
        return list(row.said["segments"])
    return segments_in(seen_by(Account.objects.all(), member))


def segments_in(accounts: QuerySet[Account]) -> list[str]:
    """The segments that some accounts are of."""
    return sorted(accounts.exclude(segment="").order_by().values_list("segment", flat=True).distinct())


def timeline_of(
    account: Account, *, kinds: Sequence[str] = (), before: tuple[datetime, int] | None = None
) -> Asked[Entry]:
    """What happened at an account, newest first; `before` (moment, id) leads to the next page."""
    found = _entries(account=account.pk)
    if kinds:
        found = found.then(_of_kinds, kinds=kinds)
    return found.then(_before, at=before[0], pk=before[1]) if before else found


@ready_by_keys
def _entries(*, account: str) -> QuerySet[Entry]:
    return Entry.objects.filter(account=account).select_related("contact").order_by("-at", "-pk")


def _of_kinds(found: QuerySet[Entry], *, kinds: Sequence[str]) -> QuerySet[Entry]:
    return found.filter(kind__in=kinds)


def _before(found: QuerySet[Entry], *, at: datetime, pk: int) -> QuerySet[Entry]:
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)  # so that the index is entered there
