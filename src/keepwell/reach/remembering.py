"""When each account was last in contact with us, remembered out of timelines: a step of the night."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery

from keepwell.accounts.models import Account, Entry
from keepwell.accounts.projecting import BATCH, upsert
from keepwell.reach.models import LastTouch


def remember_last_touches() -> int:
    """Bring every account's last touch up to date; returns how many have one. Run again it changes nothing."""
    newest = Entry.objects.filter(account=OuterRef("pk"), kind="touch").order_by("-at", "-pk")
    accounts = Account.objects.order_by("pk").annotate(last=Subquery(newest.values("pk")[:1]))
    LastTouch.objects.filter(account__in=accounts.filter(last=None).values("pk")).delete()

    def found() -> Iterator[LastTouch]:
        ids = list(accounts.exclude(last=None).values_list("last", flat=True))
        for begin in range(0, len(ids), BATCH):
            for entry in Entry.objects.filter(pk__in=ids[begin : begin + BATCH]):
                yield LastTouch(
                    account_id=entry.account_id,
                    at=entry.at,
                    channel=entry.data.get("channel") or "",
                    direction=entry.data.get("direction") or "",
                )

    return upsert(found(), key="account", fields=("at", "channel", "direction"))
