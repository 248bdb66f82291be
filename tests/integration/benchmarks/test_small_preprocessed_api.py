"""A whole benchmark of the API's pages with few rows: a record with every turn, nothing left running."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.small_bench import small_benchmark


@pytest.mark.slow
def test_a_small_benchmark_of_the_api_measures_every_turn(tmp_path: Path) -> None:
    found = small_benchmark("preprocessed.api", tmp_path, "--rows", "2000", "--requests", "16")
    assert found["rows"] == 2_000
    (turn,) = found["turns"]
    assert set(turn) == {"first", "last", "bare", "api", "api by eight"}
    assert found["last page of first"] > 0
    assert len(found["peak MiB of the server, round by round"]) == 2
