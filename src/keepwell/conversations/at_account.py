"""An account's latest conversations, and those its timeline tells of: read with one question a page."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from keepwell.accounts.remembering import remembered
from keepwell.conversations.listing import counted
from keepwell.conversations.models import Conversation
from keepwell.conversations.naming import with_whom
from keepwell.members.models import Member
from keepwell.members.ready import ready
from keepwell.members.rights import seen_by

SHOWN = 5
_SHARED = 10  # keys are asked for by so many: one question serves pages with more and with fewer


def at_account(member: Member, account: str, keys: Iterable[str] = (), pks: Iterable[int] = ()) -> list[Any]:
    """What a member may see of an account's conversations: the latest, of the book those with some keys, and `pks`.

    They come once for each theme heard in them (`theme`, `hit`, `turn`), newest first, with how many turns are in
    which mood where that is known (`good`, `neutral`, `bad`). What has been read within a
    request is not read again: a timeline that says its keys first is read together with the latest.
    """
    read, wanted = _read(), (set(keys) - {""}) | set(pks)
    known = read.get((member.pk, account))
    if known is None or wanted - known[0]:
        some = sorted(key for key in wanted if isinstance(key, str))
        others = sorted(key for key in wanted if isinstance(key, int))
        some, others = some + [""] * (-len(some) % _SHARED), others + [0] * (-len(others) % _SHARED)
        rows = _asked(member=member, account=account, keys=some, pks=others).by_keys().rows()
        known = read[member.pk, account] = (wanted, rows)
    return known[1]


@remembered
def _read() -> dict[tuple[int, str], tuple[set[str | int], list[Any]]]:
    return {}


@ready
def _asked(
    *, member: Member, account: str, keys: Sequence[str], pks: Sequence[int]
) -> QuerySet[Conversation, Any]:
    there = Conversation.objects.filter(account=account, deleted_at=None)
    latest = Conversation.objects.filter(pk__in=there.order_by("-at", "-pk").values("pk")[:SHOWN])
    told = there.filter(source=Conversation.Source.BOOK, key__in=keys)
    brought = there.filter(pk__in=pks)
    heard = FilteredRelation("hits", condition=counted("hits__") & ~Q(hits__theme=""))
    these = Conversation.objects.filter(
        pk__in=latest.order_by()
        .values("pk")
        .union(*(some.order_by().values("pk") for some in (told, brought)))
    )
    return (
        seen_by(these, member, account="account")
        .defer("measures", "why")
        .alias(counting=heard)
        .annotate(
            with_whom=with_whom(),
            hit=F("counting__pk"),
            theme=F("counting__theme"),
            turn=F("counting__turn__no"),
            good=F("felt__good"),
            neutral=F("felt__neutral"),
            bad=F("felt__bad"),
        )
        .order_by("-at", "-pk", "turn", "hit")
    )
