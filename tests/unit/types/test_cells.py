"""Cells are the texts of a column without the white space around them, as Arrow trims it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.types.cells import Cells
from tests.kit.budget import examples

SIGNS = st.sampled_from([" ", "\t", "\n", "\x1f", "\u00a0", "\u2003", "\u3000", "\ufeff", "é", "a", "1", "."])
TEXTS = st.lists(st.one_of(st.none(), st.lists(SIGNS, max_size=6).map("".join)), max_size=12)


@settings(max_examples=examples(400), deadline=None)
@given(texts=TEXTS, skipped=st.integers(0, 3))
def test_cells_are_trimmed_as_arrow_trims(texts: list[str | None], skipped: int) -> None:
    text = pa.array(texts, pa.string()).slice(skipped)
    cells, trimmed = Cells.of(text), pc.utf8_trim_whitespace(text).to_pylist()
    places = zip(cells.starts.tolist(), cells.ends.tolist(), strict=True)
    assert [cells.data[start:end].tobytes().decode() for start, end in places] == [each or "" for each in trimmed]
    assert cells.empty.tolist() == [not each for each in trimmed]
