"""Made-up files with faults: as many, and where they are said to be."""

from __future__ import annotations

from pathlib import Path

from benchmarks.data.calls_wide import make_calls_wide
from benchmarks.data.hostile import make_hostile


def lines(folder: Path) -> list[list[bytes]]:
    """The records of each file."""
    return [path.read_bytes().splitlines()[1:] for path in sorted(folder.iterdir())]


def test_a_share_of_wide_records_is_there_twice_also_in_other_files(tmp_path: Path) -> None:
    made = make_calls_wide(tmp_path, rows=20_000, files=4, repeats=0.003)
    files = lines(tmp_path)
    assert [len(each) for each in files] == [5_000, 5_000, 5_000, 5_000]
    assert made.loaded == 19_940
    assert len({line for each in files for line in each}) == 19_940
    assert len({line[:18] for each in files for line in each}) == 19_940
    assert set(files[0]) & set(files[3])


def test_repeats_do_not_change_the_first_record(tmp_path: Path) -> None:
    make_calls_wide(tmp_path / "a", rows=100, files=2)
    make_calls_wide(tmp_path / "b", rows=100, files=2, repeats=0.5)
    assert lines(tmp_path / "a")[0][0] == lines(tmp_path / "b")[0][0]


def test_every_fifth_record_of_a_hostile_file_has_a_fault(tmp_path: Path) -> None:
    made = make_hostile(tmp_path / "a", rows=1_001, files=3)
    make_hostile(tmp_path / "b", rows=1_001, files=3)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    assert sum(map(len, lines(tmp_path / "a"))) == 1_001
    assert made.loaded == 801
