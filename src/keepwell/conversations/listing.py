"""The list of conversations as a page, a file and a program ask for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from keepwell.accounts.models import Account
from keepwell.accounts.queries import named
from keepwell.conversations.models import Conversation, Hit
from keepwell.conversations.queries import seen
from keepwell.conversations.rules.themes import LABELS
from keepwell.members.asking import begin_of, day_of, end_of, one_of
from keepwell.members.models import Member

SORTS = ("new", "old", "long", "account")


@dataclass(frozen=True)
class Asked:
    """What is asked for; "" or None for all. `before` is the first day that is not meant any more."""

    account: str = ""
    words: str = ""
    segment: str = ""
    kind: str = ""
    language: str = ""
    state: str = ""
    theme: str = ""
    member: int | None = None
    since: date | None = None
    until: date | None = None
    sort: str = "new"

    @classmethod
    def read(cls, said: Mapping[str, str]) -> "Asked":
        """What an address asks for; what cannot be is not asked for."""
        number = said.get("member", "")
        return cls(
            account=said.get("account", ""),
            words=said.get("words", "").strip(),
            segment=said.get("segment", ""),
            kind=one_of(said.get("kind", ""), Conversation.Kind.values),
            language=said.get("language", "")[:10],
            state=one_of(said.get("state", ""), Conversation.State.values),
            theme=one_of(said.get("theme", ""), LABELS),
            member=int(number) if number.isdecimal() and len(number) < 10 else None,
            since=day_of(said.get("since", "")),
            until=day_of(said.get("until", "")),
            sort=one_of(said.get("sort", ""), SORTS) or "new",
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but an order is asked for."""
        return any(getattr(self, one.name) != one.default for one in fields(self) if one.name != "sort")


def listed(member: Member, asked: Asked) -> QuerySet[Conversation]:
    """The conversations that a member asks for, of those they may see."""
    found = (
        seen(member)
        .select_related("account", "contact", "member", "felt")
        .defer("measures", "why", "felt__turns")
    )
    if asked.account:
        found = found.filter(account=asked.account)
    if asked.words:
        found = found.filter(account__in=Account.objects.filter(named(asked.words)))
    plain = {
        "account__segment": asked.segment,
        "kind": asked.kind,
        "language": asked.language,
        "state": asked.state,
        "member": asked.member,
        "at__gte": begin_of(asked.since),
        "at__lt": end_of(asked.until),
    }
    found = found.filter(**{name: value for name, value in plain.items() if value})
    if asked.theme:
        found = found.filter(Exists(said_of(asked.theme).filter(conversation=OuterRef("pk"))))
    return found.order_by(*_orders()[asked.sort])


def _orders() -> dict[str, tuple[Any, ...]]:
    return {
        "new": ("-at", "-pk"),
        "old": ("at", "pk"),
        "long": (F("seconds").desc(nulls_last=True), "-at", "-pk"),
        "account": (F("account__name").asc(nulls_last=True), "-at", "-pk"),
    }


def counting() -> QuerySet[Hit]:
    """Hits that count: neither void, nor denied, nor judged to be wrong."""
    return Hit.objects.filter(counted()).order_by()


def counted(way: str = "") -> Q:
    """The same of the hits that a `way` leads to."""
    heard = Q((f"{way}void_at", None), (f"{way}verdict", Hit.Verdict.HIT))
    return heard & ~Q((f"{way}judged", Hit.Judged.WRONG))


def said_of(theme: str) -> QuerySet[Hit]:
    """Those of one theme."""
    return counting().filter(theme=theme)


def themes_in(conversations: Iterable[Conversation]) -> dict[int, list[str]]:
    """The themes that were heard in each of some conversations."""
    rows = counting().exclude(theme="").filter(conversation__in=[one.pk for one in conversations])
    found: dict[int, list[str]] = defaultdict(list)
    for pk, theme in rows.values_list("conversation", "theme").distinct().order_by("conversation", "theme"):
        found[pk].append(theme)
    return found
