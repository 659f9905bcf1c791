"""What this room holds of a contact: what they said and wrote, who they were in it, and where they are named.

Their words go from turns, corrections, quotations, hits, clips and the index, their voice with the sound of every
conversation they took part in. That it took place stays, and what others said stays, without their name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from keepwell.accounts.models import Contact
from keepwell.accounts.rooms import Eraser, rows_of
from keepwell.accounts.unnaming import BLANK, SHORTEST
from keepwell.conversations import index
from keepwell.conversations.actions.changing import touched
from keepwell.conversations.actions.deleting import delete_sound
from keepwell.conversations.actions.matching import said_of
from keepwell.conversations.actions.receiving import forget_file
from keepwell.conversations.actions.taking import tell_of
from keepwell.conversations.arriving.knowing import Known
from keepwell.conversations.models import Clip, Conversation, Correction, Hit, Incoming, Participant, Turn
from keepwell.listening.belonging import Directory, phone_key
from keepwell.listening.said import PieceKind, Side


def _export(contact: Contact) -> list[dict[str, Any]]:
    said = Turn.objects.filter(_theirs(contact)).exclude(text="").order_by("conversation", "no")
    rows = rows_of(said, "conversation__kind", "conversation__title", "conversation__at", "at", "text")
    return rows + rows_of(Participant.objects.filter(contact=contact), "name", "address", "phone")


def _erase(contact: Contact) -> int:
    """Returns how many conversations were changed."""
    part = list(_took_part(contact).values_list("pk", flat=True))
    for pk in dict.fromkeys([*part, *_mentioning(contact)]):
        with transaction.atomic():
            one = Conversation.objects.select_for_update(of=("self",)).get(pk=pk)
            _erase_in(one, contact, took_part=pk in part)
    transaction.on_commit(index.tidy)
    return len(part)


def _took_part(contact: Contact) -> QuerySet[Conversation]:
    them = Q(contact=contact) | Q(participants__contact=contact) | Q(turns__contact=contact)
    if contact.email:
        them |= Q(participants__address__iexact=contact.email)
    # A number that cannot be called has no key, and nearly every participant has no number.
    numbers = {contact.phone, phone_key(contact.phone, contact.account.country[:2])} - {""}
    if numbers:
        them |= Q(participants__phone__in=numbers)
    return Conversation.objects.filter(them).distinct().order_by("pk")


def _theirs(contact: Contact) -> Q:
    """Turns that are theirs: those that say so, and those of nobody by name where they took part."""
    nobodys = Q(contact=None, speaker__in=["", contact.name, contact.email, contact.phone])
    part = _took_part(contact).values("pk")
    return Q(contact=contact) | (nobodys & ~Q(side=Side.US.value) & Q(conversation__in=part))


def _mentioning(contact: Contact) -> Iterator[int]:
    """Conversations in which they may be named, in a turn or in what was corrected."""
    ways = (
        (Turn, "conversation", ("text", "speaker")),
        (Correction, "turn__conversation", ("before", "after")),
        (Correction, "unplaced__conversation", ("before", "after")),
    )
    for model, way, fields in ways:
        if named := _naming(contact, way, fields):
            yield from model._default_manager.filter(named).order_by().values_list(way, flat=True).distinct()


def _naming(contact: Contact, way: str, fields: Sequence[str]) -> Q:
    """Rows in whose fields they may be named: by address or telephone anywhere, by name at their account."""
    asked = Q()
    for word in (contact.email, contact.phone):
        if len(word.strip()) >= SHORTEST:
            for field in fields:
                asked |= Q(**{f"{field}__icontains": word.strip(), f"{way}__isnull": False})
    if len(contact.name.strip()) >= SHORTEST:
        name = contact.name.strip()
        here = Q(**{f"{way}__account": contact.account_id})
        for form, field in product(sorted({name, name.lower(), name.upper(), name.title()}), fields):
            asked |= here & Q(**{f"{field}__contains": form})
    return asked


def _erase_in(one: Conversation, contact: Contact, *, took_part: bool) -> None:
    gone: list[int] = []
    if took_part:
        gone = list(one.turns.filter(_theirs(contact)).values_list("pk", flat=True))
        Correction.objects.filter(turn__in=gone).delete()
        one.unplaced.filter(Q(contact=contact) | Q(contact=None) & ~Q(side=Side.US.value)).delete()
        one.turns.filter(pk__in=gone).update(text="", speaker="", words=[], pieces=[], contact=None)
        hits = Hit.objects.filter(turn__in=gone)
        hits.update(spans=[], cue="")
        hits.filter(void_at=None).update(void=Hit.Void.ERASED, void_at=timezone.now())
        _erase_clips(one)
        delete_sound(one)
        one.sound = one.sound_type = ""
        one.measures = {}
        for file in Incoming.objects.filter(conversation=one).exclude(file=""):
            forget_file(file)
        Incoming.objects.filter(conversation=one).update(file="", name=BLANK, said={}, **Incoming.failing(""))
        one.participants.filter(
            pk__in=[who.pk for who in one.participants.all() if _is(who, contact)]
        ).delete()
    found = _pattern(contact)
    for turn in one.turns.exclude(pk__in=gone):
        _unname(turn, found, quoted=took_part)
    _unname_corrections(one, found)
    if one.contact_id == contact.pk:
        one.title, one.contact = "", None
    one.why, one.aside = {}, []
    one.title, one.remark, one.remarked = _blank(one.title, found), _blank(one.remark, found), {}
    one.save()
    tell_of(one)
    touched(one, now=timezone.now())


def _is(who: Participant, contact: Contact) -> bool:
    """Whether a participant is the contact, whatever the source called them."""
    if who.contact_id is not None:
        return bool(who.contact_id == contact.pk)
    return Known(Directory(), {}, (contact,)).contact(said_of(who), contact.account_id) is not None


def _erase_clips(one: Conversation) -> None:
    """Clips in which nothing is left to read."""
    left = set(one.turns.exclude(text="").values_list("no", flat=True))
    for clip in Clip.objects.filter(conversation=one):
        if not left & set(range(clip.first, clip.last + 1)):
            clip.delete()


def _unname(turn: Turn, found: re.Pattern[str] | None, *, quoted: bool) -> None:
    """Take out of another's turn where they are named and what is quoted of them.

    Of a quotation that names them nobody can tell which words are theirs: all of it goes, as where they took part.
    """
    text, speaker = turn.text, turn.speaker
    theirs = [
        (start, end)
        for kind, start, end in turn.pieces
        if kind == PieceKind.QUOTED and (quoted or (found is not None and found.search(text, start, end)))
    ]
    text = _without(text, theirs)
    if found is not None and (found.search(text) or found.search(turn.speaker)):
        text = found.sub(lambda match: BLANK * len(match[0]), text)  # as long: places in it stay
        speaker = found.sub(BLANK, speaker)
    if (text, speaker) == (turn.text, turn.speaker):
        return
    said = set(re.findall(r"\w+", text.casefold()))
    turn.words = [
        [word if set(re.findall(r"\w+", word.casefold())) <= said else BLANK, *rest]
        for word, *rest in turn.words
    ]
    turn.text, turn.speaker = text, speaker
    turn.save(update_fields=["text", "words", "speaker"])


def _unname_corrections(one: Conversation, found: re.Pattern[str] | None) -> None:
    """Take their name out of what people corrected, whether that stands in a turn or waits for one."""
    for fix in Correction.objects.filter(Q(turn__conversation=one) | Q(unplaced__conversation=one)):
        before, after = _blank(fix.before, found), _blank(fix.after, found)
        if (before, after) != (fix.before, fix.after):
            Correction.objects.filter(pk=fix.pk).update(before=before, after=after)


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """A text blank in some places, of the same length: what points into it still does."""
    letters = list(text)
    for start, end in places:
        letters[start:end] = [one if one == "\n" else " " for one in letters[start:end]]
    return "".join(letters)


def _pattern(contact: Contact) -> re.Pattern[str] | None:
    words = [
        one.strip() for one in (contact.name, contact.email, contact.phone) if len(one.strip()) >= SHORTEST
    ]
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None


def _blank(text: str, found: re.Pattern[str] | None) -> str:
    return found.sub(BLANK, text) if found is not None else text


ERASERS = (Eraser("conversations", _export, _erase),)
