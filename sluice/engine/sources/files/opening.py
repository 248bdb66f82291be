"""Opening an input as UTF-8 text, whatever its compression, encoding and format.

Plain UTF-8 text is read in place, unless another server has it. Everything else is a stream that must be copied to the
landing before parts of it can be read.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import BinaryIO

from sluice.engine.base.settings import settings
from sluice.engine.declare import Files, Table
from sluice.engine.formats.format import BinaryFormat
from sluice.engine.formats.known import archive_format, binary_format
from sluice.engine.formats.text.binary import refuse_binary, refuse_other_kinds
from sluice.engine.formats.text.source import Readable
from sluice.engine.formats.unpack import Caps, capped, unpack
from sluice.engine.formats.unpack.streams import stream_of
from sluice.engine.rows.contract import read_types
from sluice.engine.sources.kind import AtHand
from sluice.engine.storage import is_fetched, is_remote, open_input, read_blocks, split_member, stamp
from sluice.errors import DataError, InputChanged

_HEAD = 1 << 16
_IN_MEMORY = 1 << 25


@dataclass(frozen=True)
class Opened:
    """An input as text: a stream at its start, and its head.

    `source` has the options for reading the text, `encoding` is the original encoding, `in_place` whether parts can be
    read from the file itself; `names` are all of the file's columns, if the text has only the requested ones.
    """

    stream: Readable
    head: bytes
    source: Files
    encoding: str | None = None
    in_place: bool = False
    names: tuple[str, ...] | None = None


@contextmanager
def opened(uri: str, source: Files, table: Table, at_hand: AtHand | None = None) -> Iterator[Opened]:
    """Open an input of a source as text; one that is `at_hand` is not read again.

    Raises DataError for broken or unsupported files, NotHere when the file cannot be seen, InputChanged when it was
    changed while it was unpacked.
    """
    before = stamp(uri) if at_hand is None else at_hand.stamp
    _, member = split_member(uri)
    with open_input(uri) if at_hand is None else io.BytesIO(at_hand.data) as file:
        try:
            with _as_text(file, member, source, table, in_place=not is_fetched(uri)) as text:
                yield text
        except DataError as error:
            if stamp(uri) != before:
                raise _changed(uri) from error  # a file that is still being written is not broken
            raise
        if not text.in_place and stamp(uri) != before:
            raise _changed(uri)


def identity(uri: str) -> str:
    """The identity of a file before unpacking and decoding: SHA-256 of its bytes, or its stamp if it is remote."""
    _, member = split_member(uri)
    if member is not None or is_remote(uri):
        return f"{uri} {stamp(uri)}"
    digest = hashlib.sha256()
    for block in read_blocks(uri, 0, sys.maxsize):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}"


@contextmanager
def _as_text(file: BinaryIO, member: str | None, source: Files, table: Table, *, in_place: bool) -> Iterator[Opened]:
    caps = Caps(settings().max_unpacked_bytes, settings().max_ratio)
    if member is None and (archive := archive_format(file)) is not None:
        packed = file.seek(0, io.SEEK_END)
        file.seek(0)
        yield _converted(archive, file, source, table, packed, caps)
        return
    unpacked = unpack(file, member=member, encoding=source.encoding, caps=caps)
    with unpacked.stream as stream:
        head = stream.peek(_HEAD)[:_HEAD]
        if binary := binary_format(head):
            with _seekable(stream) if unpacked.layers else nullcontext(file) as whole:
                yield _converted(binary, whole, source, table, unpacked.packed, caps)
            return
        refuse_other_kinds(unpacked.head)  # decoded, it may not be recognized
        try:
            if unpacked.layers:
                yield Opened(stream, head, source, unpacked.encoding)
            else:
                file.seek(0)
                yield Opened(file, head, source, in_place=in_place)
        except DataError as error:
            if not _is_wide(unpacked.encoding):
                refuse_binary(unpacked.head, error)
            raise


def _converted(form: BinaryFormat, file: BinaryIO, source: Files, table: Table, packed: int, caps: Caps) -> Opened:
    names, blocks, head, reading = form.convert(file, source, read_types(table), caps)
    return Opened(stream_of(capped(blocks, packed, caps)), head, reading, names=names)


def _is_wide(encoding: str | None) -> bool:
    return encoding is not None and encoding.startswith(("utf-16", "utf-32"))


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """A seekable stream: a file that can only be read from its end is unpacked to disk first."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        shutil.copyfileobj(stream, file, 1 << 20)
        file.seek(0)
        yield file  # type: ignore[misc]


def _changed(uri: str) -> InputChanged:
    return InputChanged(f"{uri} was changed while it was read.")
