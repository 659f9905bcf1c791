"""The voices and passages of a transcription, a line each, written as they are done: a break costs one of them."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keepwell.lib.text import again_of, kept_of
from keepwell.listening.audio.sound import Sound
from keepwell.listening.audio.voices import Stretch, Voices
from keepwell.listening.said import State, Word

_Said = tuple[float, float, str, tuple[Word, ...], float | None]


@dataclass(frozen=True)
class Passage:
    """Some minutes of one channel as they were heard; times in seconds from the beginning of the recording."""

    channel: int
    start: float
    end: float
    speech: float
    language: str
    heard: tuple[_Said, ...]  # start, end, text, words, confidence


class Checkpoint:
    """What is done of a transcription, in a file; one of another recording, model or language is begun anew.

    `taken` counts the passages found in it. Without a file nothing is kept.
    """

    def __init__(self, path: Path | None, key: Sequence[str]) -> None:
        self._path, self._key = path, list(key)
        self._done: dict[tuple[int, int], Passage] = {}
        self._voices: Voices | None = None
        self.taken = 0
        if path:
            self._read(path)

    def voices(self, found: Callable[[], Voices]) -> Voices:
        """When somebody speaks: as it was written down, else as it is found now, which takes long for a long one."""
        if self._voices is None:
            self._voices = found()
            if self._voices.state is State.WAITING:
                self._add({"voices": asdict(self._voices), "reasons": _reasons(self._voices)})
        return self._voices

    def get(self, channel: int, start: float) -> Passage | None:
        """The passage that begins there, where it is done."""
        found = self._done.get((channel, round(start * 1000)))
        self.taken += found is not None
        return found

    def put(self, passage: Passage) -> None:
        """Write down that a passage is done; it is on disk when this returns."""
        self._add(asdict(passage))

    def _add(self, said: Any) -> None:
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(said, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def _read(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
        if not lines or _parsed(lines[0]) != {"of": self._key}:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"of": self._key}) + "\n", encoding="utf-8")
            return
        whole = [line for line in lines[1:-1] if self._take(line)]
        if len(whole) < len(lines) - 2 or lines[-1]:  # the last line was being written when it broke
            path.write_text("\n".join([lines[0], *whole, ""]), encoding="utf-8")

    def _take(self, line: str) -> bool:
        """Take what a line says; whether it says anything."""
        if voices := _voices(line):
            self._voices = voices
        elif passage := _passage(line):
            self._done[passage.channel, round(passage.start * 1000)] = passage
        else:
            return False
        return True


def _reasons(voices: Voices) -> tuple[dict[str, Any], dict[str, Any]]:
    """What its reason and its sound's are said from: another reader's language may be another."""
    return kept_of(voices.reason), kept_of(voices.sound.reason)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _passage(line: str) -> Passage | None:
    found = _parsed(line)
    try:
        heard = tuple(
            (float(start), float(end), str(text), tuple(Word(**word) for word in words), confidence)
            for start, end, text, words, confidence in found["heard"]
        )
        return Passage(**{**found, "heard": heard})
    except (TypeError, KeyError, ValueError, AttributeError):
        return None


def _voices(line: str) -> Voices | None:
    if not line.startswith('{"voices"'):
        return None
    try:
        whole = _parsed(line)
        found, (heard, sound) = whole["voices"], whole.get("reasons", ({}, {}))
        of, reason = found["sound"], again_of(sound, str(found["sound"]["reason"]))
        return Voices(
            Sound(**{**of, "state": State(of["state"]), "reason": reason}),
            State(found["state"]),
            again_of(heard, str(found["reason"])),
            float(found["seconds"]),
            tuple(tuple(Stretch(**one) for one in channel) for channel in found["channels"]),
            int(found["broken"]),
        )
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
