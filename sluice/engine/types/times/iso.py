"""Moments written as `2024-01-31 23:59:59`, by Arrow's parser: twice as fast as a template, for this one form."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.types.base import Int64s, Mask
from sluice.engine.types.cells import bitmap

FORMATS = {"%Y-%m-%d %H:%M:%S": b" ", "%Y-%m-%dT%H:%M:%S": b"T"}
_LENGTH, _SEPARATOR = 19, 10
_FIRST = 1 << 12
_YEAR_1 = -62_135_596_800_000_000


def read_moments(text: pa.Array, pattern: str) -> tuple[Int64s, Mask] | None:
    """Microseconds since 1970, in local time, of the cells of 19 bytes, and which cells these are.

    None where a cell of 19 bytes is anything else: Arrow refuses the column and does not say which. A text of 19 bytes
    with a zone is refused, and so is 30 February. It would read year 0, which is refused here.
    """
    _, offsets, data = text.buffers()
    if offsets is None or data is None or not len(text):
        return None
    places = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    fits: Mask = np.diff(places) == _LENGTH
    if text.null_count:
        fits &= text.is_valid().to_numpy(zero_copy_only=False)
    octets = np.frombuffer(data, np.uint8)
    if not fits.any() or not (octets[places[:-1][fits] + _SEPARATOR] == FORMATS[pattern][0]).all():
        return None
    only = pa.Array.from_buffers(pa.string(), len(text), [bitmap(fits), pa.py_buffer(places), data])
    try:
        pc.cast(only.slice(0, _FIRST), pa.timestamp("us"))  # a column with errors mostly has one here
        moments = pc.cast(only, pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    local = np.frombuffer(moments.buffers()[1], np.int64, len(text)) * fits
    return (local, fits) if int(local.min()) >= _YEAR_1 else None
