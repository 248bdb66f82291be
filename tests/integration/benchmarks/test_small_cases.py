"""Each further case and dataset of the benchmark once, with few rows: the right rows, and figures in the record."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import PEERS
from benchmarks.peers.environments import default_folder
from tests.kit.small_bench import small_benchmark

pytestmark = pytest.mark.slow


def rows(folder: Path, *words: str) -> dict[tuple[str, str], dict[str, Any]]:
    found = small_benchmark("__main__", folder, "--rows", "4000", "--files", "2", *words)
    return {(row["case"], row["dataset"]): row for row in found["rows"]}


def test_hostile_files_and_repeated_keys_leave_the_right_rows(tmp_path: Path) -> None:
    found = rows(tmp_path, "--only", "sluice,hostile,wide_repeats")
    assert {names: row["rows"] for names, row in found.items()} == {
        ("sluice", "hostile"): 4_000,
        ("sluice", "wide_repeats"): 4_000,
    }
    assert all(row["rows_per_second"] > 0 for row in found.values())


def test_small_files_are_loaded_and_found_to_be_known(tmp_path: Path) -> None:
    found = rows(tmp_path, "--only", "small")
    assert {names: (row["rows"], row["files"]) for names, row in found.items()} == {
        ("sluice", "small_1000"): (800, 4),
        ("again", "small_1000"): (800, 4),
        ("sluice", "small_5000"): (4_000, 20),
        ("again", "small_5000"): (4_000, 20),
    }
    assert all(row["files_per_second"] > 0 for row in found.values())


def test_first_loads_are_measured_with_one_and_with_two_processes(tmp_path: Path) -> None:
    found = rows(tmp_path, "--only", "scale")
    assert {names: row["rows"] for names, row in found.items()} == {
        ("sluice", "first_load"): 4_000,
        ("sluice_1", "first_load"): 4_000,
        ("sluice", "first_load_x5"): 20_000,
        ("sluice_1", "first_load_x5"): 20_000,
        ("sluice", "first_load_x20"): 80_000,
        ("sluice_1", "first_load_x20"): 80_000,
    }
    assert all(row["peak_process_mib"] > 0 and row["peak_redis_mib"] > 0 for row in found.values())


def test_the_first_rows_of_a_large_file_are_seen_before_its_end(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "--only", "first_row").values()
    assert row["rows"] == 40_000
    assert 0 < row["first_row_s"] <= row["seconds"]


def test_targets_are_measured_with_what_they_are_compared_with(tmp_path: Path) -> None:
    found = small_benchmark("__main__", tmp_path, "--rows", "4000", "--files", "2", "--targets", "--only", "hostile")
    assert [(row["case"], row["dataset"]) for row in found["rows"]] == [("sluice", "call_logs"), ("sluice", "hostile")]
    named = {figure["name"]: figure for figure in found["figures"]}
    assert named["hostile: rows/s, of call_logs"]["value"] > 0
    assert named["hostile: rows/s, of call_logs"]["met"] is None


@pytest.mark.parametrize("peer", [peer.name for peer in PEERS])
def test_a_peer_that_is_installed_loads_the_same_rows(tmp_path: Path, peer: str) -> None:
    folder = {each.name: each.folder for each in PEERS}[peer]
    if not (shutil.which(peer) if peer == "pgloader" else (default_folder() / folder / "ready").exists()):
        pytest.skip(f"{peer} is not installed: `make bench BENCH='--only peers'` does that")
    ((names, row),) = rows(tmp_path, "--only", peer).items()
    assert names == (peer, "calls_wide")
    assert row["rows_per_second"] > 0
    assert row["leaves_out"]
