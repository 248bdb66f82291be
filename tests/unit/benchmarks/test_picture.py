"""The picture of a record, where matplotlib is installed for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.environments import default_folder
from benchmarks.plot import draw


def row(case: str, dataset: str, rows: int) -> dict[str, Any]:
    figures = {"rows_per_second": 400_000, "ratio": None, "cpu_client_s": 0.5, "cpu_redis_s": None}
    figures |= {"cpu_postgres_s": 1.5, "peak_process_mib": 200.0, "peak_redis_mib": 30.0}
    return {"case": case, "dataset": dataset, "rows": rows, **figures, "rounds": [figures]}


def test_a_picture_is_drawn_of_what_was_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not (default_folder() / "plot" / "ready").exists():
        pytest.skip("matplotlib is not installed: `make bench BENCH='--plot FILE'` does that")
    rows = [row("sluice", "first_load", 1_000), row("sluice", "first_load_x5", 5_000), row("duckdb", "calls_wide", 9)]
    rows.append({"case": "pgloader", "dataset": "calls_wide", "rows": 9, "missing": "There is no pgloader."})
    found = {"rows": rows, "settings": {"rows": 1_000, "files": 2, "rounds_done": 1}, "machine": {"cores": 2}}
    (tmp_path / "record.json").write_text(json.dumps(found))
    draw(tmp_path / "record.json", tmp_path / "out.png", default_folder())
    assert f"The picture is {tmp_path / 'out.png'}." in capsys.readouterr().out
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


def test_a_record_without_figures_has_no_picture_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (default_folder() / "plot" / "ready").exists():
        pytest.skip("matplotlib is not installed: `make bench BENCH='--plot FILE'` does that")
    (tmp_path / "record.json").write_text(json.dumps({"rows": []}))
    draw(tmp_path / "record.json", tmp_path / "out.png", default_folder())
    assert "The record has no figures." in capsys.readouterr().out
