"""Moments that Arrow reads for a whole column are those that the template reads."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sluice.engine.types import Timestamp
from sluice.engine.types.times.iso import read_moments
from tests.kit.budget import examples

FORMAT = "%Y-%m-%d %H:%M:%S"
GOOD = st.datetimes().map(lambda moment: moment.isoformat(" ", "seconds"))
CHANGED = st.builds(
    lambda text, at, sign: text[:at] + sign + text[at + 1 :],
    GOOD,
    st.integers(0, 19),
    st.sampled_from([*"0123456789", "", " ", "-", "+", "T", "Z", ":", ".", "é", "00"]),
)
OTHERS = st.sampled_from(
    ["", " ", None, "2024-02-30 10:00:00", "0000-01-01 00:00:00", "2024-01-01T10:00:00", "2024-01-01 10+00:00",
     "2024-01-01T10+00:00", "2024-01-01 10:00+03", "2024-01-01 24:00:00", "2024-01-01 23:59:60", "24-01-01 10:00:00",
     "2024-1-1 10:00:00", " 2024-01-01 10:00:00 ", "2024-01-01 1:00:00"],
)  # fmt: skip


@settings(max_examples=examples(500), deadline=None)
@given(
    texts=st.lists(st.one_of(GOOD, GOOD, GOOD, CHANGED, OTHERS), max_size=10),
    skipped=st.integers(0, 2),
    tz=st.sampled_from(["UTC", "Africa/Nairobi", "Europe/Berlin"]),
)
@example(texts=["2024-01-01 10:00:00", "2024-02-30 10:00:00"], skipped=0, tz="UTC")
@example(texts=["2024-01-01 10:00:00", "0000-01-01 00:00:00"], skipped=0, tz="UTC")
def test_a_column_is_read_as_each_of_its_cells_by_the_template(texts: list[str | None], skipped: int, tz: str) -> None:
    kind, column = Timestamp(FORMAT, tz=tz), pa.array(texts, pa.string()).slice(skipped)
    # two formats are read by templates: the second fits nothing
    slow = Timestamp(FORMAT, "%Y//%m//%d", tz=tz).parse(column)
    fast = kind.parse(column)
    assert fast.values.equals(slow.values)
    assert [(each.rows.tolist(), each.code) for each in fast.refused] == [
        (each.rows.tolist(), each.code) for each in slow.refused
    ]


@pytest.mark.parametrize(
    "text", ["2024-02-30 10:00:00", "0000-12-31 00:00:00", "2024-01-01T10:00:00", "2024-01-01 10+00:00", "2024-01-01"]
)
def test_no_column_with_another_text_only_is_read_at_once(text: str) -> None:
    assert read_moments(pa.array([text]), FORMAT) is None


def test_cells_of_another_length_are_left_to_the_template() -> None:
    found = read_moments(pa.array(["1970-01-01 00:00:01", " 1970-01-01 00:00:01", None]), FORMAT)
    assert found is not None
    assert found[0].tolist() == [1_000_000, 0, 0]
    assert found[1].tolist() == [True, False, False]
