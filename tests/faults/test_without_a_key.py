"""A table without a key: nothing keeps its rows apart but their lines, so a fault must neither lose nor double one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.trial import count_of
from tests.kit.stack import Stack, until

DECLARED = """
from sluice import Column, Files, Integer, Pipeline, Table, Text

table = Table("notes", key=None, columns=[Column("id", Integer()), Column("text", Text())])
pipeline = Pipeline("notes", Files("*.csv"), table)
"""
POINTS = ["load.after_commit", "load.mid_copy", "load.before_commit", "plan.committed", "settle.before_commit"]
CASES = [*((point, "1000") for point in [*POINTS, "bulk.before_commit"]), *((point, "0") for point in POINTS)]
ROWS = 6_000  # in parts of 16 KiB


@pytest.mark.parametrize(("point", "bulk_rows"), CASES)
def test_a_child_that_is_killed_neither_loses_nor_doubles_a_row(
    stack: Stack, tmp_path: Path, point: str, bulk_rows: str
) -> None:
    folder = tmp_path / "pipelines"
    folder.mkdir()
    (folder / "notes.py").write_text(DECLARED, encoding="utf-8")
    paths = [tmp_path / f"{name}.csv" for name in "ab"]
    for path in paths:
        path.write_text("id,text\n" + f"7,{'x' * 20}\n" * ROWS + f"8,{path.stem}\n")
    stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_BULK_ROWS": bulk_rows}
    stack.sluice("migrate")
    fault = {"SLUICE_FAILPOINT": f"{point}:1:kill", "SLUICE_TEST_FAILPOINT_COUNT": str(stack.home / "failpoints")}
    stack.worker(2, **fault).wait_ready()
    run = stack.enqueue(*paths, pipeline="notes")
    until(lambda: count_of(stack.home / "failpoints", point) >= 1, 120, "the failpoint")
    status = stack.wait(run)
    assert (status["state"], status["read"], status["loaded"]) == ("done", 12_002, 12_002)
    assert stack.sql("select id, count(*)::int from notes group by 1 order by 1") == [(7, 12_000), (8, 2)]
    assert stack.sql("select count(distinct (_input_id, _line))::int from notes") == [(12_002,)]
    assert stack.sql("select count(*)::int from pg_index where indrelid = 'notes'::regclass and indisunique") == [(1,)]
