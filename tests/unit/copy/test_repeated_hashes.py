"""The hashes and places that a binary COPY brings, in pieces of any size, and the places of hashes that repeat."""

from __future__ import annotations

import struct
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.load.bulk import repeats
from sluice.engine.load.bulk.repeats import Received, repeated

HASHES = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3) | st.just(1 + 2**16), max_size=40)
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"


@given(HASHES, st.integers(1, 80))
def test_places_of_repeated_hashes_come_in_pieces_of_any_size(hashes: list[int], size: int) -> None:
    places = [(2**32 - 1 - at, at + 1) for at in range(len(hashes))]
    expected = [place for each, place in zip(hashes, places, strict=True) if hashes.count(each) > 1]
    with patch.object(repeats, "CHUNK_BYTES", 60):
        assert received_in_pieces(hashes, places, size) == expected


def received_in_pieces(hashes: list[int], places: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    rows = (struct.pack(">hiqiIH", 2, 8, each, 6, *place) for each, place in zip(hashes, places, strict=True))
    stream = HEADER + b"".join(rows) + TRAILER
    received = Received()
    for at in range(0, len(stream), size):
        assert received.write(stream[at : at + size]) == len(stream[at : at + size])
    return [(int(block), int(number)) for block, number in received.repeated()]


@given(HASHES)
def test_each_hash_that_is_there_more_than_once_is_found_once(hashes: list[int]) -> None:
    expected = sorted({each for each in hashes if hashes.count(each) > 1})
    assert repeated(np.array(hashes, np.int64)).tolist() == expected


def test_a_stream_that_ends_too_early_is_an_error() -> None:
    received = Received()
    received.write(HEADER + struct.pack(">hiq", 2, 8, 5)[:7])
    with pytest.raises(ValueError, match="7 bytes are left at the end of a COPY, and should be 2"):
        received.repeated()
