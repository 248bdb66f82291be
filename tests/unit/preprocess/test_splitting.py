"""Steps see a table frame by frame: wherever it is cut, the same rows come out."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine.preprocess import (
    Statistics,
    abnormal,
    age_group,
    constant,
    duplicates,
    fence,
    inconsistent,
    missing,
    month,
    revenue,
    scaled,
    weekday,
)
from sluice.engine.preprocess.chain import Chain
from sluice.engine.preprocess.kinds import frame_of
from tests.kit.budget import examples

TYPES = {
    "age": "smallint",
    "category": "text",
    "gender": "text",
    "day": "date",
    "quantity": "bigint",
    "price": "numeric(14,2)",
    "_duplicates": "boolean",
}
STEPS = [
    missing("age", "median", within=("category",)),
    missing("category", constant("unknown")),
    missing("price", "reject"),
    duplicates(("age",), "quarantine"),
    inconsistent("gender", {"F": ["female"]}, "flag"),
    abnormal("price", at_least=0, outliers=fence(within=("category",)), then="quarantine"),
    abnormal("quantity", above=0, at_most=100),
    age_group(),
    month("day"),
    weekday("day"),
    revenue("quantity", "price"),
    scaled("price", into="price_scaled", within=("category",)),
]
PRICES = {"median_price": {(): 10.0, ("toys",): 3.0}, "mad_price": {(): 1.0, ("toys",): 0.5}}
SCALE = {"mean_price": {(): 9.5, ("toys",): 3.25}, "deviation_price": {(): 2.5, ("toys",): 0.125}}
KNOWN = {step.name: Statistics({}) for step in STEPS} | {
    "missing_age": Statistics({"median_age": {(): 33.5, ("toys",): 8.0}}),
    "abnormal_price": Statistics(PRICES),
    "price_scaled": Statistics(SCALE),
}
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-1, 130).map(str),
        st.sampled_from([None, "toys", "food", ""]),
        st.sampled_from([None, "F", "FEMALE ", "x"]),
        st.none() | st.dates().map(str),
        st.none() | st.integers(-5, 2000).map(str),
        st.none() | st.decimals(Decimal(-20), Decimal(10**9), places=2).map(str),
        st.sampled_from(["true", "false"]),
    ),
    max_size=40,
)


@settings(max_examples=examples(30), deadline=None)
@given(rows=ROWS, size=st.integers(1, 41))
def test_frames_of_any_size_give_the_same_table_and_the_same_counts(
    rows: list[tuple[str | None, ...]], size: int
) -> None:
    whole, cut = Chain(STEPS, KNOWN), Chain(STEPS, KNOWN)
    expected = whole.run(frame_of(rows, TYPES))
    cuts = [rows[first : first + size] for first in range(0, len(rows), size)] or [[]]
    found = pd.concat([cut.run(frame_of(part, TYPES)) for part in cuts], ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)
    assert cut.changed == whole.changed
