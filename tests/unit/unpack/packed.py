"""Packs bytes in every way that `unpack` knows, and reads them back."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

import pyarrow as pa
import pytest

from sluice.engine.formats.unpack import Caps, unpack
from sluice.errors import DataError

CAPS = Caps(max_bytes=1 << 40, max_ratio=200)


def zipped(*files: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", how) as opened:
        for name, data in files:
            opened.writestr(name, data)
    return archive.getvalue()


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.compress(data, codec="zstd", asbytes=True)
    return packed


def in_zip(data: bytes, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped(("rows.csv", data), how=how)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstd,
    "zip": in_zip,
    "zip, stored": lambda data: in_zip(data, zipfile.ZIP_STORED),
    "zip, bzip2": lambda data: in_zip(data, zipfile.ZIP_BZIP2),
}


def unpacked(data: bytes, *, at_once: int = 1 << 18, caps: Caps = CAPS, **named: Any) -> tuple[bytes, tuple[str, ...]]:
    """All bytes of the unpacked stream, and the layers."""
    found = unpack(io.BytesIO(data), caps=caps, **named)
    with found.stream as stream:
        return b"".join(iter(lambda: stream.read(at_once), b"")), found.layers


def drain(stream: BinaryIO) -> None:
    """Read to the end and keep nothing."""
    while stream.read(1 << 16):
        pass


def refusal(data: bytes, **named: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        drain(unpack(io.BytesIO(data), **({"caps": CAPS} | named)).stream)
    return caught.value
