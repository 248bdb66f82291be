"""Durations that are read as words of eight bytes are those that the template reads."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.types import Duration
from sluice.engine.types.cells import Cells
from sluice.engine.types.times.clock import read_clocks
from tests.kit.budget import examples

GOOD = st.builds("{:02d}:{:02d}:{:02d}".format, st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
NEAR = st.builds("{:02d}:{:02d}:{:02d}".format, st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
CHANGED = st.builds(
    lambda text, at, sign: text[:at] + sign + text[at + 1 :],
    GOOD,
    st.integers(0, 7),
    st.sampled_from([*"0123456789", "", " ", "/", ":", ";", "?", "J", "z", "é", "\U0001f552", "00"]),
)
OTHERS = st.sampled_from(["", " ", None, "1:02:03", "100:00:00", " 1:02:03", "02:03", "\u00ff" * 4, "ÿÿÿÿ", "12345678"])


@settings(max_examples=examples(500), deadline=None)
@given(
    texts=st.lists(st.one_of(GOOD, GOOD, GOOD, NEAR, CHANGED, OTHERS), max_size=10),
    skipped=st.integers(0, 2),
    minutes=st.booleans(),
)
def test_a_column_is_read_as_each_of_its_cells_by_the_templates(
    texts: list[str | None], skipped: int, *, minutes: bool
) -> None:
    column, kind = pa.array(texts, pa.string()).slice(skipped), Duration(minutes=minutes)
    cells = Cells.of(column)
    seconds, fits = kind._by_templates(cells)
    fast = kind.parse(column)
    expected = [value if fine else None for value, fine in zip(seconds.tolist(), fits.tolist(), strict=True)]
    assert fast.values.to_pylist() == expected
    bad = (~fits & ~cells.empty).tolist()
    assert [each.rows.tolist() for each in fast.refused] == ([bad] if any(bad) else [])


def test_only_plain_cells_of_eight_bytes_are_read_at_once() -> None:
    seconds, fits = read_clocks(pa.array(["01:02:03", "99:59:59", "1:02:03", "00:60:00", None, "01-02-03"]))
    assert seconds.tolist() == [3723, 359999, 0, 0, 0, 0]
    assert fits.tolist() == [True, True, False, False, False, False]
