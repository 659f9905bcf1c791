"""Samples written to a FLAC file: at the rate and depth that speech needs, lossless, and played by every browser."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from keepwell.listening.audio.sound import RATE, Samples, needed

WINDOW = 10.0  # seconds that are written at once
MOST = 2  # channels that are written


def write(target: Path, windows: Iterable[Samples], channels: int) -> int:
    """Write windows of shape (channels, n), from -1 to 1, as 16,000 samples a second of 16 bits; how many samples.

    At most two channels are written. Raises KeepwellError where the extra is not installed.
    """
    av = needed("av")
    layout, at = "stereo" if channels > 1 else "mono", 0
    with av.open(str(target), "w", format="flac") as out:
        track = out.add_stream("flac", rate=RATE, layout=layout, format="s16")
        for window in windows:
            samples = window[:MOST]
            whole = np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(whole.T.reshape(1, -1)), format="s16", layout=layout
            )
            frame.sample_rate, frame.pts = RATE, at
            for packet in track.encode(frame):
                out.mux(packet)
            at += samples.shape[1]
        for packet in track.encode(None):
            out.mux(packet)
    return at
