"""Measures an update of many rows, partitioned and not."""
from __future__ import annotations
import time
from pathlib import Path
import pytest
from sluice import Column, Date, Files, Integer, Pipeline, Table, Text
from tests.kit.in_process import InProcess
COLUMNS = [Column("id", Integer(), required=True), Column("day", Date("%Y-%m-%d"), required=True), Column("name", Text())]

@pytest.mark.parametrize("partition_by", [None, "day"])
@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_speed(engine: InProcess, tmp_path: Path, partition_by, on_conflict) -> None:
    engine.use(Pipeline("calls", Files("*.csv"), Table("calls", key=("id", "day"), columns=COLUMNS, partition_by=partition_by, on_conflict=on_conflict)))
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("id,day,name\n" + "".join(f"{n},{2024 + n % 24 // 12}-{n % 12 + 1:02}-15,{name}\n" for n in range(200_000)))
        began = time.perf_counter()
        status = engine.finish(engine.register(tmp_path / f"{name}.csv"))
        print(partition_by, on_conflict, name, round(time.perf_counter() - began, 2), status["loaded"], status["updated"], status["duplicate"], status["rejected"])
