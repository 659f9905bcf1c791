"""Transcription on real clips: word error, time and memory, beside faster-whisper. Run: python -m bench.speech.

The clips lie beside the repository (`shared/data/speech_clips`, or where KEEPWELL_SHARED_DATA says), the model comes
from the package index as the tests fetch it. Writes docs/benchmarks-speech.md.
"""

import argparse
import os
import re
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import av
import numpy as np

from bench.measured import ROOT
from keepwell.listening.audio.sound import RATE, opened, probe
from keepwell.listening.audio.voices import voices
from keepwell.listening.tests.speech_model import SHA256, fetched
from keepwell.listening.transcribing import Whisper, transcribe

CLIPS = Path(os.environ.get("KEEPWELL_SHARED_DATA", ROOT.parent / "shared" / "data")) / "speech_clips"
PAGE = ROOT / "docs" / "benchmarks-speech.md"
JFK = (
    "And so my fellow Americans ask not what your country can do for you ask what you can do for your country"
)
PAUSE = 1.0  # seconds between the clips of the long recording


@dataclass(frozen=True)
class Run:
    """One recording heard once: seconds of sound, on the clock and of all cores, and wrong of all words."""

    name: str
    seconds: float
    wall: float
    cpu: float
    wrong: int
    words: int

    @property
    def error(self) -> float:
        """Share of the words that are wrong, missing or too many."""
        return self.wrong / self.words


def main() -> int:
    """Hear every clip clean and as a telephone would carry it, then all as one recording, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.speech", description=main.__doc__)
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often all clips stand in the long recording"
    )
    asked = parser.parse_args()
    ear, texts = Whisper(fetched()), _texts()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        clean = [_heard(name, CLIPS / name, text, ear) for name, text in texts.items()]
        phone = [_heard(name, _telephone(CLIPS / name, folder), text, ear) for name, text in texts.items()]
        path, text = _long(folder, texts, asked.rounds)
        ours = _heard("all in one", path, text, ear)
        peer = _peer(path, text, ear)
        found = _voices(path)
    asked.page.write_text(_page(clean, phone, ours, peer, found), encoding="utf-8")
    print(f"Written: {asked.page}", file=sys.stderr)  # noqa: T201 - a script says what it did
    return 0


def _texts() -> dict[str, str]:
    found = {"jfk.wav": JFK}
    for file in sorted(CLIPS.glob("ss*.txt")):
        found[file.with_suffix(".wav").name] = file.read_text(encoding="utf-8")
    return found


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", re.sub(r"\([^)]*\)|<[^>]*>", " ", text).lower())


def wrong_words(said: str, heard: str) -> int:
    """The fewest words to put in, leave out or change that make one text the other."""
    reference, row = _words(said), list(range(len(_words(heard)) + 1))
    for place, word in enumerate(reference, 1):
        before, row = row, [place]
        for at, other in enumerate(_words(heard), 1):
            row.append(min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (word != other)))
    return row[-1]


def _heard(name: str, path: Path, text: str, ear: Whisper) -> Run:
    wall, cpu = time.perf_counter(), time.process_time()
    found = transcribe(path, ear, ["en"])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    heard = " ".join(turn.text for turn in found.turns)
    return Run(name, found.voices.seconds, wall, cpu, wrong_words(text, heard), len(_words(text)))


def _peer(path: Path, text: str, ear: Whisper) -> Run:
    """faster-whisper by itself on the same file, with the same beam, words and voice detection."""
    wall, cpu = time.perf_counter(), time.process_time()
    segments, info = ear._model.transcribe(  # the same model, opened once
        str(path),
        language="en",
        beam_size=5,
        word_timestamps=True,
        vad_filter=True,
        condition_on_previous_text=False,
    )
    heard = " ".join(segment.text for segment in segments)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Run("faster-whisper alone", info.duration, wall, cpu, wrong_words(text, heard), len(_words(text)))


def _voices(path: Path) -> tuple[float, float]:
    cpu = time.process_time()
    found = voices(path)
    return found.seconds, time.process_time() - cpu


def _samples(path: Path) -> Any:
    with opened(path, probe(path)) as stream:
        return np.concatenate(list(stream.chunks()), axis=1)[0]


def _telephone(path: Path, folder: Path) -> Path:
    """A clip as a telephone carries it: 8,000 samples a second, mu-law."""
    made = folder / f"phone-{path.name}"
    _write(made, _samples(path), rate=8000, codec="pcm_mulaw")
    return made


def _long(folder: Path, texts: dict[str, str], rounds: int) -> tuple[Path, str]:
    pause = np.zeros(int(PAUSE * RATE), dtype=np.float32)
    parts = [part for name in texts for part in (_samples(CLIPS / name), pause)] * rounds
    _write(folder / "long.wav", np.concatenate(parts), rate=RATE, codec="pcm_s16le")
    return folder / "long.wav", " ".join(list(texts.values()) * rounds)


def _write(path: Path, samples: Any, *, rate: int, codec: str) -> None:
    with av.open(str(path), "w", format="wav") as file:
        stream = file.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), "fltp", "mono")
        frame.sample_rate = RATE
        for made in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(made))
        file.mux(stream.encode(None))


def _page(clean: list[Run], phone: list[Run], ours: Run, peer: Run, found: tuple[float, float]) -> str:
    seconds = _together(clean).seconds
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    libraries = ", ".join(f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2", "av"))
    rows = [_row(run.name, run) for run in clean]
    rows += [_row("**all, clean**", _together(clean)), _row("**all, by telephone**", _together(phone))]
    return f"""# Benchmarks of speech

Written by `python -m bench.speech` on {now} UTC. Every figure was measured by that run; nothing is edited by hand.

- {os.cpu_count()} cores, load when it ended: {os.getloadavg()[0]:.1f}; {libraries}; one thread for the model.
- Model: Whisper base, int8 (sha256 {SHA256[:12]}…), for tests only: a company names a larger one. Beam 5.
- The clips are {len(clean)} English recordings of people reading or speaking in public, {seconds:.0f} s in all.
  Expect more errors in real calls, in other languages and where people talk at once.
- Time is that of the processor, all threads, for each second of sound; beside it that of the clock, which counts
  what else the machine did. By telephone: 8,000 samples a second, mu-law.

## Words

| what | seconds | words | wrong | word error | time of real time | on the clock |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}

## One recording, beside faster-whisper by itself

All clips behind each other with a second of silence between them.

| what | seconds | words | wrong | word error | time of real time | on the clock |
| --- | --- | --- | --- | --- | --- | --- |
{_row("Keepwell: voices, passages, checkpoint", ours)}
{_row("faster-whisper, the same settings", peer)}

Ratio of processor time: {ours.cpu / peer.cpu:.2f}. Finding out who speaks when (voice detection alone, streamed):
{found[1] / found[0]:.4f} of real time. Highest memory of the whole run: {peak:.0f} MB.
"""


def _together(runs: list[Run]) -> Run:
    return Run(
        "",
        sum(run.seconds for run in runs),
        sum(run.wall for run in runs),
        sum(run.cpu for run in runs),
        sum(run.wrong for run in runs),
        sum(run.words for run in runs),
    )


def _row(name: str, run: Run) -> str:
    figures = f"{run.seconds:.1f} | {run.words} | {run.wrong} | {run.error:.1%}"
    return f"| {name} | {figures} | {run.cpu / run.seconds:.2f} | {run.wall / run.seconds:.2f} |"


if __name__ == "__main__":
    raise SystemExit(main())
