"""Whatever a table holds: its CSV read by Sluice's own reader, and its Parquet by pyarrow, hold the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.export.conftest import Office
from tests.kit.budget import examples
from tests.unit.csv.reading import read

MADE = """
create table wide (id bigint, t text, n numeric(38,6), d date, z timestamptz, b boolean, i smallint, f double precision,
    free numeric)
"""
COLUMNS = ("id", "t", "n", "d", "z", "b", "i", "f", "free")
Row = tuple[Any, ...]


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", '"', "NULL", "\\.", "\\N", "\r\n", "a,b", "=1+1", " ", 'é\n"x"', "😀"]
)
HUGE = Decimal("99999999999999999999999999999999.999999")
TINY = Decimal("-99999999999999999999999999999999.999999")  # a minus sign would round it
ROWS = st.tuples(
    maybe(TEXT),
    maybe(st.decimals(TINY, HUGE, places=6, allow_nan=False)),
    maybe(st.dates()),
    maybe(st.datetimes(timezones=st.just(UTC))),
    maybe(st.booleans()),
    maybe(st.integers(-32768, 32767)),
    maybe(st.floats(allow_nan=False)),
    maybe(st.decimals(allow_nan=False, allow_infinity=False, places=3)),
)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)
HARD: Row = ("", TINY, date(1, 1, 1), LAST, False, -32768, -0.0, Decimal("1e30"))


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(ROWS, max_size=5))
@example([HARD, (None,) * 8])
def test_what_is_written_is_what_is_there(office: Office, rows: list[Row]) -> None:
    numbered = [(number, *row) for number, row in enumerate(rows)]
    office.engine.sql("drop table if exists wide")
    office.engine.sql(MADE)
    for row in numbered:
        office.engine.sql("insert into wide values (%s, %s, %s, %s, %s, %s, %s, %s, %s)", *row)
    office.export("wide", "wide.csv")
    office.export("wide", "wide.parquet", format="parquet")

    texts = office.engine.sql("select format('%s', t), format('%s', n), format('%s', z), format('%s', free) from wide")
    found = read(office.to("wide.csv").read_bytes(), delimiter=",") if rows else None
    assert not rows or (found is not None and not found.rejects)
    if found is not None:
        assert found.plan.dialect.header == COLUMNS
        assert [(v[1], v[2], v[4], v[8]) for v in found.rows.values()] == texts
    spelled = [(*row[:-1], free) for row, (*_, free) in zip(numbered, texts, strict=True)]
    expected = [(*row[:-1], row[-1] or None) for row in spelled]
    assert [tuple(row.values()) for row in pq.read_table(office.to("wide.parquet")).to_pylist()] == expected


def test_null_and_empty_text_stay_apart_in_both(office: Office) -> None:
    office.engine.sql("create table two (id bigint, t text)")
    office.engine.sql("insert into two values (1, null), (2, '')")
    office.export("two", "two.csv")
    office.export("two", "two.parquet", format="parquet")
    assert office.to("two.csv").read_text() == 'id,t\n1,\n2,""\n'
    assert pq.read_table(office.to("two.parquet")).to_pydict() == {"id": [1, 2], "t": [None, ""]}


def test_one_column_alone_has_a_row_for_each_null(office: Office) -> None:
    office.engine.sql("create table one (b boolean)")
    office.engine.sql("insert into one values (true), (null), (false)")
    office.export("one", "one.csv")
    office.export("one", "one.parquet", format="parquet")
    assert office.to("one.csv").read_text() == 'b\nt\n""\nf\n'
    assert pq.read_table(office.to("one.parquet")).to_pydict() == {"b": [True, None, False]}


def test_csv_spells_what_parquet_cannot_hold(office: Office) -> None:
    office.engine.sql("create table odd (d date, z timestamptz, n numeric(9,2))")
    office.engine.sql("insert into odd values ('infinity', '-infinity', 'NaN'), ('0044-03-15 BC', '10000-01-01', 1)")
    office.export("odd", "odd.csv")
    assert office.to("odd.csv").read_text() == (
        "d,z,n\ninfinity,-infinity,NaN\n0044-03-15 BC,10000-01-01 00:00:00+00,1.00\n"
    )
