"""SubRip captions, as most transcription tools can write them."""

from collections.abc import Sequence

from keepwell.listening.transcripts.captions import is_timing, read_cues
from keepwell.listening.transcripts.cues import Format, Found


def _looks_like(lines: Sequence[str]) -> bool:
    return any(is_timing(line) for line in lines)


def _read(lines: Sequence[str]) -> Found:
    return read_cues(lines, Found())


FORMAT = Format("srt", (".srt",), _looks_like, _read)
