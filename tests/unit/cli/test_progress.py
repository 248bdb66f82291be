"""Figures of the progress line, and where it is drawn."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest

from sluice.cli import output
from sluice.cli.runs.progress import Progress, Speed, describe, short
from tests.unit.cli.made_up import a_run, an_input


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (999.7, "1.00k"),
        (1_234, "1.23k"),
        (85_500, "85.5k"),
        (999_900, "1.00M"),
        (134_000, "134k"),
        (2_000_000, "2.00M"),
        (12_345_678_901, "12.3G"),
    ],
)
def test_numbers_keep_three_digits(number: float, text: str) -> None:
    assert short(number) == text


def test_speed_is_that_of_the_last_ten_seconds() -> None:
    speed = Speed()
    assert speed.rows_per_second() == 0
    for at, read in ((0, 0), (5, 1_000), (12, 8_000), (15, 11_000)):
        speed.note(read, float(at))
    assert speed.rows_per_second() == 1_000


RUNNING = {"state": "running", "planned": 2_000_000, "parts_total": 8, "parts_loaded": 2, "rejected": 4_580}


def test_the_line_says_rows_speed_parts_rejects_and_time_left() -> None:
    status = a_run(**RUNNING, read=500_000)
    assert describe(status, 20_000.0) == "500k/2.00M rows  20.0k/s  parts 2/8  rejects 4.58k  ETA 1:15"


@pytest.mark.parametrize(
    ("room", "figures"),
    [
        (60, "500k/2.00M rows  20.0k/s  parts 2/8  rejects 4.58k  ETA 1:15"),
        (59, "500k/2.00M rows  20.0k/s  parts 2/8  ETA 1:15"),
        (40, "500k/2.00M rows  20.0k/s  ETA 1:15"),
        (30, "500k/2.00M rows  ETA 1:15"),
        (20, "ETA 1:15"),
        (3, "ETA 1:15"),
    ],
)
def test_where_there_is_little_room_the_time_left_stays(room: int, figures: str) -> None:
    assert describe(a_run(**RUNNING, read=500_000), 20_000.0, room) == figures


def test_no_time_is_promised_before_it_is_known() -> None:
    assert describe(a_run(**RUNNING), 0.0) == "0/2.00M rows  0/s  parts 2/8  rejects 4.58k"


def test_the_line_says_how_many_files_are_read_before_the_total_is_known() -> None:
    status = a_run(state="running", inputs=[an_input(1, state="loading"), an_input(2, state="registered")])
    assert describe(status, 0.0) == "read 1 of 2 files"
    assert describe(replace(status, read=70_000), 0.0) == "read 1 of 2 files, 70.0k rows"


def test_a_large_file_is_seen_to_be_read() -> None:
    status = a_run(state="running", scanned=1_250_000_000, inputs=[an_input(1, state="registered")])
    assert describe(status, 0.0) == "read 0 of 1 files and 1.25GB"


def test_parts_that_wait_for_all_rejects_to_be_known_are_counted_as_checked() -> None:
    status = a_run(**RUNNING | {"parts_loaded": 0, "rejected": 0, "parts_held": 3}, read=0)
    assert describe(status, 0.0) == "0/2.00M rows  0/s  parts 0/8  checked 3  rejects 0"


def test_when_all_rows_are_read_the_line_says_what_is_done_until_the_end() -> None:
    status = a_run(**RUNNING | {"parts_loaded": 8}, read=2_000_000)
    assert describe(status, 300.0) == "2.00M/2.00M rows  parts 8/8  rejects 4.58k  settling"
    assert describe(replace(status, keyless=["calls"]), 0.0).endswith("  making the index of the key")


def test_nothing_is_drawn_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.show(a_run(state="running"))
    assert capsys.readouterr() == ("", "")


def test_the_line_goes_to_a_terminal_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    with Progress() as progress:
        progress.show(a_run(**RUNNING, read=500_000))
    told = capsys.readouterr()
    assert told.out == ""
    assert "25%" in told.err
    assert "parts 2/8" in told.err


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ("70", "run 7 ━━━╺━━━━━━━━  25% 500k/2.00M rows  0/s  parts 2/8  rejects 4.58k"),
        ("69", "run 7  25% 500k/2.00M rows  0/s  parts 2/8  rejects 4.58k"),
        ("57", "run 7  25% 500k/2.00M rows  0/s  parts 2/8  rejects 4.58k"),
        ("56", "run 7  25% 500k/2.00M rows  0/s  parts 2/8"),
    ],
)
def test_in_a_narrow_terminal_the_bar_goes_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str, line: str
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", columns)
    with Progress() as progress:
        progress.show(a_run(**RUNNING, read=500_000))
        told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", capsys.readouterr().err)
    assert told.rpartition("\r")[2].strip() == line


@pytest.mark.parametrize(("terminal", "no_color", "seen"), [(True, "", True), (True, "1", False), (False, "", False)])
def test_colour_is_for_terminals_without_no_color(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, no_color: str, seen: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[31m" in output.tint("failed", "red")) is seen
