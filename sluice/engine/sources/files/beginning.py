"""The beginning of a file, planned as if it were the whole file: for looking at its first records only."""

from __future__ import annotations

from dataclasses import replace

from sluice.engine.declare import Files
from sluice.engine.formats.known import plan_text
from sluice.engine.sources.files.opening import Opened, opened
from sluice.engine.sources.kind import ScanRequest, ScanResult
from sluice.engine.sources.landing import Draft, drafting

_FIRST = (
    4 << 20
)  # bytes; more than the head that shows the delimiter, and any record that is not refused for its length
_BLOCK = 1 << 20


def scan_beginning(source: Files, request: ScanRequest, records: int) -> tuple[ScanResult, bool]:
    """The scan of as much of a file as has more than so many records, copied to the landing; and whether that is all
    of it. Raises as the scan of the whole file does.

    The last record may be cut off, so one more is read than is wanted. A quote that is not closed may be closed by what
    comes later: then more is read, the whole file if need be.
    """
    with opened(request.uri, source, request.table) as text, drafting() as draft:
        wanted, read = _FIRST, 0
        while True:
            read += _copy(text, draft, wanted - read)
            whole = read < wanted
            with draft.reading() as file:
                # what ends here does not end the file
                reading = text.source if read < wanted else replace(text.source, footer=0)
                planned = plan_text(file, text.head, reading, request.tick, request.headers)
            sound = all(part.well_quoted for part in planned.parts)
            if whole or (planned.read > records and sound):
                result = ScanResult(planned, draft.keep(planned.sha256), text.encoding, text.names)
                return result, whole
            wanted *= 4


def _copy(text: Opened, draft: Draft, count: int) -> int:
    """Copy so many bytes more, fewer at the end only. Returns how many."""
    left = count
    while left and (block := text.stream.read(min(left, _BLOCK))):
        draft.write(block)
        left -= len(block)
    return count - left
