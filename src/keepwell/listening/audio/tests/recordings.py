"""Recordings made on the spot, in every kind of file, out of tones, noise and the speech of the shared data."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[6] / "shared" / "data"))
CLIPS = SHARED / "speech_clips"
CODECS = {
    "wav": "pcm_s16le",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "ogg": "libopus",
    "flac": "flac",
    "mp4": "aac",
    "mkv": "aac",
}


def clip(name: str) -> Path:
    if not (CLIPS / name).exists():
        pytest.skip(
            "The speech clips are not here: set KEEPWELL_SHARED_DATA to the folder of the shared data"
        )
    return CLIPS / name


def speech(rate: int = 16_000) -> np.ndarray:
    """Eleven seconds of a man speaking, one channel."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate)
    with av.open(str(clip("jfk.wav"))) as opened:
        made = [out.to_ndarray() for frame in opened.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([*made, *[out.to_ndarray() for out in resampler.resample(None)]], axis=1)[0]


def tone(seconds: float, rate: int = 16_000) -> np.ndarray:
    """A chord with a beat: music, as far as a detector of voices is concerned."""
    at = np.arange(int(seconds * rate)) / rate
    return (
        0.2 * sum(np.sin(2 * np.pi * f * at) for f in (220, 277, 330)) * (0.6 + 0.4 * np.sin(at * 12))
    ).astype("f4")


def write(
    path: Path, samples: np.ndarray, *, rate: int = 16_000, kind: str = "", picture: bool = False
) -> Path:
    """Samples of shape (n,) or (channels, n) as a recording; with `picture` ten black frames too."""
    rows = np.atleast_2d(samples).astype(np.float32)
    form = {"m4a": "mp4", "mkv": "matroska"}.get(kind or path.suffix[1:], kind or path.suffix[1:])
    with av.open(str(path), "w", format=form) as made:
        seen = _pictured(made) if picture else None
        if rows.size:
            _sounded(made, rows, rate, CODECS[kind or path.suffix[1:]])
        if seen is not None:
            for _n in range(10):
                frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
                made.mux(seen.encode(frame))
            made.mux(seen.encode(None))
    return path


def _pictured(made):
    seen = made.add_stream("mpeg4", rate=10)
    seen.width = seen.height = 64
    seen.pix_fmt = "yuv420p"
    return seen


def _sounded(made, rows, rate, codec):
    layout = "stereo" if len(rows) == 2 else "mono"
    stream = made.add_stream(codec, rate=48_000 if codec == "libopus" else rate, layout=layout)
    for at in range(0, rows.shape[1], rate):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(rows[:, at : at + rate]), "fltp", layout)
        frame.sample_rate, frame.pts = rate, None
        made.mux(stream.encode(frame))
    made.mux(stream.encode(None))
