"""The frames of a part, or of a batch of parts: text after extract, and rows, ready for COPY, after transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import pyarrow as pa

from sluice.engine.rows import rejects
from sluice.engine.rows.frames.cache import Frame

CHUNK = 1 << 20


@dataclass(frozen=True)
class RawFrame:
    """A part as text: `rows` has a string column per wanted header and `_line`; `rejects` as rejects.SCHEMA.

    `data` are its bytes, in the process that has read them: rejects are kept with their text.
    """

    rows: pa.Table
    rejects: pa.Table
    data: bytes | None = None

    def freeze(self) -> Frame:
        return Frame({}, {"rows": _to_ipc(self.rows), "rejects": _to_ipc(self.rejects)})

    @classmethod
    def thaw(cls, frame: Frame) -> Self:
        return cls(_from_ipc(frame.blobs["rows"]), _from_ipc(frame.blobs["rejects"]))


@dataclass(frozen=True)
class ReadyFrame:
    """A part ready to load: chunks of whole rows in COPY's binary format, in key order.

    `rows` have each key once, `repeats` are the later rows of these keys; each chunk is a COPY stream of its own.
    `superseded` counts rows of an update that a later row of the part replaces: they need not be loaded.
    """

    rows: list[bytes]
    repeats: list[bytes]
    row_count: int
    rejects: pa.Table
    superseded: int = 0

    def freeze(self) -> Frame:
        blobs = {"rows": self.rows, "repeats": self.repeats, "rejects": _to_ipc(self.rejects)}
        return Frame({"row_count": self.row_count, "superseded": self.superseded}, blobs)

    @classmethod
    def thaw(cls, frame: Frame) -> Self:
        blobs = frame.blobs
        rejected = _from_ipc(blobs["rejects"]) if "rejects" in blobs else rejects.none()
        meta = frame.meta
        return cls(
            blobs.get("rows", []), blobs.get("repeats", []), meta["row_count"], rejected, meta.get("superseded", 0)
        )


@dataclass(frozen=True)
class RawBatch:
    """Several parts as text, one after another, `counts` rows of each.

    `rows` as of a RawFrame; `rejects` with a further column `part` (int64): which of the parts, from 0.
    """

    rows: pa.Table
    counts: list[int]
    rejects: pa.Table

    def freeze(self) -> Frame:
        return Frame({"counts": self.counts}, {"rows": _to_ipc(self.rows), "rejects": _to_ipc(self.rejects)})

    @classmethod
    def thaw(cls, frame: Frame) -> Self:
        return cls(_from_ipc(frame.blobs["rows"]), frame.meta["counts"], _from_ipc(frame.blobs["rejects"]))


@dataclass(frozen=True)
class ReadyBatch:
    """Several parts ready to load: chunks as of a ReadyFrame, in the key order of all rows together.

    `rows` have each key once, `repeats` are the others; `counts` are the rows of each part in both. `rejects` as of a
    RawBatch.
    """

    rows: list[bytes]
    repeats: list[bytes]
    counts: list[int]
    rejects: pa.Table

    def freeze(self) -> Frame:
        blobs = {"rows": self.rows, "repeats": self.repeats, "rejects": _to_ipc(self.rejects)}
        return Frame({"counts": self.counts}, blobs)

    @classmethod
    def thaw(cls, frame: Frame) -> Self:
        blobs = frame.blobs
        return cls(blobs.get("rows", []), blobs.get("repeats", []), frame.meta["counts"], _from_ipc(blobs["rejects"]))


def _to_ipc(table: pa.Table) -> list[bytes]:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    view = memoryview(sink.getvalue())
    # bytes, not views: hiredis refuses memoryviews and Arrow buffers
    return [bytes(view[at : at + CHUNK]) for at in range(0, len(view), CHUNK)]


def _from_ipc(chunks: list[bytes]) -> pa.Table:
    return pa.ipc.open_stream(b"".join(chunks)).read_all()
