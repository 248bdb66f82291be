"""Blocks of CSV are cut where rows end, wherever they were cut before; and nobody waits for who has gone."""

from __future__ import annotations

import csv
import io
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine.export.blocks import Blocks, whole_rows

CELLS = st.text(st.sampled_from(["a", '"', ",", "\n", "\r", "é"]), max_size=6)


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8), at_once=st.integers(1, 40))
def test_each_piece_is_whole_rows_and_none_is_lost(rows: list[list[str]], at_once: int) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["x", "y"], *rows])
    data = sink.getvalue().encode()
    pieces = list(whole_rows(data[at : at + at_once] for at in range(0, len(data), at_once)))
    read = [row for piece in pieces for row in csv.reader(io.StringIO(piece.decode(), newline=""), strict=True)]
    assert read == rows


def test_the_reader_gets_the_reason_why_the_text_has_ended() -> None:
    blocks, written = Blocks(), Future[int]()
    written.set_exception(OSError("the server is away"))
    blocks.write(b"half")
    blocks.close()
    with blocks.taken(written) as taken:
        assert next(taken) == b"half"
        with pytest.raises(OSError, match="the server is away"):
            next(taken)


def test_a_writer_does_not_wait_for_a_reader_that_has_gone() -> None:
    blocks = Blocks()
    with blocks.taken(Future()):
        blocks.write(b"x")
    with pytest.raises(BrokenPipeError):
        blocks.write(b"y")
    blocks.close()
