"""A file is whole under its name or not there, and what a killed process has left goes with the next one."""

from __future__ import annotations

import fcntl
import io
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from sluice.engine.base.whole_file import whole_file


def aged(path: Path) -> Path:
    path.write_text("half")
    os.utime(path, (1, 1))
    return path


def test_what_nobody_writes_any_more_is_removed(tmp_path: Path) -> None:
    left, other = aged(tmp_path / ".a[1].csv.123.part"), aged(tmp_path / ".b.csv.123.part")
    with whole_file(tmp_path / "a[1].csv") as file:
        file.write(b"whole")
    assert (left.exists(), other.exists()) == (False, True)
    assert (tmp_path / "a[1].csv").read_bytes() == b"whole"


def test_what_somebody_writes_is_left_alone(tmp_path: Path) -> None:
    left = aged(tmp_path / ".a.csv.123.part")
    with left.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with whole_file(tmp_path / "a.csv") as file:
            file.write(b"whole")
    assert left.exists()


def test_what_failed_leaves_nothing_and_writes_to_no_other_file_later(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("old")
    forgotten = []

    def fail(file: BinaryIO) -> None:
        forgotten.append(io.BufferedWriter(file))
        forgotten[0].write(b"half")
        raise KeyError

    with pytest.raises(KeyError), whole_file(tmp_path / "a.csv") as file:
        fail(file)
    with (tmp_path / "next.csv").open("wb") as after:
        with pytest.raises(ValueError, match="closed file"):
            forgotten[0].flush()
        after.write(b"next")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"a.csv": "old", "next.csv": "next"}
