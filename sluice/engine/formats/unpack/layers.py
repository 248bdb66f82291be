"""Removes one layer after another: each reads the stream below it, until the content is not compressed."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from sluice.engine.formats.caps import Caps, capped
from sluice.engine.formats.unpack.archive import chosen, unzipped, zip_members
from sluice.engine.formats.unpack.compressed import BZIP2, GZIP, XZ, decompressed, zstd_decompressed
from sluice.engine.formats.unpack.kinds import HEAD, TAR, ZIP, ZSTD, packing_of
from sluice.engine.formats.unpack.streams import blocks_of, stream_of
from sluice.engine.formats.unpack.tar import tar_members, untarred
from sluice.engine.formats.unpack.text import decoded, encoding_of
from sluice.errors import DataError, TransientError

_PLAIN = {packing.name: packing for packing in (GZIP, BZIP2, XZ)}


@dataclass(frozen=True)
class Unpacked:
    """A sequential stream of a file's content; b"" at its very end only. `close` leaves the file open.

    `layers` were removed, from the outside, e.g. ("zip", "gzip", "utf-16-le"); if empty, the file can be read in place.
    `encoding` is the encoding of the text, None for UTF-8 and for binary content. `packed` are the bytes that all of it
    is in, `head` the first bytes of the content before it is decoded.
    """

    stream: io.BufferedReader
    layers: tuple[str, ...]
    encoding: str | None
    packed: int
    head: bytes = b""


def unpack(stream: BinaryIO, *, member: str | None = None, encoding: str | None = None, caps: Caps) -> Unpacked:
    """Remove the compression layers and the encoding of a seekable stream. `encoding` is the declared one.

    Raises DataError, as the stream's `read` does: `corrupt`, `truncated`, `too_large`, `too_compressed`. And here
    only: `nested_too_deep`, and for zip archives `several_members`, `no_member`, `duplicate_member`,
    `empty_archive`, `encrypted`, `unsupported`, `not_csv`; for tar archives also `unsafe_archive`.
    TransientError when an archive inside another layer does
    not fit the temporary folder.
    """
    peeling = _Peeling(stream, member, caps)
    try:
        while packing := packing_of(peeling.head()):
            peeling.take_off(packing)
        if peeling.member is not None:
            raise DataError(
                "no_member",
                f"The file is not an archive, so it does not have the member {peeling.member!r}. A new run loads it "
                "as it is: sluice run PIPELINE FILE",
            )
        head = peeling.head()
        text, mark = encoding_of(head, encoding)
        if text is not None:
            peeling.add(text, decoded(peeling.top, text, mark))
    except BaseException:
        peeling.top.close()
        raise
    return Unpacked(peeling.top, tuple(peeling.layers), text, peeling.packed, head)


def members(stream: BinaryIO, caps: Caps) -> list[str]:
    """The names of the data files of an archive, a zip or a tar, also of a compressed tar; empty for any other file.

    Raises DataError: those of `zip_members` and `untarred`, and of the compression `corrupt`, `truncated`, `too_large`,
    `too_compressed`.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    if packing_of(head) == ZIP:
        return zip_members(stream)
    peeling = _Peeling(stream, None, caps)
    try:
        while (packing := packing_of(peeling.head())) not in (None, TAR, ZIP):
            peeling.take_off(packing)
        return tar_members(peeling.top) if packing == TAR else []
    finally:
        peeling.top.close()


def _decompressed(stream: BinaryIO, packing: str) -> Iterator[bytes]:
    return zstd_decompressed(stream) if packing == ZSTD else decompressed(stream, _PLAIN[packing])


class _Peeling:
    """A file while its layers are removed: the top stream, which closes those below, and the removed layers."""

    def __init__(self, stream: BinaryIO, member: str | None, caps: Caps) -> None:
        self.layers: list[str] = []
        self.member = member
        self._file = stream
        self._caps = caps
        self.packed = stream.seek(0, io.SEEK_END)
        stream.seek(0)
        self.top = stream_of(blocks_of(stream))

    def head(self) -> bytes:
        return self.top.peek(HEAD)[:HEAD]

    def take_off(self, packing: str) -> None:
        if len(self.layers) == self._caps.max_layers:
            inside = ", ".join(self.layers)
            raise DataError("nested_too_deep", f"There is {packing} in {inside}: that is too deep; unpack it first.")
        if packing == ZIP:
            blocks = self._unzip()
        elif packing == TAR:
            member, self.member = self.member, None
            blocks = untarred(self.top, member, self.layers)
        else:
            blocks = _decompressed(self.top, packing)
        self.add(packing, capped(blocks, self.packed, self._caps))

    def add(self, layer: str, blocks: Iterator[bytes]) -> None:
        self.layers.append(layer)
        self.top = stream_of(blocks, self.top.close)

    def _unzip(self) -> Iterator[bytes]:
        archive = self._on_disk() if self.layers else self._file
        entry = chosen(archive, self.member, self.layers)
        self.member = None
        if not self.layers:
            self.packed = min(self.packed, entry.compress_size)
        return unzipped(archive, entry)

    def _on_disk(self) -> BinaryIO:
        """An archive's directory is at its end: an archive inside another layer is unpacked to disk first."""
        with ExitStack() as opened:
            file = opened.enter_context(tempfile.TemporaryFile(prefix="sluice-"))
            for block in blocks_of(self.top):
                with _room():
                    file.write(block)
            with _room():
                file.flush()
            opened.callback(self.top.close)
            self.top = stream_of(iter(()), opened.pop_all().close)
        return file


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"{tempfile.gettempdir()}: {error.strerror}"
        raise TransientError(
            f"No space to unpack an archive inside another compressed file ({where}). Free some, or set TMPDIR."
        ) from error
