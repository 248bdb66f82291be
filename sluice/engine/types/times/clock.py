"""Durations written as `01:02:03`: each is one word of eight bytes, read for a whole column at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.types.base import Mask
from sluice.engine.types.cells import windows

_U = np.uint64
_LENGTH = 8
_PLAIN = _U(0x30303A30303A3030)  # 00:00:00 as a little-endian word
_SIXES = _U(0x0606000606000606)  # a digit and 6 has no high bits
_MUST_BE_0 = _U(0xF0F0FFF0F0FFF0F0)  # of a digit its high bits, of a colon all
_TWO_DIGITS = _U(0xFF)


def read_clocks(text: pa.Array) -> tuple[npt.NDArray[np.int32], Mask]:
    """Seconds of the cells that are `HH:MM:SS` and nothing else, and which cells these are; 0 for the others."""
    _, offsets, data = text.buffers()
    if offsets is None or data is None or not len(text):
        return np.zeros(len(text), np.int32), np.zeros(len(text), np.bool_)
    places = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    fits: Mask = np.diff(places) == _LENGTH
    if text.null_count:
        fits &= text.is_valid().to_numpy(zero_copy_only=False)
    if fits.all():
        words = np.frombuffer(data, "<u8", len(text), int(places[0]))
    elif fits.any():
        words = windows(np.frombuffer(data, np.uint8))[np.where(fits, places[:-1], places[:-1][fits][0])]
    else:
        return np.zeros(len(text), np.int32), fits
    digits = words ^ _PLAIN
    fits &= (digits | (digits + _SIXES)) & _MUST_BE_0 == 0
    pairs = digits * _U(10) + (digits >> _U(8))
    hours, minutes, seconds = (((pairs >> _U(bit)) & _TWO_DIGITS).astype(np.int32) for bit in (0, 24, 48))
    fits &= (minutes < 60) & (seconds < 60)
    return (hours * 3600 + minutes * 60 + seconds) * fits, fits
