"""Pieces woven into rows, whatever their widths: by places, or by Arrow's join."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.rows.copy import weave as weaving
from sluice.engine.rows.copy.weave import weave
from tests.kit.budget import examples


def cells(*values: bytes) -> np.ndarray:
    return np.array(values, f"V{len(values[0])}")


def test_a_short_value_is_followed_by_what_is_behind_it_and_not_by_the_longer_values_bytes() -> None:
    out, ends = weave([cells(b"<<", b"<<"), pa.array([b"a", b"long"]), cells(b"123", b"456")])
    assert bytes(out) == b"<<a123<<long456"
    assert ends.tolist() == [0, 6, 15]


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


@settings(max_examples=examples(300), deadline=None)
@given(data=st.data(), rows=st.integers(1, 12), widths=st.lists(st.integers(-3, 4), max_size=6))
def test_rows_are_their_pieces_one_after_another(data: st.DataObject, rows: int, widths: list[int]) -> None:
    """A width above 0 is that of packed cells; others are text of any length up to some more than it has cells."""
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
    pieces = [
        cells(*each[1:]) if width > 0 else pa.array(each, pa.binary())[1:]
        for width, each in zip([*widths, 2], texts, strict=True)
    ]
    whole = [b"".join(row) for row in list(zip(*texts, strict=True))[1:]]
    out, ends = weave(pieces)
    assert bytes(out) == b"".join(whole)
    assert ends.tolist() == [sum(map(len, whole[:at])) for at in range(rows + 1)]
