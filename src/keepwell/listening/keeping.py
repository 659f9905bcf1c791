"""The passages of a transcription written down as they are done, a line each, so that a break costs one of them."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keepwell.listening.said import Word

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
        self.taken = 0
        if path:
            self._read(path)

    def get(self, channel: int, start: float) -> Passage | None:
        """The passage that begins there, where it is done."""
        found = self._done.get((channel, round(start * 1000)))
        self.taken += found is not None
        return found

    def put(self, passage: Passage) -> None:
        """Write down that a passage is done; it is on disk when this returns."""
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(passage), ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())

    def _read(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
        if not lines or _parsed(lines[0]) != {"of": self._key}:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"of": self._key}) + "\n", encoding="utf-8")
            return
        whole = [line for line in lines[:-1] if (passage := _passage(line)) and self._remember(passage)]
        if len(whole) < len(lines) - 2 or lines[-1]:  # the last line was being written when it broke
            path.write_text("\n".join([lines[0], *whole, ""]), encoding="utf-8")

    def _remember(self, passage: Passage) -> bool:
        self._done[passage.channel, round(passage.start * 1000)] = passage
        return True


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
    except (TypeError, KeyError, ValueError):
        return None
