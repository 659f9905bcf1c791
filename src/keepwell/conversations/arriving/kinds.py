"""What a file is, told by how it begins and only then by its name: a recording, a transcript, or mail."""

import re
from enum import StrEnum
from pathlib import Path


class Form(StrEnum):
    """What can be read."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    MAIL = "mail"


RECORDINGS = (
    ".wav", ".wave", ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".flac", ".mp4", ".mkv", ".webm", ".mov", ".mka",
    ".3gp",
)  # fmt: skip
TRANSCRIPTS = (".vtt", ".srt", ".jsonl", ".ndjson", ".json", ".txt")
MAILS = (".eml", ".mbox", ".mbx", ".mail")
READ = (*RECORDINGS, *TRANSCRIPTS, *MAILS)
_SOUND = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_OTHER = (
    b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0",
    b"Rar!", b"\x1f\x8b",
)  # fmt: skip
_HEADER = re.compile(  # what no transcript begins with: two of these, or lines of which one says who a mail is from
    rb"(?:(?:Received|Return-Path|Delivered-To|Message-ID|MIME-Version|From|Date|DKIM-Signature|X-[\w-]+):"
    rb"[^\n]*\r?\n(?:[ \t][^\n]*\n)*){2}"
    rb"|(?:(?:To|Cc|Subject|Reply-To|Sender|Date|Message-ID):[^\n]*\n){0,6}From:[^\n]*@[^\n]*\n(?:To|Cc|Subject|Reply-To):",
    re.IGNORECASE,
)


def form_of(file: Path) -> Form | None:
    """What a file is; None where it is nothing that can be read. Raises OSError where it cannot be opened."""
    with file.open("rb") as opened:
        head = opened.read(4096)
    suffix = file.suffix.lower()
    if head.startswith(_SOUND) or head[4:8] == b"ftyp" or (head[:4] == b"RIFF" and head[8:12] == b"WAVE"):
        return Form.RECORDING
    if head.startswith(_OTHER):  # a recording that is called so says so itself: it is not readable
        return Form.RECORDING if suffix in RECORDINGS else None
    if head.startswith(b"From ") or suffix in MAILS or (suffix not in RECORDINGS and _HEADER.match(head)):
        return Form.MAIL
    if suffix in RECORDINGS:
        return Form.RECORDING
    if suffix in TRANSCRIPTS or not suffix:
        return Form.TRANSCRIPT
    return None
