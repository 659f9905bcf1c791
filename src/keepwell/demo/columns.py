"""Columns of many rows at once: numbers to Arrow, without a Python object a row."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from keepwell.demo.draws import Ints

DAY_SECONDS = 86_400


def keys(letter: str, numbers: Ints, digits: int) -> pa.Array:
    """Texts like A0001234: a letter and the number with so many digits."""
    width = digits + 1
    letters = np.empty((len(numbers), width), dtype=np.uint8)
    letters[:, 0] = ord(letter)
    rest = numbers.copy()
    for place in range(width - 1, 0, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(
        len(numbers), pa.py_buffer(np.ascontiguousarray(offsets, dtype=np.int32)), pa.py_buffer(letters)
    )


def words(choices: Sequence[str], positions: Ints, known: NDArray[np.bool_] | None = None) -> pa.Array:
    """The chosen words; missing where `known` is false."""
    missing = None if known is None else ~known
    return pa.DictionaryArray.from_arrays(
        pa.array(positions.astype(np.int8), mask=missing), pa.array(choices, pa.string())
    )


def days(numbers: Ints, known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Dates out of day numbers; missing where `known` is false."""
    missing = None if known is None else ~known
    return pa.array(numbers.astype(np.int32), mask=missing).cast(pa.date32())


def instants(numbers: Ints, seconds: Ints) -> pa.Array:
    """Moments (UTC) out of day numbers and seconds of the day."""
    return pa.array((numbers * DAY_SECONDS + seconds) * 1_000_000).cast(pa.timestamp("us"))
