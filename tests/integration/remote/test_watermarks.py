"""A watermark moves by values that were loaded and that something can be greater than, and by no other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sluice import Column, Flow, Integer, Pipeline, PostgresQuery, Table, Text
from tests.kit.in_process import InProcess
from tests.kit.source_shop import SETTING, Shop, product_table

ROWS = "select product_id, name from shop_product order by 1"
CHANGED = "select * from product order by product_id"


def _pipeline(watermark: str = "updated_at", sql: str = CHANGED, **said: Any) -> Pipeline:
    source = PostgresQuery(sql, name="products", database=SETTING, watermark=watermark, **said)
    return Pipeline("shop", flows=[Flow(source, product_table())])


def _run(engine: InProcess, **options: Any) -> tuple[str, int, int]:
    """The state of the run's only input, and how many rows it read and rejected."""
    (brought,) = engine.finish(engine.register(**options))["inputs"]
    return brought["state"], brought["read"], brought["rejected"]


def _reached(engine: InProcess) -> list[str | None]:
    return [value for (value,) in engine.sql("select noted->>'reached' from sluice.input order by id")]


def _ids(engine: InProcess) -> list[int]:
    return [number for number, _ in engine.sql(ROWS)]


@pytest.mark.parametrize("endless", ["infinity", "-infinity"])
def test_a_time_without_end_does_not_move_it(engine: InProcess, shop: Shop, endless: str) -> None:
    engine.use(_pipeline())
    shop.sql("insert into product values (9, 'open', 1, %s)", endless)
    assert _run(engine) == ("done", 4, 1)
    shop.sql("insert into product values (4, 'milk', 1, '2026-03-01')")
    above = endless == "infinity"
    assert _run(engine) == ("done", 1 + above, 0 + above)
    assert _ids(engine) == [1, 2, 3, 4]
    shop.sql("update product set updated_at = '2026-04-01' where product_id = 9")
    assert _run(engine) == ("done", 1, 0)
    assert _ids(engine) == [1, 2, 3, 4, 9]
    assert _reached(engine) == ["2026-01-02 00:00:00+00", "2026-03-01 00:00:00+00", "2026-04-01 00:00:00+00"]


@pytest.mark.parametrize("kind", ["numeric", "float8", "float4"])
@pytest.mark.parametrize("endless", ["NaN", "Infinity"])
def test_a_number_without_end_does_not_move_it(engine: InProcess, shop: Shop, kind: str, endless: str) -> None:
    shop.sql(f"create table item (product_id bigint, name text, seq {kind})")
    shop.sql("insert into item values (1, 'a', 1.5), (2, 'b', %s)", endless)
    engine.use(_pipeline("seq", "select * from item order by product_id"))
    assert _run(engine) == ("done", 2, 0)  # seq is in no column of the table
    shop.sql("insert into item values (3, 'c', 10.25)")
    assert _run(engine) == ("done", 2, 0)
    assert _ids(engine) == [1, 2, 3]
    assert _reached(engine) == ["1.5", "10.25"]


def test_a_row_that_was_rejected_does_not_move_it(engine: InProcess, shop: Shop) -> None:
    engine.use(_pipeline())
    shop.sql("insert into product values (-1, 'a', 1, '2026-05-01'), (4, 'milk', 1, '2026-02-01')")
    sql = "select case when product_id > 0 then product_id::text else 'x' end as product_id, name, updated_at"
    engine.use(_pipeline(sql=f"{sql} from product order by 1"))
    assert _run(engine) == ("done", 5, 1)
    shop.sql("insert into product values (5, 'oats', 1, '2026-03-01')")  # before the row that was rejected
    assert _run(engine) == ("done", 2, 1)
    shop.sql("update product set product_id = 7 where product_id = -1")  # without a new time
    assert _run(engine) == ("done", 1, 0)
    assert _ids(engine) == [1, 2, 3, 4, 5, 7]
    assert _reached(engine) == ["2026-02-01 00:00:00+00", "2026-03-01 00:00:00+00", "2026-05-01 00:00:00+00"]


@pytest.mark.parametrize(
    ("kind", "values", "reached"),
    [
        ("smallint", ["9", "10", "32767"], "10"),
        ("integer", ["9", "10", "2147483647"], "10"),
        ("bigint", ["-5", "-10", "9223372036854775807"], "-5"),
        ("numeric", ["9.5", "10.25", "1e100"], "10.25"),
        ("numeric", ["0.1", "0.09", "0.2"], "0.1"),
        ("real", ["9.5", "1e10", "1e30"], "10000000000"),
        ("double precision", ["1e-5", "0.1", "1e300"], "0.1"),
        ("date", ["2026-01-09", "2026-01-10", "9999-12-31"], "2026-01-10"),
        ("date", ["0044-03-15 BC", "0043-01-01 BC", "0001-01-01"], "0043-01-01 BC"),
        ("timestamp", ["2026-01-09", "2026-01-09 00:00:00.5", "20260-01-01"], "2026-01-09 00:00:00.5"),
        ("timestamptz", ["2026-01-09 00:00:00+00", "2026-01-09 02:00:00+01", "infinity"], "2026-01-09 01:00:00+00"),
        ("timestamptz", ["10000-01-01 00:00:00+00", "9999-01-01 00:00:00+00", "infinity"], "10000-01-01 00:00:00+00"),
    ],
)
def test_of_each_type_the_greatest_that_was_loaded_counts(
    engine: InProcess, shop: Shop, kind: str, values: list[str], reached: str
) -> None:
    """Rows 1 and 2 are loaded, in no order; row 3 is rejected and has the greatest value."""
    shop.sql(f'create table item (product_id text, name text, "When" {kind})')
    for number, value in zip(["1", "2", "x"], values, strict=True):
        shop.sql("insert into item values (%s, E'two\\nlines, \"quoted\"', %s)", number, value)
    engine.use(_pipeline("When", "select * from item order by product_id desc"))
    assert _run(engine) == ("done", 3, 1)
    shop.sql("update item set product_id = '3' where product_id = 'x'")
    assert _run(engine) == ("done", 1, 0)
    assert _reached(engine)[0] == reached
    assert _ids(engine) == [1, 2, 3]


def test_a_text_moves_it_only_where_nothing_was_rejected(engine: InProcess, shop: Shop) -> None:
    shop.sql("create table item (product_id text, name text, seq varchar(9))")
    shop.sql("insert into item values ('1', 'a', 'k1'), ('2', 'b', 'k2')")
    engine.use(_pipeline("seq", "select * from item order by product_id"))
    assert _run(engine) == ("done", 2, 0)
    shop.sql("insert into item values ('3', 'c', 'k3'), ('x', 'd', 'k4')")
    assert _run(engine) == ("done", 2, 1)
    shop.sql("insert into item values ('5', 'e', 'k5')")
    assert _run(engine) == ("done", 3, 1)  # from k2 on, again
    shop.sql("delete from item where product_id = 'x'")
    assert _run(engine) == ("done", 2, 0)
    assert _run(engine) == ("already_loaded", 0, 0)
    assert _ids(engine) == [1, 2, 3, 5]


def test_where_all_rows_were_rejected_it_stays_where_it_was(engine: InProcess, shop: Shop) -> None:
    engine.use(_pipeline())
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '12026-03-01')")  # no year that a timestamp column has
    _run(engine)
    shop.sql("insert into product values (5, 'oats', 1, '2026-01-03')")
    _run(engine)
    assert _ids(engine) == [1, 2, 3, 5]


def test_what_cannot_be_known_any_more_comes_again(engine: InProcess, shop: Shop, tmp_path: Path) -> None:
    engine.use(_pipeline())
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '2026-02-01'), (5, 'x', 1, 'infinity')")
    assert _run(engine) == ("done", 2, 1)
    for each in (tmp_path / "landing").iterdir():
        each.unlink()
    shop.sql("insert into product values (6, 'oats', 1, '2026-03-01')")
    assert _run(engine) == ("done", 3, 1)
    assert _ids(engine) == [1, 2, 3, 4, 6]


def test_rows_of_many_parts_are_looked_through(engine: InProcess, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "65536")
    engine.forget()
    shop.sql("create table item (product_id text, name text, seq bigint)")
    shop.sql(
        "insert into item select case when g %% 1000 = 0 then 'x' else g::text end, repeat(E'a\\n', g %% 7), g"
        " from generate_series(1, %s) g", 20_000
    )  # fmt: skip
    engine.use(_pipeline("seq", "select * from item order by seq desc"))
    state, read, rejected = _run(engine)
    assert (state, read, rejected) == ("done", 20_000, 20)
    assert engine.sql("select parts_total > 3 from sluice.input") == [(True,)]
    assert _run(engine) == ("failed", 1, 1)  # the last row comes again, and cannot be loaded
    assert _reached(engine)[0] == "19999"


def test_rows_of_the_same_value_that_come_later_need_an_overlap(engine: InProcess, shop: Shop) -> None:
    shop.sql("create table item (product_id bigint, name text, day date)")
    shop.sql("insert into item values (1, 'a', '2026-01-01'), (2, 'b', '2026-01-02')")
    for overlap in (1, timedelta(days=1)):
        engine.use(_pipeline("day", "select * from item order by product_id", overlap=overlap))
        _run(engine)
        shop.sql("insert into item select max(product_id) + 1, 'later', '2026-01-02' from item")
        state, read, _ = _run(engine)
        assert (state, read >= 2) == ("done", True)
    assert _ids(engine) == [1, 2, 3, 4]


def test_rows_without_a_value_are_counted_in_the_input_s_note(engine: InProcess, shop: Shop) -> None:
    engine.use(_pipeline())
    _run(engine)
    shop.sql("insert into product values (4, 'milk', 1, '2026-02-01'), (5, 'null', 1, null)")
    _run(engine)
    assert engine.sql("select note from sluice.input order by id") == [
        (None,),
        ("2 of the query's rows have a null updated_at: such rows are fetched the first time only.",),
    ]
    assert _ids(engine) == [1, 2, 3, 4]


def test_rows_without_a_value_are_counted_where_nothing_else_is_new(engine: InProcess, shop: Shop) -> None:
    engine.use(_pipeline())
    _run(engine)
    shop.sql("insert into product values (5, 'null', 1, null)")
    _run(engine)
    assert engine.sql("select state, note from sluice.input order by id") == [
        ("done", None),
        ("already_loaded", "2 of the query's rows have a null updated_at: such rows are fetched the first time only."),
    ]


@pytest.mark.parametrize(
    ("sql", "watermark", "overlap", "reason"),
    [
        (
            "select 1 as product_id, true as w",
            "w",
            None,
            "the watermark w must be a number, a date, a timestamp or a text",
        ),
        ("select 1 as product_id, interval '1 h' as w", "w", None, "the watermark w must be a number"),
        ("select 1 as product_id, 'x' as w", "changed", None, 'column "changed" does not exist (42703)'),
        ("select 1 as product_id, 'x'::text as w", "w", 1, "is of the type text, from which overlap=1 cannot be taken"),
        ("select 1 as product_id, now() as w", "w", 1, "is of the type timestamptz"),
        ("select 1 as product_id, 2 as w", "w", timedelta(1), "is of the type integer"),
    ],
)
def test_a_watermark_that_cannot_work_is_refused_at_the_first_fetch(
    engine: InProcess, shop: Shop, sql: str, watermark: str, overlap: Any, reason: str
) -> None:
    engine.use(_pipeline(watermark, sql, overlap=overlap))
    assert _run(engine)[0] == "failed"
    ((code, error),) = engine.sql("select error_code, error from sluice.input")
    assert code == "query_failed"
    assert reason in error


def test_a_column_of_another_type_begins_anew(engine: InProcess, shop: Shop) -> None:
    shop.sql("create table item (product_id bigint, name text, w text)")
    shop.sql("insert into item values (1, 'a', '5'), (2, 'b', '7')")
    engine.use(_pipeline("w", "select * from item order by product_id"))
    assert _run(engine) == ("done", 2, 0)
    shop.sql("alter table item alter w type timestamptz using '2026-01-01'")
    shop.sql("insert into item values (3, 'c', '2026-02-01')")
    assert _run(engine) == ("done", 3, 0)


@pytest.mark.parametrize("since", ["infinity", "NaN", "2026-01-02 00:00:00+00"])
def test_what_an_older_version_noted_holds_where_it_can(engine: InProcess, shop: Shop, since: str) -> None:
    engine.use(_pipeline())
    _run(engine)
    engine.sql("update sluice.input set noted = jsonb_build_object('since', %s::text) returning 1", since)
    shop.sql("insert into product values (4, 'milk', 1, '2026-03-01')")
    assert _run(engine) == ("done", 1 if since.startswith("2026") else 4, 0)
    assert _ids(engine) == [1, 2, 3, 4]


def test_a_key_conflict_is_no_loaded_row(engine: InProcess, shop: Shop) -> None:
    shop.sql("create table item (id bigint, name text, seq bigint)")
    shop.sql("insert into item values (1, 'a', 1), (2, 'b', 2), (1, 'other', 3)")
    columns = [Column("id", Integer(), required=True), Column("name", Text())]
    source = PostgresQuery("select * from item order by seq", name="items", database=SETTING, watermark="seq")
    engine.use(Pipeline("shop", source, Table("item", ("id",), columns)))
    assert _run(engine) == ("done", 3, 1)
    assert _run(engine) == ("failed", 1, 1)
    assert _reached(engine)[0] == "2"
