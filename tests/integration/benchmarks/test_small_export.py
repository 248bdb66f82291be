"""A whole benchmark of exports with few rows: the same bytes as psql, a record with every way, nothing left running."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.small_bench import small_benchmark


@pytest.mark.slow
def test_a_small_benchmark_of_exports_measures_every_way(tmp_path: Path) -> None:
    found = small_benchmark("preprocessed.export", tmp_path, "--rows", "2000")
    assert found["rows"] == 2_000
    assert set(found["ways"]) == {"psql", "csv", "csv by key", "csv packed", "parquet"}
    assert all(each["seconds"] > 0 and each["peak_mib"] > 0 for each in found["ways"].values())
