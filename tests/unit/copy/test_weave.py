"""Pieces woven into rows, whatever their widths: by places, or by Arrow's join."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.rows.copy import weave as weaving
from sluice.engine.rows.copy.weave import Packed, weave
from tests.kit.budget import examples


def cells(*values: bytes, shorter: list[int] | None = None) -> Packed:
    return Packed(np.array(values, f"V{len(values[0])}"), None if shorter is None else np.array(shorter, np.int32))


def test_a_short_value_is_followed_by_what_is_behind_it_and_not_by_the_longer_values_bytes() -> None:
    out, ends = weave([cells(b"<<", b"<<"), pa.array([b"a", b"long"]), cells(b"123", b"456")])
    assert bytes(out) == b"<<a123<<long456"
    assert ends.tolist() == [0, 6, 15]


def test_cells_that_are_left_out_are_overwritten_by_what_is_behind_them() -> None:
    out, ends = weave([cells(b"a11", b"b22", shorter=[0, 2]), pa.array([b"", b"x"]), cells(b"..", b"..")])
    assert bytes(out) == b"a11..bx.."
    assert ends.tolist() == [0, 5, 9]


@pytest.mark.parametrize(("longest", "joined"), [(b"1234", 0), (b"12345", 1)])
def test_values_that_what_is_behind_them_would_not_cover_are_joined(
    longest: bytes, joined: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    by_arrow: Callable[..., object] = weaving._joined
    monkeypatch.setattr(weaving, "_joined", lambda pieces: calls.append(1) or by_arrow(pieces))
    out, _ = weave([pa.array([b"", longest]), cells(b"....", b"....")])
    assert bytes(out) == b"...." + longest + b"...."
    assert len(calls) == joined


def test_short_values_do_not_cover_what_is_before_them() -> None:
    out, _ = weave([pa.array([b"abc", b""]), pa.array([b"xy", b""]), cells(b"12", b"34")])
    assert bytes(out) == b"abcxy1234"


@settings(max_examples=examples(300), deadline=None)
@given(data=st.data(), rows=st.integers(1, 12), widths=st.lists(st.integers(-3, 4), max_size=6))
def test_rows_are_their_pieces_one_after_another(data: st.DataObject, rows: int, widths: list[int]) -> None:
    """A width above 0 is that of packed cells, of which the last may be left out; others are texts of any length."""
    texts = [
        data.draw(
            st.lists(
                st.binary(min_size=max(width, 0), max_size=width if width > 0 else 2 - 2 * width),
                min_size=rows + 1,
                max_size=rows + 1,
            )
        )
        for width in [*widths, 2]
    ]
    left_out = [
        data.draw(st.none() | st.lists(st.sampled_from([0, width - 1]), min_size=rows, max_size=rows))
        if width > 1
        else None
        for width in [*widths, 2]
    ]
    pieces = [
        cells(*each[1:], shorter=less) if width > 0 else pa.array(each, pa.binary())[1:]
        for width, each, less in zip([*widths, 2], texts, left_out, strict=True)
    ]
    kept = [
        each[1:] if less is None else [text[: len(text) - cut] for text, cut in zip(each[1:], less, strict=True)]
        for each, less in zip(texts, left_out, strict=True)
    ]
    whole = [b"".join(row) for row in zip(*kept, strict=True)]
    out, ends = weave(pieces)
    assert bytes(out) == b"".join(whole)
    assert ends.tolist() == [sum(map(len, whole[:at])) for at in range(rows + 1)]
