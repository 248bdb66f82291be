"""extract: a part's bytes, checked against what was planned, become columns of text with line numbers."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator

import pyarrow as pa

from sluice.engine.base.failpoint import failpoint
from sluice.engine.base.settings import settings
from sluice.engine.formats.known import CSV, parse_text, refuse_overlong, stored_format
from sluice.engine.formats.text.rejects import RowReject
from sluice.engine.ledger.parts import PartWork
from sluice.engine.rows import rejects
from sluice.engine.rows.contract import Contract
from sluice.engine.rows.frames import Frames, RawFrame
from sluice.engine.storage import is_remote, read_blocks, read_range
from sluice.errors import InputChanged

# instead of reasons that quote the record, which may have personal data
_TWICE = "Write a quote twice where it belongs to the value."
_UNQUOTED = {
    "unclosed_quote": f"A quote is not closed: close it. {_TWICE} The row was ended with its line, and the next lines "
    "are rows.",
    "text_after_quote": f"Text follows the closing quote of a value. {_TWICE}",
    "bare_quote": "A quote stands in a value that is not in quotes, and strict_quotes is declared. Put the value in "
    f"quotes. {_TWICE}",
    "unknown_escape": "The escape character stands before a letter or a digit. Write it twice where it belongs to the "
    "value.",
    "out_of_range": "The value is too far away for a date or time.",
}


def extract_part(work: PartWork, contract: Contract, frames: Frames) -> RawFrame:
    """The part's text, from the cache if this process, or for shared text any other, has just read it; else from the
    file.

    Raises InputChanged when the bytes are not those that were planned, NotHere when the file cannot be read here.
    """
    cached = frames.get(work.raw_key(), RawFrame, shared=shares_text(work))
    if cached is not None:
        return cached
    return read_part_text(work, contract)


def shares_text(work: PartWork) -> bool:
    """Whether the text is written to Redis, for other processes. Not CSV of this machine: writing it there and reading
    it costs more than half of what reading the file again does, which is rare."""
    return stored_format(work.dialect) != CSV.name or is_remote(work.place)


def read_part_text(work: PartWork, contract: Contract) -> RawFrame:
    """The part's text, from the file. Raises as `extract_part`."""
    if work.overlong:
        return RawFrame(_no_rows(contract), reject_table([_refuse_overlong(work)], contract))
    return parsed_text(work, part_bytes(work), contract)


def part_bytes(work: PartWork) -> bytes:
    """The bytes of a part, as they were planned. Raises as `extract_part`."""
    data, size = read_range(work.place, work.start, work.length)
    # a file that grew may have been planned in the middle of its last line
    if size != work.size or len(data) != work.length or hashlib.sha256(data).hexdigest() != work.sha256:
        raise _changed(work)
    failpoint("extract.read")
    return data


def parsed_text(work: PartWork, data: bytes, contract: Contract) -> RawFrame:
    """The text of a part with these bytes."""
    parsed = parse_text(
        data,
        work.dialect,
        contract,
        first_line=work.first_line,
        read=work.planned,
        well_quoted=work.well_quoted,
    )
    return RawFrame(parsed.rows, reject_table(parsed.rejects, contract), data if settings().keep_raw else None)


def _refuse_overlong(work: PartWork) -> RowReject:
    """A record too long for memory: read by blocks, checked, and refused."""
    digest, left = hashlib.sha256(), work.length

    def blocks() -> Iterator[bytes]:
        nonlocal left
        for block in read_blocks(work.place, work.start, work.length):
            left -= len(block)
            digest.update(block)
            yield block

    source = blocks()
    refused = refuse_overlong(source, work.dialect, first_line=work.first_line)
    deque(source, maxlen=0)
    if left or digest.hexdigest() != work.sha256:
        raise _changed(work)
    return refused


def _changed(work: PartWork) -> InputChanged:
    return InputChanged(
        f"{work.uri}: bytes {work.start} to {work.start + work.length} are not what was planned: "
        f"the file was changed while it was read."
    )


def _no_rows(contract: Contract) -> pa.Table:
    columns = {name: pa.array([], pa.string()) for name in contract.requested}
    return pa.table(columns | {"_line": pa.array([], pa.int64())})


def reject_table(refused: list[RowReject], contract: Contract) -> pa.Table:
    """Rejects of a parser as a frame has them. Where columns have personal data, reasons do not quote the record."""
    if not refused:
        return rejects.none()
    rows = [
        (r.line, r.column, r.code, _UNQUOTED.get(r.code, r.reason) if contract.private else r.reason) for r in refused
    ]
    columns = zip(zip(*rows, strict=True), rejects.SCHEMA, strict=True)
    table = pa.table([pa.array(values, field.type) for values, field in columns], rejects.SCHEMA)
    others = [r.other_line for r in refused]
    return table.append_column(rejects.OTHER_LINE, pa.array(others, pa.int64())) if any(others) else table
