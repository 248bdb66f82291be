"""Numbers of double precision: from each format, compared with what is there, checked, and out again."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice import Array, Column, Files, Float, Integer, Pipeline, Table, at_least, between
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess

ODD = [0.1, -1.5e-300, 6.02e23, 5e-324, 1.7976931348623157e308, -0.0, 1 / 3]
ID = Column("id", Integer(), required=True)


def readings(pattern: str, *more: Column, **options: Any) -> Pipeline:
    columns = [ID, Column("value", Float()), *more]
    return Pipeline("readings", Files(pattern), Table("readings", ("id",), columns, **options))


def bits(values: list[float]) -> list[bytes]:
    return [struct.pack(">d", value) for value in values]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_every_bit_arrives(engine: InProcess, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        pq.write_table(pa.table({"id": list(range(len(ODD))), "value": pa.array(ODD, pa.float64())}), path)
    elif ending == "csv":
        path.write_text("id,value\n" + "".join(f"{at},{value!r}\n" for at, value in enumerate(ODD)))
    else:
        path.write_text("".join(f'{{"id": {at}, "value": {value!r}}}\n' for at, value in enumerate(ODD)))
    engine.use(readings(f"*.{ending}"))
    engine.finish(engine.register(path))
    found = engine.sql("select encode(float8send(value), 'hex') from readings order by id")
    assert [bytes.fromhex(text) for (text,) in found] == bits(ODD)


def test_single_floats_of_parquet_are_read_as_they_are_written(engine: InProcess, tmp_path: Path) -> None:
    values = pa.array([0.1, None, float("nan"), float("inf"), 1e-40], pa.float32())
    pq.write_table(pa.table({"id": list(range(5)), "value": values}), tmp_path / "a.parquet")
    engine.use(readings("*.parquet"))
    engine.finish(engine.register(tmp_path / "a.parquet"))
    assert engine.sql("select id, value from readings order by id") == [(0, 0.1), (1, None), (4, 1e-40)]
    assert engine.sql("select line, code from sluice.reject order by line") == [(4, "not_float"), (5, "not_float")]


def test_equal_numbers_are_unchanged_however_they_are_written(engine: InProcess, tmp_path: Path) -> None:
    engine.use(readings("*.csv", on_conflict="update"))
    for name, text in (("a", "1,0.1\n2,100\n3,0\n4,\n"), ("b", "1,1e-1\n2,1E2\n3,-0.0\n4,7\n")):
        (tmp_path / f"{name}.csv").write_text(f"id,value\n{text}")
        status = engine.finish(engine.register(tmp_path / f"{name}.csv"))
    assert (status["unchanged"], status["updated"]) == (3, 1)


def test_checks_and_arrays_have_them_too(engine: InProcess, tmp_path: Path) -> None:
    share = Column("share", Float(), check=between(0, 0.1))
    engine.use(readings("*.csv", share, Column("low", Float(), check=at_least(-1.5)), Column("all", Array(Float()))))
    rows = ['1,1,0.1,-1.5,"[1.5, 2e-7]"', "2,1,0.1000001,0,", "3,1,0,-1.50001,", '4,1,0,0,"[1, null]"']
    (tmp_path / "a.csv").write_text("id,value,share,low,all\n" + "\n".join(rows) + "\n")
    engine.finish(engine.register(tmp_path / "a.csv"))
    assert engine.sql('select id, "all" from readings order by id') == [(1, [1.5, 2e-07]), (4, [1.0, None])]
    assert engine.sql("select line, column_name, code from sluice.reject order by line") == [
        (3, "share", "out_of_range"), (4, "low", "out_of_range"),
    ]  # fmt: skip


def test_it_must_not_be_in_the_key() -> None:
    with pytest.raises(ConfigError, match="key"):
        Table("readings", ("value",), [Column("value", Float(), required=True)])
