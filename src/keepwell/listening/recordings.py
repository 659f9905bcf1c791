"""A recording as a conversation: first with its state alone, then with the turns that were heard in it."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.listening.audio.sound import probe
from keepwell.listening.said import Conversation, Kind, Participant, State, aside, id_of
from keepwell.listening.transcribing import Transcription


def recorded(
    path: Path,
    *,
    kind: Kind = Kind.CALL,
    started_at: datetime | None = None,
    participants: Sequence[Participant] = (),
    language: str = "",
) -> Conversation:
    """The conversation a recording is of, before anybody has listened: WAITING where there is sound to hear.

    Its id is made of the file's bytes, so that one recording is one conversation, whatever it is called. Raises
    KeepwellError where the extra `speech` is not installed, BadInput where the file cannot be opened.
    """
    sound = probe(path)
    digest = digest_of(path)
    broken = sound.state not in (State.WAITING, State.EMPTY)
    return Conversation(
        conversation_id=id_of("recording", digest),
        kind=kind,
        started_at=started_at,
        participants=tuple(participants),
        language=language,
        state=sound.state,
        reason=sound.reason,
        aside=(aside(path.name, 0, sound.reason),) if broken else (),
        source=path.name,
        source_ids=(digest,),
    )


def heard(conversation: Conversation, transcription: Transcription) -> Conversation:
    """The conversation with what was heard in it: turns, language, and a state that says why where there are none."""
    return replace(
        conversation,
        turns=transcription.turns,
        language=transcription.language or conversation.language,
        state=transcription.state,
        reason=transcription.reason,
    )


def digest_of(path: Path) -> str:
    """What tells a file's bytes from all others. Raises BadInput where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:32]
    except OSError as error:
        raise BadInput(
            _("“{name}” cannot be opened.").format(name=path.name),
            seen=error.strerror or type(error).__name__,
        ) from error
