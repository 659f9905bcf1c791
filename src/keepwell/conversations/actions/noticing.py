"""Rules that fell silent, or are right less often than they were: it is written on them and said to their owners."""

from collections.abc import Sequence
from datetime import datetime

from keepwell.conversations.models import Conversation, Rule
from keepwell.conversations.rules.queries import LATELY, Stats, noticed, stats_of

_AT_ONCE = 500


def notice_rules(*, now: datetime) -> int:
    """Look at every rule that is on; returns how many say something of themselves."""
    saying, last = 0, 0
    while some := list(Rule.objects.filter(on=True, pk__gt=last).order_by("pk")[:_AT_ONCE]):
        saying += _noticed(some, now)
        last = some[-1].pk
    return saying


def notice_one(rule: Rule, *, now: datetime) -> None:
    """Look at one rule again, of whose hits something was said."""
    if rule.on:
        _noticed([rule], now)


def _noticed(rules: Sequence[Rule], now: datetime) -> int:
    stats = stats_of(rules, now=now)
    spoken = Conversation.objects.filter(at__gt=now - LATELY).exists()  # else silence says nothing
    saying, changed = 0, []
    for rule in rules:
        notice, numbers = noticed(stats.get(rule.pk, Stats()))
        if not spoken:
            notice = {"both": "falling", "silent": ""}.get(notice, notice)
        numbers = numbers if notice else {}
        saying += bool(notice)
        if (rule.notice, rule.noticed) != (notice, numbers):
            rule.notice, rule.noticed = notice, numbers
            changed.append(rule)
    Rule.objects.bulk_update(changed, ["notice", "noticed"])
    return saying
