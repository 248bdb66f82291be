"""Chunks: cut to size, and read back as a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.copy import ChunkReader, chunks


@given(pieces=st.lists(st.binary(max_size=20), max_size=12))
def test_cutting_changes_no_byte_and_fills_all_chunks_but_the_last(pieces: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CHUNK_BYTES", 7)
        found = list(chunks.cut(pieces))
    assert b"".join(found) == b"".join(pieces)
    assert all(len(chunk) == 7 for chunk in found[:-1])
    assert all(0 < len(chunk) <= 7 for chunk in found)


def test_a_whole_chunk_is_handed_out_uncopied() -> None:
    first, second = b"abc", b"defgh"
    reader = ChunkReader([first, second])
    assert reader.read(5) is first
    assert reader.read(5) is second
    assert reader.read(5) == b""
    assert reader.read(5) == b""


def test_a_chunk_larger_than_asked_for_comes_in_pieces() -> None:
    reader = ChunkReader([b"abcde", b"fg"])
    assert [reader.read(2) for _ in range(5)] == [b"ab", b"cd", b"e", b"fg", b""]


def test_empty_chunks_do_not_end_the_stream() -> None:
    reader = ChunkReader([b"", b"ab", b"", b"", b"c", b""])
    assert [reader.read(9), reader.read(9), reader.read(9)] == [b"ab", b"c", b""]


def test_reading_nothing_takes_nothing() -> None:
    reader = ChunkReader([b"ab"])
    assert reader.read(0) == b""
    assert reader.read(9) == b"ab"


@pytest.mark.parametrize("size", [-1, None])
def test_reading_without_a_size_gives_all_that_is_left_once(size: int | None) -> None:
    reader = ChunkReader([b"abc", b"de", b"f"])
    assert reader.readable()
    assert reader.read(2) == b"ab"
    assert reader.read(size) == b"cdef"
    assert reader.read(size) == b""
    assert reader.read(3) == b""


def test_chunks_are_taken_from_an_iterator_only_when_needed() -> None:
    taken: list[bytes] = []

    def fetched() -> Iterator[bytes]:
        for chunk in (b"ab", b"cd"):
            taken.append(chunk)
            yield chunk

    reader = ChunkReader(fetched())
    assert taken == []
    assert reader.read(2) == b"ab"
    assert taken == [b"ab"]
