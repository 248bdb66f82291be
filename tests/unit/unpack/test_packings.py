"""Each packing with each ending: whole, cut off, broken, followed by something else, empty."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import re
import struct
from collections.abc import Callable

import pytest

from sluice.engine.formats.unpack import unpack
from sluice.engine.formats.unpack.streams import stream_of
from sluice.errors import DataError, TransientError
from tests.unit.unpack.packed import CAPS, PACKERS, drain, refusal, unpacked, zstd

ROWS = b"id,name\n1,Ann\n2,Bob\n"
LONG = b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i * 7919 % 10007) for i in range(60_000))
NOISE = b"".join(struct.pack("<Q", pow(3, i, (1 << 61) - 1)) for i in range(50_000))
# zstd --check, for pyarrow writes frames without a checksum
CHECKED_ZSTD = bytes.fromhex("28b52ffd0458a1000069642c6e616d650a312c416e6e0a322c426f620a6b4a7e0d")
KNOWN_BY = {"gzip": 2, "bzip2": 4, "xz": 6, "zstd": 4, "zip": 4}  # bytes that tell the kind
MAGIC = KNOWN_BY | {"bzip2": 10}

packings = pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
members = pytest.mark.parametrize(
    ("pack", "name"), [(gzip.compress, "gzip"), (bz2.compress, "bzip2"), (lzma.compress, "xz"), (zstd, "zstd")]
)
Pack = Callable[[bytes], bytes]


@packings
def test_what_was_packed_comes_out(pack: Pack) -> None:
    assert unpacked(pack(ROWS))[0] == ROWS
    assert unpacked(pack(LONG))[0] == LONG
    assert unpacked(pack(LONG), at_once=1000)[0] == LONG


@pytest.mark.parametrize("name", PACKERS)
def test_a_packing_is_a_layer(name: str) -> None:
    assert unpacked(PACKERS[name](ROWS))[1] == (name.partition(",")[0],)


def test_a_plain_file_has_no_layers_and_is_read_as_it_is() -> None:
    assert unpacked(ROWS) == (ROWS, ())
    assert unpacked(b"") == (b"", ())
    assert unpacked(LONG) == (LONG, ())


@packings
def test_an_empty_file_may_be_packed(pack: Pack) -> None:
    assert unpacked(pack(b""))[0] == b""


@members
def test_members_one_after_another_are_one_file(pack: Pack, name: str) -> None:
    assert unpacked(pack(ROWS) + pack(b"") + pack(LONG) + pack(b"3,Eve\n")) == (ROWS + LONG + b"3,Eve\n", (name,))


def test_thousands_of_small_members_are_one_file() -> None:
    assert unpacked(gzip.compress(b"1,2\n") * 20_000)[0] == b"1,2\n" * 20_000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_zeros_after_the_end_are_no_data(pack: Pack) -> None:
    assert unpacked(pack(ROWS) + bytes(200_000))[0] == ROWS
    assert unpacked(pack(ROWS) + bytes(8) + pack(ROWS))[0] == ROWS + ROWS


def test_frames_to_be_skipped_are_skipped() -> None:
    skipped = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
    assert unpacked(skipped + zstd(ROWS) + skipped + zstd(ROWS)) == (ROWS + ROWS, ("zstd",))


@pytest.mark.parametrize("name", PACKERS)
def test_a_file_cut_off_anywhere_is_refused(name: str) -> None:
    packed = PACKERS[name](ROWS)
    for end in range(KNOWN_BY[name.partition(",")[0]], len(packed)):
        assert refusal(packed[:end]).code == "truncated", end


@members
def test_a_file_cut_off_in_its_second_member_is_refused(pack: Pack, name: str) -> None:
    first, packed = len(pack(ROWS)), pack(ROWS) + pack(ROWS)
    for end in range(first + 1, len(packed)):
        assert refusal(packed[:end]).code in {"truncated", "corrupt"}, end


@members
def test_a_large_file_cut_off_says_where(pack: Pack, name: str) -> None:
    error = refusal(pack(LONG)[:-20_000])
    assert error.code == "truncated"
    assert error.reason.startswith(f"The {name} data ends early, after about ")
    assert 0 <= int(error.reason.split("about ")[1].split(" ")[0].replace(",", "")) < len(LONG)


@pytest.mark.parametrize("name", [*PACKERS, "zstd with a checksum"])
def test_a_flipped_byte_changes_nothing_or_is_refused(name: str) -> None:
    packed = CHECKED_ZSTD if name not in PACKERS else PACKERS[name](ROWS)
    if name == "zstd":
        packed = packed[:4]  # without a checksum no more than the frame's head can be told to be wrong
    for at in range(MAGIC[name.partition(",")[0].partition(" ")[0]], len(packed)):
        broken = bytearray(packed)
        broken[at] ^= 0xFF
        try:
            assert unpacked(bytes(broken))[0] == ROWS, at
        except DataError as error:
            assert error.code not in {"too_large", "nested_too_deep"}  # noqa: PT017


@members
def test_garbage_after_the_end_is_refused(pack: Pack, name: str) -> None:
    for garbage in (b"x", b"x,y\n1,2\n", pack(ROWS)[:3] + b"nonsense, and more of it"):
        assert refusal(pack(ROWS) + garbage).code in {"corrupt", "truncated"}


def test_a_broken_file_says_what_and_where() -> None:
    packed = bytearray(gzip.compress(LONG))
    packed[-6] ^= 1
    error = refusal(bytes(packed))
    assert error.code == "corrupt"
    said = re.fullmatch(
        r"The gzip data is broken at about unpacked byte ([\d,]+) \(Error -3 while decompressing data: incorrect data "
        r"check\). Nothing of it is loaded; pack or copy the file again.",
        error.reason,
    )
    assert said is not None
    assert len(LONG) - (1 << 18) < int(said[1].replace(",", "")) <= len(LONG)


@members
def test_a_broken_file_never_seems_to_end(pack: Pack, name: str) -> None:
    stream = unpack(io.BytesIO(pack(NOISE)[:-5]), caps=CAPS).stream
    with pytest.raises(DataError):
        drain(stream)
    for _ in range(3):
        with pytest.raises(DataError, match="ends early"):
            stream.read(1 << 16)


def test_a_window_larger_than_the_memory_we_give_is_refused() -> None:
    wide = lzma.compress(ROWS, filters=[{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 512 << 20}])
    assert refusal(wide).code == "too_compressed"
    huge_frame = b"\x28\xb5\x2f\xfd\x00" + bytes([(31 - 10) << 3]) + b"\x01\0\0"
    assert refusal(huge_frame).code == "too_compressed"


def test_a_header_of_csv_is_not_taken_for_bzip2() -> None:
    assert unpacked(b"BZh9,name\n1,Ann\n") == (b"BZh9,name\n1,Ann\n", ())


class Failing(io.BytesIO):
    """A file whose disk or server fails after some bytes."""

    def __init__(self, data: bytes, error: Exception) -> None:
        super().__init__(data)
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 1 << 16:
            raise self.error
        return super().read(min(1 << 16, size or -1) if size and size > 0 else size)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), TransientError("The store is away.")])
@pytest.mark.parametrize("name", PACKERS)
def test_an_error_of_the_disk_or_the_store_is_not_the_file_s_fault(name: str, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        drain(unpack(Failing(PACKERS[name](NOISE), error), caps=CAPS).stream)
    assert caught.value is error


@packings
def test_closing_leaves_the_file_open(pack: Pack) -> None:
    file = io.BytesIO(pack(LONG))
    stream = unpack(file, caps=CAPS).stream
    stream.read(10)
    stream.close()
    assert not file.closed
    with unpack(file, caps=CAPS).stream as again:
        assert again.read(20) == LONG[:20]


def test_an_empty_block_is_not_the_end() -> None:
    assert stream_of(iter([b"", b"1,", b"", b"", b"2\n", b""])).read() == b"1,2\n"
