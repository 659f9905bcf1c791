"""The sound of numbers that nobody should keep, put out of a recording as their words were out of its transcript."""

from pathlib import Path

from django.db import transaction

from keepwell.conversations.arriving.incoming import SOUND, TYPES, folder, forget_sound, sound_of
from keepwell.conversations.models import Conversation

MARKS = ("[card]", "[iban]", "[id]")
PAD = 0.3  # seconds before and behind a word: where words begin is not known better


def mute_redacted(one: Conversation) -> bool:
    """Put silence in place of the redacted words of a transcript; whether there was anything to put out."""
    file = sound_of(one)
    spans = [
        (start - PAD, end + PAD)
        for words in one.turns.values_list("words", flat=True)
        for text, start, end, _sure in words
        if text in MARKS
    ]
    if file is None or not spans:
        return False
    from keepwell.listening.audio.muting import muted

    made = folder(SOUND) / f"{file.stem}-m.flac"
    muted(file, made, spans)
    with transaction.atomic():
        Conversation.objects.filter(pk=one.pk).update(sound=made.name, sound_type=TYPES[Path(made).suffix])
        before = file.name
        transaction.on_commit(lambda: forget_sound(before))
    return True
