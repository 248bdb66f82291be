"""Screening records before they are parsed: overlong, badly quoted, with NUL, or not UTF-8."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sluice.engine.formats.csv.dialect import Dialect
from sluice.engine.formats.csv.overlong import reject_overlong
from sluice.engine.formats.csv.quotes import Fault
from sluice.engine.formats.csv.records import RecordIndex
from sluice.engine.formats.csv.rejects import badly_quoted, not_text
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.rejects import RowReject

_TOGETHER = 256  # records checked at once


def all_text(data: bytes) -> bool:
    """Whether the bytes are UTF-8 without NUL; at several GB/s, without a copy."""
    if b"\0" in data:
        return False
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def near_limit(data: bytes, limits: Limits) -> bool:
    """False if no line can be longer than the limit of a record; True if one may be.

    If each piece of half the limit has a LF, no two of them are further apart than the limit.
    """
    half = max(limits.max_record_bytes // 2, 1)
    if len(data) <= limits.max_record_bytes:
        return False
    return any(data.find(b"\n", at, at + half) < 0 for at in range(0, len(data) - half + 1, half))


def screen(
    data: bytes, index: RecordIndex, dialect: Dialect, limits: Limits, first_line: int
) -> tuple[list[RowReject], npt.NDArray[np.bool_]]:
    """The rejects among the records of a part, and a mask of the good ones."""
    rejects: list[RowReject] = []
    good = index.stops - index.starts <= limits.max_record_bytes
    for i in np.flatnonzero(~good).tolist():
        block = data[index.starts[i] : index.ends[i]]
        line = first_line + int(index.lines[i])
        rejects.append(reject_overlong([block], dialect=dialect, first_line=line, limits=limits))
    for i, fault in _faulty(index):
        if good[i]:
            record, line = data[index.starts[i] : index.stops[i]], first_line + int(index.lines[i])
            rejects.append(badly_quoted(record, line, fault.code, fault.at - int(index.starts[i]), dialect))
            good[i] = False
    for i in _suspects(data, index, good):
        record = data[index.starts[i] : index.stops[i]]
        reject = not_text(record, first_line + int(index.lines[i]), dialect)
        if reject is not None:
            rejects.append(reject)
            good[i] = False
    return rejects, good


def _faulty(index: RecordIndex) -> list[tuple[int, Fault]]:
    """Records with faults in their quotes, each with its first."""
    at = np.searchsorted(index.ends, [fault.at for fault in index.faults], side="right")
    return list(dict(zip(reversed(at.tolist()), reversed(index.faults), strict=True)).items())


def _suspects(data: bytes, index: RecordIndex, good: npt.NDArray[np.bool_]) -> list[int]:
    """Records of pieces that are not text, without overlong ones."""
    if all_text(data):
        return []
    suspects: list[int] = []
    for first in range(0, good.size, _TOGETHER):
        start, end = int(index.starts[first]), int(index.ends[min(first + _TOGETHER, good.size) - 1])
        stretch = data[start:end]
        if not all_text(stretch):
            octets = np.frombuffer(stretch, np.uint8)
            odd = start + np.flatnonzero((octets == 0) | (octets >= 0x80))
            at = np.unique(np.searchsorted(index.ends, odd, side="right"))
            suspects += at[good[at]].tolist()
    return suspects
