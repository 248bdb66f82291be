"""The sample of call logs: what is planted is what an independent count finds, and the bytes never change."""

import hashlib
import json
import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from sluice.samples.call_logs import make_call_logs
from tests.kit.independent import count_call_logs

CODES = {
    *("not_money", "currency", "negative", "missing", "not_integer", "bad_date", "bad_duration"),
    *("out_of_range", "ragged_row", "nul", "invalid_utf8", "key_conflict"),
}


def csv_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("call_logs_*.csv"))


@pytest.mark.parametrize(
    ("rows", "files", "dirty", "seed"),
    [
        *((5_000, 1, 0.02, 1), (5_000, 3, 0.1, 2), (20_000, 7, 0.02, 3), (4_000, 1, 0.5, 4)),
        *((60, 3, 0.3, 5), (17, 5, 0.5, 6), (2, 2, 0.5, 7), (1, 1, 0.5, 8), (5_000, 2, 0.0, 9)),
    ],
)
def test_the_record_of_what_was_planted_equals_an_independent_count(
    tmp_path: Path, rows: int, files: int, dirty: float, seed: int
) -> None:
    expected = make_call_logs(tmp_path, rows=rows, files=files, dirty=dirty, seed=seed)
    counted = count_call_logs(csv_files(tmp_path))
    assert (counted.read, counted.loaded) == (expected["read"], expected["loaded"])
    assert (counted.duplicate, counted.rejected) == (expected["duplicate"], expected["rejected"])
    planted = [(reject["file"], reject["line"], reject["code"]) for reject in expected["rejects"]]
    assert counted.rejects == planted
    values = [winner.values for winner in counted.rows.values()]
    cost = sum((v.call_cost_usd or Decimal(0) for v in values), Decimal(0))
    assert f"{cost:.4f}" == expected["sums"]["call_cost_usd"]
    assert sum(v.call_duration_s or 0 for v in values) == expected["sums"]["call_duration_s"]


def test_the_same_arguments_give_the_same_bytes_on_every_python(tmp_path: Path) -> None:
    make_call_logs(tmp_path, rows=1_000, files=2, dirty=0.1, seed=42)
    content = b"".join(path.read_bytes() for path in [*csv_files(tmp_path), tmp_path / "expected.json"])
    assert hashlib.sha256(content).hexdigest() == "4e36154a2049c56cc1ac1114e061d87344f89614a4a02aca41f78704a9eb2df7"


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    make_call_logs(tmp_path / "1", rows=100, seed=1)
    make_call_logs(tmp_path / "2", rows=100, seed=2)
    assert csv_files(tmp_path / "1")[0].read_bytes() != csv_files(tmp_path / "2")[0].read_bytes()


def test_two_percent_of_twenty_thousand_rows_are_bad_in_every_way_and_in_every_file(tmp_path: Path) -> None:
    expected = make_call_logs(tmp_path, rows=20_000, files=4, dirty=0.02, seed=1)
    assert expected["read"] == 20_000
    assert expected["duplicate"] + expected["rejected"] == 400
    assert [books["read"] for books in expected["files"]] == [5_000] * 4
    assert [books["duplicate"] + books["rejected"] for books in expected["files"]] == [100] * 4
    codes = Counter(reject["code"] for reject in expected["rejects"])
    assert set(codes) == CODES
    assert min(codes.values()) == 25
    assert codes["key_conflict"] == 50
    assert expected["duplicate"] == 75


def test_a_clean_sample_has_nothing_to_refuse_but_keeps_its_variety(tmp_path: Path) -> None:
    expected = make_call_logs(tmp_path, rows=20_000, dirty=0, seed=1)
    assert (expected["loaded"], expected["duplicate"], expected["rejects"]) == (20_000, 0, [])
    content = csv_files(tmp_path)[0].read_text(encoding="utf-8")
    for odd in (
        *('"Nairobi, Kenya"', '"The ""Hub"", Kampala"', "Malmö", "Sa\u0303o Paulo", 'Gate 5" West'),
        *(',"$1,234.50",', "USD ", "\n\n", ",24:00:00\n", ",,", "  ,"),
    ):
        assert odd in content


def test_odd_spellings_are_rare(tmp_path: Path) -> None:
    make_call_logs(tmp_path, rows=20_000, dirty=0, seed=1)
    lines = csv_files(tmp_path)[0].read_bytes().splitlines()
    assert sum(b'"' in line for line in lines) < 200


def test_duplicates_and_conflicts_reach_across_files(tmp_path: Path) -> None:
    make_call_logs(tmp_path, rows=2_000, files=2, dirty=0.1, seed=1)
    both, second = count_call_logs(csv_files(tmp_path)), count_call_logs(csv_files(tmp_path)[1:])
    first = count_call_logs(csv_files(tmp_path)[:1])
    assert both.duplicate > first.duplicate + second.duplicate
    assert both.rejected > first.rejected + second.rejected


def test_dates_rise_but_for_a_few_seconds(tmp_path: Path) -> None:
    make_call_logs(tmp_path, rows=500, dirty=0, seed=1)
    counted = count_call_logs(csv_files(tmp_path))
    dates = [key.call_date for key in counted.rows]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    assert min(gaps) >= -2
    assert max(gaps) <= 5


def test_expected_json_holds_what_the_call_returns(tmp_path: Path) -> None:
    expected = make_call_logs(tmp_path, rows=200, dirty=0.1, seed=3)
    assert json.loads((tmp_path / "expected.json").read_text(encoding="utf-8")) == expected


def test_files_of_another_sample_are_not_mixed_in(tmp_path: Path) -> None:
    make_call_logs(tmp_path, rows=10, files=2)
    with pytest.raises(FileExistsError, match=r"call_logs_002\.csv of another sample"):
        make_call_logs(tmp_path, rows=10, files=1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"rows": 0}, "rows 0: give at least 1, one for each file."),
        ({"rows": 5, "files": 6}, "rows 5: give at least 6, one for each file."),
        ({"rows": 5, "files": 0}, "files 0: give at least 1."),
        ({"rows": 5, "dirty": 0.6}, "dirty 0.6: give a share from 0 to 0.5."),
        ({"rows": 5, "dirty": -0.1}, "dirty -0.1: give a share from 0 to 0.5."),
    ],
)
def test_impossible_samples_are_refused(tmp_path: Path, arguments: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        make_call_logs(tmp_path, **arguments)


def test_the_committed_sample_is_what_the_generator_makes(tmp_path: Path) -> None:
    make_call_logs(tmp_path, rows=60, files=3, dirty=0.3, seed=1236)
    committed = Path(__file__).parents[3] / "data" / "call_logs"
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in committed.iterdir()}
