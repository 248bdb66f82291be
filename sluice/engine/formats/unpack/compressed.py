"""gzip, bzip2, xz, Zstandard: packed bytes into unpacked blocks, through every member of a file.

The file classes of bz2 and lzma end silently at any bytes after a whole member, even at another member with a broken
head; so the decompressors themselves are used. After a member only a member or zeros may follow.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import pyarrow as pa

from sluice.engine.formats.unpack.refusals import corrupt, memory_hungry, truncated
from sluice.engine.formats.unpack.streams import BLOCK, Tap
from sluice.errors import DataError

_PACKED_BLOCK = 1 << 16
_WINDOW = 128 << 20
_GZIP, _RAW_DEFLATE = 31, -15  # zlib's wbits


class _Member(Protocol):
    """The interface of the decompressors of bz2 and lzma, for one member."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Deflated:
    """zlib's decompressor with the interface of the other two."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        block = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(block) < max_length
        return block


@dataclass(frozen=True)
class Packing:
    """A compression format: its decompressor, and the errors that its library raises for broken data."""

    name: str
    begin: Callable[[], _Member]
    error: type[Exception]


GZIP = Packing("gzip", lambda: _Deflated(_GZIP), zlib.error)
DEFLATE = Packing("zip", lambda: _Deflated(_RAW_DEFLATE), zlib.error)
BZIP2 = Packing("bzip2", bz2.BZ2Decompressor, OSError)
XZ = Packing("xz", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_WINDOW), lzma.LZMAError)


def decompressed(source: BinaryIO, packing: Packing) -> Iterator[bytes]:
    """The content of the members, in blocks. Raises DataError `corrupt`, `truncated`, `too_compressed`."""
    done = 0
    packed = source.read(_PACKED_BLOCK)
    while packed:
        member = packing.begin()
        while not member.eof:
            try:
                block = member.decompress(packed, BLOCK)
            except packing.error as error:
                raise _refusal(packing, done, error) from error
            if block:
                done += len(block)
                yield block
            packed = b""
            if member.needs_input and not member.eof and not (packed := source.read(_PACKED_BLOCK)):
                raise truncated(packing.name, done)
        packed = _after_padding(member.unused_data, source)


def _after_padding(rest: bytes, source: BinaryIO) -> bytes:
    """The next bytes that are not zero: tapes and xz pad with zeros."""
    rest = rest.lstrip(b"\0")
    while not rest and (more := source.read(_PACKED_BLOCK)):
        rest = more.lstrip(b"\0")
    return rest


def _refusal(packing: Packing, done: int, error: Exception) -> DataError:
    if isinstance(error, lzma.LZMAError) and "Memory usage limit" in str(error):
        return memory_hungry(packing.name, _WINDOW)
    return corrupt(packing.name, done, error)


def zstd_decompressed(source: BinaryIO) -> Iterator[bytes]:
    """The content of the frames of a Zstandard file, in blocks. Raises as `decompressed`."""
    tap = Tap(source)
    stream = pa.CompressedInputStream(pa.PythonFile(tap, mode="r"), "zstd")
    done = 0
    while True:
        try:
            block = stream.read(BLOCK)
        except (pa.ArrowException, OSError) as error:
            raise tap.failure or _zstd_refusal(tap, done, error) from error
        if not block:
            return
        done += len(block)
        yield block


def _zstd_refusal(tap: Tap, done: int, error: Exception) -> DataError:
    if "too much memory" in str(error):
        return memory_hungry("zstd", _WINDOW)
    return truncated("zstd", done) if tap.ended else corrupt("zstd", done, error)
