"""Arrays of simple types: from each format into PostgreSQL."""

from __future__ import annotations

from decimal import Decimal as Exact
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice import (
    Array,
    Boolean,
    Column,
    Date,
    Decimal,
    Duration,
    Files,
    Integer,
    Json,
    Money,
    Pipeline,
    Table,
    Text,
    Timestamp,
    Uuid,
)  # fmt: skip
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess


def lists(kind: Any, pattern: str = "*.jsonl") -> Pipeline:
    return Pipeline("t", Files(pattern), Table("t", key=None, columns=[Column("v", Array(kind))]))


@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        (Integer(), "[1, null, -3]", "{1,NULL,-3}"),
        (Decimal(12, 2), '[1.5, "2.50"]', "{1.50,2.50}"),
        (Decimal(12, 2, point=","), '[1.5, "2,50"]', "{1.50,2.50}"),
        (Money("USD"), '["$1.50"]', "{1.5000}"),
        (Text(), '["a b", "", "\\"x\\"", null, "é", "NULL"]', '{"a b",NULL,"\\"x\\"",NULL,é,"NULL"}'),
        (Boolean(), '[true, "no", 1]', "{t,f,t}"),
        (Date("%Y-%m-%d"), '["2024-01-02"]', "{2024-01-02}"),
        (Timestamp("%Y-%m-%d %H:%M", tz="UTC"), '["2024-01-02 03:04"]', '{"2024-01-02 03:04:00+00"}'),
        (Duration(), '["00:01:00"]', "{60}"),
        (Uuid(), '["6f9619ff8b86d011b42d00cf4fc964ff"]', "{6f9619ff-8b86-d011-b42d-00cf4fc964ff}"),
        (Integer(), "[]", "{}"),
        (Integer(), "null", None),
        (Text(), "[null, null]", "{NULL,NULL}"),
    ],
)
def test_an_array_of_each_type(engine: InProcess, tmp_path: Path, kind: Any, sent: str, stored: str | None) -> None:
    engine.use(lists(kind))
    (tmp_path / "a.jsonl").write_text(f'{{"v": {sent}}}\n{{"v": null}}\n', encoding="utf-8")
    engine.finish(engine.register(tmp_path / "a.jsonl"))
    assert engine.sql("select v::text from t order by _line") == [(stored,), (None,)]
    assert engine.sql("select coalesce(array_lower(v, 1), 1) from t") == [(1,), (1,)]


def test_a_wrong_value_of_an_array_is_a_reject_of_its_row(engine: InProcess, tmp_path: Path) -> None:
    engine.use(lists(Integer(), "*.csv"))
    rows = ['"[1, 2]"', '"[1, ""x"", ""y""]"', "7", "{1}", '"[[1]]"', '"[1"', '"[""1""]"', "[NaN]", '"[1.5]"']
    (tmp_path / "a.csv").write_text("v\n" + "\n".join(rows) + "\n")
    engine.finish(engine.register(tmp_path / "a.csv"))
    assert engine.sql("select _line::int, v from t order by 1") == [(2, [1, 2]), (8, [1])]
    assert engine.sql("select line, code from sluice.reject order by 1") == [
        (3, "not_integer"), (4, "not_array"), (5, "not_array"), (6, "not_array"), (7, "not_array"), (9, "not_array"),
        (10, "not_integer"),
    ]  # fmt: skip


def test_lists_of_parquet(engine: InProcess, tmp_path: Path) -> None:
    engine.use(lists(Decimal(12, 2), "*.parquet"))
    values = pa.array([[Exact("1.50"), None], [], None], pa.list_(pa.decimal128(12, 2)))
    pq.write_table(pa.table({"v": values}), tmp_path / "a.parquet")
    engine.finish(engine.register(tmp_path / "a.parquet"))
    assert engine.sql("select v::text from t order by _line") == [("{1.50,NULL}",), ("{}",), (None,)]


def test_an_array_of_arrays_or_of_documents_is_a_mistake() -> None:
    for kind in (Array(Integer()), Json()):
        with pytest.raises(ConfigError, match=r"its values must be of a simple type; declare Json\(\) for others"):
            Array(kind)
