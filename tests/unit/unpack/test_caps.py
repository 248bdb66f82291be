"""What is too much: bytes, ratio, layers; and that finding out takes neither memory nor time."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from sluice.engine.formats.unpack import Caps, unpack
from sluice.errors import DataError
from tests.unit.unpack.packed import PACKERS, drain, in_zip, refusal, unpacked, zipped, zstd

MIB = 1 << 20
ROWS = b"id,name\n" + b"1,Ann\n" * 100
BY_BYTES = Caps(max_bytes=MIB, max_ratio=1 << 20)
BY_RATIO = Caps(max_bytes=1 << 40, max_ratio=200)


def gigabyte_of_zeros() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(1024)) + packer.flush()


@pytest.mark.slow
def test_a_gigabyte_of_zeros_is_refused_at_once_and_without_memory() -> None:
    bomb = gigabyte_of_zeros()
    tracemalloc.start()
    began = time.process_time()
    error = refusal(bomb, caps=BY_RATIO)
    took, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "too_compressed"
    assert error.reason.startswith("1,04")  # a MiB, whichever zlib packed it
    assert "over 200 times their size" in error.reason
    assert "SLUICE_MAX_RATIO" in error.reason
    assert peak < 8 * MIB
    assert took < 5  # half a second on an idle machine


BOMBS: dict[str, Callable[[bytes], bytes]] = PACKERS | {
    "gzip in gzip": lambda data: gzip.compress(gzip.compress(data)),
    "bzip2 in zip": lambda data: in_zip(bz2.compress(data)),
    "zip in gzip": lambda data: gzip.compress(in_zip(data)),
    "zip in zip": lambda data: in_zip(in_zip(data)),
}
del BOMBS["zip, stored"]


@pytest.mark.parametrize("pack", BOMBS.values(), ids=BOMBS.keys())
def test_each_packing_is_held_to_the_ratio(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(100 * MIB))
    tracemalloc.start()
    error = refusal(bomb, caps=BY_RATIO)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "too_compressed"
    assert peak < 16 * MIB


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
def test_each_packing_is_held_to_the_number_of_bytes(pack: Callable[[bytes], bytes]) -> None:
    assert len(unpacked(pack(bytes(MIB)), caps=BY_BYTES)[0]) == MIB
    error = refusal(pack(bytes(MIB + 1)), caps=BY_BYTES)
    assert (error.code, error.reason) == (
        "too_large",
        "The file unpacks to more than 1,048,576 bytes; split it, or raise SLUICE_MAX_UNPACKED_BYTES.",
    )


def test_a_small_file_may_be_packed_as_tightly_as_it_likes() -> None:
    blank = b",\n" * (16 * MIB)
    assert unpacked(gzip.compress(blank), caps=Caps(max_bytes=1 << 30, max_ratio=2))[0] == blank


@pytest.mark.slow
def test_a_member_is_measured_by_its_own_packed_bytes() -> None:
    archive = zipped(("noise", bytes(range(256)) * 8192), ("zeros", bytes(100 * MIB)), how=zipfile.ZIP_BZIP2)
    assert refusal(archive, member="zeros", caps=BY_RATIO).code == "too_compressed"


def test_a_plain_file_is_never_too_large() -> None:
    assert unpacked(b"," * (2 * MIB), caps=BY_BYTES)[1] == ()


def test_packings_may_be_nested_to_a_limit() -> None:
    three = in_zip(gzip.compress(bz2.compress(ROWS)))
    assert unpacked(three) == (ROWS, ("zip", "gzip", "bzip2"))
    error = refusal(lzma.compress(three))
    assert (error.code, error.reason) == (
        "nested_too_deep",
        "There is bzip2 in xz, zip, gzip: that is too deep; unpack it first.",
    )
    assert unpacked(zstd(ROWS), caps=Caps(1 << 30, 200, max_layers=1))[0] == ROWS
    assert refusal(zstd(gzip.compress(ROWS)), caps=Caps(1 << 30, 200, max_layers=1)).code == "nested_too_deep"


def test_the_encoding_is_no_packing() -> None:
    three = gzip.compress(gzip.compress(gzip.compress(ROWS.decode().encode("utf-16"))))
    assert unpacked(three) == (ROWS, ("gzip", "gzip", "gzip", "utf-16-le"))


def test_an_inner_packing_that_is_broken_is_told_from_a_whole_one() -> None:
    assert refusal(gzip.compress(bz2.compress(ROWS)[:-4])).reason.startswith("The bzip2 data ends early")
    assert refusal(bz2.compress(gzip.compress(ROWS))[:-4]).code == "truncated"


def test_what_came_before_the_cap_may_have_been_read() -> None:
    stream = unpack(io.BytesIO(gzip.compress(bytes(3 * MIB))), caps=BY_BYTES).stream
    assert stream.read(1000) == bytes(1000)
    with pytest.raises(DataError, match="SLUICE_MAX_UNPACKED_BYTES"):
        drain(stream)
