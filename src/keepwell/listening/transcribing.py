"""Recordings made into turns by a speech model that runs here: passage by passage, so that a break loses little.

The model is behind `Ear`; `Whisper` is faster-whisper with a model folder that somebody named. Nothing is fetched
here: see `downloading`.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.audio.sound import RATE, Samples, Stream, needed, opened
from keepwell.listening.audio.voices import Stretch, Voices, united, voices
from keepwell.listening.keeping import Checkpoint, Passage
from keepwell.listening.said import Side, State, Turn, Word, id_of, joined

FILES = ("model.bin", "config.json", "tokenizer.json")
_VOCABULARY = ("vocabulary.json", "vocabulary.txt")
_PAD = 0.3  # seconds kept around speech, so that no word is cut
_PASSAGE = 60.0  # seconds after which a passage ends at the next pause
_LONGEST = 240.0  # seconds after which it ends anywhere
_PAUSE = 0.5  # seconds of silence in which a passage may end


@dataclass(frozen=True)
class Heard:
    """What a model heard in one go: seconds from the beginning of what it was given."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None


class Ear(Protocol):
    """What turns sound into words. `name` changes whenever the same sound may be heard differently."""

    name: str

    def language(self, samples: Samples, among: Sequence[str]) -> str:
        """The one of these languages that is spoken."""

    def hear(self, samples: Samples, language: str) -> list[Heard]:
        """What is said in one channel's samples."""


@dataclass(frozen=True)
class Progress:
    """How far a transcription is: seconds of speech heard of all there are, and how long it took.

    `anew` is the seconds of the recording that were heard in this run.
    """

    done: float
    total: float
    took: float
    anew: float = 0.0


@dataclass(frozen=True)
class Transcription:
    """A recording's turns. `state` is READY where they are whole, else says why there are none.

    `real_time` is the time it took for each second of the recording, in this run; None where nothing was heard anew.
    """

    turns: tuple[Turn, ...]
    state: State
    reason: str
    voices: Voices
    language: str = ""
    confidence: float | None = None
    real_time: float | None = None
    model: str = ""
    again: int = 0  # passages taken over from an earlier run


def check_model(folder: Path) -> Path:
    """The folder, where it holds a model. Raises KeepwellError with what is missing, so that no name is looked up."""
    if not folder.is_dir():
        raise KeepwellError(
            _("There is no speech model at “{folder}”.").format(folder=folder.name),
            seen=_("no such folder"),
            ways=[
                _("Fetch one: keepwell speech download base"),
                _("Name the folder of a faster-whisper model."),
                _("Load transcripts instead."),
            ],
        )
    missing = [name for name in FILES if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _VOCABULARY):
        missing.append(_VOCABULARY[0])
    if missing:
        raise KeepwellError(
            _("“{folder}” holds no whole speech model.").format(folder=folder.name),
            seen=_("missing: {names}").format(names=", ".join(missing)),
            ways=[
                _("Copy the whole folder of a faster-whisper model: {names}.").format(names=", ".join(FILES))
            ],
        )
    return folder


class Whisper:
    """faster-whisper on this machine's processor, with a model from a folder."""

    def __init__(self, folder: Path, *, threads: int = 1, beam: int = 5) -> None:
        check_model(folder)
        module = needed("faster_whisper")
        self._beam = beam
        try:
            self._model = module.WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise KeepwellError(
                _("The speech model in “{folder}” cannot be opened.").format(folder=folder.name),
                seen=str(error).splitlines()[0] if str(error) else type(error).__name__,
                ways=[_("Copy the model again: a file of it may be cut short.")],
            ) from error
        config = (folder / "config.json").read_bytes()
        size = str((folder / "model.bin").stat().st_size)
        self.name = f"whisper-{id_of(config, size)[:8]}-{beam}"

    def language(self, samples: Samples, among: Sequence[str]) -> str:
        """The likeliest of these languages; what others the model takes the sound for does not count."""
        codes = {code.partition("-")[0].lower(): code for code in reversed(among)}
        _best, _chance, every = self._model.detect_language(audio=samples[: 30 * RATE])
        found = max((pair for pair in every if pair[0] in codes), key=lambda pair: pair[1], default=("", 0.0))
        return codes.get(found[0], among[0])

    def hear(self, samples: Samples, language: str) -> list[Heard]:
        """What is said, with the time of each word; silence is passed over before the model could invent in it."""
        segments, _info = self._model.transcribe(
            samples,
            language=language.partition("-")[0].lower(),
            beam_size=self._beam,
            word_timestamps=True,
            vad_filter=True,
            vad_parameters={"min_silence_duration_ms": 500, "speech_pad_ms": 300},
            condition_on_previous_text=False,
        )
        return [_heard(segment) for segment in segments if segment.text.strip()]


def _heard(segment: Any) -> Heard:
    words = tuple(
        Word(word.word.strip(), float(word.start), float(word.end), round(float(word.probability), 4))
        for word in segment.words or ()
    )
    start = words[0].start if words else float(segment.start)
    end = words[-1].end if words else float(segment.end)
    return Heard(
        start, max(end, start), segment.text.strip(), words, round(math.exp(float(segment.avg_logprob)), 4)
    )


def transcribe(
    path: Path,
    ear: Ear,
    languages: Sequence[str],
    *,
    sides: Mapping[int, Side] | None = None,
    checkpoint: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Transcription:
    """What is said in a recording, one channel after the other.

    `languages` are those of the account: no other is heard. `sides` says who speaks on which channel. With
    `checkpoint`, a file, each passage is written down when it is done, and a run that was broken off goes on there;
    `progress` may break it off by raising.
    Raises KeepwellError where the extra is not installed or no language is given, BadInput where the file cannot be
    opened.
    """
    if not languages:
        raise KeepwellError(
            _("It is not said which languages may be spoken."), ways=[_("Name one or more: en, zh, hu, pl.")]
        )
    kept = Checkpoint(checkpoint, key=[_mark(path), ear.name, *sorted(languages)])
    heard = kept.voices(lambda: voices(path))
    if heard.state is not State.WAITING:
        return Transcription((), heard.state, heard.reason, heard)
    started, total, done, anew = time.perf_counter(), _speech(heard), 0.0, 0.0
    passages: list[Passage] = []
    for channel, stretches in enumerate(heard.channels):
        for passage, new in _passages(path, channel, stretches, _Hearing(ear, languages, kept)):
            passages.append(passage)
            done += passage.speech
            anew += passage.end - passage.start if new else 0.0
            if progress:
                progress(Progress(done, total, time.perf_counter() - started, anew))
    took = time.perf_counter() - started
    apart = len(heard.channels) > 1
    turns = _turns(passages, sides or {}, apart=apart)
    return Transcription(
        turns=tuple(turns),
        state=State.READY if turns else State.NO_SPEECH,
        reason=heard.reason if turns else _("No word could be made out."),
        voices=heard,
        language=_commonest(passages),
        confidence=_mean(turns),
        real_time=took / heard.seconds if anew else None,
        model=ear.name,
        again=kept.taken,
    )


def _speech(heard: Voices) -> float:
    return sum(one.seconds for channel in heard.channels for one in channel)


def _mark(path: Path) -> str:
    """What tells a recording from another of the same name: its size, its beginning and its end."""
    with path.open("rb") as file:
        head = file.read(1 << 20)
        size = file.seek(0, 2)
        file.seek(max(size - (1 << 20), 0))
        return id_of(str(size), head, file.read())


def stretches_together(stretches: Sequence[Stretch]) -> list[list[Stretch]]:
    """Stretches of speech in passages of a minute or more that end in a pause; none is longer than four."""
    found: list[list[Stretch]] = []
    for one in (part for stretch in united(stretches, 0.0) for part in _cut(stretch)):
        last = found[-1] if found else None
        if last:
            length, pause = one.start - last[0].start, one.start - last[-1].end
            if (pause < 5.0 and length < _PASSAGE) or (
                pause < _PAUSE and one.end - last[0].start <= _LONGEST
            ):
                last.append(one)
                continue
        found.append([one])
    return found


def _cut(stretch: Stretch) -> Iterator[Stretch]:
    start = stretch.start
    while stretch.end - start > _LONGEST:
        yield Stretch(start, start + _LONGEST / 2)
        start += _LONGEST / 2
    yield Stretch(start, stretch.end)


def _passages(
    path: Path,
    channel: int,
    stretches: Sequence[Stretch],
    by: "_Hearing",
) -> Iterator[tuple[Passage, bool]]:
    """The passages of a channel in order, each with whether it was heard just now."""
    together = stretches_together(stretches)
    if not together:
        return
    with opened(path) as stream:
        sound = _Ahead(stream, channel)
        for group in together:
            start, end = max(group[0].start - _PAD, 0.0), group[-1].end + _PAD
            if held := by.kept.get(channel, start):
                yield held, False
                continue
            samples = sound.between(start, end)
            language = by.language(samples)
            passage = Passage(
                channel=channel,
                start=start,
                end=end,
                speech=sum(one.seconds for one in group),
                language=language,
                heard=tuple(
                    (one.start + start, one.end + start, one.text, _later(one.words, start), one.confidence)
                    for one in by.ear.hear(samples, language)
                ),
            )
            by.kept.put(passage)
            yield passage, True


@dataclass(frozen=True)
class _Hearing:
    """Who hears, in which languages, and where it is written down."""

    ear: Ear
    languages: Sequence[str]
    kept: Checkpoint

    def language(self, samples: Samples) -> str:
        if len(self.languages) == 1:
            return self.languages[0]
        return self.ear.language(samples, self.languages)


def _later(words: Sequence[Word], by: float) -> tuple[Word, ...]:
    return tuple(
        Word(word.text, round(word.start + by, 3), round(word.end + by, 3), word.confidence) for word in words
    )


class _Ahead:
    """One channel of a stream, read forwards: gives what lies between two moments and forgets what is behind."""

    def __init__(self, stream: Stream, channel: int) -> None:
        self._windows, self._channel = stream.windows(10), channel
        self._held = np.zeros(0, dtype=np.float32)
        self._at = 0  # the sample that _held begins with

    def between(self, start: float, end: float) -> Samples:
        first, last = int(start * RATE), int(end * RATE)
        while self._at + len(self._held) < last:
            if self._at + len(self._held) <= first:
                self._at, self._held = self._at + len(self._held), self._held[:0]
            window = next(self._windows, None)
            if window is None:
                break
            self._held = np.concatenate([self._held, window[self._channel]])
        drop = max(min(first - self._at, len(self._held)), 0)
        self._at, self._held = self._at + drop, self._held[drop:]
        return np.ascontiguousarray(self._held[: last - self._at])


def _turns(passages: Sequence[Passage], sides: Mapping[int, Side], *, apart: bool) -> list[Turn]:
    """Turns by time. With a channel each, what one says before the other speaks is one turn; else a sentence is."""
    turns = [
        Turn(
            no=0,
            text=text,
            side=sides.get(passage.channel, Side.UNKNOWN) if apart else Side.UNKNOWN,
            start=round(start, 3),
            end=round(end, 3),
            words=words,
            confidence=confidence,
            channel=passage.channel if apart else None,
        )
        for passage in passages
        for start, end, text, words, confidence in passage.heard
    ]
    return joined(sorted(turns, key=lambda turn: turn.start or 0.0))


def _commonest(passages: Sequence[Passage]) -> str:
    spoken: dict[str, float] = {}
    for passage in passages:
        spoken[passage.language] = spoken.get(passage.language, 0.0) + passage.speech
    return max(spoken, key=spoken.__getitem__, default="")


def _mean(turns: Sequence[Turn]) -> float | None:
    """How sure the words are on the whole, each counted once."""
    sure = [word.confidence for turn in turns for word in turn.words if word.confidence is not None]
    return round(sum(sure) / len(sure), 4) if sure else None
