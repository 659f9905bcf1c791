"""Transcripts, each format in a file of its own; what cannot be read of one is kept aside and said.

A format's file defines FORMAT. To add one, write the file and name it in `_FORMATS`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.lib.text import in_one
from keepwell.listening.decoding import Text, bytes_of, lines_of, text_of
from keepwell.listening.said import Conversation, Kind, Participant, State, aside, id_of, joined
from keepwell.listening.transcripts import jsonlines, plain, srt, vtt
from keepwell.listening.transcripts.cues import Found, Sides, in_order, with_speakers

_FORMATS = (
    vtt.FORMAT,
    srt.FORMAT,
    jsonlines.FORMAT,
    plain.FORMAT,
)  # asked in this order; the last takes anything


@dataclass(frozen=True)
class About:
    """What is known of a transcript beside its text: all of it may be left out.

    `ours` and `theirs` are names of speakers; `started_at` is in UTC.
    """

    kind: Kind = Kind.CALL
    started_at: datetime | None = None
    language: str = ""
    encoding: str = ""
    ours: Sequence[str] = ()
    theirs: Sequence[str] = ()


def read_file(
    path: Path, about: About | None = None, *, progress: Callable[[float], None] | None = None
) -> Conversation:
    """The conversation that a transcript file tells; its state says how far it could be read.

    Raises BadInput only where the file cannot be opened at all.
    """
    data, cut = bytes_of(path)
    if progress:
        progress(0.5)
    read = read_bytes(data, path.name, about, cut=cut)
    if progress:
        progress(1.0)
    return read


def read_bytes(data: bytes, name: str, about: About | None = None, *, cut: int = 0) -> Conversation:
    """The conversation that a transcript's bytes tell. `name` is that of the file they came from. Raises nothing."""
    about = about or About()
    empty = Conversation(
        conversation_id=id_of("transcript", data),
        kind=about.kind,
        started_at=about.started_at,
        language=about.language,
        source=name,
        source_ids=(id_of(data),),
    )
    try:
        text = text_of(data, about.encoding, cut)
    except BadInput as error:
        reason = in_one(error.wrong, error.seen)
        return replace(empty, state=State.UNREADABLE, reason=reason, aside=(aside(name, 0, reason),))
    if not text.text.strip():
        return replace(empty, state=State.EMPTY, reason=_("The file is empty."))
    return _told(empty, text, about)


def _told(empty: Conversation, text: Text, about: About) -> Conversation:
    lines = lines_of(text.text)
    form = next(form for form in _FORMATS if form.looks_like(lines))
    found = form.read(lines)
    turns, late = in_order(with_speakers(found.cues, found.named), Sides(about.ours, about.theirs))
    notes = [aside(empty.source, line, reason, said) for line, reason, said in found.aside]
    notes += [
        aside(
            empty.source,
            line,
            _("Bytes that are not {encoding}.").format(encoding=text.encoding),
            lines[line - 1],
        )
        for line in text.broken[:100]
        if line <= len(lines)
    ]
    if text.cut:
        notes.append(aside(empty.source, 0, _("{bytes} more bytes were not read.").format(bytes=text.cut)))
    turns = joined(turns)
    state, reason = _state(found, bool(turns), bool(notes), late, cut=bool(text.cut))
    speakers = {turn.speaker: turn.side for turn in turns if turn.speaker}
    return replace(
        empty,
        turns=tuple(turns),
        participants=tuple(Participant(name=name, side=side) for name, side in speakers.items()),
        language=empty.language or found.language,
        state=state,
        reason=reason,
        aside=tuple(notes),
    )


def _state(found: Found, turns: bool, notes: bool, late: int, *, cut: bool) -> tuple[State, str]:
    if not turns:
        if notes:
            return State.UNREADABLE, _("No turn could be read in it.")
        return State.EMPTY, _("Nobody says anything in it.")
    if cut:
        return State.TOO_LARGE, _("Only its first part was read.")
    backward = _("Lines whose times went backwards were put in order: {count}.").format(count=late)
    if notes:
        missed = _("Pieces that could not be read, and are put aside: {count}.")
        count = len(found.aside) or 1
        return State.PARTLY, in_one(missed.format(count=count), backward if late else "")
    return State.READY, backward if late else ""
