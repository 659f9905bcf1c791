"""What a rule would have heard in all that was said so far: how often, at which accounts, and who of those left."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from keepwell.accounts.models import Entry
from keepwell.conversations.models import Conversation, Hit, Rule, Turn
from keepwell.conversations.queries import seen
from keepwell.conversations.rules import ears
from keepwell.listening import rules as listening
from keepwell.members.models import Member

SILENT = timedelta(minutes=9)  # one that was not heard of for so long has lost its worker
LEFT_WITHIN = timedelta(days=90)
AT_ONCE = 400  # conversations
EXAMPLES, ACCOUNTS = 30, 200  # that are kept of many
Tell = Callable[[int, int], object]


def looked_back(data: Mapping[str, Any], member: Member, *, now: datetime, tell: Tell) -> dict[str, Any]:
    """Hear everything that a member may see with one rule. Places and counts only: words are read where they lie."""
    rule = Rule(pk=0, version=1, data={name: said for name, said in data.items() if name != "of"})
    alone = ears.Ready(0, 0, {0: rule}, (listening.Rules([ears.rule_of(rule)], ears.lists()),))
    talks, verdicts, months = 0, Counter[str](), Counter[str]()
    heard_at: dict[str, list[datetime]] = defaultdict(list)
    spoken_at: dict[str, list[datetime]] = defaultdict(list)
    examples: list[tuple[datetime, list[Any]]] = []
    heard_in: set[int] = set()
    total = seen(member).count()
    for some, turns in _batches(member):
        talks += len(some)
        by_key = {talk.pk: talk for talk in some}
        for talk in some:
            if talk.account_id:
                spoken_at[talk.account_id].append(talk.at)
        for one in alone.hear([(talk, turns[talk.pk]) for talk in some]):
            talk = by_key[one.turn.conversation_id]
            at = one.turn.at or talk.at
            verdicts[one.verdict] += 1
            examples.append(
                (at, [talk.pk, one.turn.pk, one.verdict, [list(span) for span in one.spans], one.cue])
            )
            if one.verdict == Hit.Verdict.HIT:
                months[f"{at:%Y-%m}"] += 1
                heard_in.add(talk.pk)
                if talk.account_id:
                    heard_at[talk.account_id].append(at)
        examples = sorted(examples, key=lambda one: one[0], reverse=True)[:EXAMPLES]
        tell(talks, total)
    left = _left({*spoken_at})
    others = {account: days for account, days in spoken_at.items() if account not in heard_at}
    return {
        "hits": verdicts[Hit.Verdict.HIT],
        "denied": verdicts[Hit.Verdict.NEGATED],
        "conversations": len(heard_in),
        "of": talks,
        "accounts": len(heard_at),
        "among": len(spoken_at),
        **_gone(heard_at, left, now),
        "others": _gone(others, left, now),
        "where": [
            [account, len(days), max(days).isoformat(), _after(days, left.get(account, []))]
            for account, days in sorted(heard_at.items(), key=lambda one: -len(one[1]))[:ACCOUNTS]
        ],
        "months": sorted(months.items())[-24:],
        "examples": [one for _at, one in examples],
    }


def _batches(member: Member) -> Iterator[tuple[list[Conversation], dict[int, list[Turn]]]]:
    last = 0
    while some := list(seen(member).filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        turns: dict[int, list[Turn]] = defaultdict(list)
        rows = Turn.objects.filter(conversation__in=[talk.pk for talk in some])
        for turn in rows.order_by("conversation", "no"):
            turns[turn.conversation_id].append(turn)
        yield some, turns
        last = some[-1].pk


def _left(accounts: set[str]) -> dict[str, list[datetime]]:
    """When accounts left, by their timelines."""
    found: dict[str, list[datetime]] = defaultdict(list)
    rows = Entry.objects.filter(kind="movement", data__kind="churn").order_by("at")
    for account, at in rows.values_list("account_id", "at").iterator():
        if account in accounts:
            found[account].append(at)
    return found


def _gone(
    spoken: Mapping[str, list[datetime]], left: Mapping[str, list[datetime]], now: datetime
) -> dict[str, int]:
    """Of accounts with the days that count: how many left within 90 days of one, of those of which that is known."""
    known = gone = 0
    for account, days in spoken.items():
        if _after(days, left.get(account, [])):
            known, gone = known + 1, gone + 1
        elif min(days) <= now - LEFT_WITHIN:
            known += 1
    return {"known": known, "left": gone}


def _after(days: list[datetime], left: list[datetime]) -> str | None:
    """The first day of leaving that is within 90 days after one of the days."""
    for gone in left:
        if any(day <= gone <= day + LEFT_WITHIN for day in days):
            return gone.isoformat()
    return None
