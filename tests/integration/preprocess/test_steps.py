"""A preprocessed table is built with the table that it is made of: every row of it, flagged and never dropped."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sluice import preprocess
from sluice.engine.derive import frames
from tests.integration.preprocess.till import LINES, Till, table

FLAGS = "id, age, age_was_missing, price_was_missing, is_duplicate, is_abnormal, abnormal, quarantined"


def test_every_row_is_there_with_its_flags(till: Till) -> None:
    till.run("a", *LINES)
    assert till.rows(FLAGS) == [
        (1, 20, False, False, False, False, None, False),
        (2, 20, True, False, False, False, None, False),
        (3, 31, False, False, False, False, None, False),
        (4, 18, False, False, False, True, "gender_unlisted,price_low", True),
        (5, 101, False, True, False, True, "quantity_low", True),
        (6, 26, True, False, False, True, "quantity_outlier", False),
        (7, 20, False, False, True, False, None, False),
        (8, 40, False, False, False, False, None, False),
        (9, 26, True, False, False, False, None, False),
    ]


def test_values_are_canonical_and_features_are_added(till: Till) -> None:
    till.run("a", *LINES)
    assert till.rows("gender, age_group, month, weekday, revenue, customer_sales, customer_total") == [
        ("F", "18-30", 2, 4, Decimal("10.00"), 3, Decimal("40.00")),
        ("F", "18-30", 3, 7, Decimal("40.00"), 3, Decimal("40.00")),
        ("M", "31-45", 3, 1, Decimal("90.00"), 1, Decimal("30.00")),
        ("x", "18-30", 3, 1, None, 1, Decimal("30.00")),
        (None, "over 100", None, None, None, 1, Decimal("10.00")),
        ("M", "18-30", 3, 1, Decimal("9000.00"), 1, Decimal("10.00")),
        ("F", "18-30", 2, 4, Decimal("10.00"), 3, Decimal("40.00")),
        ("M", "31-45", 3, 1, Decimal("0.03"), None, None),
        ("M", "18-30", 3, 1, Decimal("0.08"), None, None),
    ]
    # mean and sample deviation of 10, 20, 30, 10, 10, 0.01 and 0.02
    scaled = dict(till.rows("id, round(price_scaled::numeric, 6)"))
    assert (scaled[3], scaled[4], scaled[5]) == (Decimal("1.737666"), Decimal("-1.537922"), None)


def test_the_build_says_what_each_step_did(till: Till) -> None:
    built = till.run("a", *LINES)
    assert (built["mode"], built["rows"], built["added"], built["counts"]) == ("full", 9, 9, {"true": 3, "false": 6})
    assert built["steps"] == [
        {"step": "missing_age", "changed": {"missing": 3, "filled": 3}},
        {"step": "missing_price", "changed": {"missing": 1, "quarantined": 1}},
        {"step": "duplicates", "changed": {"duplicate": 1}},
        {"step": "inconsistent_gender", "changed": {"respelled": 4, "gender_unlisted": 1}},
        {"step": "abnormal_price", "changed": {"price_low": 1}},
        {"step": "abnormal_quantity", "changed": {"quantity_low": 1, "quantity_outlier": 1}},
        {"step": "age_group", "changed": {"added": 9}},
        {"step": "month", "changed": {"added": 8}},
        {"step": "weekday", "changed": {"added": 8}},
        {"step": "revenue", "changed": {"added": 7}},
        {"step": "price_scaled", "changed": {"added": 8}},
        {"step": "totals", "changed": {"added": 7}},
    ]


@pytest.mark.parametrize("size", [1, 2, 8, 9])
def test_frames_of_any_size_give_the_same_table(till: Till, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    till.run("a", *LINES)
    before = till.rows("md5(ready::text)")
    monkeypatch.setattr(frames, "FRAME_ROWS", size)
    built = till.run(refit=True)
    assert (built["mode"], built["recomputed"], built["changed"]) == ("full", 9, 0)
    assert till.rows("md5(ready::text)") == before


def test_texts_come_back_as_they_were(till: Till) -> None:
    awkward = r"""'a "quote", comma', E'back\\slash', E'tab\tand\nline', E'\\N', E'\\.', ''"""
    till.declare(
        table(preprocess.missing("gender")),
        columns={"id": "bigint", "gender": "text"},
        sql=f"select id, (array[{awkward}])[id] as gender from {{sales}} s where id < 8",
    )
    till.run("a", *LINES)
    texts = ['a "quote", comma', "back\\slash", "tab\tand\nline", "\\N", "\\.", "", None]
    assert [text for (text,) in till.rows("gender")] == texts


def test_no_rows_are_a_table_without_rows(till: Till) -> None:
    built = till.run()
    assert (built["mode"], built["rows"]) == ("full", 0)
    assert till.engine.sql("select count(*) from sluice.statistic") == [(0,)]


def test_a_dated_table_keeps_the_rows_of_each_date(till: Till) -> None:
    clean = {
        "key": ("as_of", "id"),
        "columns": {"as_of": "date", "id": "bigint", "age": "smallint"},
        "sql": "select %(as_of)s::date as as_of, id, age from {sales} s where day <= %(as_of)s::date",
    }
    till.engine.sql("drop table ready, clean")
    till.declare(table(preprocess.missing("age", "median")), **clean)
    till.run("a", *LINES, as_of="2024-03-03")
    till.run(as_of="2024-03-04")
    assert till.engine.sql("select as_of, id, age from ready order by 1, 2") == [
        (date(2024, 3, 3), 1, 20), (date(2024, 3, 3), 2, 20), (date(2024, 3, 3), 7, 20),
        (date(2024, 3, 4), 1, 20), (date(2024, 3, 4), 2, 20), (date(2024, 3, 4), 3, 31), (date(2024, 3, 4), 4, 18),
        (date(2024, 3, 4), 6, 20), (date(2024, 3, 4), 7, 20), (date(2024, 3, 4), 8, 40), (date(2024, 3, 4), 9, 20),
    ]  # fmt: skip
    assert till.engine.sql("select count(*) from ready_latest") == [(8,)]
    assert till.engine.sql("select as_of, value from sluice.statistic order by 1") == [
        (date(2024, 3, 3), "20"),
        (date(2024, 3, 4), "20"),
    ]


def test_what_comes_along_with_the_rows_is_not_in_the_table(till: Till) -> None:
    columns = till.engine.sql("select attname from pg_attribute where attrelid = 'ready'::regclass and attnum > 0")
    assert [name for (name,) in columns if name.startswith("_")] == []
