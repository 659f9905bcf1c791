"""What was heard at accounts that calls for something to be done, conversation by conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from keepwell.conversations.models import Hit, Rule


@dataclass(frozen=True)
class Talk:
    """What rules heard in one conversation with an account: the hits that count, and what their rules weigh."""

    account: str
    conversation: int
    kind: str
    day: date
    last: int  # the last turn in which a hit stands
    weight: float
    rules: tuple[str, ...]
    hits: tuple[int, ...]


def heard_at(*, since: datetime) -> QuerySet[Hit, Any]:
    """The accounts at which a rule was heard since then in what counts, as a query for others."""
    hits = Hit.objects.filter(at__gte=since, verdict=Hit.Verdict.HIT, void_at=None, account__isnull=False)
    return hits.values("account")


def talks_at(accounts: Sequence[str], *, since: date, then: str = "alert") -> list[Talk]:
    """The conversations with accounts in which a rule that calls for `then` was heard, oldest first.

    A conversation whose hits are all void or wrong is there too, with none.
    """
    hits = Hit.objects.filter(account__in=accounts, at__date__gte=since, verdict=Hit.Verdict.HIT)
    heard_by = Rule.objects.filter(pk__in=hits.values("rule"))
    rules = {
        row.pk: row for row in heard_by.only("pk", "name", "data") if then in row.data.get("then", ["alert"])
    }
    if not rules:
        return []
    rows = hits.order_by("at", "pk").values_list(
        "pk",
        "account_id",
        "conversation_id",
        "conversation__kind",
        "at",
        "turn__no",
        "rule_id",
        "void_at",
        "judged",
    )
    found: dict[tuple[str, int], list[tuple[int, str, date, int, int, bool]]] = {}
    for pk, account, talk, kind, at, no, rule, void, judged in rows.iterator():
        if rule in rules:
            counts = void is None and judged != Hit.Judged.WRONG
            found.setdefault((account, talk), []).append((pk, kind, at.date(), no, rule, counts))
    talks = []
    for (account, talk), told in found.items():
        counting = [hit for hit in told if hit[5]]
        heard = dict.fromkeys(hit[4] for hit in counting)
        talks.append(
            Talk(
                account,
                talk,
                told[0][1],
                max(hit[2] for hit in told),
                max((hit[3] for hit in counting), default=0),
                sum(float(rules[pk].data.get("weight", 1.0)) for pk in heard),
                tuple(rules[pk].name for pk in heard),
                tuple(hit[0] for hit in counting),
            )
        )
    return talks
