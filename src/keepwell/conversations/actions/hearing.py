"""Hearing conversations with the rules that hold: hits are stored, those that are no more are void."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from time import monotonic

from django.db import transaction
from django.db.models import F, Q, QuerySet

from keepwell.conversations.models import Conversation, Hit, Rule, Ruling, Turn
from keepwell.conversations.rules import ears, to_book

AT_ONCE = 200  # conversations that are heard together
Tell = Callable[[int, int], object]
_Place = tuple[int, int, str, tuple[tuple[int, int], ...]]  # turn, rule, verdict, spans


@dataclass
class Found:
    """What a hearing changed."""

    new: list[Hit] = field(default_factory=list)
    void: list[Hit] = field(default_factory=list)
    heard: int = 0  # conversations


def hear(conversation: Conversation, *, now: datetime) -> list[Hit]:
    """Hear a conversation with all rules that are on; returns its new hits. Heard again, nothing changes."""
    return hear_some([conversation.pk], now=now).new


def hear_some(keys: Sequence[int], *, now: datetime) -> Found:
    """Hear conversations. One whose words change meanwhile is left for the next time."""
    held, found = ears.ready(), Found()
    by_since: dict[int, list[Conversation]] = defaultdict(list)
    for talk in Conversation.objects.filter(pk__in=keys).order_by("pk"):
        by_since[talk.heard if talk.heard_version == talk.version else 0].append(talk)
    for since, some in by_since.items():
        asked = held.since(since)
        turns: dict[int, list[Turn]] = defaultdict(list)
        if asked.rows:
            rows = Turn.objects.filter(conversation__in=[talk.pk for talk in some])
            for turn in rows.order_by("conversation", "no"):
                turns[turn.conversation_id].append(turn)
        heard: dict[int, list[ears.Heard]] = defaultdict(list)
        for one in asked.hear([(talk, turns[talk.pk]) for talk in some]):
            heard[one.turn.conversation_id].append(one)
        with transaction.atomic():
            _keep(some, heard, asked, found, now=now)
    return found


def hear_all(*, now: datetime, tell: Tell | None = None, within: float | None = None) -> Found:
    """Hear every conversation that was not heard with the rules that hold, in order of arrival.

    Killed and run again it goes on where it was. `within` is how many seconds it may take.
    """
    done, begun, last = Found(), monotonic(), 0
    _pass_over(ears.ready())
    total = waiting().count()
    while keys := list(waiting().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        some = hear_some(keys, now=now)
        done.new += some.new
        done.void += some.void
        done.heard += some.heard
        last = keys[-1]
        if tell is not None:
            tell(min(done.heard, total), total)
        if within is not None and monotonic() - begun > within:
            break
    return done


def _pass_over(held: ears.Ready) -> None:
    """Conversations that every rule which holds has heard as it is: only the revision's number is another."""
    newest = max([held.words, *(row.revision for row in held.rows.values())], default=0)
    some = Conversation.objects.filter(heard__gte=max(newest, 1), heard__lt=held.revision)
    some.filter(heard_version=F("version")).update(heard=held.revision)


def waiting() -> QuerySet[Conversation]:
    """Conversations that were not heard with the rules and words that hold."""
    revision = Ruling.objects.order_by("pk").values_list("revision", flat=True).first() or 1
    return Conversation.objects.filter(~Q(heard=revision) | ~Q(heard_version=F("version")))


def _keep(
    talks: Sequence[Conversation],
    heard: dict[int, list[ears.Heard]],
    asked: ears.Ready,
    found: Found,
    *,
    now: datetime,
) -> None:
    """Store what was heard in conversations that are still as they were read."""
    read = {talk.pk: talk for talk in talks}
    locked = Conversation.objects.select_for_update(of=("self",)).filter(pk__in=read).order_by("pk")
    same = [
        talk for talk in locked if (talk.version, talk.heard) == (read[talk.pk].version, read[talk.pk].heard)
    ]
    if (
        not same
        or (Ruling.objects.order_by("pk").values_list("revision", flat=True).first() or 1) != asked.revision
    ):
        return
    there: dict[int, list[Hit]] = defaultdict(list)
    rows = Hit.objects.filter(conversation__in=[talk.pk for talk in same], void_at=None)
    for hit in rows.select_related("turn", "rule").order_by("pk"):
        there[hit.conversation_id].append(hit)
    new, void, moved = [], [], []
    for talk in same:
        fresh, gone, other = _compared(talk, heard.get(talk.pk, []), there.get(talk.pk, []), asked, now=now)
        new += fresh
        void += gone
        moved += other
    new = _stored(new)
    Hit.objects.bulk_update(void, ["void_at", "void"], batch_size=500)
    Hit.objects.bulk_update(moved, ["account"], batch_size=500)
    to_book.send([*new, *void, *moved])
    for talk in same:
        Conversation.objects.filter(pk=talk.pk).update(heard=asked.revision, heard_version=talk.version)
    found.new += new
    found.void += void
    found.heard += len(same)


def _compared(
    talk: Conversation,
    heard: Sequence[ears.Heard],
    there: Sequence[Hit],
    asked: ears.Ready,
    *,
    now: datetime,
) -> tuple[list[Hit], list[Hit], list[Hit]]:
    """What is new in a conversation, what is no more, and what goes to another account with it."""
    wanted = {_key(talk, one): one for one in heard}
    kept, gone, moved = set(), [], []
    for hit in there:
        hit.conversation = talk
        if hit.key in wanted or (hit.rule_id not in asked.rows and _stands(talk, hit)):
            kept.add(hit.key)
            if hit.account_id != talk.account_id:
                hit.account_id = talk.account_id
                moved.append(hit)
        else:
            hit.void_at = now
            changed = hit.rule_id in asked.rows and hit.version != asked.rows[hit.rule_id].version
            hit.void = Hit.Void.RULE if changed else Hit.Void.WORDS
            gone.append(hit)
    before = {_place(hit): hit for hit in gone}
    fresh = []
    for key, one in wanted.items():
        if key in kept:
            continue
        hit = _hit(talk, key, one, asked.rows[one.rule], now=now)
        if was := before.get(
            _place(hit)
        ):  # the same words, found by a newer version: what was said of them holds
            hit.judged, hit.judged_by_id, hit.judged_at = was.judged, was.judged_by_id, was.judged_at
            hit.then = was.then
        fresh.append(hit)
    return fresh, gone, moved


def _hit(talk: Conversation, key: str, one: ears.Heard, rule: Rule, *, now: datetime) -> Hit:
    return Hit(
        key=key,
        conversation=talk,
        turn=one.turn,
        account_id=talk.account_id,
        rule=rule,
        version=one.version,
        theme=one.theme,
        verdict=one.verdict,
        spans=[list(span) for span in one.spans],
        cue=one.cue,
        labels=list(one.labels),
        at=one.turn.at or talk.at,
        found_at=now,
    )


def _stored(hits: list[Hit]) -> list[Hit]:
    """New hits in the database. One that was void before, and is heard again as it was, counts again."""
    again = {hit.key: hit for hit in Hit.objects.filter(key__in=[hit.key for hit in hits])}
    fresh = [hit for hit in hits if hit.key not in again]
    Hit.objects.bulk_create(fresh, batch_size=500)
    for hit in hits:
        if hit.key in again:
            old = again[hit.key]
            hit.pk, hit.found_at, hit.then = old.pk, old.found_at, hit.then or old.then
            if not hit.judged:
                hit.judged, hit.judged_by_id, hit.judged_at = old.judged, old.judged_by_id, old.judged_at
            hit.save(force_update=True)
    return hits


def _key(talk: Conversation, one: ears.Heard) -> str:
    """Names a hit for good: where it stands, in which words, by which version of which rule, and how it is meant."""
    words = _words(one.turn, one.spans)
    said = (talk.source, talk.key, one.turn.no, words, one.rule, one.version, one.spans, one.verdict)
    return sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _stands(talk: Conversation, hit: Hit) -> bool:
    """Whether the words of a hit are as they were: asked where its rule is not heard just now."""
    spans = tuple((start, end) for start, end in hit.spans)
    said = (
        talk.source, talk.key, hit.turn.no, _words(hit.turn, spans), hit.rule_id, hit.version, spans, hit.verdict
    )  # fmt: skip
    return sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()[:40] == hit.key


def _words(turn: Turn, spans: Iterable[tuple[int, int]]) -> str:
    return "|".join(turn.text[start:end] for start, end in spans)


def _place(hit: Hit) -> _Place:
    return hit.turn_id, hit.rule_id, str(hit.verdict), tuple((start, end) for start, end in hit.spans)
