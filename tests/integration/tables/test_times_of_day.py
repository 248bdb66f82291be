"""Times of day: from each format, as keys, updated, and out again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Time
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess

AT = Column("at", Time("%H:%M", "%I:%M %p"), required=True)
COLUMNS = [AT, Column("count", Integer())]


def visits(pattern: str) -> Pipeline:
    return Pipeline("visits", Files(pattern), Table("visits", ("at",), COLUMNS, on_conflict="update"))


@pytest.mark.parametrize("rows", ["0", "1"], ids=["with_the_index", "bulk"])
def test_it_can_be_the_key_however_it_is_written(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str
) -> None:
    monkeypatch.setenv("SLUICE_BULK_ROWS", rows)
    engine.forget()
    engine.use(visits("*.csv"))
    (tmp_path / "a.csv").write_text("at,count\n00:00,1\n12:30 AM,2\n23:59,3\n24:00,4\n")
    (tmp_path / "b.csv").write_text("at,count\n0:00,1\n0:30,5\n11:59 pm,3\n")
    engine.finish(engine.register(tmp_path / "a.csv"))
    status = engine.finish(engine.register(tmp_path / "b.csv"))
    assert (status["updated"], status["unchanged"], status["rejected"]) == (1, 2, 0)
    assert engine.sql('select at, "count" from visits order by at') == [
        (dt.time(0), 1), (dt.time(0, 30), 5), (dt.time(23, 59), 3),
    ]  # fmt: skip
    assert engine.sql("select line, code from sluice.reject") == [(5, "bad_time")]


def test_times_of_parquet_are_exact_or_rejected(engine: InProcess, tmp_path: Path) -> None:
    times = [dt.time(7, 5), dt.time(7, 5, 9), None]
    table = pa.table({"at": pa.array(times, pa.time64("ns")), "count": [1, 2, 3]})
    pq.write_table(table, tmp_path / "a.parquet")
    engine.use(visits("*.parquet"))
    engine.finish(engine.register(tmp_path / "a.parquet"))
    assert engine.sql("select at from visits") == [(dt.time(7, 5),)]
    assert engine.sql("select line, code, reason from sluice.reject order by line") == [
        (3, "bad_time", "at: '07:05:09' is not a time of day in a declared format."),
        (4, "missing", "at is empty, and it is required."),
    ]


@pytest.mark.parametrize("format_", ["", "%M", "%Y-%m-%d %H:%M", "%I:%M", "%H:%M %p", "%H:%M%z"])
def test_a_format_has_an_hour_and_nothing_of_a_day(format_: str) -> None:
    with pytest.raises(ConfigError, match="Time"):
        Time(format_)
