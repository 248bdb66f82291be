"""Whatever the text, packings, encoding and sizes of reads: the text comes out, and csv reads it as ever."""

from __future__ import annotations

import io
from unittest.mock import patch

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.unpack import unpack
from sluice.errors import DataError
from tests.kit.budget import examples
from tests.kit.records import records_of, to_bytes
from tests.unit.csv.reading import read
from tests.unit.csv.reference import refused
from tests.unit.unpack.packed import CAPS, PACKERS

WIDE = {"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"}
NARROW = {"utf-8", "cp1252", "latin-1", "cp1251", "cp932", "gb18030"}
PACKINGS = st.lists(st.sampled_from(sorted(PACKERS)), max_size=3)
BROKEN = "\udc81"  # stands for what cannot be decoded: a byte without a letter, a lone surrogate
LETTERS = st.sampled_from(
    ["a", "b", ",", ",", ";", '"', '"', '"', "\r", "\n", "\n", "\r\n", "\0", "é", "я", "😀", BROKEN]
)
PIECES = st.sampled_from(['"a,b"', '"x\ny"', '"x\r\ny",', "a,b\n", 'é,"",c\n', '5" pipe,', '""', '"q""q"', "\n\n"])
BODIES = st.lists(st.one_of(LETTERS, PIECES), max_size=40).map("".join)


def pack(data: bytes, packings: list[str]) -> bytes:
    for name in packings:
        data = PACKERS[name](data)
    return data


def through(data: bytes, encoding: str, sizes: list[int], block: int) -> bytes:
    """Unpacked by reads of these sizes, with layers that hand on `block` bytes at a time."""
    with (
        patch("sluice.engine.formats.unpack.text.BLOCK", block),
        patch("sluice.engine.formats.unpack.compressed.BLOCK", block),
        patch("sluice.engine.formats.unpack.compressed._PACKED_BLOCK", block),
    ):
        pieces = []
        with unpack(io.BytesIO(data), encoding=encoding, caps=CAPS).stream as stream:
            while piece := stream.read(sizes[len(pieces) % len(sizes)]):
                pieces.append(piece)
        return b"".join(pieces)


SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=3)
BLOCKS = st.one_of(st.integers(1, 9), st.just(1 << 18))


@settings(max_examples=examples(600), deadline=None)
@given(st.text(), st.sampled_from(sorted(WIDE | NARROW)), PACKINGS, SIZES, BLOCKS)
@example("\ud83d\ude00", "utf-16-le", [], [1], 1)
def test_the_stream_is_the_text_in_utf_8(
    text: str, encoding: str, packings: list[str], sizes: list[int], block: int
) -> None:
    data = f"x,y\n{text}".encode(encoding, "surrogatepass" if encoding in WIDE else "ignore")
    expected = data.decode(encoding, "surrogatepass" if encoding in WIDE else "strict").encode("utf-8", "surrogatepass")
    assert through(pack(data, packings), encoding, sizes, block) == expected


def in_encoding(text: str, encoding: str) -> str:
    """The text without the letters that an encoding has not; what is broken stays where it can be written."""
    broken = BROKEN if encoding in WIDE | {"utf-8", "cp1252"} else ""
    return "".join(letter for letter in text if letter == broken or letter.encode(encoding, "ignore"))


@settings(max_examples=examples(800), deadline=None)
@given(
    body=BODIES,
    width=st.integers(1, 4),
    encoding=st.sampled_from(sorted(WIDE | NARROW)),
    packings=PACKINGS,
    part_bytes=st.one_of(st.integers(1, 40), st.just(1 << 20)),
    longest=st.one_of(st.just(1 << 20), st.integers(1, 30)),
    line_end=st.sampled_from(["\n", "\r\n"]),
    block=BLOCKS,
)
def test_records_are_the_same_in_every_encoding_and_packing(
    body: str, width: int, encoding: str, packings: list[str], part_bytes: int, longest: int, line_end: str, block: int
) -> None:
    text = ",".join(f"h{i}" for i in range(width)) + line_end + in_encoding(body, encoding)
    packed = pack(text.encode(encoding, "surrogatepass" if encoding in WIDE else "surrogateescape"), packings)
    data = through(packed, encoding, [1 << 16], block)
    names, *expected = records_of(text)
    limits = Limits(max_record_bytes=longest)
    if not expected:
        with pytest.raises(DataError, match="no rows"):
            read(data, part_bytes, delimiter=",", limits=limits)
        return
    assert data == to_bytes(text)
    found = read(data, part_bytes, delimiter=",", limits=limits)
    codes = [refused(record, names.fields, longest) for record in expected]
    good = [record for record, code in zip(expected, codes, strict=True) if code is None]
    assert found.rows == {record.line: tuple(record.fields) for record in good}
    assert found.refused == [code for code in codes if code is not None]


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=60), st.sampled_from(sorted((WIDE | NARROW) - {"utf-8"})), BLOCKS)
def test_any_bytes_come_to_an_end_and_what_is_text_is_told_from_what_is_not(
    noise: bytes, encoding: str, block: int
) -> None:
    data = "x,y\n".encode(encoding) + noise
    found = through(data, encoding, [7], block)
    try:
        expected = data.decode(encoding)
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            found.decode()
    else:
        assert found == expected.encode()


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(min_size=1, max_size=200), st.sampled_from(sorted(PACKERS)), st.data())
def test_a_packed_file_is_whole_or_refused(content: bytes, name: str, draw: st.DataObject) -> None:
    packed = PACKERS[name](b"x,y\n" + content)
    cut = draw.draw(st.integers(10, len(packed)))
    assume(cut < len(packed))
    with pytest.raises(DataError):
        through(packed[:cut], "utf-8", [1 << 16], 1 << 18)
