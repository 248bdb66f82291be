"""What a preview says is what a run does: books, inputs, rejects, notes, exit codes and rows."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from sluice import Column, Files, Flow, Integer, Pipeline, Table, Text
from sluice.engine.base import settings as settings_module
from sluice.engine.preview import judge
from sluice.pipelines import find
from sluice.samples.call_logs import make_call_logs
from tests.integration.preview.as_a_run import assert_as_a_run
from tests.kit import awkward
from tests.kit.in_process import InProcess


def _awkward() -> Pipeline:
    names: dict[str, Any] = {}
    exec(awkward.PIPELINE, names)  # noqa: S102 - it is our own text
    pipeline = names["pipeline"]
    assert isinstance(pipeline, Pipeline)
    return pipeline


def _things(on_conflict: Any = "keep") -> Pipeline:
    columns = [
        Column("id", Integer(), required=True),
        Column("day", Text(), required=True),
        Column("value", Integer()),
        Column("pad", Text()),
    ]
    return Pipeline("things", Files("*.csv"), Table("things", ("id", "day"), columns, on_conflict=on_conflict))


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_PART_BYTES", "1024")
    settings_module.settings.cache_clear()


def test_the_sample_of_call_logs(engine: InProcess, small_parts: None, tmp_path: Path) -> None:
    make_call_logs(tmp_path / "sample", rows=240, files=3, dirty=0.3)
    found = assert_as_a_run(engine, find("call_logs"), *sorted((tmp_path / "sample").glob("*.csv")))
    assert found.status.read == 240
    assert found.status.duplicate
    assert found.status.rejected


def test_the_files_of_unified_sales(engine: InProcess) -> None:
    declared = find("unified_sales")
    files_only = Pipeline("sales", flows=[flow for flow in declared.flows if isinstance(flow.source, Files)])
    found = assert_as_a_run(
        engine, files_only, Path("data/unified_sales/sales_1.csv"), Path("data/unified_sales/sales_2.csv")
    )
    assert found.status.read == 81


@pytest.mark.parametrize("left_out", [("59*", "69*"), pytest.param((), marks=pytest.mark.slow)], ids=["quick", "all"])
def test_a_folder_of_awkward_files(engine: InProcess, tmp_path: Path, left_out: tuple[str, ...]) -> None:
    awkward.write(tmp_path / "inbox")
    for large in (path for name in left_out for path in (tmp_path / "inbox").glob(name)):
        large.unlink()
    found = assert_as_a_run(engine, _awkward(), tmp_path / "inbox")
    assert {each.error_code for each in found.status.inputs} >= {"empty_file", "missing_header", "corrupt", "not_csv"}


@pytest.mark.parametrize("on_conflict", ["keep", "update"])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 6))])
def test_made_up_files(
    engine: InProcess, small_parts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_conflict: str, seed: int
) -> None:
    monkeypatch.setattr(judge, "MOST_ROWS", 20)  # so that contested keys are judged in several passes
    paths = _made_up(tmp_path, Random(seed), absent=on_conflict == "update")
    found = assert_as_a_run(engine, _things(on_conflict), *paths)
    assert found.status.duplicate


@pytest.mark.parametrize("limit", ["0", "26", "59%"])
def test_a_limit_of_rejects(engine: InProcess, small_parts: None, tmp_path: Path, limit: str) -> None:
    paths = _made_up(tmp_path, Random(7), absent=False)
    found = assert_as_a_run(engine, _things(), *paths, limit=limit)
    over = [Path(each.uri).stem for each in found.status.inputs if each.error_code == "over_limit"]
    expected = {"0": ["0", "1", "2", "again", "3", "4", "5"], "26": ["2", "again", "3", "4", "5"], "59%": ["1"]}
    assert over == expected[limit]


def test_a_transform_and_two_sources(engine: InProcess, tmp_path: Path) -> None:
    columns = [Column("id", Integer(), required=True), Column("note", Text())]
    (tmp_path / "left.csv").write_text("id,note\n1,a\n2,drop\n3,c\nx,d\n")
    (tmp_path / "right.csv").write_text("id,note\n1,a\n1,b\n")
    flows = [
        Flow(
            Files("left*", name="left"), Table("lefts", ("id",), columns), lambda frame: frame[frame["note"] != "drop"]
        ),
        Flow(Files("right*", name="right"), Table("rights", ("id",), columns)),
    ]
    found = assert_as_a_run(engine, Pipeline("both", flows=flows), tmp_path / "right.csv", tmp_path / "left.csv")
    assert {each.code for each in found.status.reasons or ()} == {"dropped_by_transform", "not_integer", "key_conflict"}


def _made_up(folder: Path, random: Random, *, absent: bool) -> list[Path]:
    """Files with repeated keys, equal and other values, bad rows, rows of one key in several files, and one twice."""
    paths = []
    for number in range(6):
        path = folder / f"{number}.csv"
        names = ["id", "day", "value", "pad"]
        if absent and random.random() < 0.5:
            names.remove(random.choice(["value", "pad"]))
        lines = [",".join(names)]
        for _ in range(random.choice((3, 40, 90))):
            row = {
                "id": random.choice([*map(str, range(25)), "x", "", str(2**63)]),
                "day": random.choice(["a", "a ", "bb", "a longer text than the others", "é"]),
                "value": random.choice(["1", "2", "two"]),
                "pad": "x" * random.randrange(3),
            }
            lines.append(",".join(row[name] for name in names) + random.choice(["", "", "", ",more"]))
        path.write_text("\n".join(lines))
        paths.append(path)
    again = folder / "again.csv"
    again.write_bytes(paths[2].read_bytes())
    return [*paths[:3], again, *paths[3:]]


def test_a_snapshot_and_two_columns_of_one_header(engine: InProcess, tmp_path: Path) -> None:
    columns = [
        Column("id", Integer(), required=True),
        Column("text", Text(), header="Value"),
        Column("number", Integer(), header="value"),
    ]
    table = Table("snapped", ("id",), columns, on_conflict="update")
    (tmp_path / "a.csv").write_text("1;5\n2;x\n1;6\n")
    (tmp_path / "b.csv").write_text("3;5\n2;7\n")
    source = Files("*.csv", header=("id", "value"), snapshot=True)
    found = assert_as_a_run(engine, Pipeline("snapped", source, table), tmp_path / "a.csv", tmp_path / "b.csv")
    assert (found.status.read, found.status.loaded, found.status.duplicate, found.status.rejected) == (5, 3, 1, 1)
