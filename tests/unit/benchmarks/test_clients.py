"""What the cases load: the wide sample, and rows cleaned by pandas as well as Sluice would."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from benchmarks.cases import pandas_client
from benchmarks.data.calls_wide import make_calls_wide
from sluice.samples.call_logs import make_call_logs


def test_pandas_leaves_the_values_that_were_planted(tmp_path: Path) -> None:
    """Every spelling of the clean samples is understood: the comparison is with somebody who does the work."""
    planted = make_call_logs(tmp_path, rows=20_000, dirty=0)
    rows = pandas_client.rows(str(tmp_path / "call_logs_001.csv"), 7)
    assert len(rows) == 20_000
    assert sum(Decimal(str(row[1] or 0)) for row in rows) == Decimal(planted["sums"]["call_cost_usd"])
    assert sum(row[4] or 0 for row in rows) == planted["sums"]["call_duration_s"]
    assert {row[5] for row in rows} == {7}


def test_a_wide_sample_has_one_random_id_a_record_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    made = make_calls_wide(tmp_path / "a", rows=2_000, files=2)
    make_calls_wide(tmp_path / "b", rows=2_000, files=2)
    names = ["calls_wide_001.csv", "calls_wide_002.csv"]
    assert [(tmp_path / "a" / n).read_bytes() for n in names] == [(tmp_path / "b" / n).read_bytes() for n in names]
    rows = [row for name in names for row in csv.DictReader((tmp_path / "a" / name).read_text().splitlines())]
    assert len({row["call_id"] for row in rows}) == 2_000
    assert {len(row["call_id"]) for row in rows} == {18}
    assert sum(Decimal(row["call_cost"].strip("$")) for row in rows) == Decimal(made.sums["call_cost_usd"])
    assert made.loaded == 2_000
