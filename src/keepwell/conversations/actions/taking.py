"""A conversation taken in: redacted, its account found, kept as its policy allows; the same one is taken once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Max

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Account, Contact, Entry
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.rewriting import rewrite, speakers_of, turn_of
from keepwell.conversations.actions.siding import obeyed
from keepwell.conversations.arriving.incoming import TYPES, keep_sound
from keepwell.conversations.arriving.keeping import allowed, hold_grown, hold_to
from keepwell.conversations.arriving.knowing import Known, known_to, sided, whose
from keepwell.conversations.models import Conversation, Participant, Turn
from keepwell.conversations.models import Known as Mark
from keepwell.lib.text import kept_of
from keepwell.listening import said as heard
from keepwell.listening.belonging import Belonging, Outcome
from keepwell.listening.redacting import redact_conversation
from keepwell.listening.said import id_of
from keepwell.members.models import Member

Source, Match = Conversation.Source, Conversation.Match
MOST_ASIDE = 200  # places that could not be read that are told, of one conversation
TALK = "talk"  # what its entry on a timeline is called; what the book has is told by the book's own kinds
ELSEWHERE = (
    Source.UPLOAD,
    Source.FOLDER,
    Source.MAILBOX,
    Source.API,
)  # one thing, by whichever of these ways


@dataclass(frozen=True)
class Transcript:
    """How words were got out of sound: by which model, how sure, and who spoke when on each channel."""

    model: str
    confidence: float | None = None
    voices: tuple[tuple[tuple[float, float], ...], ...] = ()


def take(
    said: heard.Conversation,
    *,
    source: str,
    now: datetime,
    key: str = "",
    belonging: Belonging | None = None,
    account: Account | None = None,
    contact: Contact | None = None,
    by: Member | None = None,
    sound: Path | None = None,
    seconds: float | None = None,
    transcript: Transcript | None = None,
) -> Conversation:
    """Keep a conversation, or what is new in one that is there: turns of a thread, the transcript of a recording.

    `key` is what the source calls it, by itself its id. With `account` it is known whose it is, else participants
    tell. `sound` is copied. What the account's policy does not allow is not kept, and the row says so. Returns the
    conversation; one that brings nothing new is left as it is.
    """
    key = (key or said.conversation_id)[:250]
    clean = redact_conversation(sided(said))
    coming = _Coming(clean.conversation, dict(clean.counts), source, key, now, by, sound, seconds, transcript)
    try:
        return _taken(coming, belonging, account, contact)
    except IntegrityError:  # somebody else took the same one at the same moment
        return _taken(coming, belonging, account, contact)


@dataclass(frozen=True)
class _Coming:
    """What comes in, with nothing in it that must not be stored."""

    said: heard.Conversation
    redacted: Mapping[str, int]
    source: str
    key: str
    now: datetime
    by: Member | None
    sound: Path | None
    seconds: float | None
    transcript: Transcript | None


def _taken(
    coming: _Coming, belonging: Belonging | None, account: Account | None, contact: Contact | None
) -> Conversation:
    with transaction.atomic():
        there = _there(coming)
        if there is not None:
            return _grown(there, coming, account)
        known = known_to(coming.said.participants)
        one = Conversation(source=coming.source, key=coming.key, kind=coming.said.kind.value, version=0)
        if account is not None:
            one.account, one.contact = account, contact
            one.match = Match.MATCHED if coming.source == Source.BOOK or coming.by is None else Match.CHOSEN
        else:
            belong(one, belonging or whose(known, coming.said.participants))
        _describe(one, coming)
        one.save()
        _mark(one, coming.said.source_ids)
        if one.deleted_at is None:
            _people(one, coming.said.participants, known)
            _add_turns(one, coming.said.turns)
        tell_of(one)
        touched(one, now=coming.now)
        return one


def _there(coming: _Coming) -> Conversation | None:
    sources = ELSEWHERE if coming.source in ELSEWHERE else (coming.source,)
    rows = Conversation.objects.select_for_update(of=("self",)).filter(source__in=sources, key=coming.key)
    return rows.order_by("pk").first()


def belong(one: Conversation, found: Belonging) -> None:
    """Write on a conversation whose it is, and why; where that is not known, it waits for a person."""
    account = Account.objects.filter(pk=found.account_id).first() if found.account_id else None
    one.why = {"said": found.why, "reason": kept_of(found.why), "candidates": list(found.candidates)}
    if found.outcome is Outcome.MATCHED and account is not None:
        one.match, one.account = Match.MATCHED, account
        one.contact = Contact.objects.filter(pk=found.contact_id, account=account).first()
    else:
        one.account = one.contact = None
        one.match = Match.AMBIGUOUS if found.outcome is Outcome.AMBIGUOUS else Match.UNMATCHED


def _describe(one: Conversation, coming: _Coming) -> None:
    """Write what is known of it, as far as its account's policy lets it be kept."""
    said = coming.said
    one.title, one.at, one.seconds = said.subject[:300], said.started_at or coming.now, coming.seconds
    one.arrived_at, one.brought_by, one.redacted = coming.now, coming.by, dict(coming.redacted)
    _say_state(one, coming)
    may = allowed(one.account)
    hold_to(one, may, now=coming.now)
    if coming.sound and may.recordings and one.deleted_at is None:
        one.sound = keep_sound(coming.sound)
        one.sound_type = TYPES.get(coming.sound.suffix.lower(), "application/octet-stream")


def _say_state(one: Conversation, coming: _Coming) -> None:
    said, transcript = coming.said, coming.transcript
    one.state = said.state.value
    one.remarks(said.reason)
    one.language = said.language[:10] or one.language
    one.aside = [
        [part.file, part.line, part.reason, part.text, kept_of(part.reason)]
        for part in said.aside[:MOST_ASIDE]
    ]
    if transcript is not None:
        one.confidence, one.transcribed_by = transcript.confidence, transcript.model[:200]
        voices = [[list(stretch) for stretch in channel] for channel in transcript.voices]
        one.measures = dict(one.measures) | {"voices": voices}


def _grown(one: Conversation, coming: _Coming, account: Account | None) -> Conversation:
    """What is new in a conversation that is there; one whose words were deleted takes none in again."""
    if one.deleted_at is not None:
        return one
    if account is not None and one.account is None and one.match != Match.ASIDE:
        one.account, one.match = account, Match.CHOSEN
        hold_to(one, allowed(account), now=coming.now)
        one.save()
        tell_of(one)
    anew = coming.source == Source.BOOK or coming.transcript is not None
    there = list(one.turns.all())
    turns = obeyed(one, coming.said.turns)
    changed = rewrite(one, there, turns, now=coming.now) if anew else _added(one, there, turns)
    if changed or coming.transcript is not None:
        _say_state(one, coming)
        one.redacted = _more(one.redacted, coming.redacted) if changed and not anew else dict(coming.redacted)
        one.at = min(one.at, coming.said.started_at or one.at)
        one.title = one.title or coming.said.subject[:300]
        hold_grown(one, allowed(one.account), now=coming.now, last=_last(coming.said.turns))
        one.save()
        _people(one, coming.said.participants, known_to(coming.said.participants))
        _mark(one, coming.said.source_ids)
        tell_of(one)
        touched(one, now=coming.now)
    return one


def _added(one: Conversation, there: Sequence[Turn], coming: Sequence[heard.Turn]) -> bool:
    """Turns of a thread that are not there yet, put behind those that are, so that what points to a turn stays."""
    known = {turn.source_id for turn in there}
    new = [turn for turn in coming if turn.source_id and turn.source_id[:250] not in known]
    return _add_turns(one, new)


def _more(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    return {kind: before.get(kind, 0) + now.get(kind, 0) for kind in before.keys() | now.keys()}


def _last(turns: Iterable[heard.Turn]) -> datetime | None:
    return max((turn.at for turn in turns if turn.at), default=None)


def _add_turns(one: Conversation, coming: Iterable[heard.Turn]) -> bool:
    last = one.turns.aggregate(last=Max("no"))["last"] or 0
    speakers = speakers_of(one)
    new = [turn_of(one, turn, no, speakers) for no, turn in enumerate(coming, last + 1)]
    Turn.objects.bulk_create(new, batch_size=500)
    return bool(new)


def _people(one: Conversation, coming: Iterable[heard.Participant], known: Known) -> None:
    """Who took part, each once, with the contact or member that they are."""
    there = {(who.name, who.address, who.phone) for who in one.participants.all()}
    account = one.account_id or ""
    new = []
    for who in coming:
        key = (who.name[:300], who.address[:254], who.phone[:60])
        if key in there:
            continue
        there.add(key)
        member = known.member(who)
        contact = known.contact(who, account) if member is None and account else None
        made = Participant(conversation=one, side=who.side.value, contact_id=contact, member_id=member)
        made.name, made.address, made.phone = key
        new.append(made)
    Participant.objects.bulk_create(new, batch_size=500)
    if one.member_id is None and (ours := next((who.member_id for who in new if who.member_id), None)):
        one.member_id = ours
        one.save(update_fields=["member"])


def _mark(one: Conversation, names: Iterable[str]) -> None:
    marks = [Mark(mark=id_of("source", name), conversation=one) for name in dict.fromkeys(names)]
    Mark.objects.bulk_create(marks, ignore_conflicts=True, batch_size=500)


def marked(names: Iterable[str]) -> dict[str, str]:
    """Of names that sources gave (Message-IDs) the key of the conversation that each is in, where one is."""
    by_mark = {id_of("source", name): name for name in names}
    found: dict[str, str] = {}
    marks = list(by_mark)
    for begin in range(0, len(marks), 500):
        rows = Mark.objects.filter(
            mark__in=marks[begin : begin + 500], conversation__source__in=ELSEWHERE
        ).order_by("-pk")
        found |= {by_mark[mark]: key for mark, key in rows.values_list("mark", "conversation__key")}
    return found


def tell_of(one: Conversation) -> None:
    """Put it on its account's timeline, or take it off; what the book has stands there by itself."""
    if one.source == Source.BOOK:
        return
    if one.account is None:
        Entry.objects.filter(key=f"{TALK}:{one.pk}").delete()
        return
    data = {"conversation": one.pk, "kind": one.kind, "title": one.title, "state": one.state}
    tell(account=one.account, kind=TALK, key=str(one.pk), at=one.at, data=data, contact=one.contact)
