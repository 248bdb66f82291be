"""A whole benchmark of customer_ltv with few customers: right values, a record, nothing left running."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.small_bench import small_benchmark


@pytest.mark.slow
def test_a_small_benchmark_of_customer_ltv_measures_every_turn_at_both_sizes(tmp_path: Path) -> None:
    found = small_benchmark("customer_ltv", tmp_path, "--customers", "1000")
    assert [(each["customers"], each["payments"]) for each in found["sizes"]] == [(100, 600), (1_000, 6_000)]
    for each in found["sizes"]:
        assert set(each["medians"]) == {"bare", "full", "increment", "increment of few customers"}
        assert each["full build of bare"] > 0
        assert each["peak_process_mib"] > 50
