"""A recording written anew with silence in places, so that what was said there cannot be heard any more."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from keepwell.listening.audio.sound import RATE, needed, opened

_WINDOW = 10.0  # seconds that are written at once


def muted(path: Path, target: Path, spans: Iterable[tuple[float, float]]) -> None:
    """Write the sound of a recording to a FLAC file, silent in `spans` (seconds from its beginning).

    Rate and depth are those that speech needs: 16,000 samples a second of 16 bits, at most two channels. Raises
    KeepwellError where the extra is not installed, BadInput where there is nothing to hear.
    """
    av = needed("av")
    silent = [(int(max(start, 0.0) * RATE), int(end * RATE)) for start, end in spans]
    with opened(path) as stream, av.open(str(target), "w", format="flac") as out:
        layout = "stereo" if stream.channels > 1 else "mono"
        track = out.add_stream("flac", rate=RATE, layout=layout, format="s16")
        at = 0
        for window in stream.windows(_WINDOW):
            samples = window[:2].copy()
            for start, end in silent:
                samples[:, max(start - at, 0) : max(end - at, 0)] = 0.0
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
